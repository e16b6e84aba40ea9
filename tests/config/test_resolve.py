from ipaddress import ip_address
from math import inf
from pathlib import Path

from gslb.config.files import load_texts
from gslb.model.checks import HttpSettings, ImapSettings
from gslb.model.names import to_text, to_wire
from gslb.model.pools import Member, MinHealthy
from gslb.model.targets import Target
from gslb.model.values import MxMode, RecordType, WhenAllDown
from gslb.model.zones import ALL, Zone
from tests.kit.configs import HEAD, POOL, accepted, texts


def zone_of(text: str, check: str = "smtp: {type: smtp}\n") -> Zone:
    """The zone of a text."""
    return accepted(text, check).zones[0]


def targets_of(text: str, check: str) -> list[Target]:
    """Every target of a zone."""
    return list(accepted(text, check).targets.values())


def member(fields: str, pool: str = "checks: [smtp]") -> Member:
    """The one member of one pool."""
    return zone_of(f"pools: {{p: {{{pool}, members: {{m: {{{fields}}}}}}}}}\n").pools["p"].members[0]


def test_a_node_has_all_defaults() -> None:
    """An empty gslb.yaml is a whole node."""
    node = load_texts(texts(), Path("/etc/gslb"), cpu_count=4, hostname="ns7").node

    assert (node.name, node.nsid, node.workers) == ("ns7", "ns7", 4)
    assert [str(endpoint) for endpoint in node.listen] == ["127.0.0.1:5300", "[::1]:5300"]
    assert (str(node.http.listen), node.http.token_file, node.http.certificate) == ("127.0.0.1:8053", None, None)
    assert (node.state_dir, node.run_dir) == (Path("/var/lib/gslb"), Path("/run/gslb"))
    assert (node.probing.concurrency, node.probing.per_host, node.probing.startup_wait) == (500, 4, 30)
    assert (node.log_format, node.log_level) == (None, "info")


def test_paths_are_relative_to_the_directory() -> None:
    """Unless they are absolute."""
    text = "state_dir: s\nrun_dir: /r\nhttp: {token_file: t, tls: {certificate: c.pem, key: /k.pem}}\n"
    node = load_texts(texts(node=text), Path("/d")).node

    assert (node.state_dir, node.run_dir) == (Path("/d/s"), Path("/r"))
    assert (node.http.token_file, node.http.certificate, node.http.key) == (
        Path("/d/t"),
        Path("/d/c.pem"),
        Path("/k.pem"),
    )


def test_a_zone_has_all_defaults() -> None:
    """TTLs, timers and names of a zone that says only what it must."""
    zone = zone_of("")

    assert (zone.text, zone.name, to_text(zone.contact)) == (
        "mail.example.com",
        to_wire("mail.example.com."),
        "hostmaster.example.com.",
    )
    assert (zone.ttl, zone.min_ttl, zone.negative_ttl, zone.static_ttl) == (30, 15, 30, 3600)
    assert (zone.soa.refresh, zone.soa.retry, zone.soa.expire) == (3600, 600, 1_209_600)
    assert zone.path == "zones/z.yaml"
    assert zone_of("ttl: 1\n").min_ttl == 1


def test_static_records_use_static_ttl() -> None:
    """Records without a TTL of their own."""
    zone = zone_of("static_ttl: 5m\nrecords: |\n  a A 192.0.2.1\n  b 60 A 192.0.2.1\n")

    assert [record.ttl for record in zone.records] == [300, 60]


def test_a_member_is_named_by_its_place() -> None:
    """MEMBER.POOL.ZONE, or the hostname given."""
    assert to_text(member("address: 192.0.2.1").hostname) == "m.p.mail.example.com."
    given = member("address: 192.0.2.1, hostname: MX1.example.net., machine: esx1, weight: 0, standby: true")
    assert (to_text(given.hostname), given.hostname_given) == ("mx1.example.net.", True)
    assert (given.machine, given.weight, given.standby) == ("esx1", 0, True)


def test_each_address_has_a_verdict_of_each_check() -> None:
    """One key per check, in the pool's order; none where nothing is checked."""
    pool = "pools: {p: {checks: [b, a], members: {m: {addresses: [192.0.2.1, '2001:db8::1']}}}}\n"
    config = accepted(pool, "a: {type: smtp}\nb: {type: imap}\n")
    verdicts = config.zones[0].pools["p"].members[0].verdicts

    assert [[key.check for key in verdicts[ip_address(at)]] for at in ("192.0.2.1", "2001:db8::1")] == [["b", "a"]] * 2
    assert {key.target for keys in verdicts.values() for key in keys} == set(config.targets)
    assert not member("address: 192.0.2.1", "checks: []").verdicts


def test_probes_go_where_the_operator_says() -> None:
    """Another address and another port than those answered."""
    checks = "a: {type: smtp}\nb: {type: imap}\n"
    one = targets_of(
        "pools: {p: {checks: [a], members: {m: {address: 192.0.2.1, probe_address: 198.51.100.1, probe_port: 26}}}}\n",
        checks,
    )
    many = targets_of(
        "pools: {p: {checks: [a, b], members: {m: {addresses: [192.0.2.1, 192.0.2.2],"
        " probe_address: {192.0.2.2: 198.51.100.2}, probe_port: {b: 1143}}}}}\n",
        checks,
    )

    near = targets_of(
        "pools: {p: {checks: [a], members: {m: {address: 2001:db8::1, probe_address: fe80::1%eth0}}}}\n", checks
    )

    assert [(str(target.address), target.port) for target in one] == [("198.51.100.1", 26)]
    assert [str(target.address) for target in near] == ["fe80::1%eth0"]
    assert sorted((str(target.address), target.port) for target in many) == [
        ("192.0.2.1", 25),
        ("192.0.2.1", 1143),
        ("198.51.100.2", 25),
        ("198.51.100.2", 1143),
    ]


def test_a_target_is_shared_and_as_eager_as_its_most_eager_check() -> None:
    """The same dialogue with the same address is probed once, whoever uses it."""
    pools = POOL + "  other: {checks: [a, b], members: {x: {address: 192.0.2.11}}}\n"
    checks = "smtp: {type: smtp}\na: {type: smtp, interval: 9s, slow_after: 2s}\nb: {type: smtp, timeout: 4s}\n"

    shared = targets_of(pools, checks)

    assert sorted(str(target.address) for target in shared) == ["192.0.2.11", "192.0.2.12"]
    timing = {str(target.address): target for target in shared}["192.0.2.11"]
    assert (timing.timing.interval, timing.timing.timeout, timing.slow_after) == (9, 4, 2)


def test_tls_verifies_the_members_own_name() -> None:
    """The hostname given, unless the check names another; a default hostname is no name to verify."""

    def name(fields: str, check: str = "type: imap") -> str | None:
        pool = f"pools: {{p: {{checks: [x], members: {{m: {{address: 192.0.2.1{fields}}}}}}}}}\n"
        settings = targets_of(pool, f"x: {{{check}}}")[0].settings
        assert isinstance(settings, ImapSettings)
        return settings.tls.server_name

    assert name("") is None
    assert name(", hostname: a.example.com") == "a.example.com"
    assert name(", hostname: a.example.com", "type: imap, server_name: b.example.com") == "b.example.com"
    assert name(", hostname: a.example.com", "type: imap, tls: none") is None


def test_the_web_asks_for_the_public_name() -> None:
    """That of the first service that uses the pool; of the zone for @; else the pool's own."""

    def host(services: str) -> str | None:
        pool = "pools: {p: {checks: [x], members: {m: {address: 192.0.2.1}}}}\n"
        settings = targets_of(pool + services, "x: {type: http}")[0].settings
        assert isinstance(settings, HttpSettings)
        return settings.host

    assert host("") == "p.mail.example.com"
    assert host("services: {web: {pools: [p]}, other: {pools: [p]}}\n") == "web.mail.example.com"
    assert host("services: {'@': {pools: [p]}}\n") == "mail.example.com"


def test_every_pool_answers_by_its_own_name() -> None:
    """A service POOL.ZONE for each declared pool; a short form's pool is its service."""
    zone = zone_of(POOL + "services: {s: {members: {a: {address: 192.0.2.1}}}}\n")

    relays, short = zone.services["relays"], zone.services["s"]
    assert (relays.pool_name, relays.pools, relays.records) == (True, ("relays",), (RecordType.A, RecordType.AAAA))
    assert (short.pool_name, short.pools, zone.pools["s"].short_form) == (False, ("s",), True)
    assert list(zone.services) == ["s", "relays"]


def test_answers_default_by_configured_weights() -> None:
    """All where the ordinary members with weight are equal in each tier; else one."""

    def answers(weights: str, more: str = "") -> int:
        members = ", ".join(f"m{n}: {{address: 192.0.2.{n}, {w}}}" for n, w in enumerate(weights.split("; "), start=1))
        return (
            zone_of(f"pools: {{p: {{members: {{{members}}}}}}}\nservices: {{s: {{pools: [p]{more}}}}}\n")
            .services["s"]
            .answers
        )

    assert answers("weight: 5; weight: 5") == ALL
    assert answers("weight: 5; weight: 6") == 1
    assert answers("weight: 5; weight: 0") == ALL
    assert answers("weight: 5; {weight: 1, standby: true}".replace("{", "").replace("}", "")) == ALL
    assert answers("weight: 5; weight: 6", ", answers: 2") == 2
    tiers = (
        POOL.replace("192.0.2.1", "192.0.2.2")
        + "  dr: {members: {a: {address: 192.0.2.1, weight: %s}, b: {address: 192.0.2.2, weight: 5}}}\n"
    )
    chain = "services: {s: {pools: [relays, dr]}}\n"
    assert [zone_of(tiers % weight + chain).services["s"].answers for weight in (5, 6)] == [ALL, 1]
    assert answers("weight: 5; weight: 5", ", answers: all") == ALL


def test_an_alias_shows_another_services_decision() -> None:
    """Same chain and rules; its own name, records and SRV."""
    zone = zone_of(
        POOL
        + "services:\n  s: {pools: [relays], records: [MX], mx: equal, when_all_down: servfail, srv: {_a._tcp: 1}}\n"
        "  a: {alias: s}\n  '@': {alias: a, records: [A], srv: {_b._tcp: 2}}\n  p: {alias: relays}\n"
    )
    alias, apex = zone.services["a"], zone.services["@"]

    assert (alias.alias_of, alias.pools, alias.mx, alias.when_all_down) == (
        "s",
        ("relays",),
        MxMode.EQUAL,
        WhenAllDown.SERVFAIL,
    )
    assert (alias.records, alias.srv, to_text(alias.owner)) == ((RecordType.MX,), (), "a.mail.example.com.")
    assert (apex.alias_of, apex.records, apex.owner) == ("s", (RecordType.A,), zone.name)
    assert [(to_text(srv.owner), srv.port) for srv in apex.srv] == [("_b._tcp.mail.example.com.", 2)]
    assert (zone.services["p"].alias_of, zone.services["p"].pool_name) == ("relays", False)


def test_the_least_is_resolved() -> None:
    """A number or a percentage, one member by default, in both forms."""
    zone = zone_of(
        "pools: {p: {min_healthy: '50%', members: {m: {address: 192.0.2.1}}}}\n"
        "services: {s: {min_healthy: 2, members: {a: {address: 192.0.2.1}, b: {address: 192.0.2.2}}}}\n"
    )

    assert zone.pools["p"].min_healthy == MinHealthy(members=None, percent=50)
    assert zone.pools["s"].min_healthy == MinHealthy(members=2)
    assert zone_of(POOL).pools["relays"].min_healthy == MinHealthy(members=1)


def test_the_weight_while_degraded_is_resolved() -> None:
    """A part of one, all of it by default, in both forms."""
    zone = zone_of(
        "pools: {p: {degraded_weight: 50%, members: {m: {address: 192.0.2.1}}}}\n"
        "services: {s: {degraded_weight: 25%, members: {a: {address: 192.0.2.1}, b: {address: 192.0.2.2}}}}\n"
    )

    assert (zone.pools["p"].degraded_weight, zone.pools["s"].degraded_weight) == (0.5, 0.25)
    assert zone_of(POOL).pools["relays"].degraded_weight == 1.0


def test_a_capacity_is_resolved() -> None:
    """In the unit of weights; none by default."""
    zone = zone_of("pools: {p: {members: {a: {address: 192.0.2.1, capacity: 3}, b: {address: 192.0.2.2}}}}\n")

    assert [member.capacity for member in zone.pools["p"].members] == [3, None]


def test_what_may_change_by_itself_is_resolved() -> None:
    """Failback, coupled families and lists for when all are down; nothing of it by default."""
    zone = zone_of(
        POOL + "services:\n  s: {pools: [relays], failback: 5m, together: true, when_all_down: [192.0.2.9]}\n"
        "  t: {pools: [relays], failback: manual, when_all_down: last_good, slow_start: 1h}\n  u: {pools: [relays]}\n"
    )
    found = {
        name: (one.failback, one.together, one.when_all_down, list(map(str, one.last_resort)), one.slow_start)
        for name, one in zone.services.items()
    }

    assert found["s"] == (300.0, True, WhenAllDown.LIST, ["192.0.2.9"], 0.0)
    assert found["t"] == (inf, False, WhenAllDown.LAST_GOOD, [], 3600.0)
    assert found["u"] == (0.0, False, WhenAllDown.SERVE_ALL, [], 0.0)


def test_what_goes_to_later_tiers_is_resolved() -> None:
    """And who sticks; nothing by default."""
    zone = zone_of(
        POOL + "services:\n  s: {pools: [relays], spill_over: true, trickle: 10%, sticky: true}\n"
        "  t: {pools: [relays]}\n"
    )
    found = [(one.spill_over, one.trickle, one.sticky) for one in zone.services.values()]

    assert found[:2] == [(True, 0.1, True), (False, 0.0, False)]


def test_servers_outside_have_no_glue() -> None:
    """Names in wire form, with addresses only in the zone."""
    servers = "ns1: [192.0.2.53, '2001:db8::53'], ns.example.net.: []"
    zone = accepted("", head=HEAD.replace("ns1: [192.0.2.53]", servers)).zones[0]

    assert [(to_text(server.name), len(server.addresses)) for server in zone.nameservers] == [
        ("ns1.mail.example.com.", 2),
        ("ns.example.net.", 0),
    ]
