"""What size costs: start and memory with many services, queries against few, a verdict's way to every worker, flapping.

    bench_scale.py [--services 10000 100000] [--only start,memory,queries,swap,verdict,flapping] [--rounds 5]

Services are of one A record and one pool of four, in one zone; all on loopback (members are 127/8). Rows:

    start      from `gslb run` to ready, parsing included, on saved verdicts of every member
    memory     shared table, one worker beyond it, all roles at their peak: once, it does not vary
    queries    CPU per query of many services against ten, in turn
    swap       how long a changed table holds the loop that answers, CPU; the worst of 100
    verdict    from the last failing probe's verdict to the changed answer of the last of two workers, 1,000 services
    flapping   questions that fail twice while every member turns each second, at half of saturation

Where there are rounds, their median and interquartile range are told: met at the goal plus half of that. The machine's
other work counts in what is told as time; what is told as CPU is the server's own, and "a loop of five million" takes
0.2 s where nothing else runs. Exit status 1 where a goal is missed.
"""

import argparse
import asyncio
import compileall
import contextlib
import json
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import dns.message
import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import gslb
from gslb import logs
from gslb.config.files import load
from gslb.control.memory import Memory
from gslb.control.metrics import Metrics
from gslb.control.pipeline import Pipeline
from gslb.control.publisher import Publisher
from gslb.dns.worker.answerer import Answerer
from gslb.dns.worker.channel import open_settled
from gslb.dns.worker.native import fast
from gslb.health.ledger import Ledger
from gslb.model.observations import Observation, Passed
from gslb.model.verdicts import State
from tests.bench.bench_steering import A_ALONE, PASSED, REFUSED, additions, estate
from tests.bench.bench_steering import spent as spent_by
from tests.bench.measure import family, measured, spent, verdict
from tests.kit.running import PAUSE, Running, until

MEMBERS = 4
ZONE = "scale.test"
START, SHARED, WORKER, ALL_ROLES = {10_000: 5.0, 100_000: 60.0}, 150, 60, 1500
PER_QUERY = {10_000: 1.15, 100_000: 1.3}
VERDICT, SWAP = 0.020, 0.001
SLOW = "tcp: {type: tcp, port: 9, interval: 1h, fast_interval: 1h, down_interval: 1h, timeout: 5s}\n"
missed: list[str] = []


def told(what: str, found: float | list[float], goal: float, unit: str) -> None:
    """One row, and whether its goal is met: of several rounds by their median, with half their interquartile range."""
    rounds = found if isinstance(found, list) else [found]
    low, _, high = statistics.quantiles(rounds, n=4) if len(rounds) > 1 else (rounds[0],) * 3
    median = statistics.median(rounds)
    good = median <= goal + (high - low) / 2
    spread = f" (iqr {high - low:.2f} of {len(rounds)})" if len(rounds) > 1 else ""
    print(f"{what:58} {median:10.2f} {unit:4} goal {goal:g}: {'met' if good else 'NOT met'}{spread}", flush=True)
    if not good:
        missed.append(what)


def zone(services: int, check: str = "") -> str:
    """So many services, their members all of another address."""
    lines = [f"zone: {ZONE}", "contact: hostmaster@scale.test", "nameservers: {ns1: [127.0.0.1]}", "services:"]
    for number in range(services):
        low = f"{number >> 16 & 15}.{number >> 8 & 255}.{number & 255}".partition(".")
        members = ", ".join(
            f"m{place}: {{address: 127.{16 * (place + 1) + int(low[0])}.{low[2]}, weight: {40 - 10 * place}}}"
            for place in range(MEMBERS)
        )
        checks = f"checks: [{check}], " if check else ""
        lines.append(f"  s{number}: {{records: [A], {checks}answers: 1, members: {{{members}}}}}")
    return "\n".join(lines) + "\n"


def save_verdicts(server: Running) -> None:
    """As a control would have left them a moment ago: everybody up."""
    config = load(server.directory)
    ledger, now = Ledger(config), time.time()
    up = {"state": State.UP, "since": now - 600, "successes": 5, "last": Passed(), "last_at": now}
    for key, known in list(ledger._book.items()):
        ledger._book[key] = replace(known, **up)
    server.state_dir.mkdir(exist_ok=True)
    Memory(server.state_dir).save(ledger.export(now), {})


def memory(pid: int) -> dict[str, int]:
    """MB of a process: at its peak, its own, and shared files."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return {"VmHWM": 0, "RssAnon": 0, "RssFile": 0}
    found = {key: re.search(rf"{key}:\s+(\d+)", text) for key in ("VmHWM", "RssAnon", "RssFile")}
    return {key: int(match[1]) // 1024 if match else 0 for key, match in found.items()}


@contextlib.contextmanager
def started(
    home: Path, files: dict[str, str], saved: bool = False, workers: int = 1
) -> Iterator[tuple[Running, float]]:
    """A server, and seconds until it was ready. What all its processes took at most until then is in `read_peak`."""
    server = Running(home, files, workers=workers)
    if saved:
        save_verdicts(server)
    began = time.monotonic()
    server.start()
    try:
        while not _ready(server):
            if server.process is None or server.process.poll() is not None or time.monotonic() - began > 600:
                raise SystemExit("the server did not come up:\n" + server.log()[-2000:])
            read_peak[0] = max(read_peak[0], sum(memory(pid)["VmHWM"] for pid in family(server.process.pid)))
            PAUSE.wait(0.05)
        yield server, time.monotonic() - began
    finally:
        server.stop()


read_peak = [0]


def _ready(server: Running) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{server.http_port}/ready", timeout=10).status_code == 200
    except httpx.HTTPError:
        return False


def start(services: int, rounds: int) -> None:
    """From `gslb run` to ready, on saved verdicts of every member."""
    took, cpu = [], []
    files = {f"zones/{ZONE}.yaml": zone(services, "tcp"), "checks/tcp.yaml": SLOW}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="gslb-scale-") as home:
            with started(Path(home), files, saved=True) as (server, seconds):
                cpu.append(spent(family(server.process.pid)) if server.process else 0.0)
            took.append(seconds)
    told(f"start to ready, {services:,} services, saved verdicts", took, START.get(services, 600), "s")
    print(f"{'   CPU of all roles until then':58} {statistics.median(cpu):10.2f} s", flush=True)


def footprint(services: int) -> None:
    """The same, and memory, of services that nothing probes."""
    with tempfile.TemporaryDirectory(prefix="gslb-scale-") as home:
        read_peak[0] = 0
        with started(Path(home), {f"zones/{ZONE}.yaml": zone(services)}) as (server, seconds):
            pids = server.pids()
            table = sum(path.stat().st_size for path in server.run_dir.glob("*.tbl")) / 2**20
            roles = {role: memory(pid) for role, pid in (("control", pids["control"]), ("worker", pids["workers"][0]))}
            peak = memory(pids["supervisor"])["VmHWM"] + sum(each["VmHWM"] for each in roles.values())
            told(f"start to ready, {services:,} services without checks", seconds, START.get(services, 600), "s")
            told(f"shared table, {services:,} services", table, SHARED, "MB")
            told("one worker beyond it", roles["worker"]["VmHWM"] - table, WORKER, "MB")
            told("all roles at their peak", max(peak, read_peak[0]), ALL_ROLES, "MB")
            print(
                f"   control {roles['control']}, worker {roles['worker']}; all processes until ready: {read_peak[0]} MB"
            )


def additions_spent() -> float:
    """How busy this machine is: CPU seconds of a loop."""
    return spent_by(additions)[0]


def queries(services: int, rounds: int) -> None:
    """CPU per query of many services against few, in turn."""
    with contextlib.ExitStack() as stack:
        ports = []
        for count in (10, services):
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gslb-scale-")))
            server, _ = stack.enter_context(started(home, {f"zones/{ZONE}.yaml": zone(count)}))
            asked = home / "queries"
            order = random.Random(1).choices(range(count), k=100_000)
            asked.write_text("".join(f"s{number}.{ZONE} A\n" for number in order))
            ports.append((server.pids()["workers"][0], server.dns_port, asked))
        ratios = []
        for _ in range(rounds):
            few, many = (measured(pid, port, asked, seconds=5).us for pid, port, asked in ports)
            ratios.append(many / few)
        said = verdict(ratios, PER_QUERY.get(services, 1.3))
        print(f"{f'CPU per query, {services:,} services against 10':58} {said}")
        if "NOT" in said:
            missed.append("queries")


def swap(services: int, rounds: int = 100) -> None:
    """How long a worker's loop is held for a table of which one part has changed."""
    with tempfile.TemporaryDirectory(prefix="gslb-scale-") as folder:
        took = asyncio.run(_swaps(Path(folder), services, rounds))
    told(f"a swap, {services:,} services, the worst of {rounds}", max(took), 1000 * SWAP, "ms")
    print(f"{'   in the median':58} {statistics.median(took):10.2f} ms", flush=True)


async def _swaps(run_dir: Path, services: int, rounds: int) -> list[float]:
    """Milliseconds of CPU of each swap, as `dns.worker.channel` has them: what comes before is in a thread."""
    config, now = estate(services, A_ALONE, members=MEMBERS), time.time()
    pipeline = Pipeline(config, Ledger(config), serials={each.text: 1 for each in config.zones}, now=now, ready=True)
    pipeline.on_start(now)
    publisher = Publisher(
        run_dir,
        press=lambda generation: pipeline.pressing(generation, now),
        facts=lambda: (True, ""),
        announce=lambda _: None,
        metrics=Metrics(),
    )
    answerer = Answerer(nsid=b"", seed=bytes(32), log=lambda *_: None, native=True)
    took = []
    for number in range(-1, rounds):
        if number >= 0:
            target = tuple(config.targets)[number // 2 * 7 % len(config.targets)]
            outcome = PASSED if number % 2 else REFUSED
            pipeline.on_observation(Observation(target=target, outcome=outcome, started=now + number), now + number)
        await publisher.publish()
        table = open_settled(run_dir, answerer.table)
        began = time.thread_time()
        answerer.swap(table)
        took.append(1000 * (time.thread_time() - began))
    return took[1:]


def word(interval: str, path: Path) -> str:
    """A check that believes what one file says, at once."""
    return (
        f"word: {{type: file, path: {path}, interval: {interval}, fast_interval: {interval}, "
        f"down_interval: {interval}, "
        "timeout: 80ms, rise: 1, fall: 1, min_hold: 0s}\n"
    )


def say(path: Path, text: str) -> None:
    """Change a word, in one step."""
    aside = path.with_suffix(".new")
    aside.write_text(f"{text}\n")
    aside.replace(path)


def to_answers(services: int = 1000, rounds: int = 15) -> None:
    """From the verdict, as control logs it, to the changed answer of the last of two workers."""
    with tempfile.TemporaryDirectory(prefix="gslb-scale-") as folder:
        home = Path(folder)
        say(home / "word", "UP")
        text = zone(services) + "  turning: {records: [A], pools: [one, other]}\npools:\n"
        text += "  one: {checks: [word], members: {a: {address: 127.1.0.1}}}\n"
        text += "  other: {members: {b: {address: 127.1.0.2}}}\n"
        files = {f"zones/{ZONE}.yaml": text, "checks/word.yaml": word("100ms", home / "word")}
        with started(home, files, workers=2) as (server, _):
            socks = [socket.socket(type=socket.SOCK_DGRAM) for _ in range(8)]
            for sock in socks:
                sock.settimeout(2)
                sock.connect(("127.0.0.1", server.dns_port))
            packet = dns.message.make_query(f"turning.{ZONE}", "A", use_edns=0).to_wire()
            took = [_turn(server, socks, packet, home / "word", number) for number in range(rounds)]
    print(f"{'   each':58} {' '.join(f'{1000 * one:.1f}' for one in sorted(took))} ms")
    told(
        f"verdict to every worker's answer, {services:,} services",
        [1000 * one for one in took],
        1000 * VERDICT,
        "ms",
    )


def _turn(server: Running, socks: list[socket.socket], packet: bytes, path: Path, number: int) -> float:
    """Let the member turn, and ask until the last worker says so."""
    before = len(_turns(server))
    say(path, "UP" if number % 2 else "DOWN")
    wanted = b"\x7f\x01\x00\x01" if number % 2 else b"\x7f\x01\x00\x02"
    changed: dict[socket.socket, float] = {}
    while len(changed) < len(socks):
        for sock in socks:
            sock.send(packet)
            if wanted in sock.recv(4096):
                changed.setdefault(sock, time.time())
        PAUSE.wait(0.001)
    turns = until(lambda: _turns(server)[before:], 5, "control tells of the verdict")
    PAUSE.wait(0.5)
    return max(changed.values()) - turns[0]


def _turns(server: Running) -> list[float]:
    """When verdicts changed, Unix time."""
    events = [one for one in server.events() if one["event"] == "transition"]
    return [datetime.fromisoformat(one["timestamp"].replace("Z", "+00:00")).timestamp() for one in events]


def flapping(services: int = 10, seconds: int = 20) -> None:
    """Every member turns each second, at half of what the server bears; questions that fail twice."""
    with tempfile.TemporaryDirectory(prefix="gslb-scale-") as folder:
        home = Path(folder)
        say(home / "word", "UP")
        files = {f"zones/{ZONE}.yaml": zone(services, "word"), "checks/word.yaml": word("200ms", home / "word")}
        with started(home, files) as (server, _):
            most = asked(server, "--seconds", "5")["per_second"]
            stop = threading.Event()

            def flap() -> None:
                number = 0
                while not stop.wait(1):
                    number += 1
                    say(home / "word", "UP" if number % 2 else "DOWN")

            flapper = threading.Thread(target=flap)
            flapper.start()
            found = asked(server, "--seconds", str(seconds), "--rate", str(most / 2))
            stop.set()
            flapper.join()
            tables = re.search(r"^gslb_tables_published_total (\S+)", server.get("/metrics").text, re.M)
    print(f"   {found}; tables: {tables[1] if tables else '?'}")
    told(f"failed twice at {most / 2:,.0f} a second, every member flapping", found["failed_twice"], 0, "")


def asked(server: Running, *words: str) -> dict[str, float]:
    """What `gslb bench` says."""
    line = [sys.executable, "-m", "gslb", "bench", "-c", str(server.directory), "--json", *words]
    return json.loads(subprocess.run(line, capture_output=True, text=True, check=False).stdout)


def main() -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--services", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--only", default="start,memory,queries,swap,verdict,flapping")
    parser.add_argument("--rounds", type=int, default=5, help="of starts and of queries")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # servers end with us
    logs.set_up(level="error")
    compileall.compile_dir(Path(gslb.__file__).parent, quiet=1)  # as installing does: no start compiles
    print(f"a loop of five million: {additions_spent():.2f} s; {'with' if fast else 'WITHOUT'} the native piece")
    wanted = options.only.split(",")
    for services in options.services:
        if "start" in wanted:
            start(services, options.rounds)
        if "memory" in wanted:
            footprint(services)
        if "queries" in wanted:
            queries(services, options.rounds)
        if "swap" in wanted:
            swap(services)
    if "verdict" in wanted:
        to_answers()
    if "flapping" in wanted:
        flapping()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
