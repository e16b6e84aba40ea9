"""HTTPS records of a service (RFC 9460): one binding to the service's own name, with healthy addresses as hints.

Hints are what A and AAAA would answer, by the same shares, from the same tiers and, where a service is sticky, to the
same clients: each draw picks one answer of either family, so that clients which connect to a hint are spread as the
others are.
"""

import struct
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple, TypeAlias

from gslb.answers.addresses import addresses_of_members, by_tier, slots_of
from gslb.answers.drawn import Drawn, joined_slots
from gslb.answers.records import OWNER, address_rdata, record
from gslb.answers.variants import CIRCLE, parted, split
from gslb.handoff.layout import STICKY_SLOTS
from gslb.handoff.specs import VariantSpec
from gslb.model.decisions import Decision
from gslb.model.values import Address, Family, RecordType
from gslb.model.zones import Https

ALPN, PORT, IPV4HINT, IPV6HINT = 1, 3, 4, 6
HINTS = {Family.IPV4: IPV4HINT, Family.IPV6: IPV6HINT}
_TYPES = {Family.IPV4: RecordType.A, Family.IPV6: RecordType.AAAA}
DEFAULT_PORT = 443
_SERVICE_MODE = b"\0\1\0"
"""Priority 1, and the owner itself as target."""
_PARAMETER = struct.Struct("!HH")

Addresses: TypeAlias = tuple[Address, ...]


def of_service(https: Https, decisions: Sequence[Decision], ttl: int, key: str = "") -> Drawn | None:
    """The records of a service whose IPv4 and IPv6 decisions are these; None where neither has an address.

    `key` sets the slots of its clients apart from those of another's, where it is sticky.
    """
    families = [_picked(decision, key) for decision in decisions]
    if not any(found for picked in families for _, found in picked.answers):
        return None
    sticky = all(picked.slots for picked in families)
    rows, slots = _by_slot(families) if sticky else (list(_together([picked.answers for picked in families])), ())
    made: list[tuple[int, bytes]] = []
    for width, chosen in rows:
        hints = [(HINTS[one.family], found) for one, found in zip(decisions, chosen, strict=True)]
        made.append((width, record(OWNER, RecordType.HTTPS, ttl, _rdata(https, hints))))
    return Drawn(
        widths=tuple(width for width, _ in made),
        variants=tuple(VariantSpec(data=data, count=1) for _, data in made),
        counted=((),) * len(made),
        slots=slots,
    )


class _Picked(NamedTuple):
    """The answers of one family, each with its width on the circle of draws; and, where they stick, by slot."""

    answers: list[tuple[int, Addresses]]
    slots: tuple[int, ...] = ()


def _picked(decision: Decision, key: str) -> _Picked:
    """Each from one tier; without any, one that holds nothing."""
    everybody = (0,) * STICKY_SLOTS if decision.sticky else ()
    if decision.nodata or decision.last_resort:
        return _Picked([(CIRCLE, decision.last_resort)], everybody)
    made: list[tuple[float, list[tuple[int, Addresses]], tuple[int, ...]]] = []
    for part, own in by_tier(decision):
        found = addresses_of_members(own, decision.family, answers=decision.answers, sticky=decision.sticky)
        if answers := list(found):
            slots = slots_of(decision, own, _TYPES[decision.family], key) if decision.sticky else ()
            made.append((part, answers, slots))
    if not made:
        return _Picked([(CIRCLE, ())], everybody)
    if len(made) == 1:
        return _Picked(*made[0][1:])
    parts = [part for part, _, _ in made]
    widths = parted(parts, [[width for width, _ in answers] for _, answers, _ in made])
    rows = [
        (width, found)
        for own, (_, answers, _) in zip(widths, made, strict=True)
        for width, (_, found) in zip(own, answers, strict=True)
    ]
    return _Picked(rows, joined_slots(parts, [slots for _, _, slots in made], [len(each) for _, each, _ in made]))


def _by_slot(families: Sequence[_Picked]) -> tuple[list[tuple[int, tuple[Addresses, ...]]], tuple[int, ...]]:
    """Each combination that some client is given, once; and which of them that is, by slot."""
    numbers: dict[tuple[int, ...], int] = {}
    slots = tuple(
        [numbers.setdefault(each, len(numbers)) for each in zip(*[one.slots for one in families], strict=True)]
    )
    widths = split(CIRCLE, [1] * len(numbers))
    return [
        (width, tuple(one.answers[number][1] for one, number in zip(families, each, strict=True)))
        for width, each in zip(widths, numbers, strict=True)
    ], slots


def _together(
    families: Sequence[Sequence[tuple[int, Addresses]]],
) -> Iterator[tuple[int, tuple[Addresses, ...]]]:
    """Stretches of the circle in which every family's answer is one and the same: width and answers."""
    ends = [list(accumulate(width for width, _ in picked)) for picked in families]
    begin = 0
    for end in sorted({end for each in ends for end in each}):
        numbers = [next(number for number, reached in enumerate(each) if reached > begin) for each in ends]
        yield end - begin, tuple(picked[number][1] for picked, number in zip(families, numbers, strict=True))
        begin = end


def _rdata(https: Https, hints: Sequence[tuple[int, tuple[Address, ...]]]) -> bytes:
    """Priority, target and parameters in order of their keys (RFC 9460 section 2.2)."""
    parameters: list[tuple[int, bytes]] = []
    if https.alpn:
        parameters.append((ALPN, b"".join(bytes((len(name),)) + name.encode() for name in https.alpn)))
    if https.port != DEFAULT_PORT:
        parameters.append((PORT, https.port.to_bytes(2)))
    parameters += [(key, b"".join(map(address_rdata, found))) for key, found in hints if found and https.hints]
    return _SERVICE_MODE + b"".join(_PARAMETER.pack(key, len(value)) + value for key, value in parameters)
