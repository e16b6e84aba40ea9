"""MX and SRV: the exchangers of the tier in use and of later ones, with their addresses as additional records.

Preference is 10 × tier + place for ranked MX, 10 × tier for equal; tiers count from 1, places from 0. Every function
here wants a decision with at least one exchanger.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from gslb.answers.drawn import Drawn, Ring, chunk, fitting, joined
from gslb.answers.orders import PLACES, Order, orders
from gslb.answers.records import OWNER, mx_rdata, record, srv_rdata
from gslb.answers.slots import ADDRESS_TYPES
from gslb.answers.sticky import ORDER, points, winners
from gslb.answers.variants import CIRCLE, picks
from gslb.handoff.layout import STICKY_SLOTS
from gslb.handoff.specs import Chunk, VariantSpec
from gslb.model.decisions import LIVE, Decision, Exchanger
from gslb.model.values import Address, RecordType
from gslb.model.verdicts import MemberKey
from gslb.model.zones import ALL

MOST_WEIGHT = 65_535


Listed: TypeAlias = tuple[Drawn, list[Exchanger]]
"""Answers from one tier on, and who stands in every one of them."""

Make: TypeAlias = Callable[[Sequence[Exchanger]], Listed]


def ranked(decision: Decision, zone: str, hostnames: frozenset[bytes], key: str = "") -> Drawn:
    """MX in drawn orders. `hostnames`: those we answer for, which alone may stand in the additional section. `key` is
    for sticky services, see there."""
    keys = _keys(decision, zone)

    def make(exchangers: Sequence[Exchanger]) -> Listed:
        drawn, listed = _ranked(exchangers, decision.ttl, keys)
        if decision.sticky:
            drawn = drawn._replace(slots=_slots(decision, _in_use(exchangers), key))
        return drawn, listed

    return _over_tiers(decision, hostnames, make)


def _ranked(exchangers: Sequence[Exchanger], ttl: int, keys: Mapping[bytes, tuple[MemberKey, ...]]) -> Listed:
    first, later = _in_use(exchangers), list(_later(exchangers))
    drawn = orders(tuple(exchanger.pull for exchanger in first))
    rows = [[_mx(exchanger, place, ttl) for place in range(min(len(first), PLACES))] for exchanger in first]
    tail = [_mx(exchanger, place, ttl) for exchanger, place in later]
    made = Drawn(
        widths=tuple([order.width for order in drawn]),
        variants=tuple(
            [_variant([rows[number][place] for place, number in enumerate(order.members)] + tail) for order in drawn]
        ),
        counted=tuple([keys.get(first[order.members[0]].hostname, ()) for order in drawn]),
    )
    always = first if len(first) <= PLACES else [first[number] for number in _in_every(drawn)]
    return made, always + [exchanger for exchanger, _ in later]


def _slots(decision: Decision, first: Sequence[Exchanger], key: str) -> tuple[int, ...]:
    """For each slot of clients the number of its order: one that begins with the exchanger that has the slot."""
    if len(first) == 1:  # the service's own name, too, which stands for a list and is no member's
        return (0,) * STICKY_SLOTS
    # a last good set may have been of several tiers
    tiers = {first[0].tier} if decision.mode in LIVE else {view.tier for view in decision.chosen}
    pulls = {exchanger.hostname: exchanger.pull for exchanger in first}
    weights: dict[bytes, int] = {}
    names: dict[bytes, str] = {}  # those that addresses are dealt by, so that a client has one member for both
    for view in decision.members:
        hostname = view.member.hostname
        if view.tier in tiers and view.member.weight:
            weights[hostname] = weights.get(hostname, 0) + view.member.weight
            names.setdefault(hostname, f"{view.pool}/{view.member.name}")
    hostnames = list(weights)
    pulling = [pulls.get(hostname, 0) for hostname in hostnames]
    won = winners(key, list(names.values()), list(weights.values()), pulling)
    places = {exchanger.hostname: number for number, exchanger in enumerate(first)}
    behind: dict[int, tuple[list[int], list[int]]] = {}  # by first exchanger: numbers of its orders, where they end
    for number, order in enumerate(orders(tuple(exchanger.pull for exchanger in first))):
        numbers, ends = behind.setdefault(order.members[0], ([], []))
        numbers.append(number)
        ends.append((ends[-1] if ends else 0) + order.width)
    found = []
    for winner, point in zip(won, points(ORDER), strict=True):
        numbers, ends = behind[places[hostnames[winner]]]
        found.append(numbers[bisect_right(ends, point * ends[-1] // CIRCLE)])
    return tuple(found)


def equal(decision: Decision, zone: str, hostnames: frozenset[bytes]) -> Drawn:
    """MX with one preference for each tier: one RRset, in turned order."""
    keys = _keys(decision, zone)

    def make(exchangers: Sequence[Exchanger]) -> Listed:
        ring = Ring([_mx(exchanger, 0, decision.ttl)] for exchanger in exchangers)
        turns = picks((1.0,) * len(exchangers), ALL)
        made = Drawn(
            widths=tuple(pick.width for pick in turns),
            variants=tuple(ring.turned(pick.start) for pick in turns),
            counted=(_in_use_keys(exchangers, keys),) * len(turns),
        )
        return made, list(exchangers)

    return _over_tiers(decision, hostnames, make)


def by_weight(decision: Decision, *, ranked: bool) -> list[bytes]:
    """MX for everybody: in each tier by descending weight (`ranked`), or with one preference."""
    if not ranked:
        return [_mx(exchanger, 0, decision.ttl) for exchanger in decision.exchangers]
    first = sorted(_in_use(decision.exchangers), key=lambda exchanger: -exchanger.weight)
    placed = [*zip(first, range(PLACES), strict=False), *_later(decision.exchangers)]
    return [_mx(exchanger, place, decision.ttl) for exchanger, place in placed]


def services(decision: Decision, port: int, zone: str, hostnames: frozenset[bytes]) -> Drawn:
    """SRV (RFC 2782): priority = tier, weight = weight, never 0, for clients draw by it themselves."""
    keys = _keys(decision, zone)
    most = {tier: max(one.pull for one in group) for tier, group in _by_tier(decision.exchangers).items()}

    def record_of(exchanger: Exchanger) -> bytes:
        weight = _srv_weight(exchanger.pull, most[exchanger.tier])
        return record(OWNER, RecordType.SRV, decision.ttl, srv_rdata(exchanger.tier, weight, port, exchanger.hostname))

    def make(exchangers: Sequence[Exchanger]) -> Listed:
        variant = _variant(record_of(exchanger) for exchanger in exchangers)
        made = Drawn(widths=(CIRCLE,), variants=(variant,), counted=(_in_use_keys(exchangers, keys),))
        return made, list(exchangers)

    return _over_tiers(decision, hostnames, make)


def _over_tiers(decision: Decision, hostnames: frozenset[bytes], make: Make) -> Drawn:
    """The answers of one tier and those behind it; where several tiers share them, each in its part of the draws.

    An answer drawn for a later tier names that one and those behind it, as if the ones before it had failed: the
    preference would send all mail to those otherwise.
    """
    tiers = _by_tier(decision.exchangers)
    if len(tiers) == 1:
        drawn, listed = make(decision.exchangers)
        return joined((1.0,), (drawn,), _additional(listed, decision.ttl, hostnames))
    shared = [(tier, part) for tier, part in decision.shared if tier in tiers] or [(min(tiers), 1.0)]
    whole = sum(part for _, part in shared)
    made = [make([one for one in decision.exchangers if one.tier >= tier]) for tier, _ in shared]
    always = set.intersection(*({one.hostname for one in listed} for _, listed in made))
    additional = _additional((one for one in made[0][1] if one.hostname in always), decision.ttl, hostnames)
    return joined([part / whole for _, part in shared], [drawn for drawn, _ in made], additional)


def _srv_weight(pull: int, most: int) -> int:
    """As it is where all of a tier fit into 16 bits, else in proportion to the heaviest; never 0."""
    return max(1, pull if most <= MOST_WEIGHT else pull * MOST_WEIGHT // most)


def _by_tier(exchangers: Sequence[Exchanger]) -> dict[int, list[Exchanger]]:
    tiers: dict[int, list[Exchanger]] = {}
    for exchanger in exchangers:
        tiers.setdefault(exchanger.tier, []).append(exchanger)
    return tiers


def _in_use(exchangers: Sequence[Exchanger]) -> list[Exchanger]:
    tier = min([exchanger.tier for exchanger in exchangers])
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
    kept = fitting(records)
    return VariantSpec(data=b"".join(kept), count=len(kept))


def _in_every(drawn: Iterable[Order]) -> list[int]:
    """Who stands in every order: the tail is shared, and must not speak of names an answer leaves out."""
    return sorted(set.intersection(*(set(order.members) for order in drawn)))


def _additional(exchangers: Iterable[Exchanger], ttl: int, hostnames: frozenset[bytes]) -> Chunk:
    """The addresses of each, IPv4 first."""
    return chunk(
        [
            record(exchanger.hostname, _TYPES[address.version], ttl, address.packed)
            for exchanger in exchangers
            if exchanger.hostname in hostnames
            for address in sorted(exchanger.addresses, key=_version)
        ]
    )


def _version(address: Address) -> int:
    return address.version


_TYPES = {int(family): rtype for family, rtype in ADDRESS_TYPES.items()}


def _keys(decision: Decision, zone: str) -> dict[bytes, tuple[MemberKey, ...]]:
    """The members in use behind each hostname."""
    keys: dict[bytes, tuple[MemberKey, ...]] = {}
    for view in decision.chosen:
        hostname = view.member.hostname
        keys[hostname] = (*keys.get(hostname, ()), MemberKey(zone, view.pool, view.member.name))
    return keys


def _in_use_keys(exchangers: Sequence[Exchanger], keys: Mapping[bytes, tuple[MemberKey, ...]]) -> tuple[MemberKey, ...]:
    """The members behind the exchangers of the tier in use."""
    return tuple(key for exchanger in _in_use(exchangers) for key in keys.get(exchanger.hostname, ()))
