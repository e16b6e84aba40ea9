"""From an entry to the same entry with signatures.

In two steps: `compose` takes the entry's records apart and says which RRsets need signatures; `finish` puts it
together again with them. What is sent without DO stays a prefix of what is sent with it: all records, then all RRSIGs.

A turned order is the same RRset and has the same signature. It cannot share a ring with the other turns, as it does
unsigned, for what follows its last record in the ring is its first record, not the signature: each turn is written out.
"""

import struct
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeAlias

from gslb.answers.dnssec.canonical import RRset, rrset
from gslb.answers.drawn import MOST
from gslb.answers.records import OWNER
from gslb.handoff.specs import Chunk, EntrySpec, VariantSpec

TURNS = 32
"""At most so many turned orders of one RRset are written out; beyond, several share one."""

_HEAD = struct.Struct("!HHIH")

Rrsigs: TypeAlias = Callable[["Sent"], tuple[bytes, ...]]
"""Gives the RRSIG records that go with an RRset; none for one that is not signed."""


class Sent(NamedTuple):
    """An RRset as an answer sends it: `owner` and `ttl` as they stand there, which its RRSIGs repeat."""

    rrset: RRset
    owner: bytes
    ttl: int


class Answer(NamedTuple):
    """One variant: its records, their number, and the RRset they are; None where there are none."""

    octets: bytes
    number: int
    sent: Sent | None


class Composed(NamedTuple):
    """An entry taken apart."""

    spec: EntrySpec
    answers: tuple[Answer, ...]
    authority: tuple[Sent, ...]
    additional: tuple[Sent, ...]

    def sent(self) -> Iterator[Sent]:
        """Every RRset that needs signatures; one may come several times."""
        yield from (answer.sent for answer in self.answers if answer.sent is not None)
        yield from self.authority
        yield from self.additional


def compose(spec: EntrySpec, owner: bytes, original: int | None) -> Composed:
    """`owner`: of the answer's records. `original`: the original TTL of answer and additional records; None: the TTL
    that they have. Authority records have their own.
    """
    return Composed(
        spec,
        tuple(_answers(spec.variants, owner, original)),
        tuple(_rrsets(spec.authority.data, owner, None)),
        tuple(_rrsets(spec.additional.data, owner, original)),
    )


def _answers(variants: tuple[VariantSpec, ...], owner: bytes, original: int | None) -> Iterator[Answer]:
    turned: dict[int, Sent] = {}
    for variant in _fewer(variants):
        octets = _octets(variant)
        sent = turned.get(id(variant.data)) or next(_rrsets(octets, owner, original), None)
        if sent is not None and variant.length is not None:
            turned[id(variant.data)] = sent
        yield Answer(octets, variant.count, sent)


def _fewer(variants: tuple[VariantSpec, ...]) -> Iterator[VariantSpec]:
    """Every variant, but of one ring with very many turns only every so many-th start."""
    rings: dict[int, list[VariantSpec]] = {}
    for variant in variants:
        rings.setdefault(id(variant.data), []).append(variant)
    places = dict.fromkeys(rings, 0)
    for variant in variants:
        ring, place = rings[id(variant.data)], places[id(variant.data)]
        places[id(variant.data)] += 1
        yield ring[place - place % -(-len(ring) // TURNS)]


def _octets(variant: VariantSpec) -> bytes:
    if variant.length is None:
        return variant.data[variant.start :]
    return variant.data[variant.start : variant.start + variant.length]


def _rrsets(octets: bytes, answers_owner: bytes, original: int | None) -> Iterator[Sent]:
    """The RRsets of a section, in order of their first records."""
    found: dict[tuple[bytes, int], list[bytes]] = {}
    ttls: dict[tuple[bytes, int], int] = {}
    for owner, rtype, ttl, rdata in records(octets):
        found.setdefault((owner, rtype), []).append(rdata)
        ttls[owner, rtype] = ttl
    for (owner, rtype), rdatas in found.items():
        ttl = ttls[owner, rtype]
        name = answers_owner if owner == OWNER else owner
        yield Sent(rrset(name, rtype, ttl if original is None else original, rdatas), owner, ttl)


def records(octets: bytes) -> Iterator[tuple[bytes, int, int, bytes]]:
    """Owner, type, TTL and rdata of each record; owners as they stand, uncompressed or a pointer alone."""
    at = 0
    while at < len(octets):
        end = _after_owner(octets, at)
        rtype, _, ttl, length = _HEAD.unpack_from(octets, end)
        following = end + _HEAD.size + length
        yield octets[at:end], rtype, ttl, octets[end + _HEAD.size : following]
        at = following


def _after_owner(octets: bytes, at: int) -> int:
    if octets[at] >= 0xC0:
        return at + 2
    while octets[at]:
        at += 1 + octets[at]
    return at + 1


def finish(composed: Composed, rrsigs: Rrsigs) -> EntrySpec:
    """The signed entry."""
    spec = composed.spec
    return spec._replace(
        variants=tuple([_variant(answer, rrsigs) for answer in composed.answers]),
        authority=_chunk(spec.authority, composed.authority, rrsigs),
        additional=_chunk(spec.additional, composed.additional, rrsigs),
    )


def _variant(answer: Answer, rrsigs: Rrsigs) -> VariantSpec:
    octets, count, sent = answer
    made = rrsigs(sent) if sent else ()
    data = octets + b"".join(made)
    return VariantSpec(
        data=data, count=count, length=len(octets), signed_length=len(data), signed_count=count + len(made)
    )


def _chunk(chunk: Chunk, sent: Iterable[Sent], rrsigs: Rrsigs) -> Chunk:
    """A section with its signatures, or without where they leave no room (RFC 4035 section 3.1.1 allows it)."""
    made = [one for each in sent for one in rrsigs(each)]
    data = chunk.data + b"".join(made)
    if not made or len(data) > MOST:
        return chunk
    return Chunk(
        data=data,
        plain_count=chunk.plain_count,
        plain_length=len(chunk.data),
        signed_count=chunk.plain_count + len(made),
    )
