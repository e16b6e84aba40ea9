"""A judge of signed answers: signatures by dnspython's validator, proofs of absence by the RFCs' own words.

It shares no code with the server. Whatever is wrong raises AssertionError, with what was asked.
"""

from base64 import b32hexdecode, b32hexencode
from hashlib import sha1

import dns.dnssec
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from dns.rdatatype import CNAME, DNAME, DNSKEY, DS, NS, NSEC, NSEC3, RRSIG, SOA

from gslb.model.keys import ZoneKey

VALIDATED: set[bytes] = set()


class Judge:
    """Judges what one zone's servers answer; `keys` is its trust anchor."""

    def __init__(self, zone: str, keys: tuple[ZoneKey, ...], now: float) -> None:
        self.zone = dns.name.from_text(zone)
        self.now = now
        rdatas = [dns.rdata.from_wire(dns.rdataclass.IN, DNSKEY, key.dnskey, 0, len(key.dnskey)) for key in keys]
        self.keys = {self.zone: dns.rrset.from_rdata_list(self.zone, 300, rdatas)}

    def judge(self, reply: dns.message.Message) -> str:
        """What the reply proves: "answer", "nodata", "nxdomain", "referral", or "failure", which proves nothing."""
        if reply.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            assert not reply.answer, "a failure with an answer"
            assert not any(rrset.rdtype in (NSEC, NSEC3) for rrset in reply.authority)
            return "failure"
        self.reply = reply
        self.signed(reply.answer)
        self.signed(reply.authority)
        if not any(each.rdtype == NS and each.name != self.zone for each in reply.authority):
            self.signed(reply.additional)
        name, qtype = reply.question[0].name, reply.question[0].rdtype
        for _ in range(10):
            found = self.there(name, qtype)
            if found:
                return "answer"
            alias = self.there(name, CNAME)
            if not alias:
                break
            name = alias[0].target
            if not name.is_subdomain(self.zone):
                return "answer"
        return self.negative(name, qtype)

    def signed(self, section: list[dns.rrset.RRset]) -> None:
        """Every RRset has a good signature, but a delegation, and the CNAME that a DNAME makes."""
        signatures = {(each.name, each.covers): each for each in section if each.rdtype == RRSIG}
        dnames = [each.name for each in section if each.rdtype == DNAME]
        for rrset in section:
            if rrset.rdtype == RRSIG or not rrset.name.is_subdomain(self.zone):
                continue
            if rrset.rdtype == NS and rrset.name != self.zone:
                continue
            if rrset.rdtype == CNAME and any(rrset.name.is_subdomain(dname) for dname in dnames):
                continue
            rrsig = signatures.get((rrset.name, rrset.rdtype))
            assert rrsig is not None, f"unsigned {rrset}"
            assert rrsig.ttl == rrset.ttl, f"TTLs differ: {rrset} {rrsig}"
            assert all(rrset.ttl <= one.original_ttl for one in rrsig)
            self.valid(rrset, rrsig)

    def valid(self, rrset: dns.rrset.RRset, rrsig: dns.rrset.RRset) -> None:
        """By every key that signed it; what was found valid once is not computed again."""
        for one in rrsig:
            assert one.signer == self.zone, f"signed by {one.signer}: {rrset}"
            known = one.to_wire() + rrset.name.to_wire() + b"".join(sorted(each.to_wire() for each in rrset))
            if known not in VALIDATED:
                dns.dnssec.validate_rrsig(rrset, one, self.keys, now=self.now)
                VALIDATED.add(known)

    def there(self, name: dns.name.Name, qtype: int) -> dns.rrset.RRset | None:
        """The RRset of the answer; one made from a wildcard needs a proof that nothing is closer."""
        if qtype == dns.rdatatype.ANY:
            return next((each for each in self.reply.answer if each.name == name and each.rdtype != RRSIG), None)
        found = next((each for each in self.reply.answer if each.name == name and each.rdtype == qtype), None)
        for rrset in self.reply.answer:
            if found is not None and rrset.rdtype == RRSIG and rrset.name == name and rrset.covers == qtype:
                labels = rrset[0].labels
                if labels < len(name) - 1 - (name[0] == b"*"):
                    self.not_there(dns.name.Name(name.labels[-labels - 2 :]), name)
        return found

    def negative(self, name: dns.name.Name, qtype: int) -> str:
        """NODATA, NXDOMAIN or referral, each with all that proves it."""
        delegation = next((each for each in self.reply.authority if each.rdtype == NS), None)
        if delegation is not None:
            self.delegated(delegation.name)
            return "referral"
        assert any(each.rdtype == SOA for each in self.reply.authority), f"no SOA: {self.reply}"
        if self.reply.rcode() == dns.rcode.NXDOMAIN:
            encloser = self.encloser(name)
            assert not self.has(dns.name.Name((b"*", *encloser.labels)), qtype)
            assert self.denied(dns.name.Name((b"*", *encloser.labels))), f"wildcard not denied: {self.reply}"
            return "nxdomain"
        types = self.types(name)
        if types is None and not self.is_empty_nonterminal(name):
            encloser = self.encloser(name)
            types = self.types(dns.name.Name((b"*", *encloser.labels)))
            assert types is not None, f"no proof of NODATA: {self.reply}"
        assert types is None or not types & {qtype, CNAME}, f"{name} has {types}: {self.reply}"
        return "nodata"

    def delegated(self, cut: dns.name.Name) -> None:
        """DS, or a bitmap with NS and without DS and SOA (RFC 4035 section 5.2)."""
        if not any(each.rdtype == DS for each in self.reply.authority):
            types = self.types(cut)
            assert types is not None, f"no proof that there is no DS: {self.reply}"
            assert NS in types
            assert not types & {DS, SOA}

    def links(self, rdtype: int) -> list[dns.rrset.RRset]:
        return [each for each in self.reply.authority if each.rdtype == rdtype]

    def types(self, name: dns.name.Name) -> set[int] | None:
        """The bitmap of a name, where the reply holds it."""
        for link in self.links(NSEC):
            if link.name == name:
                return bits(link[0].windows)
        for link in self.links(NSEC3):
            if link.name.labels[0].lower() == label(name):
                return bits(link[0].windows)
        return None

    def has(self, name: dns.name.Name, qtype: int) -> bool:
        return qtype in (self.types(name) or ())

    def denied(self, name: dns.name.Name) -> bool:
        """Whether a link covers the name: it does not exist."""
        for link in self.links(NSEC):
            following = link[0].next
            assert following.is_subdomain(self.zone)
            last = following == self.zone
            if link.name < name and (name < following or last) and not following.is_subdomain(name):
                cut = {NS} <= bits(link[0].windows) and SOA not in bits(link[0].windows)
                return not (name.is_subdomain(link.name) and (cut or DNAME in bits(link[0].windows)))
        for link in self.links(NSEC3):
            start, end, sought = link.name.labels[0].lower(), b32hexencode(link[0].next).lower(), label(name)
            assert (link[0].flags, link[0].iterations, link[0].salt, len(b32hexdecode(start.upper()))) == (
                0,
                0,
                b"",
                20,
            )
            if start < sought < end or (end <= start and (sought > start or sought < end)):
                return True
        return False

    def is_empty_nonterminal(self, name: dns.name.Name) -> bool:
        return any(link.name < name and link[0].next.is_subdomain(name) for link in self.links(NSEC))

    def encloser(self, name: dns.name.Name) -> dns.name.Name:
        """The closest encloser that the reply proves: it exists, and the name one label longer does not."""
        above = name
        while above != self.zone:
            closer, above = above, above.parent()
            if self.exists(above):
                self.not_there(closer, name)
                return above
        raise AssertionError(f"no closest encloser of {name}: {self.reply}")

    def exists(self, name: dns.name.Name) -> bool:
        if self.types(name) is not None:
            return True
        return any(link.name.is_subdomain(name) or link[0].next.is_subdomain(name) for link in self.links(NSEC))

    def not_there(self, closer: dns.name.Name, name: dns.name.Name) -> None:
        nsec = bool(self.links(NSEC))
        assert self.denied(name if nsec else closer), f"{name} is not denied: {self.reply}"


def label(name: dns.name.Name) -> bytes:
    """The first label of the owner of a name's NSEC3."""
    return b32hexencode(sha1(name.canonicalize().to_wire()).digest()).lower()


def bits(windows: tuple[tuple[int, bytes], ...]) -> set[int]:
    """The types of a bitmap."""
    return {
        window * 256 + place * 8 + bit
        for window, octets in windows
        for place, octet in enumerate(octets)
        for bit in range(8)
        if octet & (0x80 >> bit)
    }
