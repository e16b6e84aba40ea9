"""`gslb believe CHECK`: the operator says that a check which is suspected itself is right."""

import sys
from pathlib import Path
from urllib.parse import quote

import click

from gslb.cli.ask import ask
from gslb.cli.options import config_option
from gslb.config.files import run_dir_of

DONE = 200


@click.command("believe", short_help="Say that a suspected check is right.")
@click.argument("check")
@config_option
def command(check: str, directory: Path) -> None:
    """Say that CHECK is right although it fails everywhere at once: from now on its failures count.

    Until then its last verdicts hold. Exit 1 when it is not suspected.
    """
    status, answer = ask(run_dir_of(directory), "POST", f"/api/v1/checks/{quote(check, safe='')}/believe")
    if status == DONE:
        click.echo(f"{check}: believed, its failures count")
        return
    click.echo(answer.get("error", str(answer)), err=True)
    sys.exit(1)
