"""Demand through caching resolvers, played out by chance: what reaches each member, step by step.

Lookups of one resolver for one service are a Poisson process; a lookup that the cache cannot answer asks us, draws an
answer as workers do, and keeps it for its TTL. Two ways of playing that, of one law:

    a busy pair     (asked more than once in a TTL) by its queries: TTL, idle time, TTL, …; the lookups that the cache
                    answers between are a Poisson number for each step, drawn once for all
    a quiet pair    by its lookups, drawn over all quiet pairs together: of 10^9 pairs most are never asked

so that the work follows the queries there are, not the pairs there could be. Chance is an argument.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from gslb.simulation.market import Assumptions, Flags, Floats, Ints, Market
from gslb.simulation.sequences import Sequences

BUSY = 1.0
"""Lookups per TTL from which a pair is played by its queries."""

WARM = 2.0
"""Quiet pairs begin so many TTLs before the run with empty caches; busy ones begin in their stationary state."""

BATCH = 1_000_000
"""Queries and lookups played at a time, about."""

MOST_PAIRS = 1 << 28
TICKS = 1 << 34
"""A lookup is one 64-bit number, its pair above and its moment below, so that sorting them needs no index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """`lookups` (M, steps): how many reached each member. `queries` (steps): how many reached us; `queries_before` (S):
    before the change, by service."""

    lookups: Floats
    queries: Floats
    queries_before: Floats


def play(
    market: Market,
    assumed: Assumptions,
    chance: np.random.Generator,
    progress: Callable[[float], None] = lambda _: None,
) -> Played:
    """One run. `progress` is told the part that is done, from 0 to 1."""
    table = _Table(market, assumed, Sequences(chance, assumed.workers))
    busy_from = BUSY / max(float(market.ttl.mean()), 1e-9)
    for first, last in _batches(market, assumed, busy_from):
        rates = market.resolver_rate[first:last]
        busy = np.searchsorted(-market.popularity, -busy_from / rates)
        table.busy(first, rates, busy, chance)
        table.quiet(first, rates, busy, chance)
        progress(last / len(market.resolver_rate))
    return table.played(chance)


def _batches(market: Market, assumed: Assumptions, busy_from: float) -> Iterator[tuple[int, int]]:
    """Stretches of resolvers with about BATCH events each."""
    rates, popularity = market.resolver_rate, market.popularity
    busy = np.searchsorted(-popularity, -busy_from / rates)
    quiet = 1 - np.concatenate(([0.0], np.cumsum(popularity)))[busy]
    events = np.cumsum((busy * busy_from + quiet * rates) * assumed.duration)
    most = max(1, MOST_PAIRS // len(popularity))
    first = 0
    while first < len(rates):
        done = events[first - 1] if first else 0.0
        last = min(len(rates), first + most, max(first + 1, int(np.searchsorted(events, done + BATCH))))
        yield first, last
        first = last


class _Table:
    """What has been counted so far: per load and step, and per service."""

    def __init__(self, market: Market, assumed: Assumptions, sequences: Sequences) -> None:
        self._market, self._assumed, self._sequences = market, assumed, sequences
        self._cells = market.loads * assumed.steps
        self._counted = np.zeros(self._cells)
        self._whole = np.zeros(self._cells)
        self._part = np.zeros(self._cells)
        self._queries = np.zeros(assumed.steps)
        self._queries_before = np.zeros(len(market.popularity))
        self._cumulative = np.concatenate(([0.0], np.cumsum(market.popularity)))

    def busy(self, first: int, rates: Floats, busy: Ints, chance: np.random.Generator) -> None:
        """Play the busy pairs of these resolvers: each with its `busy` most popular services."""
        resolver = np.repeat(np.arange(len(rates)), busy)
        service = np.arange(len(resolver)) - np.repeat(np.cumsum(busy) - busy, busy)
        rate = rates[resolver] * self._market.popularity[service]
        kept = self._market.ttl[0][service]
        # The stationary state: with h = λT / (1 + λT) an answer of an even age is kept, else the next lookup asks.
        holds = chance.random(len(rate)) < rate * kept / (1 + rate * kept)
        at = np.where(holds, -kept * chance.random(len(rate)), chance.exponential(1, len(rate)) / rate)
        while len(at):
            live = at < self._assumed.duration
            resolver, service, rate, at = resolver[live], service[live], rate[live], at[live]
            until = at + self._market.ttl[self._phase(at), service]
            load = self._drawn(first + resolver, service, at)
            self._count(load, at)
            self._asked(service, at)
            self._spread(load, rate, at, until)
            at = until + chance.exponential(1, len(rate)) / rate

    def quiet(self, first: int, rates: Floats, busy: Ints, chance: np.random.Generator) -> None:
        """Play the quiet pairs of these resolvers: all services but their `busy` most popular ones."""
        services = len(self._market.popularity)
        warm = WARM * float(self._market.ttl[0].max())
        span = self._assumed.duration + warm
        before = self._cumulative[busy]
        lookups = chance.poisson(rates * np.maximum(0.0, 1 - before) * span)
        resolver = np.repeat(np.arange(len(rates)), lookups)
        drawn = before[resolver] + chance.random(len(resolver)) * (1 - before[resolver])
        service = np.clip(np.searchsorted(self._cumulative, drawn, side="right") - 1, busy[resolver], services - 1)
        ticks = np.sort((resolver * services + service) * TICKS + chance.integers(TICKS, size=len(resolver)))
        pair, at = ticks // TICKS, (ticks % TICKS) * (span / TICKS) - warm
        resolver, service = pair // services, pair % services
        asks = self._not_cached(pair, at, service)
        load = self._drawn(first + resolver[asks], service[asks], at[asks])
        self._count(load[np.cumsum(asks) - 1], at)
        self._asked(service[asks], at[asks])

    def _not_cached(self, pair: Ints, at: Floats, service: Ints) -> Flags:
        """Which of these lookups, sorted by pair and moment, find nothing in the cache."""
        if not len(pair):
            return np.zeros(0, dtype=np.bool_)
        asks = np.append(True, pair[1:] != pair[:-1])
        begins = np.flatnonzero(asks)
        ends = np.append(begins[1:], len(pair))
        begins, ends = begins[ends - begins > 1], ends[ends - begins > 1]
        # One number for pair and moment, to look up the first lookup after an answer has run out.
        scale = 2 * (self._assumed.duration + (WARM + 1) * float(self._market.ttl.max()) + 1)
        place = pair * scale + at
        while len(begins):
            asks[begins] = True
            runs_out = place[begins] + self._market.ttl[self._phase(at[begins]), service[begins]]
            begins = np.maximum(np.searchsorted(place, runs_out), begins + 1)
            live = begins < ends
            begins, ends = begins[live], ends[live]
        return asks

    def _phase(self, at: Floats) -> Ints:
        return (at >= self._assumed.change_at).astype(np.int64)

    def _drawn(self, resolver: Ints, service: Ints, at: Floats) -> Ints:
        """The loads of the answers that these queries get."""
        phase = self._phase(at)
        draws = self._sequences.draw(resolver, service, at, self._market.sticky[phase, service])
        entry = service + phase * len(self._market.popularity)
        return self._market.classes[np.searchsorted(self._market.thresholds, (entry << 32) + draws)]

    def _count(self, load: Ints, at: Floats) -> None:
        """One lookup each."""
        inside = (at >= 0) & (at < self._assumed.duration)
        np.add.at(self._counted, self._cell(load[inside], at[inside]), 1.0)

    def _asked(self, service: Ints, at: Floats) -> None:
        """One query each."""
        inside = (at >= 0) & (at < self._assumed.duration)
        steps = (at[inside] / self._assumed.step).astype(np.int64)
        np.add.at(self._queries, steps, 1.0)
        before = inside & (at < self._assumed.change_at)
        np.add.at(self._queries_before, service[before], 1.0)

    def _spread(self, load: Ints, rate: Floats, begin: Floats, end: Floats) -> None:
        """So many lookups a second from begin to end. Kept as steps filled from 0 on: to the end, less to the begin.

        `_whole` holds at step i what fills all steps before it, `_part` what fills step i in part.
        """
        for moment, sign in ((end, 1.0), (begin, -1.0)):
            clipped = np.clip(moment, 0.0, self._assumed.duration)
            cell = self._cell(load, np.minimum(clipped, self._assumed.duration * (1 - 1e-12)))
            reached = clipped - (cell % self._assumed.steps) * self._assumed.step
            np.add.at(self._whole, cell, sign * rate)
            np.add.at(self._part, cell, sign * rate * reached)

    def _cell(self, load: Ints, at: Floats) -> Ints:
        return load * self._assumed.steps + (at / self._assumed.step).astype(np.int64)

    def played(self, chance: np.random.Generator) -> Played:
        """All of it, by member: what was spread is drawn now, a Poisson number for each load and step."""
        shape = (self._market.loads, self._assumed.steps)
        whole = self._whole.reshape(shape)
        later = np.cumsum(whole[:, ::-1], axis=1)[:, ::-1] - whole
        spread = np.maximum(later * self._assumed.step + self._part.reshape(shape), 0.0)
        reached = self._counted.reshape(shape) + chance.poisson(spread)
        lookups = np.zeros((len(self._market.members), self._assumed.steps))
        market = self._market
        np.add.at(lookups, market.load_member, market.load_part[:, None] * reached[market.load_class])
        return Played(lookups=lookups, queries=self._queries, queries_before=self._queries_before)
