"""`gslb validate`: every error at once, every warning, how soon each check notices, and what MTA-STS needs."""

import asyncio
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from gslb.cli.options import config_option
from gslb.errors import ConfigError, Fault
from gslb.model.keys import ZoneKey
from gslb.model.settings import Config, Endpoint


@click.command("validate", short_help="Check the configuration; tell every error at once.")
@click.option("--live", is_flag=True, help="Ask members and DNS as well: TLSA, greetings, PTR, DS.")
@click.option(
    "--resolver", metavar="ADDRESS[:PORT]", help="Whom --live asks for PTR and DS.  [default: the system's resolver]"
)
@config_option
def command(directory: Path, live: bool, resolver: str | None) -> None:
    """Check the configuration: every error at once, each with file, line, column and remedy; then exit 1.

    A good one is told with its warnings, which alone are no failure; with the most time that may pass from a member's
    failure to its leaving, by check; and with the mx: lines that an MTA-STS policy for its mail needs.

    With --live each exchanger is asked for its greeting, every host that has TLSA records for its certificate, and DNS
    for the PTR of exchangers' addresses and the DS of each zone; nobody is logged in.
    """
    from gslb.config.files import load
    from gslb.control.key_review import key_warnings, keys_of

    if resolver is not None and not live:
        raise click.UsageError("--resolver is for --live")
    asked = _endpoint(resolver)

    try:
        config = load(directory)
        keys = keys_of(config)
    except ConfigError as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        click.echo(f"{len(error.faults)} error{'s' if len(error.faults) != 1 else ''}", err=True)
        sys.exit(1)
    more = (*key_warnings(config, keys, time.time()), *(_live(config, keys, asked) if live else ()))
    click.echo("\n".join(report(directory, replace(config, warnings=(*config.warnings, *more)))))


def _endpoint(text: str | None) -> Endpoint | None:
    from gslb.config.values import parse_address, parse_endpoint

    if text is None:
        return None
    try:
        return Endpoint(address=parse_address(text), port=53)
    except ValueError:
        pass  # it may have a port
    try:
        return parse_endpoint(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--resolver") from None


def _live(config: Config, keys: Mapping[str, Sequence[ZoneKey]], resolver: Endpoint | None) -> tuple[Fault, ...]:
    from gslb.config.files import full_host_name
    from gslb.probes.live import live_warnings

    name = config.node.probing.name or full_host_name()
    return asyncio.run(live_warnings(config, keys, name=name, resolver=resolver))


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
    from gslb.model.values import Gate

    if config.checks:
        yield "a member is out of answers at most this long after it fails, by check:"
    for name in sorted(config.checks):
        gate = config.checks[name].gate
        free = "" if gate is Gate.HARD else f" (gate: {gate}, it takes nobody out)"
        yield f"  {name}: {detection_bounds(config.checks[name])}{free}"


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
