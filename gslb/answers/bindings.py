"""HTTPS records of a service (RFC 9460): one binding to the service's own name, with healthy addresses as hints.

Hints are what A and AAAA would answer, by the same shares: each draw picks one answer of either family, so that clients
which connect to a hint are spread as the others are.
"""

import struct
from collections.abc import Iterator, Sequence
from itertools import accumulate

from gslb.answers.addresses import addresses_of_members
from gslb.answers.drawn import Drawn
from gslb.answers.records import OWNER, address_rdata, record
from gslb.answers.variants import CIRCLE
from gslb.handoff.specs import VariantSpec
from gslb.model.decisions import Decision
from gslb.model.values import Address, Family, RecordType
from gslb.model.zones import Https

ALPN, PORT, IPV4HINT, IPV6HINT = 1, 3, 4, 6
HINTS = {Family.IPV4: IPV4HINT, Family.IPV6: IPV6HINT}
DEFAULT_PORT = 443
_SERVICE_MODE = b"\0\1\0"
"""Priority 1, and the owner itself as target."""
_PARAMETER = struct.Struct("!HH")


def of_service(https: Https, decisions: Sequence[Decision], ttl: int) -> Drawn | None:
    """The records of a service whose IPv4 and IPv6 decisions are these; None where neither has an address."""
    families = [(decision.family, _picked(decision)) for decision in decisions]
    if not any(any(addresses for _, addresses in picked) for _, picked in families):
        return None
    made: list[tuple[int, bytes]] = []
    for width, chosen in _together([picked for _, picked in families]):
        hints = [(HINTS[family], found) for (family, _), found in zip(families, chosen, strict=True)]
        made.append((width, record(OWNER, RecordType.HTTPS, ttl, _rdata(https, hints))))
    return Drawn(
        widths=tuple(width for width, _ in made),
        variants=tuple(VariantSpec(data=data, count=1) for _, data in made),
        counted=((),) * len(made),
    )


def _picked(decision: Decision) -> list[tuple[int, tuple[Address, ...]]]:
    """The answers of one family, each with its width on the circle of draws; without any, one that holds nothing."""
    if decision.nodata or decision.last_resort:
        return [(CIRCLE, decision.last_resort)]
    found = addresses_of_members(decision.chosen, decision.family, answers=decision.answers)
    return list(found) or [(CIRCLE, ())]


def _together(
    families: Sequence[Sequence[tuple[int, tuple[Address, ...]]]],
) -> Iterator[tuple[int, tuple[tuple[Address, ...], ...]]]:
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
