"""Zones with one of everything: each kind of record, service and all-down mode, and the questions that show it."""

from dataclasses import dataclass
from typing import Literal

TYPES = (
    "A", "AAAA", "MX", "TXT", "SRV", "CAA", "TLSA", "SSHFP", "NAPTR", "SVCB", "HTTPS", "LOC", "HINFO", "URI", "CERT",
    "OPENPGPKEY", "SMIMEA", "DS", "NS", "SOA", "DNSKEY", "CDS", "CDNSKEY", "CNAME", "DNAME", "PTR", "TYPE65280",
)  # fmt: skip
"""Asked of every name."""

NAMES = (
    "", "ns1", "ns2", "smtp", "equal", "every", "steady", "web", "inbox", "relays", "dr", "r1.relays", "d1.dr",
    "half", "down-serve", "down-last", "down-nodata", "down-list", "dead", "x1.dead", "_submission._tcp.equal",
    "_tcp.equal", "mixed", "a.b.deep", "b.deep", "deep", "wild", "*.wild", "any.wild", "two.any.wild", "there.wild",
    "below.there.wild", "x.there.wild", "alias", "*.alias", "some.alias", "www", "out", "lost", "dn", "a.b.dn",
    "zz.dn", "sub", "nothing", "nothing.nothing", "0", "zzzz", "nothing.smtp", "c.b.deep",
)  # fmt: skip
"""Names, of which some do not exist, below the apex."""

FAILING = ("down-servfail", "down-refused")
"""Names that answer with a failure; asked last, for resolvers hold failures against a server."""

RECORDS = """\
  @      TXT   "v=spf1 mx -all"
  @      CAA   0 issue "ca.example.net"
  mixed  A     192.0.2.90
  mixed  AAAA  2001:db8::90
  mixed  MX    5 MiXed.ExAmple.NET.
  mixed  TXT   "one of everything" "in two"
  mixed  SRV   1 2 3 Mixed
  mixed  CAA   128 issuewild ";"
  mixed  TLSA  3 1 1 {digest}
  mixed  SSHFP 4 2 {digest}
  mixed  NAPTR 1 2 "s" "SIP+D2U" "" _sip._udp.Example.COM.
  mixed  SVCB  1 . alpn=h2 port=8443
  mixed  HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.90
  mixed  LOC   52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m
  mixed  HINFO "CPU" "OS"
  mixed  URI   10 1 "https://example.com/"
  mixed  CERT  1 0 0 AQID
  mixed  OPENPGPKEY AQID
  mixed  SMIMEA 3 0 0 {digest}
  mixed  PTR   Mixed
  mixed  TYPE65280 \\# 4 0a000001
  a.b.deep TXT "below two that are empty"
  *.wild A     192.0.2.99
  *.wild TXT   "w"
  there.wild TXT "there"
  x.there.wild TXT "deeper"
  *.alias CNAME smtp
  www    CNAME smtp
  out    CNAME target.example.com.
  lost   CNAME nothing
  dn     DNAME deep
  sub    NS    ns.sub
  ns.sub A     192.0.2.60
"""

ZONE = """\
zone: {name}
contact: hostmaster@{name}
nameservers: {{ns1: [192.0.2.53, "2001:db8::53"], ns2: [198.51.100.53, "2001:db8:1::53"]}}
ttl: 60
min_ttl: 60
negative_ttl: {negative_ttl}
dnssec: {{algorithm: {algorithm}, denial: {denial}}}
transfer: {{to: [192.0.2.0/24]}}
records: |
{records}
pools:
  relays:
    members:
      r1: {{address: 192.0.2.11, weight: 60}}
      r2: {{addresses: [192.0.2.12, "2001:db8::12"], weight: 40}}
      r3: {{address: 192.0.2.13, standby: true}}
  dr: {{members: {{d1: {{address: 192.0.2.21}}, d2: {{addresses: [192.0.2.22, "2001:db8::22"]}}}}}}
  dead: {{checks: [nobody], members: {{x1: {{addresses: [192.0.2.71, "2001:db8::71"]}}, x2: {{address: 192.0.2.72}}}}}}
  one: {{checks: [ours], members: {{h1: {{addresses: [192.0.2.81, "2001:db8::53"]}}}}}}
services:
  smtp: {{records: [MX, A, AAAA], pools: [relays, dr]}}
  equal: {{records: [MX, A, AAAA], mx: equal, srv: {{_submission._tcp.equal: 587}}, pools: [dr]}}
  every: {{pools: [dr], answers: all}}
  steady: {{pools: [relays], sticky: true}}
  web: {{records: [A, AAAA, HTTPS], https: {{}}, pools: [dr]}}
  inbox: {{alias: equal}}
  "@": {{alias: smtp, records: [MX, A]}}
  half: {{records: [MX, A, AAAA], pools: [one]}}
  down-serve: {{records: [MX, A, AAAA], pools: [dead], when_all_down: serve_all}}
  down-last: {{records: [MX, A, AAAA], pools: [dead], when_all_down: last_good}}
  down-nodata: {{records: [MX, A, AAAA], pools: [dead], when_all_down: nodata}}
  down-servfail: {{records: [MX, A, AAAA], pools: [dead], when_all_down: servfail}}
  down-refused: {{records: [MX, A, AAAA], pools: [dead], when_all_down: refused}}
  down-list: {{records: [MX, A, AAAA], pools: [dead], when_all_down: [192.0.2.250, "2001:db8::fa"]}}
"""

CHECKS = """\
nobody: {type: tcp, port: 9, interval: 5s, timeout: 1s}
ours: {type: tcp, port: 53, interval: 5s, timeout: 1s}
"""
"""One that everybody fails, and one that only the address of a name server passes."""


@dataclass(frozen=True)
class Kind:
    """How a zone is signed."""

    name: str
    algorithm: Literal["ecdsap256sha256", "ed25519"]
    denial: Literal["nsec", "nsec3"]
    pair: bool = False
    """KSK and ZSK, not one key for everything."""


KINDS = (
    Kind("p256-nsec.example.com", "ecdsap256sha256", "nsec"),
    Kind("p256-nsec3.example.com", "ecdsap256sha256", "nsec3", pair=True),
    Kind("ed25519-nsec.example.com", "ed25519", "nsec", pair=True),
    Kind("ed25519-nsec3.example.com", "ed25519", "nsec3"),
)


def everything(kind: Kind, negative_ttl: int = 300) -> str:
    """The zone's file."""
    return ZONE.format(
        name=kind.name,
        algorithm=kind.algorithm,
        denial=kind.denial,
        negative_ttl=negative_ttl,
        records=RECORDS.format(digest="AB" * 32),
    )


def questions(kind: Kind, names: tuple[str, ...] = NAMES) -> list[tuple[str, str]]:
    """Every name and type, but the DS of the apex, which is the parent's, and what lies in the zone below."""
    return [
        (f"{name}.{kind.name}".lstrip("."), rtype)
        for name in names
        for rtype in TYPES
        if (name or rtype != "DS") and (name != "sub" or rtype == "DS")
    ]
