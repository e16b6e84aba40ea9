"""Which entry of a table answers one name and type: RFC 1034 section 4.3.2, steps 2 to 4, as look-ups.

the name                                    what answers
in none of our zones                        nothing (REFUSED, or the end of a chain)
at or below a zone cut                      the cut's NS entry: a referral; but DS at the cut itself is ours
exists, with the type                       its entry
exists, as an alias                         its CNAME entry, to be followed
exists, without the type                    its own NODATA entry, else its zone's; empty non-terminals likewise
does not exist, below a DNAME               the DNAME entry (RFC 6672 section 3.2)
does not exist, with a wildcard to match    as the wildcard's name (RFC 4592 section 3.3)
does not exist                              its zone's NXDOMAIN entry

Where a name has views, a type's entry is that of the first of the client's views that has one, else everybody's.
"""

from enum import Enum, auto
from typing import NamedTuple

from gslb.dns.clients import NOBODY, Asker, seen
from gslb.dns.codes import ANY, CNAME, DNAME, DS, NS, NSEC, NSEC3, RRSIG
from gslb.errors import TableError
from gslb.handoff.layout import ABOVE, NEGATIVE, NODE_APEX, NODE_CNAME, NODE_CUT, NODE_DNAME, NODE_VIEWS
from gslb.handoff.reader import Entry, Names, Node
from gslb.handoff.table import Table

EVERYBODY = 0
"""The number of the view that everybody is in: every type has its entry there."""

HIDDEN = frozenset((NEGATIVE, NSEC3, ABOVE))
"""Types under which a node keeps what its name does not have: an NSEC3 record is owned by a hash."""


class Kind(Enum):
    """What an entry is to the one who asked."""

    ANSWER = auto()
    ALIAS = auto()
    DNAME = auto()
    REFERRAL = auto()
    NEGATIVE = auto()


class Hit(NamedTuple):
    """The entry found, where it stands, and its zone. `owner_length`: of the DNAME's owner in octets, else 0.

    `told`: a view of this name and type looked at what the resolver tells of its client, so that its word counts.
    `node`: the name that exists and was asked, stood in for it (a wildcard) or delegates it; -1 for none. `encloser`:
    the closest encloser of a name that does not exist, unless a DNAME or a cut answers for it; else -1.
    """

    kind: Kind
    part: int
    slot: int
    entry: Entry
    zone: int
    owner_length: int = 0
    told: bool = False
    node: int = -1
    encloser: int = -1


def find(table: Table, name: bytes, qtype: int, asker: Asker = NOBODY) -> Hit | None:
    """The entry for a lower-cased wire name; None when no zone of ours holds the name."""
    names = table.names
    number = names.find(name)
    if number >= 0:
        return _at(table, number, name, qtype, asker)
    above, length = _closest(names, name)
    if above < 0:
        return None
    encloser = names.node(above)
    if encloser.cut:
        return _referral(table, encloser)
    if encloser.flags & NODE_DNAME:
        hit = _hit(table, Kind.DNAME, encloser, DNAME)
        return hit._replace(owner_length=length) if hit else nodata(table, encloser.zone)
    if encloser.wildcard:
        return _at(table, encloser.wildcard - 1, b"", qtype, asker)._replace(encloser=above)
    zone = names.zone(encloser.zone)
    return _negative(table, encloser.zone, zone.part, zone.nxdomain_slot)._replace(encloser=above)


def nodata(table: Table, zone: int) -> Hit:
    """A zone's common NODATA entry."""
    facts = table.names.zone(zone)
    return _negative(table, zone, facts.part, facts.nodata_slot)


def _at(table: Table, number: int, name: bytes, qtype: int, asker: Asker) -> Hit:
    """The entry at an existing node. `name` is empty when a wildcard stands in for the name asked."""
    node = table.names.node(number)
    if node.cut and not (qtype == DS and node.flags & NODE_CUT and name):
        return _referral(table, node)
    if qtype in (ANY, RRSIG):
        return _any(table, node, asker)._replace(node=number)
    hit = None if qtype in HIDDEN else _hit(table, Kind.ANSWER, node, qtype, asker)
    if hit is None and node.flags & NODE_CNAME:
        hit = _hit(table, Kind.ALIAS, node, CNAME)
    if hit is None and qtype == DS and node.flags & NODE_APEX:
        hit = _parent_side(table, name)
    hit = hit or _nodata_at(table, node, asker)
    return hit if hit.node >= 0 else hit._replace(node=number)


def _hit(table: Table, kind: Kind, node: Node, rtype: int, asker: Asker = NOBODY) -> Hit | None:
    slot, told = slot_of(table, node, rtype, asker)
    if slot < 0:
        return None
    entry = table.parts[node.part].entry(slot)
    return None if entry is None else Hit(kind, node.part, slot, entry, node.zone, told=told)


def slot_of(table: Table, node: Node, rtype: int, asker: Asker) -> tuple[int, bool]:
    """The slot of a type in the client's narrowest view that has one, -1 for no such type; and whether what ECS told
    was looked at.
    """
    slot = table.names.slot(node, rtype)
    if slot < 0 or not node.flags & NODE_VIEWS:
        return slot, False
    slots = {view: slot for found, view, slot in table.names.types_of(node) if found == rtype}
    client = seen(table.names.clients, asker)
    view = next((view for view in client.views if view in slots), EVERYBODY)
    return slots[view], not client.told.isdisjoint(slots)


def _any(table: Table, node: Node, asker: Asker) -> Hit:
    """One RRset that exists, the lowest type first (RFC 8482 section 4.1); an alias is not followed.

    Where there is none, a type that fails speaks for all: NODATA would say that the name has nothing. NSEC comes last:
    of all that a name has, it says least.
    """
    failing: Hit | None = None
    part = table.parts[node.part]
    for rtype, view, _ in table.names.types_of(node):
        skipped = rtype in HIDDEN or rtype == NSEC or view
        hit = None if skipped else _hit(table, Kind.ANSWER, node, rtype, asker)
        if hit is None:
            continue
        entry = hit.entry
        if entry.variant_count and part.variant(entry, 0).plain_count:
            return hit
        if entry.rcode and failing is None:
            failing = hit
    return failing or _hit(table, Kind.ANSWER, node, NSEC, asker) or _nodata_at(table, node, asker)


def _parent_side(table: Table, apex: bytes) -> Hit | None:
    """DS at an apex belongs to the zone above, where that is ours too (RFC 4035 section 3.1.4.1)."""
    number, _ = _closest(table.names, apex)
    if number < 0:
        return None
    above = table.names.node(number)
    return _referral(table, above) if above.cut else nodata(table, above.zone)


def _referral(table: Table, node: Node) -> Hit:
    cut = table.names.node(node.cut - 1)
    return (_hit(table, Kind.REFERRAL, cut, NS) or nodata(table, node.zone))._replace(node=node.cut - 1)


def _nodata_at(table: Table, node: Node, asker: Asker) -> Hit:
    own = _hit(table, Kind.NEGATIVE, node, NEGATIVE, asker)
    return own or nodata(table, node.zone)


def _negative(table: Table, zone: int, part: int, slot: int) -> Hit:
    entry = table.parts[part].entry(slot)
    if entry is None:
        raise TableError(f"zone {zone} lacks a negative entry")
    return Hit(Kind.NEGATIVE, part, slot, entry, zone)


def _closest(names: Names, name: bytes) -> tuple[int, int]:
    """The nearest existing name above `name` (RFC 4592: the closest encloser), -1 for none; its length in octets."""
    at = 0
    while name[at]:
        at += 1 + name[at]
        number = names.find(name[at:])
        if number >= 0:
            return number, len(name) - at
    return -1, 0
