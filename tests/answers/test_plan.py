from dataclasses import replace

from gslb.answers.plan import Plan, nameserver_records, plan
from gslb.answers.records import address_rdata, ns_rdata
from gslb.answers.slots import HostSlot, ReferralSlot, ServiceSlot, StaticSlot, ZoneKind, ZoneSlot
from gslb.handoff import layout
from gslb.handoff.specs import NodeSpec
from gslb.model import names
from gslb.model.values import MxMode, RecordType
from gslb.model.zones import NameServer, SrvOwner, StaticRecord, Zone
from tests.kit.answered import wire
from tests.kit.estate import LOOPBACK, config, member, pool, service, zone

A, NS, CNAME, SOA, MX, TXT, AAAA, SRV, DNAME = RecordType.A, 2, 5, 6, RecordType.MX, 16, RecordType.AAAA, 33, 39


def static(name: str, rtype: int, rdata: bytes, ttl: int = 300) -> StaticRecord:
    """A static record of the estate's zone."""
    return StaticRecord(owner=wire(name), rtype=rtype, ttl=ttl, rdata=rdata)


def a(name: str, ttl: int = 300) -> StaticRecord:
    """A static address."""
    return static(name, A, address_rdata(LOOPBACK), ttl)


def node(made: Plan, name: str) -> NodeSpec:
    """The node of that name."""
    (found,) = [each for each in made.nodes if each.name == wire(name)]
    return found


def types(made: Plan, name: str) -> list[int]:
    """The types a name has."""
    return [rtype for rtype, _, _ in node(made, name).types]


def slot(made: Plan, name: str, rtype: int) -> object:
    """What the slot of a name and type stands for."""
    (number,) = [number for found, _, number in node(made, name).types if found == rtype]
    return made.slots[0][number]


def with_records(*records: StaticRecord) -> Zone:
    """A zone of static records alone."""
    return replace(zone(), records=records)


def test_the_apex() -> None:
    """Every zone has SOA and NS at its apex, and negative answers of its own."""
    made = plan(config(zone()))

    assert node(made, "@").flags == layout.NODE_APEX
    assert slot(made, "@", SOA) == ZoneSlot(zone="mail.example.com", kind=ZoneKind.SOA)
    assert slot(made, "@", NS) == ZoneSlot(zone="mail.example.com", kind=ZoneKind.NS)
    (spec,) = made.zone_specs
    kinds = [made.slots[0][number] for number in (spec.nxdomain_slot, spec.nodata_slot)]
    assert [each.kind for each in kinds if isinstance(each, ZoneSlot)] == [ZoneKind.NXDOMAIN, ZoneKind.NODATA]


def test_services_have_their_types() -> None:
    """A service answers its records under its own name, SRV under owners beside it."""
    smtp = replace(
        service("smtp", "relays", records=(MX, A), mx=MxMode.EQUAL),
        srv=(SrvOwner(owner=wire("_submission._tcp"), port=587),),
    )
    made = plan(config(zone(pool("relays", member("relay1", "192.0.2.11")), services=(smtp,))))

    assert types(made, "smtp") == [A, MX]
    found = slot(made, "_submission._tcp", SRV)
    assert isinstance(found, ServiceSlot)
    assert (found.service, found.port, found.mx) == ("smtp", 587, MxMode.EQUAL)
    assert node(made, "_tcp").flags == layout.NODE_EMPTY


def test_a_service_without_types_exists() -> None:
    """A configured name exists, whatever it answers."""
    made = plan(config(zone(pool("relays", member("r", "192.0.2.11")), services=(service("x", "relays", records=()),))))

    assert node(made, "x").flags == layout.NODE_EMPTY


def test_pools_have_names() -> None:
    """POOL.ZONE answers the pool alone; a short form's pool is the service itself."""
    made = plan(
        config(
            zone(
                pool("relays", member("relay1", "192.0.2.11")),
                pool("web", member("web1", "192.0.2.21"), short_form=True),
                services=(service("smtp", "relays"), service("web", "web", records=(A,))),
            )
        )
    )

    assert types(made, "relays") == [A, AAAA]
    assert types(made, "web") == [A]


def test_members_have_names() -> None:
    """MEMBER.POOL.ZONE and hostnames in the zone exist, with the families that their members have."""
    relays = pool(
        "relays",
        member("relay1", "192.0.2.11", "2001:db8::11"),
        member("relay2", "192.0.2.12", hostname="mx2"),
        member("relay3", "192.0.2.13", hostname="mx2"),
        member("relay4", "192.0.2.14", hostname="mx4.example.net."),
    )
    made = plan(config(zone(relays)))

    assert types(made, "relay1.relays") == [A, AAAA]
    assert types(made, "relay2.relays") == types(made, "relay3.relays") == types(made, "mx2") == [A]
    assert types(made, "relay4.relays") == [A]
    assert slot(made, "mx2", A) == HostSlot(zone="mail.example.com", hostname=wire("mx2"), rtype=A)
    assert names.to_wire("mx4.example.net.") not in {each.name for each in made.nodes}


def test_aliases_follow_to_the_end() -> None:
    """An alias keeps its own owner and records and shows the decision, and the MX mode, of what it leads to."""
    made = plan(
        config(
            zone(
                pool("relays", member("relay1", "192.0.2.11")),
                services=(
                    service("smtp", "relays", mx=MxMode.EQUAL),
                    service("mx", alias_of="smtp", records=(A,)),
                    service("@", alias_of="mx", records=(MX,)),
                ),
            )
        )
    )

    found = slot(made, "@", MX)
    assert isinstance(found, ServiceSlot)
    assert (found.service, found.decided_by, found.owner, found.mx) == ("@", "smtp", wire("@"), MxMode.EQUAL)
    assert types(made, "mx") == [A]
    assert node(made, "@").flags == layout.NODE_APEX


def test_name_servers_in_the_zone_have_addresses() -> None:
    """Glue lives for static_ttl; name servers elsewhere bring none."""
    servers = (
        NameServer(name=wire("ns1"), addresses=(LOOPBACK,)),
        NameServer(name=names.to_wire("ns.example.net.")),
    )
    estate = replace(zone(), nameservers=servers, static_ttl=7200)
    made = plan(config(estate))

    found = slot(made, "ns1", A)
    assert isinstance(found, StaticSlot)
    assert found.records == nameserver_records(estate) == (a("ns1", 7200),)
    assert names.to_wire("ns.example.net.") not in {each.name for each in made.nodes}


def test_static_records_are_sets() -> None:
    """Records of one owner and type make one slot, each rdata once, beside what services answer there."""
    text = static("smtp", TXT, b"\2hi")
    made = plan(
        config(
            replace(
                zone(pool("relays", member("r", "192.0.2.11")), services=(service("smtp", "relays"),)),
                records=(text, static("smtp", TXT, b"\2ho"), text),
            )
        )
    )

    found = slot(made, "smtp", TXT)
    assert isinstance(found, StaticSlot)
    assert [record.rdata for record in found.records] == [b"\2hi", b"\2ho"]
    assert types(made, "smtp") == [A, TXT, AAAA]


def test_aliases_of_dns_are_marked() -> None:
    """CNAME and DNAME nodes carry flags that tell a responder where to go on."""
    made = plan(config(with_records(static("www", CNAME, wire("web")), static("old", DNAME, wire("new")))))

    assert node(made, "www").flags == layout.NODE_CNAME
    assert node(made, "old").flags == layout.NODE_DNAME


def test_wildcards_hang_below_their_parents() -> None:
    """The parent, empty or not, links to the wildcard (RFC 4592)."""
    made = plan(config(with_records(a("*.wild"))))

    assert node(made, "wild") == NodeSpec(name=wire("wild"), zone=0, flags=layout.NODE_EMPTY, wildcard=wire("*.wild"))
    assert node(made, "*.wild").flags == layout.NODE_WILDCARD
    assert node(made, "@").wildcard is None


def test_cuts_refer() -> None:
    """NS below the apex is a referral with the glue of its targets; names at and below carry the link."""
    delegation = static("sub", NS, ns_rdata(wire("ns.sub")))
    made = plan(config(with_records(delegation, a("ns.sub"), a("other.sub"), static("sub", 43, b"ds"))))

    assert slot(made, "sub", NS) == ReferralSlot(
        zone="mail.example.com", owner=wire("sub"), records=(delegation,), glue=(a("ns.sub"),)
    )
    assert node(made, "sub").flags == layout.NODE_CUT
    assert [node(made, name).cut for name in ("@", "sub", "ns.sub")] == [None, wire("sub"), wire("sub")]
    assert types(made, "sub") == [NS, 43]


def test_glue_may_be_the_zones_own_name_server() -> None:
    """A delegation to the name server of the zone itself finds its address."""
    made = plan(config(with_records(static("sub", NS, ns_rdata(wire("ns1"))))))

    found = slot(made, "sub", NS)
    assert isinstance(found, ReferralSlot)
    assert [record.owner for record in found.glue] == [wire("ns1")]


def test_the_highest_cut_counts() -> None:
    """A delegation below a delegation is not ours to tell of."""
    made = plan(
        config(with_records(static("sub", NS, ns_rdata(wire("ns1"))), static("a.sub", NS, ns_rdata(wire("ns1")))))
    )

    assert node(made, "a.sub").cut == wire("sub")


def test_nested_zones_are_apart() -> None:
    """What lies in a zone inside is that zone's alone, and the names between exist for resolvers that walk down."""
    inner = zone(pool("relays", member("r", "192.0.2.12")), name="deep.in.mail.example.com")
    outer = replace(
        zone(pool("deep", member("in", "192.0.2.11", hostname="x.deep.in"))),
        records=(a("y.deep.in"), static("deep.in", NS, ns_rdata(wire("ns1")))),
    )
    made = plan(config(outer, inner))

    by_zone = {each.name: each.zone for each in made.nodes}
    assert by_zone[wire("deep.in")] == by_zone[wire("r.relays.deep.in")] == 1
    assert by_zone[wire("in.deep")] == by_zone[wire("in")] == 0
    assert not {wire("x.deep.in"), wire("y.deep.in")} & set(by_zone)
    assert node(made, "in").flags == layout.NODE_EMPTY
    assert node(made, "deep.in").flags == layout.NODE_APEX


def test_a_service_in_a_nested_zone_is_not_the_outer_ones() -> None:
    """A service whose name is a nested apex gives way."""
    outer = zone(pool("relays", member("r", "192.0.2.11")), services=(service("smtp", "relays"),))
    made = plan(config(outer, zone(name="smtp.mail.example.com")))

    assert types(made, "smtp") == [NS, SOA]
    assert node(made, "smtp").zone == 1


def test_the_root_may_be_a_zone() -> None:
    """Above the root there is nothing, and every name has a home."""
    root = replace(zone(), name=names.ROOT, text="", nameservers=(), services={})
    made = plan(config(root, zone()))

    assert [each.name for each in made.nodes if each.zone == 0] == [
        names.ROOT, names.to_wire("com."), names.to_wire("example.com."),
    ]  # fmt: skip


def test_nodes_stand_in_canonical_order() -> None:
    """Per zone, so that the same configuration always gives the same file (RFC 4034 section 6.1)."""
    made = plan(config(zone(pool("relays", member("b", "192.0.2.11"), member("a", "192.0.2.12")))))

    found = [each.name for each in made.nodes]
    assert found == sorted(found, key=names.canonical_key)
    assert made == plan(config(*made.zones.values()))


def test_every_slot_is_used_once() -> None:
    """Slot numbers run without gap or repetition through zones and nodes."""
    made = plan(config(zone(pool("relays", member("b", "192.0.2.11"))), zone(name="example.org")))

    used = [number for each in made.nodes for _, _, number in each.types]
    used += [number for spec in made.zone_specs for number in (spec.nxdomain_slot, spec.nodata_slot)]
    assert sorted(used) == list(range(len(made.slots[0])))
