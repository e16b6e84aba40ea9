"""`gslb validate`: every error at once, every warning, and how soon each check notices."""

import sys
from pathlib import Path

import click

from gslb.cli.options import config_option
from gslb.errors import ConfigError


@click.command("validate")
@config_option
def command(directory: Path) -> None:
    """Check the configuration; 1 with every error. Warnings alone are no failure."""
    from gslb.config.bounds import detection_bounds
    from gslb.config.files import load

    try:
        config = load(directory)
    except ConfigError as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        click.echo(f"{len(error.faults)} error{'s' if len(error.faults) != 1 else ''}", err=True)
        sys.exit(1)
    for warning in config.warnings:
        click.echo(f"warning: {warning}")
    click.echo(
        f"{directory}: good. {len(config.zones)} zone(s), {len(config.checks)} check(s),"
        f" {len(config.targets)} target(s), {len(config.warnings)} warning(s)"
    )
    if config.checks:
        click.echo("a member is out of answers at most this long after it fails, by check:")
    for name in sorted(config.checks):
        click.echo(f"  {name}: {detection_bounds(config.checks[name])}")
