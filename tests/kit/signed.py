"""A signed zone with one of everything, its table under any health, and what it answers to those who ask with DO."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import dns.flags
import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

from gslb.answers.build import Builder
from gslb.answers.dnssec.denial import hashed, hashed_owner
from gslb.answers.dnssec.sections import records
from gslb.answers.partition import NAMES
from gslb.answers.plan import plan
from gslb.control.keyring import write_keys
from gslb.dns.reply import Facts
from gslb.dns.respond import respond
from gslb.handoff.table import Table, in_memory
from gslb.model.keys import Algorithm, Role, ZoneKey
from gslb.model.names import to_text
from gslb.model.settings import Config
from gslb.model.values import MxMode, RecordType, WhenAllDown
from gslb.model.zones import Dnssec, SrvOwner, StaticRecord, Zone
from tests.kit.answered import decided, wire
from tests.kit.asking import drawn
from tests.kit.controlled import placed, two_tiers
from tests.kit.estate import ZONE, config, healths, member, pool, service, zone
from tests.kit.zonekeys import NOW, P256, key, stored

A, MX, AAAA, SRV = RecordType.A, RecordType.MX, RecordType.AAAA, RecordType.SRV
ADDRESSES = ("192.0.2.11", "192.0.2.12", "192.0.2.13", "2001:db8::12", "192.0.2.21", "2001:db8::31")
ORIGIN = dns.name.from_text(ZONE)
DS = "12345 13 2 " + "AB" * 32

RECORDS = f"""
@ TXT "v=spf1 mx -all"
Mixed MX 5 MiXed.ExAmple.NET.
a.b.deep TXT "below two that are empty"
*.wild A 192.0.2.99
*.wild TXT "w"
there.wild TXT "there"
x.there.wild TXT "deeper"
*.alias.wild CNAME smtp
www CNAME smtp
out CNAME elsewhere.example.org.
lost CNAME nothing
dn DNAME deep
sub NS ns.sub
sub DS {DS}
ns.sub A 192.0.2.60
bare NS ns.elsewhere.example.org.
bare NS ns.bare
ns.bare AAAA 2001:db8::60
x._tcp SRV 1 2 3 Mixed
naptr NAPTR 1 2 "s" "SIP+D2U" "" _sip._udp.Example.COM.
"""


def static(line: str) -> StaticRecord:
    """A record of the zone: owner, type, and rdata as in a master file."""
    owner, rtype, text = line.split(None, 2)
    rdata = dns.rdata.from_text(dns.rdataclass.IN, rtype, text, origin=ORIGIN, relativize=False).to_wire()
    return StaticRecord(owner=wire(owner), rtype=int(dns.rdatatype.from_text(rtype)), ttl=300, rdata=rdata)


def signed_zone(denial: str = "nsec", *, when_all_down: WhenAllDown = WhenAllDown.NODATA) -> Zone:
    """Two tiers, a service of each kind, and every kind of static record."""
    first = [
        member("r1", "192.0.2.11", weight=3),
        member("r2", "192.0.2.12", "2001:db8::12", weight=2),
        member("r3", "192.0.2.13"),
    ]
    second = [member("d1", "192.0.2.21")]
    six = [member("v6", "2001:db8::31")]
    every = (A, AAAA, MX, RecordType.HTTPS)
    made = zone(
        pool("relays", *first),
        pool("dr", *second),
        pool("six", *six),
        services=(
            service("smtp", "relays", "dr", records=every, answers=1, when_all_down=when_all_down),
            service("all", "relays", records=every, answers=0, mx=MxMode.EQUAL, when_all_down=when_all_down),
            service("v6", "six", when_all_down=when_all_down),
            service("@", alias_of="smtp", records=(MX,)),
        ),
    )
    submit = replace(made.services["all"], srv=(SrvOwner(owner=wire("_submission._tcp.all"), port=587),))
    records = tuple(static(line) for line in RECORDS.strip().splitlines())
    return replace(
        made,
        services={**made.services, "all": submit},
        records=records,
        dnssec=Dnssec(keys=Path("keys"), algorithm=P256, denial="nsec3" if denial == "nsec3" else "nsec"),
    )


def csk(algorithm: Algorithm = P256) -> tuple[ZoneKey, ...]:
    """One key for everything."""
    return (key(Role.CSK, algorithm),)


def pair(algorithm: Algorithm = P256) -> tuple[ZoneKey, ...]:
    """One for keys, one for the rest."""
    return key(Role.KSK, algorithm, number=1), key(Role.ZSK, algorithm, number=2)


class Server:
    """A zone's builder with its latest table. `down` may change; every image is kept as a table."""

    def __init__(
        self,
        estate: Config | Zone,
        keys: tuple[ZoneKey, ...] | None = None,
        *,
        ready: bool = True,
        now: float = NOW,
        names_in_part: int = NAMES,
    ) -> None:
        self.now = now
        self.config = estate if isinstance(estate, Config) else config(estate)
        laid = plan(self.config, names_in_part=names_in_part)
        self.builder = Builder(laid, {each.text: 2026 for each in self.config.zones})
        self.builder.sign(
            {each.text: csk() if keys is None else keys for each in self.config.zones if each.dnssec}, now
        )
        self.names = b""
        self.transfers: dict[bytes, bytes] = {}
        self.generation = 0
        self.table: Table
        self.down((), ready=ready) if ready else self.publish()

    def down(self, addresses: Iterable[str], *, ready: bool = True) -> None:
        """These addresses are down, all others up."""
        self.builder.update(*decided(self.config, healths(down=tuple(addresses)), ready=ready))
        self.publish()

    def publish(self, now: float | None = None) -> None:
        """Make the table of what stands decided."""
        self.generation += 1
        image = self.builder.image(self.generation, self.now if now is None else now)
        self.names = image.names or self.names
        self.transfers.update(image.transfers)
        self.table = in_memory(self.names, image.parts, transfers=self.transfers)

    def ask(
        self, name: str, rtype: str | int, *, draw: int = 0, do: bool = True, tcp: bool = True, address: bytes = b""
    ) -> dns.message.Message:
        """One question, by who has the address; a name without final dot lies in the zone."""
        query = dns.message.make_query(dns.name.from_text(name, ORIGIN), rtype, want_dnssec=do, use_edns=0)
        response = respond(query.to_wire(), self.table, drawn(draw), Facts(tcp=tcp), address)
        assert response is not None
        assert tcp or len(response.data) <= 1232
        reply = dns.message.from_wire(response.data)
        assert query.is_response(reply)
        return reply

    def variants(self, name: str, rtype: str) -> Iterator[int]:
        """A draw for each variant of a name's type, one where there is no choice."""
        names = self.table.names
        number = names.find(wire(name))
        node = names.node(number) if number >= 0 else None
        slot = -1 if node is None else names.slot(node, int(dns.rdatatype.from_text(rtype)))
        entry = None if node is None or slot < 0 else self.table.parts[node.part].entry(slot)
        yield 0
        if entry is not None and entry.variant_count > 1:
            words = self.table.parts[0].data[entry.thresholds_at * 8 :][: 4 * entry.variant_count].cast("I")
            yield from words[1:]


def signed_estate(folder: Path, *, number: int = 0) -> Config:
    """A small estate that is to be signed, with a key in state/keys."""
    estate = placed(two_tiers(), folder)
    keys = estate.node.state_dir / "keys"
    keys.mkdir(mode=0o700, exist_ok=True)
    write_keys(keys, [stored(number=number)], 3600)
    return replace(estate, zones=tuple(replace(zone, dnssec=Dnssec(keys=keys)) for zone in estate.zones))


def dump(server: Server) -> str:
    """The whole zone as master-file text, in the forms that a draw of 0 picks: what a verifier of zones reads."""
    table = server.table
    zone = table.names.zone(0)
    apex = table.names.name(zone.apex)
    lines = []
    for number in table.names.in_order(zone):
        node, name = table.names.node(number), table.names.name(number)
        for rtype, view, slot in table.names.types_of(node):
            entry = table.parts[node.part].entry(slot)
            if entry is None or view:
                continue
            owner = hashed_owner(hashed(name), apex) if rtype == RecordType.NSEC3 else name
            part = table.parts[node.part]
            octets = part.octets(entry.authority.at, 0, entry.authority.signed_length) if not entry.flags & 1 else b""
            if entry.variant_count:
                variant = part.variant(entry, 0)
                octets = part.octets(variant.at, variant.start, variant.signed_length)
            for _, kind, ttl, rdata in records(octets):
                text = dns.rdata.from_wire("IN", kind, rdata, 0, len(rdata)).to_text()
                lines.append(f"{to_text(owner)} {ttl} IN {dns.rdatatype.to_text(kind)} {text}")
    return "\n".join(dict.fromkeys(sorted(lines, key=lambda line: " SOA " not in line))) + "\n"
