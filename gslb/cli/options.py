"""Options and output that several commands share."""

import json
from pathlib import Path
from typing import Any

import click

DEFAULT_DIRECTORY = Path("/etc/gslb")

config_option = click.option(
    "-c",
    "--config",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_DIRECTORY,
    show_default=True,
    help="The configuration directory.",
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))
