"""One zone's keys at one moment: who signs what, what stands at the apex because of them, and the RRSIG records."""

from collections.abc import Iterable
from typing import NamedTuple

from gslb.answers.dnssec.rrsig import Signature, key_digest, rrset_digest, rrsig_rdata, sign
from gslb.answers.dnssec.sections import Sent
from gslb.answers.dnssec.signatures import Signatures
from gslb.answers.records import record
from gslb.keys.delegating import cdnskey, cds
from gslb.keys.timing import data_signers, key_signers, published
from gslb.model.keys import ZoneKey
from gslb.model.values import RecordType

BY_KEY_SIGNERS = frozenset((RecordType.DNSKEY, RecordType.CDS, RecordType.CDNSKEY))


class Signers(NamedTuple):
    """Keys that sign now, by what they sign, and what the apex shows of them (rdata). Compares by meaning."""

    data: tuple[ZoneKey, ...] = ()
    keys: tuple[ZoneKey, ...] = ()
    dnskey: tuple[bytes, ...] = ()
    cds: tuple[bytes, ...] = ()
    cdnskey: tuple[bytes, ...] = ()

    def of(self, rtype: int) -> tuple[ZoneKey, ...]:
        """Those that sign RRsets of a type."""
        return self.keys if rtype in BY_KEY_SIGNERS else self.data


def signers(keys: Iterable[ZoneKey], now: float) -> Signers:
    """What a zone's keys do at a moment. While no key signs data, the zone is not signed."""
    found = tuple(keys)
    return Signers(
        data=data_signers(found, now),
        keys=key_signers(found, now),
        dnskey=tuple(key.dnskey for key in published(found, now)),
        cds=cds(found, now),
        cdnskey=cdnskey(found, now),
    )


class Signing:
    """Makes the RRSIG records of one entry after another, out of known signatures where it can.

    Only reads `known`; what it had to make is in `made`. `used` and `span` tell of what was given since `begin`.
    """

    def __init__(self, known: Signatures, now: float) -> None:
        self.made: dict[bytes, Signature] = {}
        self._known = known
        self._now = now
        self._digests: dict[int, bytes] = {}
        self.begin(Signers())

    def begin(self, who: Signers) -> None:
        """What follows is for another entry, in the zone of these keys."""
        self._who = who
        self.used: list[bytes] = []
        self.inception, self.expiration = 0, 1 << 62

    def rrsigs(self, sent: Sent) -> tuple[bytes, ...]:
        """The RRSIG records of an RRset: their TTL is that of the RRset as it is sent (RFC 4034 section 3)."""
        digest = rrset_digest(sent.rrset)
        return tuple(
            [
                record(
                    sent.owner,
                    RecordType.RRSIG,
                    sent.ttl,
                    rrsig_rdata(sent.rrset, key, self._signature(sent, key, digest)),
                )
                for key in self._who.of(sent.rrset.rtype)
            ]
        )

    def _signature(self, sent: Sent, key: ZoneKey, digest: bytes) -> Signature:
        name = digest + self._key_digest(key)
        found = self._known.fresh(name, self._now) or self.made.get(name)
        if found is None:
            found = self.made[name] = sign(sent.rrset, key, digest, self._now)
        self.used.append(name)
        self.inception = max(self.inception, found.inception)
        self.expiration = min(self.expiration, found.expiration)
        return found

    def _key_digest(self, key: ZoneKey) -> bytes:
        found = self._digests.get(id(key))
        if found is None:
            found = self._digests[id(key)] = key_digest(key)
        return found
