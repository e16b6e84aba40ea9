"""`gslb bench`: how fast the running server answers."""

import ipaddress
import struct
import sys
from pathlib import Path

import click

from gslb.cli.bench.asker import Asker, Load
from gslb.cli.bench.figures import Run, quantiles
from gslb.cli.options import config_option, json_option, print_json
from gslb.errors import Unreachable, WireError
from gslb.model.names import to_wire
from gslb.model.settings import Config
from gslb.model.values import RecordType

_HEADER = struct.Struct(">HHHHHH")
_OPT = b"\0" + struct.pack(">HHIH", 41, 1232, 0, 0)
"""EDNS without options: 1,232 octets of payload."""


@click.command("bench", short_help="Ask the running server, and tell how fast it answers.")
@config_option
@click.argument("names", nargs=-1, metavar="[NAME TYPE]...")
@click.option("--server", metavar="ADDRESS:PORT", help="Whom to ask; default: the first of dns.listen.")
@click.option("--seconds", type=click.FloatRange(0.1, 3600), default=10.0, show_default=True, help="How long to ask.")
@click.option("--rate", type=click.FloatRange(0), default=0.0, help="Questions a second; default: as many as it bears.")
@click.option("--window", type=click.IntRange(1, 10_000), default=100, show_default=True, help="Questions under way.")
@click.option("--sockets", type=click.IntRange(1, 256), default=8, show_default=True, help="Clients' ports.")
@click.option("--timeout", type=click.FloatRange(0.01, 60), default=1.0, show_default=True, help="Seconds to a reply.")
@click.option("--allow", is_flag=True, help="Also ask a server that is not this host's loopback.")
@json_option
def command(
    directory: Path,
    names: tuple[str, ...],
    server: str | None,
    seconds: float,
    rate: float,
    window: int,
    sockets: int,
    timeout: float,
    allow: bool,
    as_json: bool,
) -> None:
    """Ask the server over UDP, with EDNS, and tell replies a second, their times, and what was lost.

    Asks for every service's types, or for the NAME TYPE given. A question without a reply is asked once more; exit 1
    where none came then, either. Asking takes a core of its own: where it is busy, the server could do more.
    """
    from gslb.config.files import load

    config = None if server and names else load(directory)
    address, port = _endpoint(server) if server else _listener(config)
    if not (address.is_loopback or allow):
        raise click.UsageError(f"{address} is not loopback: a load like this is an attack elsewhere; or say --allow")
    queries = _asked(names) if names else _of_services(config)
    if not queries:
        raise click.UsageError("there is no service to ask for: name some, NAME TYPE")
    told = Load(
        server=(str(address), port),
        queries=queries,
        seconds=seconds,
        rate=rate,
        window=window,
        sockets=sockets,
        timeout=timeout,
    )
    try:
        run = Asker(told).ask()
    except OSError as error:
        raise Unreachable(f"{address} port {port}: {error.strerror or error}") from error
    if not run.answered:
        raise Unreachable(f"{address} port {port}: no reply to {run.asked} questions; is the server running?")
    if as_json:
        print_json(_figures(run))
    else:
        _tell(run)
    sys.exit(1 if run.failed else 0)


def _listener(config: Config | None) -> tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int]:
    if config is None:
        raise AssertionError("without a server the configuration was read")
    first = config.node.listen[0]
    if first.address.is_unspecified:
        return ipaddress.ip_address("127.0.0.1" if first.address.version == 4 else "::1"), first.port
    return first.address, first.port


def _endpoint(text: str) -> tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int]:
    from gslb.config.values import parse_endpoint

    try:
        found = parse_endpoint(text)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    return found.address, found.port


def _asked(words: tuple[str, ...]) -> list[bytes]:
    if len(words) % 2:
        raise click.UsageError(f"a type is missing behind {words[-1]}: write NAME TYPE")
    found = []
    for name, rtype in zip(words[::2], words[1::2], strict=True):
        known = RecordType.__members__.get(rtype.upper())
        if known is None:
            raise click.UsageError(f"{rtype}: one of {', '.join(RecordType.__members__)}")
        try:
            found.append(_query(to_wire(name.removesuffix(".") + "."), known))
        except WireError as error:
            raise click.UsageError(str(error)) from None
    return found


def _of_services(config: Config | None) -> list[bytes]:
    services = [one for zone in config.zones for one in zone.services.values() if not one.pool_name] if config else []
    return [_query(service.owner, rtype) for service in services for rtype in service.records]


def _query(name: bytes, rtype: int) -> bytes:
    return _HEADER.pack(0, 0, 1, 0, 0, 1) + name + struct.pack(">HH", rtype, 1) + _OPT


def _figures(run: Run) -> dict[str, object]:
    return {
        "seconds": round(run.seconds, 3),
        "asked": run.asked,
        "answered": run.answered,
        "per_second": round(run.rate),
        "asked_again": run.again,
        "failed_twice": run.failed,
        "late": run.late,
        "rcodes": {str(rcode): count for rcode, count in sorted(run.rcodes.items())},
        "milliseconds": {f"p{100 * part:g}": round(1000 * time, 3) for part, time in quantiles(run.times).items()},
        "asking_cpu": round(run.cpu, 3),
    }


def _tell(run: Run) -> None:
    from gslb.dns.codes import RCODE_NAMES

    rcodes = ", ".join(f"{RCODE_NAMES.get(rcode, rcode)} {count:,}" for rcode, count in run.rcodes.most_common())
    times = ", ".join(f"{100 * part:g} % {1000 * time:.2f} ms" for part, time in quantiles(run.times).items())
    click.echo(f"{run.answered:,} replies in {run.seconds:.1f} s: {run.rate:,.0f} a second ({rcodes})")
    click.echo(f"within: {times}")
    click.echo(f"asked again: {run.again:,}; failed twice: {run.failed:,}; late: {run.late:,}")
    click.echo(f"asking took {100 * run.cpu:.0f} % of a core{': the server could do more' if run.cpu > 0.9 else ''}")
