"""A recorded run: clients look services up by a Poisson clock, through real resolvers, while a member drains."""

import json
import random
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import accumulate
from math import inf
from pathlib import Path
from typing import Any

import dns.message
import httpx

from tests.kit.caches import ZONE, CachingUnbound, clients
from tests.kit.running import Running

OVERSTAY = 0.5
"""Seconds: unbound counts whole ones, and keeps an answer through the last; half a second longer, on the average."""

ZIPF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Times in seconds. The member r1 (60 of 100) drains at `drain_at`, and lookups go on for `after` from then on.

    What is before `warm` is not looked at: pairs of a resolver and a service begin in it, one after another.
    """

    resolvers: int
    services: int
    rate: float
    ttl: int
    warm: float
    drain_at: float
    after: float
    seed: int = 1

    @property
    def zone(self) -> str:
        """Its configuration."""
        head = f"zone: {ZONE}\ncontact: hostmaster@example.com\nnameservers: {{ns1: [127.0.0.1]}}\n"
        members = "r1: {address: 192.0.2.11, weight: 60}, r2: {address: 192.0.2.12, weight: 40}"
        services = "".join(
            f"  s{number}: {{records: [A], pools: [relays], answers: 1}}\n" for number in range(self.services)
        )
        pools = f"pools: {{relays: {{members: {{{members}}}}}}}\n"
        return f"{head}ttl: {self.ttl}\nmin_ttl: {self.ttl}\n{pools}services:\n{services}"


@dataclass(slots=True)
class Recording:
    """`lookups`: when each was sent, and whether it got the draining member. `drained_at`: when that was done.

    `hits`, `misses`: of the resolvers' caches, between warm and drain.
    """

    lookups: list[tuple[float, bool]]
    drained_at: float = 0.0
    hits: int = 0
    misses: int = 0

    def share(self, begin: float, end: float) -> float:
        """The draining member's, of the lookups between two moments, in points."""
        found = [old for at, old in self.lookups if begin <= at < end]
        return 100 * sum(found) / len(found)

    @property
    def cached(self) -> float:
        """The part that caches answered, in points."""
        return 100 * self.hits / (self.hits + self.misses)


def record(plan: Plan, folder: Path) -> tuple[Recording, dict[str, Any]]:
    """What was measured, and what `gslb simulate demand` has to say of it."""
    with Running(folder, {"zones/mail.yaml": plan.zone}, workers=2) as server, ExitStack() as stack:
        resolvers = [
            stack.enter_context(CachingUnbound(folder / f"unbound{number}", server.dns_port))
            for number in range(plan.resolvers)
        ]
        recording = _play(plan, server, resolvers)
        return recording, _predicted(plan, server)


def _predicted(plan: Plan, server: Running) -> dict[str, Any]:
    words = {
        "--drained": f"{ZONE}/relays/r1",
        "--resolvers": plan.resolvers,
        "--clients": 1000,
        "--per-hour": plan.rate * 3.6,
        "--resolver-zipf": ZIPF,
        "--service-zipf": ZIPF,
        "--overstay": f"{round(1000 * OVERSTAY)}ms",
        "--duration": f"{round(plan.drain_at + plan.after)}s",
        "--at": f"{round(1000 * plan.drain_at)}ms",
        "--step": "1s",
        "--seed": plan.seed,
    }
    flat = [str(word) for pair in words.items() for word in pair]
    done = server.command("simulate", "demand", *flat, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]  # an object


def _schedule(plan: Plan) -> Iterator[tuple[float, int, int]]:
    """When, through which resolver, for which service; for ever."""
    chance = random.Random(plan.seed)
    # Caches that all begin at once would stay in step for a while, as no caches of the world do.
    begins = {(r, s): chance.uniform(0, plan.warm) for r in range(plan.resolvers) for s in range(plan.services)}
    cumulative = [list(accumulate((n + 1) ** -ZIPF for n in range(count))) for count in (plan.resolvers, plan.services)]
    at = 0.0
    while True:
        at += chance.expovariate(plan.rate)
        resolver, service = (chance.choices(range(len(each)), cum_weights=each)[0] for each in cumulative)
        if at >= begins[resolver, service]:
            yield at, resolver, service


def _play(plan: Plan, server: Running, resolvers: Sequence[CachingUnbound]) -> Recording:
    """Send each lookup at its moment from the next of 50 clients, and take in answers meanwhile."""
    queries = [dns.message.make_query(f"s{number}.{ZONE}", "A", id=0).to_wire()[2:] for number in range(plan.services)]
    sent: list[float] = []
    got: dict[int, bool] = {}
    over, counts = inf, [(0, 0)]
    recording = Recording([])
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        sockets = [stack.enter_context(_client(address, selector)) for address in clients(50, 2)]
        began = time.monotonic()
        for at, resolver, service in _schedule(plan):
            _take_in(selector, got, began + at)
            if len(counts) == 1 and at >= plan.warm:
                counts.append(_counted(resolvers))
            if not recording.drained_at and at >= plan.drain_at:
                counts.append(_counted(resolvers))
                _drain(server)
                recording.drained_at = time.monotonic() - began
                over = recording.drained_at + plan.after
            if at >= over:
                break
            number = len(sent) & 0xFFFF
            sockets[number % 50].sendto(number.to_bytes(2) + queries[service], ("127.0.0.1", resolvers[resolver].port))
            sent.append(time.monotonic() - began)
        _take_in(selector, got, time.monotonic() + 0.5)
    assert len(sent) < 1 << 16
    assert len(got) > 0.99 * len(sent)
    recording.lookups = [(at, got[number]) for number, at in enumerate(sent) if number in got]
    recording.hits, recording.misses = (after - before for before, after in zip(*counts[1:], strict=True))
    return recording


def _client(address: str, selector: selectors.BaseSelector) -> socket.socket:
    made = socket.socket(type=socket.SOCK_DGRAM)
    made.bind((address, 0))
    made.setblocking(False)
    selector.register(made, selectors.EVENT_READ)
    return made


def _counted(resolvers: Sequence[CachingUnbound]) -> tuple[int, int]:
    hits, misses = zip(*(resolver.counts() for resolver in resolvers), strict=True)
    return sum(hits), sum(misses)


def _take_in(selector: selectors.BaseSelector, got: dict[int, bool], until: float) -> None:
    """Answers that come before a moment: by the number of their lookup, whether they name r1 (192.0.2.11)."""
    while (left := until - time.monotonic()) > 0:
        for key, _ in selector.select(left):
            data = key.fileobj.recv(4096)  # type: ignore[union-attr]  # a socket
            got[int.from_bytes(data[:2])] = b"\xc0\x00\x02\x0b" in data


def _drain(server: Running) -> None:
    transport = httpx.HTTPTransport(uds=str(server.run_dir / "control.sock"))
    with httpx.Client(transport=transport, base_url="http://gslb", timeout=30) as client:
        answer = client.put(f"/api/v1/overrides/{ZONE}/relays/r1", params={"state": "drained", "by": "a test"})
        assert answer.status_code == 200, answer.text
