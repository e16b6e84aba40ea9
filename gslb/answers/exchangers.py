"""MX and SRV: the exchangers of the tier in use and of later ones, with their addresses as additional records.

Preference is 10 × tier + place for ranked MX, 10 × tier for equal; tiers count from 1, places from 0. Every function
here wants a decision with at least one exchanger.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from gslb.answers.addresses import address_records
from gslb.answers.drawn import Drawn, Ring, chunk, fitting
from gslb.answers.orders import PLACES, Order, orders
from gslb.answers.records import OWNER, mx_rdata, record, srv_rdata
from gslb.answers.slots import ADDRESS_TYPES
from gslb.answers.variants import CIRCLE, picks
from gslb.handoff.specs import Chunk, VariantSpec
from gslb.model.decisions import Decision, Exchanger
from gslb.model.values import RecordType
from gslb.model.verdicts import MemberKey
from gslb.model.zones import ALL

MOST_WEIGHT = 65_535


def ranked(decision: Decision, zone: str, hostnames: frozenset[bytes]) -> Drawn:
    """MX in drawn orders. `hostnames`: those we answer for, which alone may stand in the additional section."""
    first, later = _in_use(decision.exchangers), list(_later(decision.exchangers))
    drawn = orders(tuple(exchanger.pull for exchanger in first))
    rows = [[_mx(exchanger, place, decision.ttl) for place in range(min(len(first), PLACES))] for exchanger in first]
    tail = [_mx(exchanger, place, decision.ttl) for exchanger, place in later]
    keys = _keys(decision, zone)
    listed = [first[number] for number in _in_every(drawn)]
    return Drawn(
        widths=tuple(order.width for order in drawn),
        variants=tuple(
            _variant(chain((rows[number][place] for place, number in enumerate(order.members)), tail))
            for order in drawn
        ),
        counted=tuple(keys.get(first[order.members[0]].hostname, ()) for order in drawn),
        additional=_additional([*listed, *(exchanger for exchanger, _ in later)], decision.ttl, hostnames),
    )


def equal(decision: Decision, zone: str, hostnames: frozenset[bytes]) -> Drawn:
    """MX with one preference for each tier: one RRset, in turned order."""
    ring = Ring([_mx(exchanger, 0, decision.ttl)] for exchanger in decision.exchangers)
    turns = picks((1.0,) * len(decision.exchangers), ALL)
    in_use = _in_use_keys(decision, zone)
    return Drawn(
        widths=tuple(pick.width for pick in turns),
        variants=tuple(ring.turned(pick.start) for pick in turns),
        counted=(in_use,) * len(turns),
        additional=_additional(decision.exchangers, decision.ttl, hostnames),
    )


def services(decision: Decision, port: int, zone: str, hostnames: frozenset[bytes]) -> Drawn:
    """SRV (RFC 2782): priority = tier, weight = weight, never 0, for clients draw by it themselves."""
    most = {tier: max(one.pull for one in group) for tier, group in _by_tier(decision.exchangers).items()}
    records = [
        record(
            OWNER,
            RecordType.SRV,
            decision.ttl,
            srv_rdata(exchanger.tier, _srv_weight(exchanger.pull, most[exchanger.tier]), port, exchanger.hostname),
        )
        for exchanger in decision.exchangers
    ]
    return Drawn(
        widths=(CIRCLE,),
        variants=(_variant(records),),
        counted=(_in_use_keys(decision, zone),),
        additional=_additional(decision.exchangers, decision.ttl, hostnames),
    )


def _srv_weight(pull: int, most: int) -> int:
    """As it is where all of a tier fit into 16 bits, else in proportion to the heaviest; never 0."""
    return max(1, pull if most <= MOST_WEIGHT else pull * MOST_WEIGHT // most)


def _by_tier(exchangers: Sequence[Exchanger]) -> dict[int, list[Exchanger]]:
    tiers: dict[int, list[Exchanger]] = {}
    for exchanger in exchangers:
        tiers.setdefault(exchanger.tier, []).append(exchanger)
    return tiers


def _in_use(exchangers: Sequence[Exchanger]) -> list[Exchanger]:
    tier = min(exchanger.tier for exchanger in exchangers)
    return [exchanger for exchanger in exchangers if exchanger.tier == tier]


def _later(exchangers: Sequence[Exchanger]) -> Iterator[tuple[Exchanger, int]]:
    """Those of later tiers that an answer has room for, by falling weight, each with its place."""
    tiers = sorted({exchanger.tier for exchanger in exchangers})
    for tier in tiers[1:]:
        members = [exchanger for exchanger in exchangers if exchanger.tier == tier]
        members.sort(key=lambda exchanger: -exchanger.weight)
        yield from zip(members, range(PLACES), strict=False)


def _mx(exchanger: Exchanger, place: int, ttl: int) -> bytes:
    return record(OWNER, RecordType.MX, ttl, mx_rdata(10 * exchanger.tier + place, exchanger.hostname))


def _variant(records: Iterable[bytes]) -> VariantSpec:
    kept = tuple(fitting(records))
    return VariantSpec(data=b"".join(kept), count=len(kept))


def _in_every(drawn: Iterable[Order]) -> list[int]:
    """Who stands in every order: the tail is shared, and must not speak of names an answer leaves out."""
    return sorted(set.intersection(*(set(order.members) for order in drawn)))


def _additional(exchangers: Iterable[Exchanger], ttl: int, hostnames: frozenset[bytes]) -> Chunk:
    return chunk(
        found
        for exchanger in exchangers
        if exchanger.hostname in hostnames
        for rtype in ADDRESS_TYPES.values()
        for found in address_records(exchanger.addresses, rtype, ttl, exchanger.hostname)
    )


def _keys(decision: Decision, zone: str) -> dict[bytes, tuple[MemberKey, ...]]:
    """The members in use behind each hostname."""
    keys: dict[bytes, tuple[MemberKey, ...]] = {}
    for view in decision.chosen:
        hostname = view.member.hostname
        keys[hostname] = (*keys.get(hostname, ()), MemberKey(zone, view.pool, view.member.name))
    return keys


def _in_use_keys(decision: Decision, zone: str) -> tuple[MemberKey, ...]:
    return tuple(MemberKey(zone, view.pool, view.member.name) for view in decision.chosen)
