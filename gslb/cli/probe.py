"""`gslb probe`: one probe, now, with every phase, as a person wants it at three in the morning."""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import click

from gslb.cli.options import config_option, json_option, print_json
from gslb.errors import ConfigError
from gslb.model.checks import Check, HttpSettings, TcpSettings
from gslb.model.observations import Failed, Inconclusive, Observation
from gslb.model.settings import Config
from gslb.model.targets import Target, target_id
from gslb.model.values import Address
from gslb.model.verdicts import MemberKey


@click.command("probe", short_help="Run one probe now, and show every phase.")
@click.argument("check")
@click.argument("address")
@click.option("--port", type=click.IntRange(1, 65535), help="Another port than the check's.")
@click.option("--server-name", help="SNI and the name verified instead of the check's; Host where the check has none.")
@config_option
@json_option
def command(
    check: str, address: str, port: int | None, server_name: str | None, directory: Path, as_json: bool
) -> None:
    """Run CHECK (a configured check, or a type such as smtp) once at ADDRESS; exit 1 when it fails.

    Where ADDRESS is a member's, it is probed as the server does: with the member's probe_address, probe_port and
    hostname. Shown are what was said on both sides, the outcome, its reason, and the time each phase took.
    """
    try:
        at = ip_address(address)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="ADDRESS") from error
    found, config = _find(check, directory, port)
    served, member = _of_member(config, found, at) if config else (None, "the defaults of the type")
    target = _changed(served or _target(found, at, config), port, server_name)
    lines: list[str] = []
    observation = asyncio.run(_run(target, config, lines))
    if as_json:
        print_json({**as_dict(observation), "transcript": lines})
    else:
        head = f"{found.name} at {target.address} port {target.port}: {member}"
        click.echo("\n".join([head, *lines, "", *summary(observation)]))
    sys.exit(1 if isinstance(observation.outcome, Failed | Inconclusive) else 0)


async def _run(target: Target, config: Config | None, lines: list[str]) -> Observation:
    from gslb.config.files import full_host_name
    from gslb.probes.run import probe

    name = (config.node.probing.name if config else None) or full_host_name()
    return await probe(target, name=name, transcript=lines.append)


def _find(name: str, directory: Path, port: int | None) -> tuple[Check, Config | None]:
    """The configured check of this name and its configuration, else the ready-made check of this type."""
    from gslb.config.files import load, load_texts

    faults: ConfigError | None = None
    config: Config | None = None
    try:
        config = load(directory)
    except ConfigError as error:
        faults = error
    known = config.checks if config else {}
    if name in known:
        return known[name], config
    try:
        at = "" if port is None else f", port: {port}"
        only = {"checks/probe.yaml": f"probe: {{type: {name}{at}}}"}
        return replace(load_texts(only, checks_only=True).checks["probe"], name=name), config
    except ConfigError as error:
        if faults is not None and directory.is_dir():
            click.echo(f"{directory} is no valid configuration, so its checks are not known", err=True)
        wanted = ", ".join(sorted(known)) or "none"
        raise click.UsageError(f"no check and no type {name!r}; checks in {directory}: {wanted}") from error


def _of_member(config: Config, check: Check, address: Address) -> tuple[Target | None, str]:
    """What the server itself probes for the member that has this address, and who that is."""
    for member, answered, target in _targets(config, check.name):
        if address in (answered, target.address):
            return target, str(member)
    return None, "no member with this check has this address"


def _targets(config: Config, check: str) -> Iterator[tuple[MemberKey, Address, Target]]:
    """Every target of a check, with its member and the address that member answers."""
    for zone in config.zones:
        for pool in zone.pools.values():
            for member in pool.members:
                key = MemberKey(zone.text, pool.name, member.name)
                for address, verdicts in member.verdicts.items():
                    yield from ((key, address, config.targets[one.target]) for one in verdicts if one.check == check)


def _target(check: Check, address: Address, config: Config | None) -> Target:
    ipv4 = address.version == 4
    source = check.source_ipv4 if ipv4 else check.source_ipv6
    if source is None and config is not None:
        source = config.node.probing.source_ipv4 if ipv4 else config.node.probing.source_ipv6
    return Target(
        id=target_id(check.settings, address, source),
        address=address,
        settings=check.settings,
        timing=check.timing,
        slow_after=check.slow_after,
        source=source,
    )


def _changed(target: Target, port: int | None, server_name: str | None) -> Target:
    """The target with what the command line says otherwise."""
    settings = target.settings
    if port is not None:
        settings = replace(settings, port=port)
    if server_name is not None:
        if isinstance(settings, TcpSettings):
            raise click.UsageError("a tcp check has no server name")
        settings = replace(settings, tls=replace(settings.tls, server_name=server_name))
        if isinstance(settings, HttpSettings) and settings.host is None:
            settings = replace(settings, host=server_name)
    return replace(target, settings=settings)


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
