"""What signing costs: services of four members each, with A, AAAA and ranked MX, from cold; then one member's change.

    bench_signing.py [--services 1000] [--changes 20]

From cold: the builder makes and signs every entry and the chain of denial, in one thread pinned to one core, as
control does at a first start with no signatures kept. A change: the running server, pinned to one core with its worker,
is told over its socket that a member is forced down, and asked from another core until the answer, with its signature,
is another. The figures are told; nothing is judged.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import dns.message
import httpx

from gslb.answers.build import Builder
from gslb.answers.plan import plan
from gslb.model.values import RecordType
from gslb.model.zones import Dnssec
from tests.kit.answered import decided
from tests.kit.estate import config, healths, member, pool, service, zone
from tests.kit.running import PAUSE, Running
from tests.kit.zonekeys import NOW, key

RECORDS = (RecordType.A, RecordType.AAAA, RecordType.MX)
HEAD = """\
zone: mail.example.com
contact: hostmaster@example.com
nameservers: {ns1: [127.0.0.1]}
dnssec: {}
services:
"""
ZONE = "mail.example.com"


@dataclass(frozen=True)
class Cold:
    """Seconds of one core, and how much was signed in them."""

    seconds: float
    signatures: int
    octets: int
    change: float
    """Seconds for the entries of one member's change, signed, and the table's bytes."""


@dataclass(frozen=True)
class Change:
    """Seconds from the word about a member until the answer is another; by the clock, and of CPU meanwhile."""

    seconds: float
    cpu: float


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--services", type=int, default=1000)
    parser.add_argument("--changes", type=int, default=20)
    told = parser.parse_args()
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    found = cold(told.services)
    print(
        f"{told.services} services of 4 members, A, AAAA and ranked MX, from cold on one core: {found.seconds:.2f} s"
        f" for {found.signatures:,} signatures, a table of {found.octets / 1e6:.1f} MB;"
        f" one member's change: {found.change * 1000:.1f} ms until its table is made",
        flush=True,
    )
    changes = list(served(told.services, told.changes, cores))
    print(f"one member's change until it is served by the running server, {len(changes)} times, median and worst:")
    for what, values in (("ms by the clock", [each.seconds for each in changes]),
                         ("ms of CPU, of control and the worker", [each.cpu for each in changes])):  # fmt: skip
        print(f"  {statistics.median(values) * 1000:.0f} and {max(values) * 1000:.0f} {what}")


def cold(services: int) -> Cold:
    """Build and sign from nothing."""
    made = [(f"s{number}", *divmod(number * 4, 250)) for number in range(services)]
    pools = [
        pool(name, *(member(f"m{n}", f"10.{block}.{n}.{at}", f"2001:db8::{block:x}:{at:x}:{n}") for n in range(4)))
        for name, block, at in made
    ]
    offered = tuple(service(name, name, records=RECORDS, answers=1) for name, _, _ in made)
    estate = config(zone(*pools, services=offered))
    decisions = decided(estate, healths())
    changed = decided(estate, healths(down=("10.0.1.0",)))
    began = time.thread_time()
    estate = replace(estate, zones=(replace(estate.zones[0], dnssec=Dnssec(keys=Path("keys"))),))
    builder = Builder(plan(estate), {ZONE: 2026})
    builder.sign({ZONE: (key(),)}, NOW)
    builder.update(*decisions)
    image = builder.image(1, NOW)
    ready = time.thread_time()
    signatures = builder.ahead.known.made
    difference = {name: one for name, one in changed[0].items() if decisions[0].get(name) != one}
    hosts = {name: one for name, one in changed[1].items() if decisions[1].get(name) != one}
    before = time.thread_time()
    builder.update(difference, hosts)
    builder.image(2, NOW)
    change = time.thread_time() - before
    return Cold(ready - began, signatures, sum(map(len, image.parts)), change)


def served(services: int, changes: int, cores: set[int]) -> Iterator[Change]:
    """Each word about a member until its service's answer is another, signed one."""
    with tempfile.TemporaryDirectory() as folder:
        files = {"zones/mail.yaml": HEAD + "".join(map(_service, range(services)))}
        server = Running(Path(folder), files, workers=1)
        server.command("keys", "generate", ZONE)
        began = time.monotonic()
        server.start()
        server.wait_ready(120)
        print(f"the running server: ready {time.monotonic() - began:.1f} s after it was started", flush=True)
        os.sched_setaffinity(0, cores)  # the server stays where it was started
        try:
            transport = httpx.HTTPTransport(uds=str(server.run_dir / "control.sock"))
            with httpx.Client(transport=transport, base_url="http://gslb", timeout=30) as client:
                for number in range(changes):
                    PAUSE.wait(2)  # what a table cost has been rested from
                    yield _changed(server, client, f"s{number}")
        finally:
            server.stop()


def _service(number: int) -> str:
    block, at = divmod(number * 4, 250)
    members = ", ".join(
        f'm{n}: {{addresses: [10.{block}.{n}.{at}, "2001:db8::{block:x}:{at:x}:{n}"], weight: {n + 1}}}'
        for n in range(4)
    )
    return f"  s{number}: {{records: [A, AAAA, MX], answers: 4, members: {{{members}}}}}\n"


def _changed(server: Running, client: httpx.Client, name: str) -> Change:
    owner = f"{name}.{ZONE}"
    before = _told(server, owner)
    spent, began = _spent(server), time.monotonic()
    assert client.put(f"/api/v1/overrides/{ZONE}/{name}/m3", params={"state": "forced_down"}).status_code == 200
    while _told(server, owner) == before:
        PAUSE.wait(0.001)
    return Change(time.monotonic() - began, _spent(server) - spent)


def _spent(server: Running) -> float:
    """CPU seconds of control and the worker so far, all threads."""
    pids = server.pids()
    tasks = [task for pid in (pids["control"], *pids["workers"]) for task in Path(f"/proc/{pid}/task").iterdir()]
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def _told(server: Running, owner: str) -> frozenset[str]:
    """The addresses told now, with a signature."""
    reply: dns.message.Message = server.query(owner, "A", want_dnssec=True)
    assert any(each.rdtype.name == "RRSIG" for each in reply.answer)
    return frozenset(str(rdata) for rrset in reply.answer if rrset.rdtype.name == "A" for rdata in rrset)


if __name__ == "__main__":
    main()
