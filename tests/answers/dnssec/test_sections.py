from gslb.answers.dnssec import sections
from gslb.answers.dnssec.sections import Sent, compose, finish
from gslb.answers.drawn import MOST, Ring, chunk
from gslb.answers.records import OWNER, record
from gslb.handoff.specs import EntrySpec, VariantSpec
from tests.kit.answered import wire

OWN = wire("smtp")
SIGNATURE = record(OWNER, 46, 30, b"s" * 90)


def a(last: int, ttl: int = 20, owner: bytes = OWNER) -> bytes:
    """One address record."""
    return record(owner, 1, ttl, bytes((192, 0, 2, last)))


def rrsigs(sent: Sent) -> tuple[bytes, ...]:
    """One that names what it is for by its length."""
    return (SIGNATURE,)


def test_all_records_then_all_rrsigs() -> None:
    """What goes without DO is a prefix of what goes with it, in every section."""
    spec = EntrySpec(
        variants=(VariantSpec(data=a(1) + a(2), count=2),),
        authority=chunk([record(wire("@"), 6, 30, b"\0\0" + bytes(20))]),
        additional=chunk([a(1, owner=wire("r1")), a(2, owner=wire("r2"))]),
    )

    made = finish(compose(spec, OWN, 30), rrsigs)

    assert made.variants[0].data == a(1) + a(2) + SIGNATURE
    assert (made.variants[0].length, made.variants[0].count) == (len(a(1) + a(2)), 2)
    assert (made.variants[0].signed_length, made.variants[0].signed_count) == (len(made.variants[0].data), 3)
    assert (made.additional.data, made.additional.signed_count) == (spec.additional.data + SIGNATURE * 2, 4)
    assert (made.authority.plain_length, made.authority.signed_count) == (len(spec.authority.data), 2)


def test_owners_and_ttls() -> None:
    """An answer's RRset is owned by its name; service records have the zone's TTL as the original, SOA its own."""
    spec = EntrySpec(
        variants=(VariantSpec(data=a(2) + a(1), count=2),),
        authority=chunk([record(wire("@"), 6, 15, b"\0\0" + bytes(20))]),
    )

    answer, soa = compose(spec, OWN, 30).sent()

    assert (answer.rrset.owner, answer.owner, answer.rrset.ttl, answer.ttl) == (OWN, OWNER, 30, 20)
    assert answer.rrset.rdatas == (bytes((192, 0, 2, 1)), bytes((192, 0, 2, 2)))
    assert (soa.rrset.owner, soa.rrset.ttl, soa.ttl) == (wire("@"), 15, 15)
    assert next(compose(spec, OWN, None).sent()).rrset.ttl == 20


def test_turns_are_written_out() -> None:
    """Each turned order is its records and the signature; beyond TURNS several share one."""
    few, many = (Ring([[a(n)] for n in range(count)]) for count in (3, 2 * sections.TURNS + 1))
    spec = EntrySpec(variants=tuple(few.turned(n) for n in range(3)))
    made = finish(compose(spec, OWN, 30), rrsigs)

    assert [each.data for each in made.variants] == [
        b"".join(a(n % 3) for n in range(start, start + 3)) + SIGNATURE for start in range(3)
    ]
    crowd = compose(EntrySpec(variants=tuple(many.turned(n) for n in range(2 * sections.TURNS + 1))), OWN, 30)
    assert len({answer.octets for answer in crowd.answers}) == 22
    assert len(crowd.answers) == 2 * sections.TURNS + 1


def test_nothing_to_sign() -> None:
    """An empty variant among others stays empty; an empty entry stays as it is."""
    spec = EntrySpec(variants=(VariantSpec(data=a(1), count=1), VariantSpec()))

    assert [each.sent is None for each in compose(spec, OWN, 30).answers] == [False, True]
    assert finish(compose(spec, OWN, 30), rrsigs).variants[1].data == b""
    assert finish(compose(EntrySpec(rcode=2), OWN, 30), rrsigs) == EntrySpec(rcode=2)


def test_signatures_without_room_are_left_out() -> None:
    """An additional section that would outgrow a message keeps its records (RFC 4035 section 3.1.1)."""
    owners = [bytes((40,)) + f"{n:040}".encode() + b"\0" for n in range(MOST // 70)]
    spec = EntrySpec(additional=chunk(a(1, owner=owner) for owner in owners))

    assert finish(compose(spec, OWN, 30), rrsigs).additional == spec.additional
