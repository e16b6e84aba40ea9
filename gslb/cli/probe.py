"""`gslb probe`: one probe, now, with every phase, as a person wants it at three in the morning."""

import asyncio
import socket
import sys
from dataclasses import asdict, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import click

from gslb.cli.options import config_option, json_option, print_json
from gslb.errors import ConfigError
from gslb.model.checks import Check
from gslb.model.observations import Failed, Inconclusive, Observation
from gslb.model.targets import Target, target_id
from gslb.model.values import Address


@click.command("probe")
@click.argument("check")
@click.argument("address")
@click.option("--port", type=click.IntRange(1, 65535), help="Another port than the check's.")
@click.option("--server-name", help="SNI and the name verified, instead of the check's.")
@config_option
@json_option
def command(
    check: str, address: str, port: int | None, server_name: str | None, directory: Path, as_json: bool
) -> None:
    """Run CHECK (a configured check, or a type such as smtp) once at ADDRESS; 1 when it fails."""
    try:
        at = ip_address(address)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="ADDRESS") from error
    found = _find(check, directory, port)
    target = _target(found, at, port, server_name)
    lines: list[str] = []
    observation = asyncio.run(_run(target, lines))
    if as_json:
        print_json({**as_dict(observation), "transcript": lines})
    else:
        click.echo("\n".join([*lines, "", *summary(observation)]))
    sys.exit(1 if isinstance(observation.outcome, Failed | Inconclusive) else 0)


async def _run(target: Target, lines: list[str]) -> Observation:
    from gslb.probes.run import probe

    name = socket.getfqdn()
    return await probe(target, name=name if "." in name else None, transcript=lines.append)


def _find(name: str, directory: Path, port: int | None) -> Check:
    """The configured check of this name, else the ready-made check of this type."""
    from gslb.config.files import load, load_texts

    faults: ConfigError | None = None
    try:
        known = load(directory).checks
    except ConfigError as error:
        known, faults = {}, error
    if name in known:
        return known[name]
    try:
        at = "" if port is None else f", port: {port}"
        only = {"checks/probe.yaml": f"probe: {{type: {name}{at}}}"}
        return load_texts(only, checks_only=True).checks["probe"]
    except ConfigError as error:
        if faults is not None and directory.is_dir():
            click.echo(f"{directory} is no valid configuration, so its checks are not known", err=True)
        wanted = ", ".join(sorted(known)) or "none"
        raise click.UsageError(f"no check and no type {name!r}; checks in {directory}: {wanted}") from error


def _target(check: Check, address: Address, port: int | None, server_name: str | None) -> Target:
    settings: Any = check.settings
    if port is not None:
        settings = replace(settings, port=port)
    if server_name is not None:
        if not hasattr(settings, "tls"):
            raise click.UsageError(f"a check of type {settings.type} has no server name")
        settings = replace(settings, tls=replace(settings.tls, server_name=server_name))
    source = check.source_ipv4 if address.version == 4 else check.source_ipv6
    return Target(
        id=target_id(settings, address, source),
        address=address,
        settings=settings,
        timing=check.timing,
        slow_after=check.slow_after,
        source=source,
    )


def summary(observation: Observation) -> list[str]:
    """The outcome, its reason and the phases, for people."""
    outcome = observation.outcome.kind.upper()
    where = f" in {observation.phase}" if observation.phase else ""
    code = "" if observation.text.startswith(observation.code) else observation.code
    said = f"{code} {observation.text}".strip()
    lines = [f"{outcome} ({observation.reason}{where})" + (f": {said}" if said else "")]
    if observation.notices:
        lines.append("notices: " + ", ".join(observation.notices))
    if observation.tls is not None:
        facts = observation.tls
        trust = "verified" if facts.verified else f"not verified ({facts.problem or 'no name to verify'})"
        lines.append(f"tls: {facts.version} {facts.cipher}, {trust}")
    lines.append("phases: " + ", ".join(f"{phase} {1000 * seconds:.1f} ms" for phase, seconds in observation.timings))
    return lines


def as_dict(observation: Observation) -> dict[str, Any]:
    """The observation for programs."""
    told = asdict(observation)
    told["outcome"] = str(observation.outcome.kind)
    told["reason"] = str(observation.reason)
    told["phase"] = observation.phase and str(observation.phase)
    told["timings"] = {str(phase): seconds for phase, seconds in observation.timings}
    told["peer"] = observation.peer and str(observation.peer)
    told["source"] = observation.source and str(observation.source)
    return told
