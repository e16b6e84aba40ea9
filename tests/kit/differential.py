"""Generated zones and questions, and how two servers' replies to one question are held against each other.

The zones hold what RFC 1034 section 4.3.2 tells apart: wildcards, aliases into everything, cuts with and without glue,
empty non-terminals, names that end in a star, sets too long for a datagram, a zone inside another.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset

OUTER, INNER, OTHER = "diff.example", "in.deep.diff.example", "other.example"
LABELS = ("a", "b", "c", "Mail", "x-1")
TYPES = ("A", "AAAA", "TXT", "MX", "SRV", "CNAME", "NS", "SOA", "DS", "PTR", "HTTPS", "TYPE65280", "ANY", "DNAME")
PAYLOADS = (None, 512, 1232, 4096)


@dataclass
class Zone:
    """A zone under construction: relative owner → type → data, as master files have them."""

    name: str
    sets: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def add(self, owner: str, rtype: str, *data: str) -> None:
        """One set more at that name."""
        self.sets.setdefault(owner, {})[rtype] = list(data)

    def records(self) -> str:
        """Every set as master-file text, without the apex."""
        lines = [
            f"{owner} 3600 {rtype} {one}"
            for owner, types in self.sets.items()
            for rtype, data in types.items()
            for one in data
        ]
        return "\n".join(lines) + "\n"

    def ours(self) -> str:
        """The zone as our configuration file."""
        text = "".join(f"  {line}\n" for line in self.records().splitlines())
        head = f"zone: {self.name}\ncontact: hostmaster@{self.name}\nnameservers: {{ns1: [127.0.0.1]}}\n"
        return f"{head}records: |\n{text}"

    def theirs(self, serial: int) -> str:
        """The zone as a whole master file, apex and all."""
        soa = f"@ 30 SOA ns1 hostmaster {serial} 3600 600 1209600 30"
        return f"$ORIGIN {self.name}.\n{soa}\n@ 3600 NS ns1\nns1 3600 A 127.0.0.1\n{self.records()}"


def zones(random: Random) -> tuple[Zone, ...]:
    """Three zones that point to each other, one inside another."""
    outer, inner, other = Zone(OUTER), Zone(INNER), Zone(OTHER)
    for zone in (outer, inner, other):
        _fill(zone, random)
    outer.add("long-a", "A", *(f"192.0.2.{n}" for n in range(40)))
    outer.add("longer-a", "A", *(f"198.51.100.{n}" for n in range(100)))
    outer.add("long-txt", "TXT", *(f'"{n:03} {"x" * 90}"' for n in range(40)))
    outer.add("*.long-wild", "TXT", *(f'"{n:03} {"w" * 50}"' for n in range(30)))
    targets = [
        *(f"{owner}.{zone.name}." for zone in (outer, inner, other) for owner in zone.sets if owner != "@"),
        *(f"{zone.name}." for zone in (outer, inner, other)),
        f"nothing.{OUTER}.", f"deep.{OUTER}.", f"under.star.wild.{OUTER}.", f"host.cut.{OUTER}.", "www.example.net.",
    ]  # fmt: skip
    for number in range(30):
        zone = random.choice((outer, outer, inner, other))
        zone.add(f"alias{number}", "CNAME", random.choice(targets).replace("*", "star"))
    for number in range(6):
        outer.add(f"chain{number}", "CNAME", f"chain{number + 1}.{OUTER}.")
    outer.add("chain6", "CNAME", f"alias0.{OUTER}.")
    outer.add("ring0", "CNAME", f"ring1.{OUTER}.")
    outer.add("ring1", "CNAME", f"ring0.{OUTER}.")
    return outer, inner, other


def _fill(zone: Zone, random: Random) -> None:
    zone.add("@", "TXT", '"apex"')
    zone.add("@", "MX", f"10 mx.{zone.name}.")
    zone.add("mx", "A", "192.0.2.25")
    zone.add("cut", "NS", f"ns.cut.{zone.name}.", "ns.example.net.")
    zone.add("ns.cut", "A", "192.0.2.60")
    zone.add("ns.cut", "AAAA", "2001:db8::60")
    zone.add("sibling", "NS", f"ns.cut.{zone.name}.")
    zone.add("self", "NS", f"self.{zone.name}.")
    zone.add("self", "A", "192.0.2.61")
    zone.add("far", "NS", "ns.example.net.")
    zone.add("*.wild", "A", "192.0.2.99")
    zone.add("*.wild", "MX", f"10 mx.{zone.name}.")
    zone.add("there.wild", "TXT", '"there"')
    zone.add("*.alias.wild", "CNAME", f"mx.{zone.name}.")
    zone.add("*.out.wild", "CNAME", "www.example.net.")
    zone.add("*.*.wild", "TXT", '"two stars"')
    zone.add("moved", "DNAME", f"wild.{zone.name}.")
    zone.add("moved", "TXT", '"the name itself stays"')
    zone.add("gone", "DNAME", "example.net.")
    zone.add("far.moved-on", "DNAME", f"moved.{zone.name}.")
    zone.add("Very.deep.ent.here", "A", "192.0.2.70")
    for _ in range(40):
        owner = ".".join(random.choice(LABELS) for _ in range(random.randint(1, 4)))
        if random.random() < 0.15:
            owner = f"*.{owner}"
        zone.add(owner, *_set(random))


def _set(random: Random) -> tuple[str, ...]:
    host = random.randint(1, 250)
    sets = {
        "A": [f"203.0.113.{host}", f"203.0.113.{host + 1}"],
        "AAAA": [f"2001:db8::{host:x}"],
        "TXT": ['"some text"', '"more" "of it"'],
        "MX": ["10 mx", "20 mail.example.net."],
        "SRV": ["0 5 587 Mail", "1 5 587 mx"],
        "PTR": ["Mail.a"],
        "HTTPS": ["1 . alpn=h2"],
        "TYPE65280": [r"\# 4 DEADBEEF"],
    }
    rtype = random.choice(list(sets))
    return (rtype, *sets[rtype])


@dataclass(frozen=True)
class Question:
    """One question and how it is asked. `payload` None: without EDNS."""

    name: str
    rtype: str
    payload: int | None
    dnssec: bool = False
    tcp: bool = False

    def ask(self, port: int) -> dns.message.Message:
        """The reply of the server on this port."""
        edns = {"use_edns": False} if self.payload is None else {"use_edns": 0, "payload": self.payload}
        query = dns.message.make_query(self.name, self.rtype, want_dnssec=self.dnssec, **edns)
        query.flags &= ~dns.flags.RD
        if self.payload is None:
            query.use_edns(False)
        if self.tcp:
            return dns.query.tcp(query, "127.0.0.1", port=port, timeout=5)
        return dns.query.udp(query, "127.0.0.1", port=port, timeout=5)


def questions(random: Random, made: tuple[Zone, ...], count: int) -> Iterator[Question]:
    """Names that are there, that could be, and that cannot be; every type; with and without EDNS, DO and TCP."""
    there = [f"{owner}.{zone.name}." for zone in made for owner in zone.sets] + [f"{zone.name}." for zone in made]
    there = [name.removeprefix("@.") for name in there]
    for _ in range(count):
        yield Question(
            _cased(random, _name(random, there)),
            random.choice(TYPES),
            random.choice(PAYLOADS),
            dnssec=random.random() < 0.2,
            tcp=random.random() < 0.2,
        )


def _name(random: Random, there: list[str]) -> str:
    name = random.choice(there)
    match random.randrange(8):
        case 0 | 1 | 2:
            return name
        case 3:
            return name.replace("*", random.choice(("star", "a.b", "*", "x")))
        case 4:
            return f"{random.choice(('new', 'a', 'b', '*', 'ns', 'Very.new'))}.{name}"
        case 5 if random.random() < 0.5:
            zone = random.choice((OUTER, INNER, OTHER))
            below = random.choice(("there", "x.y", "a.alias", "long." * 9, "b"))
            return f"{below}.{random.choice(('moved', 'gone', 'far.moved-on'))}.{zone}.".replace("..", ".")
        case 5:
            return name.partition(".")[2]
        case 6:
            return f"{random.choice(LABELS)}.{name.partition('.')[2]}"
        case _:
            return random.choice(("example.", "www.example.net.", ".", f"x{name}", f"cut.cut.{name}"))


def _cased(random: Random, name: str) -> str:
    return "".join(random.choice((letter.lower(), letter.upper())) for letter in name)


def held(section: list[dns.rrset.RRset]) -> set[str]:
    """A section as a set of records: owner in lower case, TTL, type and data."""
    return {
        f"{rrset.name} {rrset.ttl} {dns.rdatatype.to_text(rrset.rdtype)} {rdata}".lower()
        for rrset in section
        for rdata in rrset
    }


def differences(
    question: Question, ours: dns.message.Message, theirs: dns.message.Message, *, knot: bool = False
) -> list[str]:
    """What differs, in words; empty when both say the same but for REASONED, and, where they are Knot's, for KNOTS."""
    if knot and any(reason(question, one) for reason in KNOTS for one in (ours, theirs)):
        return []
    said = [
        f"{dns.flags.to_text(flag)} {'set' if ours.flags & flag else 'clear'}"
        for flag in (dns.flags.AA, dns.flags.TC, dns.flags.RA, dns.flags.AD)
        if (ours.flags ^ theirs.flags) & flag
    ]
    if ours.rcode() != theirs.rcode():
        said.append(f"rcode {dns.rcode.to_text(ours.rcode())}, not {dns.rcode.to_text(theirs.rcode())}")
    if any(reason(question, ours) for reason in REASONED):
        return said if bool(ours.answer) == bool(theirs.answer) or ours.flags & dns.flags.TC else [*said, "answer"]
    optional = knot and bool(ours.answer)
    for name in ("answer", "authority") if optional else ("answer", "authority", "additional"):
        mine, other = held(getattr(ours, name)), held(getattr(theirs, name))
        if mine != other:
            said.append(f"{name}: only ours {sorted(mine - other)}, only theirs {sorted(other - mine)}")
    return said


def _any(question: Question, _: dns.message.Message) -> bool:
    """Each server chooses for itself which one RRset it gives for ANY (RFC 8482 section 4.1)."""
    return question.rtype == "ANY"


def _truncated(_: Question, ours: dns.message.Message) -> bool:
    """We send a truncated reply empty; NSD sends what fits. Nobody may use either (RFC 2181 section 9)."""
    return bool(ours.flags & dns.flags.TC)


REASONED = (_any, _truncated)
"""Replies whose sections may differ; rcode, flags, and whether there is an answer, may not."""


def _crosses(_: Question, ours: dns.message.Message) -> bool:
    """Knot follows an alias inside its zone alone; NSD and we go on into another zone that is ours (RFC 1034 4.3.2)."""
    named = [rrset.name for rrset in ours.answer]
    named += [one.target for rrset in ours.answer if rrset.rdtype == dns.rdatatype.CNAME for one in rrset]
    return len({_zone_of(name) for name in named}) > 1


def _zone_of(name: dns.name.Name) -> str:
    return next((zone for zone in (INNER, OUTER, OTHER) if name.is_subdomain(dns.name.from_text(zone))), "")


def _long_chain(_: Question, ours: dns.message.Message) -> bool:
    """Knot ends a chain after five aliases, we after eight."""
    return sum(rrset.rdtype == dns.rdatatype.CNAME for rrset in ours.answer) >= 5


def _above_a_zone(question: Question, ours: dns.message.Message) -> bool:
    """Knot's outer zone does not know that a zone lies in it: what is above that one does not exist, nor its DS.

    That would be wrong for us: RFC 8020 takes an NXDOMAIN for everything below.
    """
    names = [question.name, *(str(one.target) for rrset in ours.answer if rrset.rdtype == 5 for one in rrset)]
    lowered = [name.lower().rstrip(".") for name in names]
    if any(name != OUTER and INNER.endswith(f".{name}") for name in lowered):
        return True
    return INNER in lowered and question.rtype == "DS"


KNOTS = (_crosses, _long_chain, _above_a_zone)
"""Replies that are not held against Knot's. Beside answers it adds records that we leave out: they are optional."""
