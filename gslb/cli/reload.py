"""`gslb reload`: have the server take the files as they are now, all or nothing, and wait for the outcome."""

import sys
from pathlib import Path

import click

from gslb.cli.ask import ask
from gslb.cli.options import config_option
from gslb.config.files import run_dir_of

DONE = 200


@click.command("reload", short_help="Have the server take the files as they are now.")
@config_option
def command(directory: Path) -> None:
    """Have the running server take the files as they are now, all or nothing, and wait for the outcome.

    Exit 1 with every error: then the old configuration goes on. Verdicts and counters of members that stay are kept.
    """
    status, answer = ask(run_dir_of(directory), "POST", "/api/v1/reload")
    if status == DONE:
        click.echo(f"reloaded: {answer.get('digest', '')}")
        return
    for error in answer.get("errors", [answer]):
        click.echo(error if isinstance(error, str) else error.get("text", str(error)), err=True)
    sys.exit(1)
