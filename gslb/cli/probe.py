"""`gslb probe`: one probe, now, with every phase, as a person wants it at three in the morning."""

import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import click

from gslb.cli.options import config_option, json_option, print_json
from gslb.cli.probe_report import UNKNOWN, as_dict, plugin_line, plugin_status, summary
from gslb.errors import ConfigError
from gslb.model.checks import Check, HttpSettings
from gslb.model.observations import Failed, Inconclusive, Observation
from gslb.model.settings import Config
from gslb.model.targets import Target, target_id
from gslb.model.values import Address
from gslb.model.verdicts import MemberKey


class _Plugin(click.Command):
    """A command that, as a plugin, tells wrong usage as UNKNOWN: exit code 2 would say CRITICAL."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        as_plugin = "--plugin" in args
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            if as_plugin:
                _unknown(error.format_message())
            raise

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            if ctx.params.get("as_plugin"):
                _unknown(error.format_message())
            raise


def _unknown(message: str) -> None:
    click.echo(f"PROBE UNKNOWN: {' '.join(message.split()).replace('|', '/')}")
    sys.exit(UNKNOWN)


@click.command("probe", cls=_Plugin, short_help="Run one probe now, and show every phase.")
@click.argument("check")
@click.argument("address")
@click.option("--port", type=click.IntRange(1, 65535), help="Another port than the check's.")
@click.option("--server-name", help="SNI and the name verified instead of the check's; Host where the check has none.")
@click.option("--set", "keys", multiple=True, metavar="KEY=VALUE", help="With a type: a key of the check, as in YAML.")
@click.option("--plugin", "as_plugin", is_flag=True, help="One line with perfdata; exit 0, 1, 2 or 3.")
@config_option
@json_option
def command(
    check: str,
    address: str,
    port: int | None,
    server_name: str | None,
    keys: tuple[str, ...],
    as_plugin: bool,
    directory: Path,
    as_json: bool,
) -> None:
    """Run CHECK (a configured check, or a type such as smtp) once at ADDRESS; exit 1 when it fails.

    Where ADDRESS is a member's, it is probed as the server does: with the member's probe_address, probe_port and
    hostname. Shown are what was said on both sides, the outcome, its reason, and the time each phase took.
    """
    if as_plugin and as_json:
        raise click.UsageError("--plugin and --json cannot stand together")
    try:
        at = ip_address(address)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="ADDRESS") from error
    found, config = _find(check, directory, port, keys)
    served, member = _of_member(config, found, at) if config else (None, "the defaults of the type")
    target = _changed(served or _target(found, at, config), port, server_name)
    lines: list[str] = []
    observation = asyncio.run(_run(target, config, lines))
    if as_plugin:
        click.echo(plugin_line(target, observation))
        sys.exit(plugin_status(observation))
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


def _find(name: str, directory: Path, port: int | None, keys: tuple[str, ...]) -> tuple[Check, Config | None]:
    """The configured check of this name and its configuration, else a ready-made check of this type."""
    from gslb.config.files import load
    from gslb.config.schema_check import TYPES

    config: Config | None = None
    broken = False
    try:
        config = load(directory)
    except ConfigError:
        broken = directory.is_dir()
    except OSError as error:
        click.echo(f"{directory} cannot be read, so its checks are not known: {error.strerror}", err=True)
    known = config.checks if config else {}
    if name in known:
        if keys:
            raise click.UsageError(f"{name} is a configured check: --set is for types, {', '.join(TYPES)}")
        return known[name], config
    if broken:
        click.echo(f"{directory} is no valid configuration, so its checks are not known", err=True)
    if name in TYPES:
        return _ready_made(name, port, keys), config
    wanted = ", ".join(sorted(known)) or "none"
    raise click.UsageError(f"no check and no type {name!r}; checks in {directory}: {wanted}")


def _ready_made(word: str, port: int | None, keys: tuple[str, ...]) -> Check:
    """A check of a type with its defaults and these keys; files are sought from the working directory."""
    from gslb.config.files import load_texts

    table: dict[str, Any] = {"type": word, **dict(map(_key, keys))}
    if port is not None and word not in ("exec", "file"):
        table["port"] = port
    try:
        return load_texts({"checks/probe.yaml": json.dumps({word: table})}, Path.cwd(), checks_only=True).checks[word]
    except ConfigError as error:
        told = "; ".join(f"{fault.key.removeprefix(f'{word}.')}: {fault.message}" for fault in error.faults)
        raise click.UsageError(f"no check of type {word} without fault: {told} (--set KEY=VALUE)") from error


def _key(pair: str) -> tuple[str, Any]:
    """One KEY=VALUE; the value is read as YAML, or is plain text where it is none."""
    from gslb.config import positions

    key, equals, value = pair.partition("=")
    if not key or not equals:
        raise click.UsageError(f"--set {pair}: write KEY=VALUE")
    read = positions.read(value)
    return key, value if read.faults else read.value


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
    settings: Any = target.settings
    if port is not None:
        settings = replace(settings, port=port)
    if server_name is not None:
        if not hasattr(settings, "tls"):
            raise click.UsageError(f"a check of type {settings.type} has no server name")
        settings = replace(settings, tls=replace(settings.tls, server_name=server_name))
        if isinstance(settings, HttpSettings) and settings.host is None:
            settings = replace(settings, host=server_name)
    return replace(target, settings=settings)
