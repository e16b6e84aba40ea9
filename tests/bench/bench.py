"""The running server beside peers that are installed: ratios of CPU per query and of latency, in alternating rounds.

    bench.py [--rounds 5] [--seconds 2] [--only ROW …]    measure, print ratios and whether goals are met
    bench.py --hold PORT                                  only serve gslb.test on PORT until Ctrl-C

The figure that holds on a noisy machine is a server's own CPU time per answered query (user + system, from /proc), and
its ratio to a peer of the same round. Load comes from dnsperf on CPU 1, servers are pinned to CPU 0. Rows:

    weighted   4 weighted members, EDNS, cookies and counters on, against gdnsd and the floor
    plain      the same without the native fast path, against gdnsd
    services   10,000 services (100,000 with --large) against 10
    signed     a signed answer (DO) against NSD with the same signed zone
    tcp        kept connections, against Knot
    latency    99th percentile at half of the slower one's saturation, against gdnsd
"""

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.measure import Figures, measured, verdict
from tests.bench.peers import running
from tests.kit.running import PAUSE, Running

PLAIN = "GSLB_PLAIN_PYTHON"
ZONE = """\
zone: gslb.test
contact: hostmaster@gslb.test
nameservers: {ns1: [127.0.0.1]}
records: |
  mx1 A 192.0.2.1
  mx2 A 192.0.2.2
  @ MX 10 mx1
  @ MX 10 mx2
  static A 192.0.2.1
pools:
  four:
    members:
      h1: {address: 192.0.2.1, weight: 40}
      h2: {address: 192.0.2.2, weight: 30}
      h3: {address: 192.0.2.3, weight: 20}
      h4: {address: 192.0.2.4, weight: 10}
services:
  smtp: {records: [A, MX], pools: [four], answers: 1}
"""
ROWS = ("weighted", "plain", "services", "signed", "tcp", "latency")


def more(count: int) -> str:
    """So many services, each with four members of its own."""
    lines = []
    for number in range(count):
        place = f"{number >> 14 & 63}.{number >> 7 & 127}.{number & 127}"
        members = ", ".join(
            f"m{n}: {{address: 10.{64 * n + (number >> 14 & 63)}.{number >> 7 & 127}.{number & 127}, weight: {4 - n}}}"
            for n in range(4)
        )
        lines.append(f"  s{number}: {{records: [A], answers: 1, members: {{{members}}}}}  # {place}\n")
    return "".join(lines)


@contextmanager
def ours(home: Path, name: str, zone: str = ZONE, *, plain: bool = False, signed: bool = False) -> Iterator[Running]:
    """Our server with one worker."""
    directory = home / name
    if plain:
        os.environ[PLAIN] = "1"
    server = Running(directory, {"zones/gslb.test.yaml": zone + ("dnssec: {}\n" if signed else "")}, workers=1)
    try:
        if signed:
            keys = [sys.executable, "-m", "gslb", "keys", "generate", "gslb.test", "-c", str(directory)]
            subprocess.run(keys, check=True, stdout=subprocess.DEVNULL)
        server.start()
        server.wait_ready(240)
        yield server
    finally:
        os.environ.pop(PLAIN, None)
        server.stop()


class Bench:
    """What every row needs."""

    def __init__(self, home: Path, rounds: int, seconds: float) -> None:
        self.home = home
        self.rounds = rounds
        self.seconds = seconds

    def queries(self, *lines: str) -> Path:
        """A file for dnsperf."""
        path = self.home / f"queries-{abs(hash(lines)):x}"
        path.write_text("".join(f"{line}\n" for line in lines))
        return path

    def rounds_of(
        self, places: dict[str, tuple[int, int, Path]], flags: tuple[str, ...] = ("-e",)
    ) -> dict[str, list[Figures]]:
        """Every server once a round, by turns."""
        rows: dict[str, list[Figures]] = {name: [] for name in places}
        for _ in range(self.rounds):
            for name, (pid, port, queries) in places.items():
                rows[name].append(measured(pid, port, queries, seconds=self.seconds, flags=flags))
        return rows


def worker(server: Running) -> tuple[int, int]:
    """Its one worker and the port."""
    return server.pids()["workers"][0], server.dns_port


def show(row: str, rows: dict[str, list[Figures]], name: str, against: str, goal: float) -> None:
    """One line of the report."""
    if against not in rows or name not in rows:
        return
    ratios = [mine.us / theirs.us for mine, theirs in zip(rows[name], rows[against], strict=True)]
    costs = ", ".join(f"{each} {statistics.median(one.us for one in rows[each]):.2f} us" for each in (name, against))
    print(f"{row:9} {name} / {against:10} {verdict(ratios, goal)}   ({costs})", flush=True)


def weighted(bench: Bench, names: tuple[str, ...], *, plain: bool = False) -> dict[str, list[Figures]]:
    """The commonest question, beside peers."""
    asked = bench.queries("smtp.gslb.test A")
    name = "plain" if plain else "gslb"
    with ours(bench.home, name, plain=plain) as server, running(Path(tempfile.mkdtemp(dir=bench.home)), names) as peers:
        places = {name: (*worker(server), asked)} | {each: (*place, asked) for each, place in peers.items()}
        return bench.rounds_of(places)


def services(bench: Bench, count: int) -> dict[str, list[Figures]]:
    """Many services against few: the same server program, names asked at random."""
    few = bench.queries(*(f"s{number}.gslb.test A" for number in range(10)))
    many = bench.queries(*(f"s{number * 7919 % count}.gslb.test A" for number in range(min(count, 100_000))))
    with (
        ours(bench.home, "few", ZONE + more(10)) as one,
        ours(bench.home, f"many-{count}", ZONE + more(count)) as other,
    ):
        return bench.rounds_of({"10": (*worker(one), few), str(count): (*worker(other), many)})


def signed(bench: Bench) -> dict[str, list[Figures]]:
    """One record and its signature."""
    asked = bench.queries("static.gslb.test A")
    with ours(bench.home, "signed", signed=True) as server, running(bench.home, ("nsd-signed",)) as peers:
        places = {"gslb": (*worker(server), asked)} | {each: (*place, asked) for each, place in peers.items()}
        return bench.rounds_of(places, ("-D",))


def tcp(bench: Bench) -> dict[str, list[Figures]]:
    """Connections that are kept."""
    asked = bench.queries("smtp.gslb.test A")
    with ours(bench.home, "tcp") as server, running(bench.home, ("knot",)) as peers:
        places = {"gslb": (*worker(server), asked)} | {each: (*place, asked) for each, place in peers.items()}
        return bench.rounds_of(places, ("-e", "-m", "tcp"))


def latency(bench: Bench) -> None:
    """At half of what the slower one can do, the same rate for both."""
    asked = bench.queries("smtp.gslb.test A")
    home = Path(tempfile.mkdtemp(dir=bench.home))
    with ours(bench.home, "latency") as server, running(home, ("gdnsd",)) as peers:
        places = {"gslb": worker(server), **peers}
        if "gdnsd" not in places:
            return
        most = [measured(*place, asked, seconds=bench.seconds).rate for place in places.values()]
        rate = int(min(most) / 2)
        ratios = []
        for _ in range(bench.rounds):
            got = {
                name: measured(*place, asked, seconds=bench.seconds, flags=("-e", "-Q", str(rate)), latencies=True)
                for name, place in places.items()
            }
            ratios.append(got["gslb"].p99 / got["gdnsd"].p99)
        print(f"latency   gslb / gdnsd      {verdict(ratios, 1.2)}   (p99 at {rate} queries/s)", flush=True)


def main() -> None:
    """Measure, or hold the server."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--rounds", type=int, default=5)
    ask.add_argument("--seconds", type=float, default=2)
    ask.add_argument("--only", action="append", choices=ROWS)
    ask.add_argument("--large", action="store_true", help="with 100,000 services as well")
    ask.add_argument("--hold", type=int, metavar="PORT")
    args = ask.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the server ends with us
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gslb-bench-")))
        home.chmod(0o755)
        if args.hold:
            hold(home, args.hold)
            return
        if shutil.which("dnsperf") is None:
            raise SystemExit("dnsperf is not installed (Debian package dnsperf)")
        report(Bench(home, args.rounds, args.seconds), tuple(args.only or ROWS), large=args.large)


def report(bench: Bench, rows: tuple[str, ...], *, large: bool) -> None:
    """Row after row."""
    if "weighted" in rows:
        found = weighted(bench, ("gdnsd", "floor", "nsd", "knot"))
        show("weighted", found, "gslb", "gdnsd", 0.90)
        show("weighted", found, "gslb", "floor", 1.10)
        show("weighted", found, "gslb", "nsd", 1.0)
        show("weighted", found, "gslb", "knot", 1.0)
    if "plain" in rows:
        show("plain", weighted(bench, ("gdnsd",), plain=True), "plain", "gdnsd", 2.0)
    if "services" in rows:
        show("services", services(bench, 10_000), "10000", "10", 1.15)
        if large:
            show("services", services(bench, 100_000), "100000", "10", 1.3)
    if "signed" in rows:
        show("signed", signed(bench), "gslb", "nsd-signed", 1.0)
    if "tcp" in rows:
        show("tcp", tcp(bench), "gslb", "knot", 1.5)
    if "latency" in rows:
        latency(bench)


def hold(home: Path, port: int) -> None:
    """Serve until Ctrl-C, for other measuring tools."""
    server = Running(home, {"zones/gslb.test.yaml": ZONE}, workers=1)
    server.write({"gslb.yaml": server.node.replace(f":{server.dns_port}", f":{port}")})
    with server:
        print(f"serving gslb.test on 127.0.0.1:{port}; pids {server.pids()}", flush=True)
        try:
            PAUSE.wait()
        except KeyboardInterrupt:
            print("ended")


if __name__ == "__main__":
    main()
