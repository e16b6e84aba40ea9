"""A secondary's copy of a signed zone, judged by dnspython: every signature, and the chain of denial link by link."""

from base64 import b32hexdecode
from collections.abc import Iterator
from itertools import pairwise

import dns.dnssec
import dns.name
import dns.node
import dns.zone
from dns.rdatatype import DNSKEY, DS, NS, NSEC, NSEC3, RRSIG

from tests.kit.judging import bits, label


def faults(zone: dns.zone.Zone, now: float) -> list[str]:
    """What does not validate at a Unix time, by the keys that the zone holds; and what its bitmaps say wrongly."""
    return [*_signatures(zone, now), *_links(zone)]


def _owned(zone: dns.zone.Zone) -> Iterator[tuple[dns.name.Name, dns.node.Node, bool]]:
    """The names that are the zone's own, and whether each is a cut."""
    assert zone.origin is not None
    cuts = [name for name, node in zone.nodes.items() if name != zone.origin and node.get_rdataset(1, NS)]
    for name, node in zone.nodes.items():
        if not any(name != cut and name.is_subdomain(cut) for cut in cuts):
            yield name, node, name in cuts


def _signatures(zone: dns.zone.Zone, now: float) -> Iterator[str]:
    assert zone.origin is not None
    keys = {zone.origin: zone.find_rrset(zone.origin, DNSKEY)}
    for name, node, is_cut in _owned(zone):
        for rdataset in node:
            if rdataset.rdtype == RRSIG or (is_cut and rdataset.rdtype not in (DS, NSEC)):
                continue
            rrsigs = node.get_rdataset(rdataset.rdclass, RRSIG, rdataset.rdtype)
            try:
                assert rrsigs is not None, "unsigned"
                dns.dnssec.validate((name, rdataset), (name, rrsigs), keys, now=now)
            except (AssertionError, dns.dnssec.ValidationFailure) as error:
                yield f"{name} {rdataset.rdtype.name}: {error}"


def _links(zone: dns.zone.Zone) -> Iterator[str]:
    """Every name stands in the chain once, with the types it has, and the next one behind it."""
    assert zone.origin is not None
    rtype = NSEC3 if any(node.get_rdataset(1, NSEC3) for node in zone.nodes.values()) else NSEC
    types = {
        name: _types(node, is_cut=is_cut) for name, node, is_cut in _owned(zone) if not node.get_rdataset(1, NSEC3)
    }
    if rtype == NSEC:
        types = {name: {*found, int(NSEC), int(RRSIG)} for name, found in types.items()}
    else:
        names = {*types, *(above for name in types for above in _above(name, zone.origin))}
        types = {dns.name.Name((label(name), *zone.origin)): types.get(name, set()) for name in names}
    order = sorted(types)
    for name, following in pairwise([*order, order[0]]):
        link = zone.get_rdataset(name, rtype)
        if link is None:
            yield f"{name} has no {rtype.name}"
        elif bits(link[0].windows) != types[name]:
            yield f"{name} has {types[name]}, and a bitmap of {bits(link[0].windows)}"
        elif link[0].next != (following if rtype == NSEC else b32hexdecode(following.labels[0].upper())):
            yield f"{name} is followed by {following}, and its link says {link[0].next}"
    links = {name for name, node in zone.nodes.items() if node.get_rdataset(1, rtype)}
    yield from (f"{name} is no name, and has a link" for name in sorted(links - types.keys()))


def _types(node: dns.node.Node, *, is_cut: bool) -> set[int]:
    found = {int(rdataset.rdtype) for rdataset in node} - {int(RRSIG)}
    found = found & {int(NS), int(DS)} if is_cut else found
    return found | {int(RRSIG)} if found - ({int(NS)} if is_cut else set()) else found


def _above(name: dns.name.Name, origin: dns.name.Name) -> Iterator[dns.name.Name]:
    """The names between, some of which have no data."""
    while len(name) > len(origin) + 1:
        name = name.parent()
        yield name
