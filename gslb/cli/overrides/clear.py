"""`gslb clear`: take back what operators said; probes decide again."""

from pathlib import Path

import click

from gslb.cli.ask import ask
from gslb.cli.options import config_option, json_option
from gslb.cli.overrides.asking import path, tell, whoami
from gslb.config.files import run_dir_of


@click.command()
@click.argument("target")
@click.option("--by", metavar="WHO", help="Whose word it is. [default: $SUDO_USER, $USER]")
@click.option("--force", is_flag=True, help="Even if a service loses its last healthy member.")
@click.option("--dry-run", is_flag=True, help="Tell what would follow; change nothing. Exit 1 if it is not safe.")
@click.option("--at-once", is_flag=True, help="All of their weight now, where a service has slow_start.")
@config_option
@json_option
def command(
    target: str, by: str | None, force: bool, dry_run: bool, at_once: bool, directory: Path, as_json: bool
) -> None:
    """Take back every override that stands on what TARGET names; exit 1 where there is none.

    TARGET as with `gslb drain`. ZONE/POOL clears those of all its members, also of members that are gone. Members that
    are still under another override, such as their machine's, are told. Where a service has slow_start, members rise
    as after a failure, unless with --at-once.
    """
    said = {"force": force, "dry_run": dry_run, "at_once": at_once}
    flags = {name: "true" for name, given in said.items() if given}
    tell(ask(run_dir_of(directory), "DELETE", path(target), by=by or whoami(), **flags), as_json=as_json)
