"""DS, CDS and CDNSKEY, with dnspython as second opinion."""

from dataclasses import replace

import dns.dnssec
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import pytest

from gslb.keys.delegating import Digest, cdnskey, cds, delegated, ds, notes
from gslb.model.keys import Algorithm, KeyTimes, Role
from tests.kit.zonekeys import ALWAYS, NOW, key


def text(rtype: str, rdata: bytes) -> str:
    """Rdata as dnspython reads it."""
    return dns.rdata.from_wire("IN", rtype, rdata, 0, len(rdata)).to_text()


@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize("digest", Digest)
def test_ds_is_what_dnspython_makes_of_the_key(algorithm: Algorithm, digest: Digest) -> None:
    """Tag, algorithm, digest type and digest, for each algorithm and digest."""
    one = key(algorithm=algorithm)
    theirs = dns.rdata.from_wire("IN", "DNSKEY", one.dnskey, 0, len(one.dnskey))

    made = dns.dnssec.make_ds("mail.example.com.", theirs, digest.name)  # type: ignore[arg-type]  # any rdata class

    assert text("DS", ds(one, digest)) == made.to_text()
    assert one.tag == dns.dnssec.key_id(theirs)  # type: ignore[arg-type]  # as above


def test_cds_and_cdnskey_name_the_keys_the_parent_should_hold() -> None:
    """Published keys that sign keys, between their dates; a ZSK never."""
    ksk, zsk = key(Role.KSK), key(Role.ZSK, number=1)
    over = key(Role.KSK, times=replace(ALWAYS, sync_delete=NOW), number=2)
    unpublished = key(Role.KSK, times=replace(ALWAYS, remove=NOW), number=3)
    keys = (ksk, zsk, over, unpublished)

    assert cds(keys, NOW) == (ds(ksk),)
    assert cdnskey(keys, NOW) == (ksk.dnskey,)
    assert cds(keys, NOW - 1) == (ds(ksk), ds(over), ds(unpublished))
    assert cds(keys, NOW - 9e5) == cdnskey(keys, NOW - 9e5) == ()


def test_the_delete_form_stands_alone() -> None:
    """From the date an operator chose; written as RFC 8078 section 4 mandates."""
    leaving = key(times=replace(ALWAYS, unsign=NOW))

    assert cds((leaving,), NOW - 1) == (ds(leaving),)
    assert [text("CDS", rdata) for rdata in cds((leaving,), NOW)] == ["0 0 0 00"]
    assert [text("CDNSKEY", rdata) for rdata in cdnskey((leaving,), NOW)] == ["0 3 0 AA=="]
    assert cds((key(times=replace(ALWAYS, unsign=NOW, remove=NOW)),), NOW) == ()


def test_the_parent_holds_what_cds_asks_for() -> None:
    """During a roll the old key alone, then the new one alone; keys of other tools have no such dates."""
    old = key(times=replace(ALWAYS, sync_delete=NOW))
    new = key(times=replace(ALWAYS, sync_publish=NOW), number=1)
    foreign = key(times=KeyTimes(publish=0, active=0), number=2)

    assert delegated((old, new, foreign), NOW - 1) == (old,)
    assert delegated((old, new, foreign), NOW) == (new,)
    assert delegated((foreign, key(Role.ZSK, times=foreign.times)), NOW) == (foreign,)
    assert delegated((key(times=replace(ALWAYS, unsign=NOW)),), NOW) == ()


def test_what_else_the_parent_should_know() -> None:
    """That there is no key, that it is too early, or that the zone leaves."""
    coming = key(times=replace(ALWAYS, sync_publish=NOW))

    assert notes((), NOW)[0].startswith("no key is published: no DS belongs to the parent")
    assert notes((key(times=replace(ALWAYS, unsign=NOW)),), NOW) == (
        "the zone leaves DNSSEC: no DS belongs to the parent",
    )
    assert notes((coming,), NOW - 1) == (
        f"the DS of key {coming.tag} belongs to the parent from 2027-01-15 08:00:00Z on, not before",
    )
    assert "parent alone, from" in notes((coming, key(number=1)), NOW - 1)[0]
    assert notes((coming,), NOW) == ()
