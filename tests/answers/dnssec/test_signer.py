import pytest

from gslb.answers.dnssec.canonical import rrset
from gslb.answers.dnssec.rrsig import key_digest, rrset_digest
from gslb.answers.dnssec.sections import Sent
from gslb.answers.dnssec.signatures import Signatures
from gslb.answers.dnssec.signer import Signing, signers
from gslb.answers.records import OWNER
from gslb.model.keys import KeyTimes, Role
from gslb.model.values import RecordType
from tests.kit.answered import wire
from tests.kit.zonekeys import NOW, key

KSK, ZSK = key(Role.KSK, number=1), key(Role.ZSK, number=2)
SENT = Sent(rrset(wire("smtp"), 1, 30, [b"\xc0\0\2\1"]), OWNER, 20)


def test_who_signs_what() -> None:
    """A KSK the keys and what tells the parent of them, a ZSK the rest; both stand in DNSKEY."""
    who = signers((KSK, ZSK), NOW)

    assert {rtype: who.of(rtype) for rtype in (1, RecordType.DNSKEY, RecordType.CDS, RecordType.CDNSKEY)} == {
        1: (ZSK,), RecordType.DNSKEY: (KSK,), RecordType.CDS: (KSK,), RecordType.CDNSKEY: (KSK,),
    }  # fmt: skip
    assert set(who.dnskey) == {KSK.dnskey, ZSK.dnskey}
    assert who.cdnskey == (KSK.dnskey,)


def test_dates_alone_are_no_other_meaning() -> None:
    """Signers compare by what keys do now."""
    later = key(Role.CSK, times=KeyTimes(publish=NOW - 9, active=NOW - 9, retire=NOW + 5))

    assert signers((later,), NOW) == signers((later,), NOW + 4)
    assert signers((later,), NOW) != signers((later,), NOW + 5)


def test_nothing_is_signed_twice() -> None:
    """Neither in one piece of work, nor where it is known; what was given is told with its span."""
    known = Signatures()
    first = Signing(known, NOW)
    first.begin(signers((ZSK,), NOW))
    given = first.rrsigs(SENT), first.rrsigs(SENT)
    known.add(first.made)
    second = Signing(known, NOW + 5)
    second.begin(signers((ZSK,), NOW))

    assert given[0] == given[1] == second.rrsigs(SENT)
    assert (len(first.made), len(second.made)) == (1, 0)
    assert second.used == [rrset_digest(SENT.rrset) + key_digest(ZSK)]
    assert (second.inception, second.expiration) == next(iter(first.made.values()))[:2]


@pytest.mark.parametrize("keys", [(), (ZSK,), (ZSK, KSK, key(Role.ZSK, number=3))])
def test_one_signature_of_each_key(keys: tuple[object, ...]) -> None:
    """With the TTL of the RRset that is sent."""
    signing = Signing(Signatures(), NOW)
    signing.begin(signers(keys, NOW))  # type: ignore[arg-type]  # keys, all of them

    made = signing.rrsigs(SENT)

    assert len(made) == sum(1 for each in keys if each is not KSK)
    assert all(each[6:10] == (20).to_bytes(4) for each in made)
