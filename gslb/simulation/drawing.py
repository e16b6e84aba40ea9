"""Shares as they are drawn: by the table's thresholds and the workers' own draws, over queries of many resolvers.

What it shows beside the expected shares: how near a number of queries comes to them, over all and for each resolver by
itself, which is a matter of the sequence that workers draw by and not of luck.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gslb.answers.variants import CIRCLE
from gslb.dns.draws import Draws, network_number
from gslb.dns.sticky import slot_of
from gslb.handoff.layout import STICKY_SLOTS
from gslb.model.verdicts import MemberKey
from gslb.simulation.pictures import Load, Sight

FIRST_RESOLVER = 10 << 24
APART = 256
"""Resolvers are 10.0.0.0, 10.0.1.0 and those that follow, each in a network of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnShare:
    """One member: the share it is to have and the one it was drawn with, from 0 to 1.

    `worst`: the most that the drawn share of any single resolver is off, up or down, from 0 to 1.
    """

    member: MemberKey
    expected: float
    drawn: float
    worst: float


def drawn(
    sight: Sight, key: int, workers: Sequence[Draws], *, queries: int, resolvers: int, pick: Callable[[int], int]
) -> tuple[DrawnShare, ...]:
    """The shares after `queries` queries, by `resolvers` resolvers in turn, each of a worker that is picked.

    `key`: the entry's, unlike any other's. `pick`: chance, a number from 0 to below its argument. Nobody is answered
    where the sight answers nobody.
    """
    seen = [[0] * len(sight.loads) for _ in range(max(1, min(resolvers, queries)))]
    for query in range(queries if sight.loads else 0):
        resolver = query % len(seen)
        network = (FIRST_RESOLVER + resolver * APART).to_bytes(4)
        if sight.sticky_key is None:
            draw = workers[pick(len(workers))].draw(network_number(network), key)
        else:
            draw = slot_of(network[:3], sight.sticky_key) * CIRCLE // STICKY_SLOTS
        seen[resolver][bisect_left(sight.thresholds, draw)] += 1
    each = [_shares(counts, sight.loads, len(sight.shares)) for counts in seen if any(counts)]
    whole = _shares([sum(counts) for counts in zip(*seen, strict=True)], sight.loads, len(sight.shares))
    return tuple(
        DrawnShare(
            member=member,
            expected=share,
            drawn=whole[number],
            worst=max((shares[number] - share for shares in each), key=abs, default=0.0),
        )
        for number, (member, share) in enumerate(sight.shares)
    )


def _shares(counts: Sequence[int], loads: Sequence[Load], members: int) -> list[float]:
    found = [0.0] * members
    for count, load in zip(counts, loads, strict=True):
        for number, part in load:
            found[number] += count * part
    queries = sum(counts)
    return [share / queries for share in found] if queries else found
