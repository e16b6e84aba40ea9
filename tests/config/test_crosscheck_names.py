import pytest

from tests.kit.configs import HEAD, POOL, accepted, faults, texts

SERVICE = POOL + "services:\n  smtp: {records: [MX, A], pools: [relays]}\n"


def records(*lines: str) -> str:
    """Static records."""
    return "records: |\n" + "".join(f"  {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        (
            records("smtp A 192.0.2.9") + SERVICE,
            ":5:3: records: A of smtp.mail.example.com. comes from services.smtp already",
        ),
        (records("smtp MX 1 a") + SERVICE, "MX of smtp.mail.example.com. comes from services.smtp already"),
        (records("relays AAAA ::1") + SERVICE, "AAAA of relays.mail.example.com. comes from pools.relays already"),
        (
            records("relay1.relays A 192.0.2.9") + SERVICE,
            "A of relay1.relays.mail.example.com. comes from pools.relays.members.relay1 already",
        ),
        (records("ns1 A 192.0.2.9"), "A of ns1.mail.example.com. comes from nameservers.ns1 already"),
        (records("@ SOA a b 1 2 3 4 5"), "SOA: the zone makes its own from contact, soa and negative_ttl"),
        (records("@ NS ns2"), "NS of the zone itself: write its name servers under nameservers"),
        (records("a.example.org. A 192.0.2.1"), "a.example.org. lies outside the zone mail.example.com"),
        (
            records("smtp CNAME a") + SERVICE,
            "CNAME beside other data: MX of smtp.mail.example.com. comes from services.smtp",
        ),
        (
            records("a TXT x", "a CNAME b"),
            "records: CNAME beside other data: TXT of a.mail.example.com. comes from records",
        ),
        (records("@ CNAME b"), "CNAME beside other data: SOA of mail.example.com. comes from zone"),
        (records("a CNAME b", "a CNAME c"), ":6:3: records: a second CNAME of a.mail.example.com."),
        (records("a DNAME b", "a DNAME c"), ":6:3: records: a second DNAME of a.mail.example.com."),
        (records("a DNAME b", "a CNAME c"), "CNAME beside other data: DNAME of a.mail.example.com."),
        (records("*.a DNAME b"), "DNAME of *.a.mail.example.com.: a wildcard takes no DNAME"),
        (
            records("a DNAME b", "x.y.a TXT c"),
            "TXT of x.y.a.mail.example.com. is hidden by the DNAME of a.mail.example.com. (static records)",
        ),
        (records("@ DNAME b."), "nameservers.ns1: A of ns1.mail.example.com. is hidden by the DNAME of mail."),
        (records("a A 192.0.2.1", "a 60 A 192.0.2.2"), "TTL 60 beside 3600: A of a.mail.example.com. has one TTL"),
        (records("a A 192.0.2.1", "A A 192.0.2.1"), "the same record twice: A of a.mail.example.com."),
        (
            records("sub NS ns.sub", "x.sub TXT t"),
            "TXT of x.sub.mail.example.com. is hidden by the delegation of sub.mail.",
        ),
        (
            records("sub NS ns.sub", "a.sub NS b"),
            "NS of a.sub.mail.example.com. is hidden by the delegation of sub.mail.",
        ),
        (
            POOL.replace("{address: 192.0.2.11}", "{address: 192.0.2.11, hostname: ns1.mail.example.com}"),
            "pools.relays.members.relay1.hostname: A of ns1.mail.example.com. comes from nameservers.ns1 already",
        ),
        (
            "services: {a: {records: [A], members: {m: {address: 192.0.2.1, hostname: a.mail.example.com}}}}\n",
            "services.a.members.m.hostname: A of a.mail.example.com. comes from services.a already",
        ),
    ],
)
def test_each_name_and_type_has_one_source(zone: str, told: str) -> None:
    """Two sources, a CNAME beside data, a foreign name: told where it is written."""
    found = faults(texts(zone))

    assert len(found) == 1, found
    assert told in found[0]


def test_srv_owners_belong_to_one_service() -> None:
    """Two services cannot both answer _submission._tcp."""
    zone = POOL + "services: {a: {pools: [relays], srv: {_x._tcp: 1}}, b: {alias: a, srv: {_x._tcp: 2}}}\n"

    assert (
        "services.b.srv._x._tcp: SRV of _x._tcp.mail.example.com. comes from services.a.srv._x._tcp"
        in faults(texts(zone))[0]
    )


@pytest.mark.parametrize(
    "zone",
    [
        records("sub NS ns.sub", "sub NS ns.example.net.", "ns.sub A 192.0.2.1", "ns.sub AAAA ::1"),
        records("smtp TXT t", "smtp AAAA ::1") + SERVICE,
        records("@ TXT t", "* A 192.0.2.1", "*.a TXT u", "a A 192.0.2.1", "  A 192.0.2.2"),
        "pools: {p: {members: {a: {address: 192.0.2.1, hostname: x.mail.example.com},"
        " b: {address: 192.0.2.2, hostname: x.mail.example.com}}}}\n",
        records("mx CNAME mx.example.net."),
    ],
)
def test_what_may_share_a_name_may(zone: str) -> None:
    """Glue, other types, several records of a set, one host name of two members."""
    assert faults(texts(zone)) == []


def test_a_service_below_a_delegation_is_hidden() -> None:
    """What the configuration makes is judged like what is written."""
    found = faults(texts(records("relays NS ns.example.net.") + POOL))

    assert (
        "pools.relays: A of relays.mail.example.com. is hidden by the delegation of relays.mail.example.com."
        in found[0]
    )


INNER = """\
zone: relays.mail.example.com
contact: hostmaster@example.com
nameservers: {ns1: [192.0.2.53]}
"""


def test_a_zone_inside_hides_what_lies_in_it() -> None:
    """A service, a pool's member or a record there would never be answered: each is told once, with the other file."""
    found = faults({**texts(records("x.relays TXT x", "y TXT y") + POOL), "zones/inner.yaml": INNER})

    assert [fault.partition(" is hidden by the zone ")[0].partition(": ")[2] for fault in found] == [
        "records: TXT of x.relays.mail.example.com.",
        "pools.relays: A of relays.mail.example.com.",
        "pools.relays.members.relay1: A of relay1.relays.mail.example.com.",
        "pools.relays.members.relay2: A of relay2.relays.mail.example.com.",
    ]
    assert found[0].endswith("relays.mail.example.com. (zones/inner.yaml)")


@pytest.mark.parametrize(
    ("nameservers", "zone"),
    [
        ("{ns1.relays: [192.0.2.53]}", ""),
        ("{ns1: [192.0.2.53]}", records("relays NS ns1.relays", "ns1.relays A 192.0.2.53")),
    ],
)
def test_a_zone_may_point_to_the_zone_inside(nameservers: str, zone: str) -> None:
    """Name servers that live there, the delegation and its glue are welcome."""
    head = HEAD.replace("{ns1: [192.0.2.53]}", nameservers)
    other = "services: {smtp: {members: {a: {address: 192.0.2.1}}}}\n"

    assert faults({**texts(zone + other, head=head), "zones/inner.yaml": INNER}) == []


DS = "DS 1 13 2 " + "00" * 32


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        (records(f"a {DS}", "a TXT x"), "DS of a.mail.example.com.: a.mail.example.com. is not delegated here"),
        (records(f"@ {DS}"), "DS of mail.example.com.: mail.example.com. is not delegated here"),
        (records("sub NS ns.example.net.", f"x.sub {DS}"), "DS of x.sub.mail.example.com. is hidden by the delegation"),
    ],
)
def test_ds_without_a_delegation(zone: str, told: str) -> None:
    """It would speak of a zone that is not there."""
    assert told in faults(texts(zone))[0]


def test_ds_beside_a_delegation() -> None:
    """For a zone served elsewhere, and for one that is ours."""
    elsewhere, ours = records("sub NS ns.example.net.", f"sub {DS}"), records(f"relays {DS}")

    assert faults(texts(elsewhere)) == []
    assert faults({**texts(ours), "zones/inner.yaml": INNER}) == []


def test_records_in_a_file_are_told_by_its_lines() -> None:
    """A fault in a records_file names that file."""
    files = {**texts("records_file: other.zone\n"), "other.zone": "a A 192.0.2.1\nb A x\nns1 A 192.0.2.1\n"}

    assert faults(files) == [
        "other.zone:2:1: A 'x': malformed; write it like A 192.0.2.1",
        "other.zone:3:1: A of ns1.mail.example.com. comes from nameservers.ns1 already: leave this record out",
    ]


def test_lines_are_those_of_the_file_behind_the_indentation() -> None:
    """Line and column of a record inside `records: |` point into the YAML file."""
    found = faults(texts("records: |\n\n    ; comment\n    a A x\n        \n      A y\n"))

    assert [fault.partition(": ")[0] for fault in found] == ["zones/z.yaml:7:5", "zones/z.yaml:9:7"]


def test_records_in_quotes_are_told_at_their_key() -> None:
    """Without a block the line of the key has to do."""
    told = "zones/z.yaml:4:1: records: A 'x': malformed; write it like A 192.0.2.1"
    assert faults(texts("records: 'a A x'\n")) == [told]


def test_without_a_zone_name_no_name_is_judged() -> None:
    """A zone whose name is wrong is told that, and not that every record lies outside."""
    head = HEAD.replace("zone: mail.example.com", "zone: a..b")

    assert len(faults(texts(records("a.mail.example.com. A x") + POOL, head=head))) == 1


def test_an_alias_claims_the_records_it_shows() -> None:
    """Default records of an alias are those of its service, however many aliases stand between."""
    zone = SERVICE + "  b: {alias: a}\n  a: {alias: smtp}\n"

    assert "MX of b.mail.example.com. comes from services.b" in faults(texts(records("b MX 1 x") + zone))[0]
    assert accepted(zone).zones[0].services["b"].alias_of == "smtp"


LONG_HEAD = HEAD.replace("mail.example.com", ".".join(("z" * 63, "z" * 63, "z" * 52, "example.com")))
LONG = "x" * 63
MEMBER = "members: {m: {address: 192.0.2.1}}"


@pytest.mark.parametrize(
    ("zone", "path"),
    [
        (f"services: {{{LONG}: {{{MEMBER}}}}}\n", f"services.{LONG}:"),
        (f"services: {{s: {{members: {{{LONG}: {{address: 192.0.2.1}}}}}}}}\n", f"services.s.members.{LONG}:"),
        (f"services: {{s: {{{MEMBER}, srv: {{_x._tcp.{LONG}: 25}}}}}}\n", f"srv._x._tcp.{LONG}:"),
        (f"pools: {{{LONG}: {{{MEMBER}}}}}\nservices: {{s: {{pools: [{LONG}]}}}}\n", f"pools.{LONG}:"),
        (f"services: {{s: {{{MEMBER}}}}}\n", f"nameservers.{LONG}:"),
    ],
)
def test_labels_too_long_together_are_told(zone: str, path: str) -> None:
    """A service, SRV owner, pool or member whose whole name is beyond 255 octets is a fault, not a crash."""
    head = LONG_HEAD.replace("ns1:", f"{LONG}:") if "nameservers" in path else LONG_HEAD
    found = faults(texts(zone, head=head))

    assert len(found) == 1
    assert path in found[0]
    assert found[0].endswith("longer than 255 octets")


def test_a_set_that_no_message_could_hold_is_told() -> None:
    """Once, at the record that is too much."""
    lines = [f'long TXT "{number:04} {"x" * 240}"' for number in range(300)]

    assert faults(texts(records(*lines[:200]) + POOL)) == []
    (fault,) = faults(texts(records(*lines) + POOL))
    assert "TXT of long.mail.example.com. comes to more than 60000 octets" in fault
