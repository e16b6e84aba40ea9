"""`gslb bench`: how fast the running server answers."""

import ipaddress
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import click

from gslb.cli.bench.asker import Asker, Load
from gslb.cli.bench.figures import Run
from gslb.cli.bench.questions import of_lines, of_services, of_words
from gslb.cli.options import config_option, json_option, print_json
from gslb.errors import Unreachable
from gslb.model.settings import Config


@click.command("bench", short_help="Ask the running server, and tell how fast it answers.")
@config_option
@click.argument("names", nargs=-1, metavar="[NAME TYPE]...")
@click.option("--queries", type=click.File(), help="A file of questions, NAME TYPE a line as for dnsperf; -: stdin.")
@click.option("--dnssec", is_flag=True, help="Ask for signatures (DO).")
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
    queries: TextIO | None,
    dnssec: bool,
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

    Asks for every service's types, in turn, or for the NAME TYPE given, or for those of a file. A question without a
    reply is asked once more. Asking takes a core of its own: where it is busy, the server could do more.

    Exit status: 0 where every question was answered, 1 where one failed twice, 2 for wrong usage, 3 where nothing
    answers at all.
    """
    from gslb.config.files import load

    if names and queries:
        raise click.UsageError("NAME TYPE, or --queries: not both")
    config = None if server and (names or queries) else load(directory)
    address, port = _endpoint(server) if server else _listener(config)
    if not (address.is_loopback or allow):
        raise click.UsageError(f"{address} is not loopback: a load like this is an attack elsewhere; or say --allow")
    packets = _questions(config, names, queries, dnssec=dnssec)
    told = Load(
        server=(str(address), port),
        queries=packets,
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


def _questions(config: Config | None, names: tuple[str, ...], lines: TextIO | None, *, dnssec: bool) -> Sequence[bytes]:
    try:
        if lines is not None:
            found = of_lines(lines, dnssec=dnssec)
        elif names or config is None:
            found = of_words(names, dnssec=dnssec)
        else:
            found = of_services(config, dnssec=dnssec)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if not found:
        raise click.UsageError("there is nothing to ask for: name some, NAME TYPE")
    return found


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
        "milliseconds": {
            **{f"p{100 * part:g}": round(1000 * time, 3) for part, time in run.times.quantiles().items()},
            "most": round(1000 * run.times.most, 3),
        },
        "asking_cpu": round(run.cpu, 3),
    }


def _tell(run: Run) -> None:
    from gslb.dns.codes import RCODE_NAMES

    rcodes = ", ".join(f"{RCODE_NAMES.get(rcode, rcode)} {count:,}" for rcode, count in run.rcodes.most_common())
    times = ", ".join(f"{100 * part:g} % {1000 * time:.2f} ms" for part, time in run.times.quantiles().items())
    click.echo(f"{run.answered:,} replies in {run.seconds:.1f} s: {run.rate:,.0f} a second ({rcodes})")
    click.echo(f"within: {times}; at most {1000 * run.times.most:.2f} ms")
    click.echo(f"asked again: {run.again:,}; failed twice: {run.failed:,}; late: {run.late:,}")
    click.echo(f"asking took {100 * run.cpu:.0f} % of a core{': the server could do more' if run.cpu > 0.9 else ''}")
