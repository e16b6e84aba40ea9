"""What is to be expected of demand through caches, in closed form. The formulas stand in docs/simulation.md.

Of one resolver that is asked for one service λ times a second and keeps answers T seconds:

    queries to us        λ / (1 + λT) a second
    answered by cache    h = λT / (1 + λT) of lookups
    after a change       at τ < T seconds, h (1 - τ/T) of lookups still get an answer of before; from T on, none
"""

from dataclasses import dataclass

import numpy as np

from gslb.simulation.market import Assumptions, Floats, Market

GROUPS = 1000
"""Resolvers of nearly one rate are taken together: with at most so many groups, rates are off by a per cent or so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """`lookups` (M, steps) a second that reach each member; `queries` (S) a second that reach us before the change;
    `cached` (S): the part of lookups that caches answer, before the change."""

    lookups: Floats
    queries: Floats
    cached: Floats


def expected(market: Market, assumed: Assumptions) -> Expected:
    """What is to be expected of each step, in its middle."""
    rate, count = _groups(market.resolver_rate)
    total = market.popularity * market.resolver_rate.sum()
    queries = np.zeros_like(total)
    for each, resolvers in zip(rate, count, strict=True):
        asked = each * market.popularity
        queries += resolvers * asked / (1 + asked * market.ttl[0])
    cached = 1 - queries / total
    middles = (np.arange(assumed.steps, dtype=np.float64) + 0.5) * assumed.step
    old = _old(market, assumed, middles, cached)
    lookups = np.zeros((len(market.members), assumed.steps))
    for (service, member, part), weight in zip(market.shares, (old, 1 - old), strict=True):
        np.add.at(lookups, member, (part * total[service])[:, None] * weight[service])
    return Expected(lookups=lookups, queries=queries, cached=cached)


def _old(market: Market, assumed: Assumptions, at: Floats, cached: Floats) -> Floats:
    """The part of lookups (S, steps) that get an answer made before the change."""
    since = at - assumed.change_at
    kept = np.maximum(market.ttl[0], 1e-9)[:, None]
    left = cached[:, None] * np.clip(1 - since / kept, 0.0, 1.0)
    return np.asarray(np.where(since < 0, 1.0, left), dtype=np.float64)


def _groups(rates: Floats) -> tuple[Floats, Floats]:
    """Rates and how many resolvers have each; close ones are taken together, at their mean."""
    if len(rates) <= GROUPS:
        return rates, np.ones(len(rates))
    marks = np.log(rates)
    width = (marks[0] - marks[-1]) / GROUPS
    which = np.zeros(len(rates), dtype=np.int64) if width <= 0 else ((marks[0] - marks) / width).astype(np.int64)
    count = np.bincount(which).astype(np.float64)
    there = count > 0
    return np.bincount(which, weights=rates)[there] / count[there], count[there]
