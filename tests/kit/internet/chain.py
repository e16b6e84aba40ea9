"""A validator that caches: DS from the parent, keys from the server, each for its TTL; signatures by dnspython."""

import time
from typing import NamedTuple

import dns.dnssec
import dns.message
import dns.name
import dns.rrset
from dns.rdatatype import DNSKEY, DS, RRSIG

from tests.kit.internet.child import SERVER
from tests.kit.internet.daemon import ask
from tests.kit.internet.parents import DNSKEY as ANCHOR
from tests.kit.internet.parents import SERVERS
from tests.kit.judging import Judge


class Held(NamedTuple):
    """An RRset until it leaves the cache."""

    rrset: dns.rrset.RRset
    until: float


class Validator(Judge):
    """Judges what the servers of a zone say by the DS at the parent, which it trusts, and what keys they show."""

    def __init__(self, zone: str, parent: str = "example.com.", server: str = SERVER) -> None:
        self.zone = dns.name.from_text(zone)
        self.server = server
        self.parent = dns.name.from_text(parent)
        self._ds: Held | None = None
        self._keys: Held | None = None

    def check(self, name: str, rtype: str) -> str:
        """Ask the server, and judge: "answer", "nodata", "nxdomain" or "failure"; AssertionError where it is bogus."""
        self.now = time.time()
        self.keys = {self.zone: self._trusted()}
        try:
            return self.judge(ask(self.server, name, rtype))
        except dns.dnssec.ValidationFailure as error:
            raise AssertionError(f"{name} {rtype}: {error}") from None

    def valid(self, rrset: dns.rrset.RRset, rrsig: dns.rrset.RRset) -> None:
        """By one of the keys held now."""
        dns.dnssec.validate(rrset, rrsig, self.keys, now=self.now)

    def _trusted(self) -> dns.rrset.RRset:
        if self._ds is None or self._ds.until <= self.now:
            root = {self.parent: dns.rrset.from_rdata(self.parent, 300, ANCHOR)}
            self._ds = self._fetch(SERVERS[str(self.parent)][0], DS, root)
        if self._keys is None or self._keys.until <= self.now:
            self._keys = self._fetch(self.server, DNSKEY, None)
        return self._keys.rrset

    def _fetch(self, server: str, rtype: dns.rdatatype.RdataType, keys: object) -> Held:
        """An RRset, validated: the DS by the parent's key, the keys by one that the DS names."""
        reply = ask(server, str(self.zone), dns.rdatatype.to_text(rtype))
        found = {(each.rdtype, each.covers): each for each in reply.answer}
        rrset, rrsig = found[rtype, dns.rdatatype.NONE], found[RRSIG, rtype]
        dns.dnssec.validate(rrset, rrsig, keys or {self.zone: self._named(rrset)}, now=self.now)
        return Held(rrset, self.now + rrset.ttl)

    def _named(self, keys: dns.rrset.RRset) -> dns.rrset.RRset:
        assert self._ds is not None
        named = [
            key
            for key in keys
            if any(dns.dnssec.make_ds(self.zone, key, ds.digest_type) == ds for ds in self._ds.rrset)
        ]
        assert named, f"no key of {self.zone} is named by its DS"
        return dns.rrset.from_rdata_list(self.zone, keys.ttl, named)
