"""`gslb validate`: every error at once, every warning, how soon each check notices, and what MTA-STS needs."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from gslb.cli.options import config_option
from gslb.errors import ConfigError
from gslb.model.settings import Config


@click.command("validate", short_help="Check the configuration; tell every error at once.")
@config_option
def command(directory: Path) -> None:
    """Check the configuration: every error at once, each with file, line, column and remedy; then exit 1.

    A good one is told with its warnings, which alone are no failure; with the most time that may pass from a member's
    failure to its leaving, by check; and with the mx: lines that an MTA-STS policy for its mail needs.
    """
    from gslb.config.files import load

    try:
        config = load(directory)
    except ConfigError as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        click.echo(f"{len(error.faults)} error{'s' if len(error.faults) != 1 else ''}", err=True)
        sys.exit(1)
    click.echo("\n".join(report(directory, config)))


def report(directory: Path, config: Config) -> Iterator[str]:
    """What is told of a configuration without errors, line by line."""
    for warning in config.warnings:
        yield f"warning: {warning}"
    yield (
        f"{directory}: good. {len(config.zones)} zone(s), {len(config.checks)} check(s),"
        f" {len(config.targets)} target(s), {len(config.warnings)} warning(s)"
    )
    yield from _bounds(config)
    yield from _mta_sts(config)


def _bounds(config: Config) -> Iterator[str]:
    from gslb.config.bounds import detection_bounds

    if config.checks:
        yield "a member is out of answers at most this long after it fails, by check:"
    for name in sorted(config.checks):
        yield f"  {name}: {detection_bounds(config.checks[name])}"


def _mta_sts(config: Config) -> Iterator[str]:
    from gslb.config.review import mta_sts_lines

    domains: dict[tuple[str, ...], list[str]] = {}
    for zone in config.zones:
        for domain, lines in mta_sts_lines(zone).items():
            domains.setdefault(lines, []).append(domain)
    if domains:
        yield "an MTA-STS policy (RFC 8461) needs these lines, where mail goes to:"
    for lines, found in domains.items():
        yield f"  {', '.join(sorted(found))}"
        yield from (f"    {line}" for line in lines)
