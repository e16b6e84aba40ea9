"""Options and output that several commands share."""

import json
from pathlib import Path
from typing import Any

import click

from gslb.model.settings import Config
from gslb.model.zones import Zone

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


def load_zone(directory: Path, name: str) -> tuple[Config, Zone]:
    """The configuration, and its zone of this name. Raises ConfigError, and click.UsageError where there is none."""
    from gslb.config.files import load

    config = load(directory)
    zones = {each.text: each for each in config.zones}
    found = zones.get(name.lower().removesuffix("."))
    if found is None:
        raise click.UsageError(f"no zone {name} in {directory}; there are: {', '.join(zones)}")
    return config, found


def duration(value: str) -> int:
    """Whole seconds of a span as the configuration writes it: 90s, 10m, 1h, 2d. Raises click.BadParameter."""
    from gslb.config.values import parse_duration

    try:
        return int(parse_duration(value))
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
