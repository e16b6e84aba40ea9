"""What drain, force-up, force-down and clear share: their options, the request, and what is printed of the outcome."""

import os
import pwd
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from gslb.cli.ask import ask
from gslb.cli.options import config_option, json_option, print_json
from gslb.config.files import run_dir_of

DONE = 200
BAD_REQUEST = 400
USAGE = 2


def whoami() -> str:
    """Who speaks: whoever sudo was called by, else the user."""
    return os.environ.get("SUDO_USER") or os.environ.get("USER") or pwd.getpwuid(os.getuid()).pw_name


def options(function: Callable[..., None]) -> click.Command:
    """TARGET and the options of a command that sets an override."""
    for decorate in (
        json_option,
        config_option,
        click.option(
            "--dry-run", is_flag=True, help="Tell what would follow; change nothing. Exit 1 if it is not safe."
        ),
        click.option("--force", is_flag=True, help="Even if a service loses its last healthy member."),
        click.option("--by", metavar="WHO", help="Whose word it is. [default: $SUDO_USER, $USER]"),
        click.option("--reason", default="", metavar="TEXT", help="Why; shown wherever the member is."),
        click.option("--for", "duration", metavar="DURATION", help="90s, 30m, 2h, 3d. [default: until cleared]"),
        click.argument("target"),
    ):
        function = decorate(function)
    return click.command()(function)


def say(state: str, target: str, *, directory: Path, as_json: bool, **said: Any) -> None:
    """Ask the server for an override, print what became of it, and exit with its code."""
    params = {"state": state, "for": said["duration"], "reason": said["reason"], "by": said["by"] or whoami()}
    flags = {name: "true" for name in ("force", "dry_run") if said[name]}
    given = {name: value for name, value in params.items() if value}
    tell(ask(run_dir_of(directory), "PUT", path(target), **given, **flags), as_json=as_json)


def path(target: str) -> str:
    """Where a TARGET is found; globs hold characters that mean something in a URL."""
    return "/api/v1/overrides/" + quote(target, safe="/:*@")


def tell(answered: tuple[int, Any], *, as_json: bool) -> None:
    """Print the outcome; exit 0 when it is done or safe, 1 when not, 2 when the words were wrong."""
    status, answer = answered
    if as_json:
        print_json(answer)
    else:
        lines = "\n".join(answer.get("lines") or [answer.get("error", f"HTTP {status}")])
        click.echo(lines.replace("force does it", "--force does it"), err=status != DONE)
    if status == BAD_REQUEST:
        sys.exit(USAGE)
    unsafe = answer.get("ending") == "dry_run" and not answer["consequences"]["safe"]
    sys.exit(0 if status == DONE and not unsafe else 1)
