"""What probing costs: 10,000 SMTP targets at 10 s from one control process, and beside prometheus-blackbox-exporter.

    bench_probes.py [--targets 10000] [--interval 10] [--seconds 30]      measure, compare with the goals
    bench_probes.py --sink CERTIFICATE                                    only the peers, until stdin ends

The peers are one process of their own on loopback (127.10.0.0/15): an SMTP server, one with STARTTLS, and one that is
told when to answer and when to accept and stay silent. What 500 hanging targets do to others is the difference between
rounds in which the same 500 hang and answer, in turn: all else is equal then, the machine's other work but for chance.
CPU is user + system of control from /proc, the kernel's part of its connections included. Exit status 1 where a goal
is missed.
"""

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import dns.message
import httpx
import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.kit.running import PAUSE, Running, free_ports, until

TICKS = os.sysconf("SC_CLK_TCK")
PER_POOL = 10
POOLS_PER_ZONE = 100
HANGING = 500
ROUNDS = 3
GREETING, HELLO, TLS_HELLO = (
    b"220 sink ESMTP\r\n",
    b"250-sink\r\n250-SIZE 1000000\r\n250 8BITMIME\r\n",
    b"250-sink\r\n250 STARTTLS\r\n",
)


# the peers


class Sink(asyncio.Protocol):
    """One SMTP session. `starts`: connections by second, but for those of the `fickle` port, which may hang."""

    starts: ClassVar[Counter[int]] = Counter()
    context: ClassVar[ssl.SSLContext | None] = None
    hanging: ClassVar[bool] = False

    def __init__(self, *, offer_tls: bool = False, fickle: bool = False) -> None:
        self.offer_tls = offer_tls
        self.fickle = fickle
        self.encrypted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet, and count."""
        self.transport = transport
        if self.encrypted:
            return
        self.starts[int(time.monotonic())] += not self.fickle
        if not (self.fickle and Sink.hanging):
            transport.write(GREETING)

    def data_received(self, data: bytes) -> None:
        """One command at a time is all a probe sends."""
        if data.startswith(b"EHLO"):
            self.transport.write(TLS_HELLO if self.offer_tls and not self.encrypted else HELLO)
        elif data.startswith(b"QUIT"):
            self.transport.write(b"221 bye\r\n")
            self.transport.close()
        elif data.startswith(b"STARTTLS"):
            self.transport.write(b"220 go\r\n")
            self.upgrade = asyncio.get_running_loop().create_task(self._encrypt())

    async def _encrypt(self) -> None:
        self.encrypted = True
        with contextlib.suppress(OSError):
            loop = asyncio.get_running_loop()
            self.transport = await loop.start_tls(self.transport, self, self.context, server_side=True)


def listening() -> socket.socket:
    """A listener for every loopback address, reachable over loopback alone."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
    sock.bind(("0.0.0.0", 0))
    sock.setblocking(False)
    return sock


async def sink(certificate: str) -> None:
    """Serve; each line on stdin is answered with the counts so far. "hang" and "answer" tell the fickle port to."""
    loop = asyncio.get_running_loop()
    Sink.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    Sink.context.load_cert_chain(certificate)
    plain, tls, fickle = listening(), listening(), listening()
    await loop.create_server(Sink, sock=plain, backlog=4096)
    await loop.create_server(lambda: Sink(offer_tls=True), sock=tls, backlog=4096)
    await loop.create_server(lambda: Sink(fickle=True), sock=fickle, backlog=4096)
    print(json.dumps([each.getsockname()[1] for each in (plain, tls, fickle)]), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        Sink.hanging = {"hang": True, "answer": False}.get(line.strip(), Sink.hanging)
        print(json.dumps(dict(Sink.starts)), flush=True)


class Peers:
    """The sink's process and its ports."""

    def __init__(self, home: Path) -> None:
        import trustme

        pem = home / "sink.pem"
        trustme.CA().issue_cert("sink.example").private_key_and_cert_chain_pem.write_to_path(pem)
        line = [sys.executable, __file__, "--sink", str(pem)]
        self.process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.plain, self.tls, self.fickle = json.loads(self.process.stdout.readline())

    def starts(self, word: str = "") -> dict[int, int]:
        """Connections accepted, by second. "hang" and "answer" tell the fickle port to."""
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        return {int(second): count for second, count in json.loads(self.process.stdout.readline()).items()}

    def end(self) -> None:
        """Close stdin: it ends."""
        self.process.stdin.close()
        self.process.wait(10)


# the server under test


class Large(Running):
    """A server of 10,000 targets: it reads its configuration and probes them all before it is ready."""

    def __enter__(self) -> Running:
        self.start()
        try:
            self.wait_ready(120)
        except BaseException:
            self.__exit__()
            raise
        return self


def zones(count: int, check: str, second: int, prefix: str) -> dict[str, str]:
    """Zone files for `count` members, each at an address of its own, in pools of ten."""
    files = {}
    pools = []
    for first in range(0, count, PER_POOL):
        members = "\n".join(
            f"      m{n}: {{address: 127.{second}.{n // 250}.{n % 250 + 1}}}"
            for n in range(first, min(first + PER_POOL, count))
        )
        pools.append(f"  p{first // PER_POOL}:\n    checks: [{check}]\n    members:\n{members}\n")
    for number in range(0, len(pools), POOLS_PER_ZONE):
        zone = f"{prefix}{number // POOLS_PER_ZONE}.test"
        head = f"zone: {zone}\ncontact: hostmaster@{zone}\nnameservers: {{ns1: [127.0.0.1]}}\npools:\n"
        files[f"zones/{zone}.yaml"] = head + "".join(pools[number : number + POOLS_PER_ZONE])
    return files


def check(name: str, port: int, interval: float, tls: str) -> str:
    """One check of a checks file."""
    return f"{name}: {{type: smtp, port: {port}, interval: {interval}s, tls: {tls}}}\n"


def spent(pid: int) -> float:
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def counters(server: Running) -> dict[str, float]:
    """The counters of probing, by name."""
    found = {}
    # A scrape of so many members takes seconds of a thread that shares its core with the probes.
    scraped = httpx.get(f"http://127.0.0.1:{server.http_port}/metrics", timeout=90)
    for line in scraped.text.splitlines():
        name, _, value = line.partition(" ")
        if name.startswith(("gslb_probe", "gslb_probes")) and "{" not in name:
            found[name] = float(value)
    return found


@dataclass(slots=True)
class Asker:
    """Asks one name all the time, from a thread, and keeps how long each answer took."""

    port: int
    took: list[float] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def ask(self) -> None:
        """Until told to end."""
        packet = dns.message.make_query("p0.a0.test", "A").to_wire()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(1)
            sock.connect(("127.0.0.1", self.port))
            while not self.over.wait(0.005):
                began = time.perf_counter()
                sock.send(packet)
                with contextlib.suppress(TimeoutError):
                    sock.recv(4096)
                self.took.append(time.perf_counter() - began)


@dataclass(slots=True, kw_only=True)
class Window:
    """What happened while we looked. CPU in seconds, `p99` of DNS answers in seconds."""

    seconds: float
    cpu: float
    probes: float
    overruns: float
    saturated: float
    p99: float
    starts: list[int]


def look(server: Running, peers: Peers, seconds: float) -> Window:
    """Watch the server for so long; `seconds` are whole intervals, since starts are not even within one."""
    pid = server.pids()["control"]
    asker = Asker(server.dns_port)
    thread = threading.Thread(target=asker.ask)
    before = counters(server)
    PAUSE.wait(3)  # a scrape of so many members is felt; it is not what is measured here
    cpu, began = spent(pid), time.monotonic()
    first = int(began) + 1
    thread.start()
    PAUSE.wait(first + round(seconds) - began)
    cpu, ended = spent(pid) - cpu, time.monotonic()
    asker.over.set()
    thread.join()
    starts = peers.starts()
    seen = [starts.get(second, 0) for second in range(first, first + round(seconds))]
    after = counters(server)
    return Window(
        seconds=ended - began,
        cpu=cpu,
        probes=sum(seen) * (ended - began) / len(seen),
        overruns=after["gslb_probe_overruns_total"] - before["gslb_probe_overruns_total"],
        saturated=after["gslb_probe_saturated_total"] - before["gslb_probe_saturated_total"],
        p99=statistics.quantiles(asker.took, n=100)[98],
        starts=seen,
    )


# the peer that is compared


BLACKBOX = """\
modules:
  plain: {prober: tcp, timeout: 5s, tcp: {preferred_ip_protocol: ip4, query_response: [
    {expect: "^220 "}, {send: "EHLO prober.example\\r"}, {expect: "^250 "}, {send: "QUIT\\r"}, {expect: "^221 "}]}}
  tls: {prober: tcp, timeout: 5s, tcp: {preferred_ip_protocol: ip4, tls_config: {insecure_skip_verify: true},
    query_response: [
    {expect: "^220 "}, {send: "EHLO prober.example\\r"}, {expect: "^250 "}, {send: "STARTTLS\\r"}, {expect: "^220 "},
    {starttls: true}, {send: "EHLO prober.example\\r"}, {expect: "^250 "}, {send: "QUIT\\r"}, {expect: "^221 "}]}}
"""


@contextlib.contextmanager
def blackbox(home: Path) -> Iterator[tuple[int, int]]:
    """prometheus-blackbox-exporter on a free port: its pid and the port."""
    (port,) = free_ports(1)
    config = home / "blackbox.yml"
    config.write_text(BLACKBOX)
    line = ["prometheus-blackbox-exporter", f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}"]
    process = subprocess.Popen(line, stderr=subprocess.DEVNULL, env={**os.environ, "GOMAXPROCS": "1"})
    try:
        until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0, 10, "blackbox_exporter")
        yield process.pid, port
    finally:
        process.terminate()
        process.wait(10)


def blackbox_cost(pid: int, port: int, module: str, target: int, count: int) -> float:
    """CPU seconds per probe."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        before = 0.0
        for number in range(-20, count):
            if number == 0:
                before = spent(pid)
            answer = client.get("/probe", params={"module": module, "target": f"127.10.0.{number % 200 + 1}:{target}"})
            if "probe_success 1" not in answer.text:
                raise SystemExit(f"blackbox_exporter does not succeed: {answer.text}")
        return (spent(pid) - before) / count


# the goals


class Report:
    """Lines, each with its goal where there is one."""

    def __init__(self) -> None:
        self.missed = 0

    def say(self, what: str, value: float, unit: str, goal: float | None = None) -> None:
        """One figure; a goal is an upper bound."""
        verdict = ""
        if goal is not None:
            verdict = f"(goal {goal:g}: {'held' if value <= goal else 'MISSED'})"
            self.missed += value > goal
        print(f"{what:54} {value:10.3f} {unit:12} {verdict}", flush=True)


def main() -> None:
    """Measure, or be the peers."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--targets", type=int, default=10_000)
    ask.add_argument("--interval", type=float, default=10.0)
    ask.add_argument("--seconds", type=float, default=30.0)
    ask.add_argument("--only-plain", action="store_true")
    ask.add_argument("--sink", metavar="CERTIFICATE")
    args = ask.parse_args()
    if args.sink:
        uvloop.run(sink(args.sink))
        return
    with tempfile.TemporaryDirectory(prefix="gslb-bench-") as home:
        report = Report()
        measure(Path(home), args, report)
    sys.exit(1 if report.missed else 0)


def measure(home: Path, args: argparse.Namespace, report: Report) -> None:
    """All figures."""
    peers = Peers(home)
    try:
        files = zones(args.targets, "smtp", 10, "a")
        files["checks/smtp.yaml"] = check("smtp", peers.plain, args.interval, "none")
        files |= zones(HANGING, "fickle", 11, "b")
        files["checks/fickle.yaml"] = check("fickle", peers.fickle, args.interval, "none")
        with Large(home / "plain", files, workers=1) as server:
            plain = many(server, peers, args, report)
            if not args.only_plain:
                hanging(server, peers, args, report)
        if args.only_plain:
            return
        files = {**zones(1000, "smtp", 10, "a"), "checks/smtp.yaml": check("smtp", peers.tls, 4, "starttls")}
        with Large(home / "tls", files, workers=1) as server:
            PAUSE.wait(8)
            seen = look(server, peers, 20)
            tls = seen.cpu / seen.probes
            report.say("CPU per SMTP probe with STARTTLS, all of control", tls * 1e6, "us")
        compare(home, peers, (plain.cpu / plain.probes, tls), report)
    finally:
        peers.end()


def many(server: Running, peers: Peers, args: argparse.Namespace, report: Report) -> Window:
    """All targets healthy. The fickle ones answer, and their probes are in the count."""
    until(lambda: is_steady(peers, args), 240, "as many starts per second as there should be")
    PAUSE.wait(2 * args.interval)
    seen = look(server, peers, args.seconds)
    seen.probes *= 1 + HANGING / args.targets
    mean = statistics.mean(seen.starts)
    report.say(f"{args.targets} + {HANGING} targets at {args.interval:g} s: probes", seen.probes / seen.seconds, "1/s")
    share = args.targets / (args.targets + HANGING)
    report.say(
        f"CPU of control, {args.targets} targets' part", 100 * share * seen.cpu / seen.seconds, "% of a core", 25.0
    )
    report.say("CPU per SMTP probe, all of control", seen.cpu / seen.probes * 1e6, "us")
    report.say("overruns, a scrape of /metrics among them", seen.overruns, "", 0.0)
    report.say("waits for a slot above half an interval, as well", seen.saturated, "", 0.0)
    report.say("the fullest second over the mean", max(seen.starts) / mean, "", 1.5)
    report.say("DNS p99", seen.p99 * 1e3, "ms")
    return seen


def is_steady(peers: Peers, args: argparse.Namespace) -> bool:
    """Whether the start is over: ten seconds in which nothing was missed and nothing was made up for."""
    PAUSE.wait(5)
    now, starts, due = int(time.monotonic()), peers.starts(), args.targets / args.interval
    return all(0.7 * due < starts.get(second, 0) < 1.4 * due for second in range(now - 10, now))


def hanging(server: Running, peers: Peers, args: argparse.Namespace, report: Report) -> None:
    """500 targets that hang and answer in turn. Each round is looked at once it has settled, the first also before."""
    rounds: dict[str, list[Window]] = {"hang": [], "answer": []}
    peers.starts("hang")
    onset = look(server, peers, args.interval)
    for word in ("hang", "answer") * ROUNDS:
        peers.starts(word)
        PAUSE.wait(2 * args.interval)
        rounds[word].append(look(server, peers, args.seconds * 2 / 3))
    calm, held_up = (statistics.median(map(rate, rounds[word])) for word in ("answer", "hang"))
    report.say(f"{HANGING} hanging: starts per second of the others", held_up, "1/s")
    report.say(f"{HANGING} hanging, at first: short of the calm rate", 100 * (1 - rate(onset) / calm), "%", 2.0)
    report.say(f"{HANGING} hanging, later: short of the calm rate", 100 * (1 - held_up / calm), "%", 2.0)
    waits = {word: [seen.p99 * 1e3 for seen in seen_in] for word, seen_in in rounds.items()}
    for word, each in waits.items():
        report.say(f"DNS p99 of {ROUNDS} rounds, {HANGING} targets {word}", statistics.median(each), "ms")
    ratio = statistics.median(waits["hang"]) / statistics.median(waits["answer"])
    report.say("DNS p99, hanging over answering", ratio, "", 1.25)


def rate(seen: Window) -> float:
    """Starts per second of the targets that always answer."""
    return sum(seen.starts) / len(seen.starts)


def compare(home: Path, peers: Peers, ours: tuple[float, float], report: Report) -> None:
    """Beside blackbox_exporter: ratios of CPU per probe."""
    if shutil.which("prometheus-blackbox-exporter") is None:
        print("prometheus-blackbox-exporter is not installed (the Debian package of this name): no comparison")
        return
    with blackbox(home) as (pid, port):
        cases = (("plain", peers.plain, 0.5), ("tls", peers.tls, 0.8))
        for (module, target, goal), cost in zip(cases, ours, strict=True):
            theirs = blackbox_cost(pid, port, module, target, 2000)
            report.say(f"CPU per SMTP probe, {module}, blackbox_exporter", theirs * 1e6, "us")
            report.say(f"CPU per SMTP probe, {module}, ours over theirs", cost / theirs, "", goal)


if __name__ == "__main__":
    main()
