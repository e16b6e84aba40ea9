import pytest

from tests.kit.configs import HEAD, POOL, accepted, faults, texts

MEMBERS = (
    "members: {a: {address: 192.0.2.1}, b: {address: 192.0.2.2, weight: 0}, c: {address: 192.0.2.3, standby: true}}"
)


def one_fault(zone: str, head: str = HEAD) -> str:
    """The only fault of a zone, after its path, line and column."""
    found = faults(texts(zone, head=head))
    assert len(found) == 1, found
    return found[0].partition(": ")[2]


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        (
            POOL + "services: {s: {pools: [relays], records: [MX, A], when_all_down: [192.0.2.9, '2001:db8::9']}}\n",
            "services.s.when_all_down: MX and SRV name the service when all are down, so its records need AAAA",
        ),
        ("min_ttl: 60\n", "min_ttl: above ttl: 30s at most"),
        ("ttl: 2d\n", "ttl: '2d' is out of range: 1s to 1d"),
        ("records: ''\nrecords_file: x\n", "records_file: x cannot be read: No such file"),
        ("records: 'a A 192.0.2.1'\nrecords_file: x\n", "records_file: records stand in this file already: use one of"),
        (
            "pools: {p: {checks: [smpt], members: {a: {address: 192.0.2.1}}}}\n",
            "no check is named smpt; did you mean smtp?",
        ),
        (
            "pools: {p: {checks: [smtp, smtp], members: {a: {address: 192.0.2.1}}}}\n",
            "pools.p.checks[1]: smtp stands twice",
        ),
        ("pools: {p: {members: {a: {}}}}\n", "pools.p.members.a: required: address, or addresses for more than one"),
        (
            "pools: {p: {members: {a: {address: 192.0.2.1, addresses: [192.0.2.2]}}}}\n",
            "pools.p.members.a: address and addresses: use one of them",
        ),
        (
            "pools: {p: {members: {a: {address: 192.0.2.1}, b: {address: 192.0.2.1}}}}\n",
            "pools.p.members.b: 192.0.2.1 stands twice in this pool: a has it",
        ),
        (
            "pools: {p: {members: {a: {addresses: [192.0.2.1, 192.0.2.1]}}}}\n",
            "pools.p.members.a: 192.0.2.1 stands twice in this pool: a has it",
        ),
        (
            f"pools: {{p: {{min_healthy: 2, {MEMBERS}}}}}\n",
            "pools.p.min_healthy: 2 is more than the pool has: 1 at most",
        ),
        (
            "pools: {p: {checks: [smtp], members: {a: {address: 192.0.2.1, weight: 65536}}}}\n",
            "pools.p.members.a.weight: 65536 is out of range: 0 to 65535",
        ),
        (
            "pools: {p: {members: {a: {address: 192.0.2.1, probe_address: {192.0.2.9: 192.0.2.8}}}}}\n",
            "pools.p.members.a.probe_address: 192.0.2.9 is no address of this member; it has 192.0.2.1",
        ),
        (
            "pools: {p: {members: {a: {addresses: [192.0.2.1, 192.0.2.2], probe_address: 192.0.2.8}}}}\n",
            "pools.p.members.a.probe_address: several addresses: write a table, answered: probed",
        ),
        (
            "pools: {p: {members: {a: {address: 192.0.2.1, probe_port: 26}}}}\n",
            "pools.p.members.a.probe_port: the pool has no check to use it",
        ),
        (
            "pools: {p: {checks: [smtp], members: {a: {address: 192.0.2.1, probe_port: {smpt: 26}}}}}\n",
            "pools.p.members.a.probe_port.smpt: no check of this pool; did you mean smtp?",
        ),
        ("services: {s: {records: [A]}}\n", "services.s: needs exactly one of pools, members (short form) and alias"),
        (f"{POOL}services: {{s: {{pools: [relays], {MEMBERS}}}}}\n", "services.s: needs exactly one of pools, members"),
        (
            f"{POOL}services: {{s: {{pools: [relay]}}}}\n",
            "services.s.pools[0]: no pool is named relay; did you mean relays?",
        ),
        (f"{POOL}services: {{s: {{pools: [relays, relays]}}}}\n", "services.s.pools[1]: relays stands twice"),
        (f"{POOL}services: {{relays: {{pools: [relays]}}}}\n", "services.relays: a pool is named relays too"),
        (f"{POOL}services: {{relays: {{{MEMBERS}}}}}\n", "services.relays: a pool is named relays too"),
        (
            f"{POOL}services: {{s: {{pools: [relays], checks: [smtp]}}}}\n",
            "services.s.checks: belongs to a pool, or to",
        ),
        (f"services: {{'@': {{{MEMBERS}}}}}\n", "services.@: @ has no short form"),
        (f"services: {{s: {{{MEMBERS}, records: []}}}}\n", "services.s.records: no record type is left"),
        (f"services: {{s: {{{MEMBERS}, records: [A, A]}}}}\n", "services.s.records[1]: A stands twice"),
        (f"services: {{s: {{{MEMBERS}}}, t: {{alias: x}}}}\n", "services.t.alias: no service is named x"),
        (
            f"services: {{s: {{{MEMBERS}}}, t: {{alias: s, answers: 1}}}}\n",
            "services.t.answers: an alias answers as its",
        ),
        ("services: {s: {alias: s}}\n", "services.s.alias: aliases run in a circle: s -> s"),
    ],
)
def test_what_does_not_fit_together_is_refused(zone: str, told: str) -> None:
    """Each rule of contract section 1 has its own sentence."""
    assert one_fault(zone).startswith(told) or told in one_fault(zone)


def test_several_checks_need_ports_by_name() -> None:
    """One probe_port cannot be meant for two checks."""
    zone = "pools: {p: {checks: [smtp, imap], members: {a: {address: 192.0.2.1, probe_port: 26}}}}\n"

    found = faults(texts(zone, "smtp: {type: smtp}\nimap: {type: imap}\n"))

    assert found[0].endswith("pools.p.members.a.probe_port: several checks: write a table, check: port")


@pytest.mark.parametrize(
    ("servers", "told"),
    [
        ("ns1: []", "in the zone, so it needs an address; a name elsewhere ends in a dot"),
        ("ns1.example.net: ", "in the zone, so it needs an address; a name elsewhere ends in a dot"),
        ("ns1.example.net.: [192.0.2.1]", "outside the zone, so its addresses are not answered here: leave them out"),
        ("ns1: [192.0.2.1, 192.0.2.1]", "192.0.2.1 stands twice"),
        ("ns1: 192.0.2.1", "is no list: write [192.0.2.1]"),
    ],
)
def test_name_servers_have_addresses_in_the_zone_and_none_elsewhere(servers: str, told: str) -> None:
    """Glue belongs to names in the zone only."""
    head = HEAD.replace("ns1: [192.0.2.53]", servers)

    assert told in one_fault("", head)


def test_good_name_servers_are_taken() -> None:
    """Relative, absolute in the zone, and elsewhere."""
    servers = "ns1: [192.0.2.1], ns2.mail.example.com.: [192.0.2.2], ns.example.net.: []"
    zone = accepted("", head=HEAD.replace("ns1: [192.0.2.53]", servers)).zones[0]

    assert [len(server.addresses) for server in zone.nameservers] == [1, 1, 0]


def test_aliases_in_a_circle_are_told_from_each_of_its_members() -> None:
    """A chain that leads into a circle is not on it."""
    found = faults(texts("services: {a: {alias: b}, b: {alias: c}, c: {alias: b}}\n"))

    assert [fault.partition("alias: ")[2] for fault in found] == [
        "aliases run in a circle: b -> c -> b",
        "aliases run in a circle: c -> b -> c",
    ]


def test_a_pool_of_standby_members_counts_those() -> None:
    """Where no member is ordinary, min_healthy is measured by the standby ones."""
    pool = "{min_healthy: 1, members: {a: {address: 192.0.2.1, standby: true}}}"

    assert faults(texts(f"pools: {{p: {pool}}}\n")) == []


def test_a_fault_inside_a_pool_has_no_echo() -> None:
    """What uses a pool, member or service that is wrong inside hears nothing of it."""
    pool = "pools: {p: {min_healthy: 2, members: {a: {address: 192.0.2.1}, b: {address: x}}}}\n"

    assert len(faults(texts(pool + "services: {s: {pools: [p]}}\n"))) == 1
    assert len(faults(texts("pools: {p: {members: 1}}\nservices: {s: {pools: [p]}, t: {alias: p}}\n"))) == 1
    assert len(faults(texts("services: {s: {members: 1}, t: {alias: s}}\n"))) == 1
    assert len(faults(texts("services: {s: {alias: t}, t: 1}\n"))) == 1


def test_a_pool_is_bounded() -> None:
    """More members than an answer could ever hold would cost every change of health more than they are worth."""

    def pool_of(count: int) -> str:
        members = ", ".join(f"m{n}: {{address: 10.0.{n >> 8}.{n & 255}}}" for n in range(count))
        return f"pools: {{p: {{members: {{{members}}}}}}}\nservices: {{s: {{pools: [p]}}}}\n"

    assert faults(texts(pool_of(1000))) == []
    assert one_fault(pool_of(1001)) == "pools.p.members: 1001 members: 1000 at most in one pool"
