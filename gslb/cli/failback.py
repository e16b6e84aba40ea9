"""`gslb failback`: have a service come back to an earlier tier now."""

import sys
from pathlib import Path

import click

from gslb.cli.ask import ask
from gslb.cli.options import config_option
from gslb.config.files import run_dir_of

DONE = 200


@click.command("failback", short_help="Have a service come back to an earlier tier now.")
@click.argument("target", metavar="ZONE/SERVICE")
@config_option
def command(target: str, directory: Path) -> None:
    """Have ZONE/SERVICE answer from the first of its tiers that holds, now.

    For services whose failback is manual or delayed. `gslb explain` tells what waits. Exit 1 when nothing does.
    """
    zone, slash, service = target.partition("/")
    if not (zone and slash and service) or "/" in service:
        raise click.UsageError(f"{target}: write ZONE/SERVICE")
    status, answer = ask(run_dir_of(directory), "POST", f"/api/v1/services/{zone}/{service}/failback")
    if status != DONE:
        click.echo(answer.get("error", f"HTTP {status}"), err=True)
        sys.exit(1)
    told = ", ".join(f"{family}: {tier}" for family, tier in answer["tiers"].items())
    click.echo(f"{target} is back ({told})")
