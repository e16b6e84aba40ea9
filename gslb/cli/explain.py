"""`gslb explain`: the decision behind one answer."""

import sys
from pathlib import Path

import click

from gslb.cli.ask import ask
from gslb.cli.options import config_option, json_option, print_json
from gslb.config.files import run_dir_of

FOUND = 200


@click.command("explain", short_help="Say why a name is answered as it is.")
@click.argument("name")
@click.argument("rtype", metavar="[TYPE]", default="A")
@click.option("--from", "client", metavar="ADDRESS", help="The client or resolver that asks.")
@click.option("--ecs", metavar="NETWORK", help="As if it told (ECS) that it asks for somebody there.")
@config_option
@json_option
def command(name: str, rtype: str, client: str | None, ecs: str | None, directory: Path, as_json: bool) -> None:
    """Say why the running server answers NAME and TYPE (default A) as it does: tiers, members in and out, shares, TTL.

    NAME is whole, or relative to the only zone that has it: smtp.mail.example.com, or smtp.
    """
    if ecs is not None and client is None:
        raise click.UsageError("--ecs needs --from: the resolver that tells of the network")
    given = {"from": client, "ecs": ecs}
    params = {"name": name, "type": rtype.upper()} | {key: value for key, value in given.items() if value is not None}
    status, answer = ask(run_dir_of(directory), "GET", "/api/v1/explain", **params)
    if as_json:
        print_json(answer)
    elif status == FOUND:
        click.echo("\n".join(answer["lines"]))
    else:
        click.echo(answer.get("error", f"HTTP {status}"), err=True)
    sys.exit(0 if status == FOUND else 1)
