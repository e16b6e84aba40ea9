import pytest

from gslb.config import hints
from tests.kit.configs import HEAD, POOL, faults, texts, warnings

Z = "zones/z.yaml"
MEMBER = POOL.replace("{address: 192.0.2.11}", "{%s}")
SERVICE = POOL + "services:\n  smtp: {pools: [relays]%s}\n"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("address: 192.0.2.11:25", "write 192.0.2.11: ports belong to checks (port) and members (probe_port)"),
        ("address: '[2001:db8::1]:25'", "write 2001:db8::1: ports belong to checks (port) and members (probe_port)"),
        ("address: '[2001:db8::1]'", "write it without brackets, 2001:db8::1"),
        ("address: 192.0.2.0/24", "a network is no host: leave the prefix length out"),
        ("address: 192.0.2.011", "write 192.0.2.11, without leading zeros"),
        ("address: mail1.example.com", "names are not looked up: write the address itself"),
        ("address: 192.0.2.256", "'192.0.2.256' is no IPv4 or IPv6 address"),
        ("address: [192.0.2.11, 192.0.2.13]", "several go under addresses"),
        ("addresses: 192.0.2.11", "is no list: write [192.0.2.11]"),
        ("addresses: '2001:db8::11'", 'is no list: write ["2001:db8::11"]'),
        ("addresses: {a: b}", "a table is no list: write [one, two]"),
        ("address: 192.0.2.11, weight: '40'", "is no whole number: 0 to 65535; write 40 without quotes"),
        ("address: 192.0.2.11, standby: 'true'", "is neither true nor false; write true without quotes"),
        ("address: 192.0.2.11, standby: on", "is neither true nor false; in YAML 1.2 write true"),
        ("address: 192.0.2.11, standby: maybe", "'maybe' is neither true nor false"),
    ],
)
def test_a_member_written_wrong_is_told_how_to_write_it(written: str, told: str) -> None:
    """One fault each, which ends in the remedy."""
    (found,) = faults(texts(MEMBER % written))

    assert found.startswith(f"{Z}:8:")
    assert found.endswith(told)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("30 seconds", "30s"),
        ("30 s", "30s"),
        ("15 min", "15m"),
        ("1h30m", "90m"),
        ("2 hours", "2h"),
        ("1 day", "1d"),
        ("1w", "7d"),
        ("0s 0m", ""),
    ],
)
def test_durations_in_other_words_are_recognised(written: str, meant: str) -> None:
    """Words and sums of units are told in the one way that is allowed."""
    assert hints.duration(written) == (f"; did you mean {meant}?" if meant else "")


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        (
            "ttl: '30'\n",
            "ttl: '30' is no duration: write 250ms, 15s, 10m, 1h, 2d or a number of seconds; write 30 without",
        ),
        (SERVICE % ", records: [CNAME]", "write a static record, under records of the zone"),
        (SERVICE % ", records: [SRV]", "write srv: {_submission._tcp: 587} beside records"),
        (SERVICE % ", when_all_down: nxdomain", "write nodata"),
        (
            SERVICE % "" + "  webmail: {alias: web}\n",
            "services.webmail.alias: no service is named web; there are smtp, relays",
        ),
        (POOL + "services: {smtp: {pools: [relay]}}\n", "no pool is named relay; did you mean relays?"),
        ("services: {smtp: {pools: [relay]}}\n", "no pool is named relay; none is defined"),
        (POOL + "services: {web_mail: {pools: [relays]}}\n", "at most 63; did you mean web-mail?"),
        (POOL + "services: {a.b.c: {pools: [relays]}}\n", "at most 63; one label only, the zone is added: a"),
        (
            POOL + "services: {-.b: {pools: [relays]}}\n",
            "'-.b' is no name: lower-case letters, digits and inner hyphens, at most 63",
        ),
        ("services: {smtp: }\n", "services.smtp: nothing is no table of keys: write it like smtp: {pools: [relays]}"),
        (POOL.replace("{address: 192.0.2.11}", "192.0.2.11"), "write it like relay1: {address: 192.0.2.11}"),
        (
            "pools: [a]\n",
            "write it like pools: {relays: {members: {relay1: {address: 192.0.2.11}}}}, with names instead of",
        ),
    ],
)
def test_a_zone_written_wrong_is_told_how_to_write_it(zone: str, told: str) -> None:
    """Foreign words, names that are nowhere, names that are none, and things that are no tables."""
    (found,) = faults(texts(zone))

    assert told in found


def test_a_line_indented_wrong_is_told_as_such() -> None:
    """`members` beside the pools it belongs to becomes the name of a pool, and that is said."""
    found = faults(texts(POOL.replace("    members:", "  members:")))

    assert "check the indentation" in "\n".join(found)
    assert (
        f"{Z}:7:3: pools.members.members: required: The members by name; members stands here as the name of a pool"
        in ("\n".join(found))
    )


@pytest.mark.parametrize(
    ("check", "told"),
    [
        ("x: {type: https}", "write type http with port: 443"),
        ("x: {type: ping}", "write type tcp: an echo says nothing of a service"),
        ("x: {type: smtp, tls: yes}", "write starttls, or implicit for TLS from the first byte"),
        ("x: {type: smtp, tls: true}", "write starttls, or implicit"),
        ("x: {type: smtp, tls: ssl}", "write implicit"),
        ("x: {type: smtp, verify: false}", "write report"),
        ("x: {type: smtp, port: '25'}", "write 25 without quotes"),
        ("x: {type: smtp, interval: 30 sec}", "did you mean 30s?"),
        (
            "type: smtp",
            "type: 'smtp' is no table of keys: the keys of a check stand below its name, NAME: {type: smtp}",
        ),
        ("checks: {x: {type: smtp}}", "checks: the names of checks stand at the top: leave out this line"),
        ("x:", "x: nothing is no table of keys: a check needs at least its type, x: {type: smtp}"),
        ("d: &d {type: smtp}\nx: {<<: *d, type: smtp}", "x.<<: YAML 1.2 has no merge keys: write the keys out"),
    ],
)
def test_a_check_written_wrong_is_told_how_to_write_it(check: str, told: str) -> None:
    """Words of other programs, and keys at the wrong level."""
    (found,) = faults(texts("", check))

    assert found.startswith("checks/c.yaml:")
    assert told in found


def test_a_quoted_merge_key_is_a_name_like_another() -> None:
    """Only the bare << is YAML 1.1's merge."""
    assert "no check name" in faults(texts("", "'<<': {type: smtp}"))[0]


@pytest.mark.parametrize(
    ("records", "told"),
    [
        ("@ TXT v=spf1 mx -all", "TXT without quotes is 3 texts, read without blanks between: put the text in double"),
        ("_dmarc TXT v=DMARC1; p=none", "TXT without quotes ends before the semicolon, which begins a comment"),
        (
            "www CNAME web.mail.example.com",
            "mail.example.com.mail.example.com. stands here: a whole name ends in a dot",
        ),
        ("www.mail.example.com A 192.0.2.1", "mail.example.com.mail.example.com. stands here: a whole name ends in"),
    ],
)
def test_records_that_are_read_otherwise_than_meant_are_warned_of(records: str, told: str) -> None:
    """A master file's classic traps, at their line, in the zone's file and in one of its own."""
    inside = warnings(texts(f"records: |\n  {records}\n"))
    apart = warnings({**texts("records_file: r.zone\n"), "r.zone": records + "\n"})

    assert [one.partition(": ")[0] for one in (*inside, *apart)] == [f"{Z}:5:3", "r.zone:1:1"]
    assert all(told in one for one in (*inside, *apart))


@pytest.mark.parametrize(
    "records",
    ['@ TXT "v=spf1 mx -all"', "@ TXT token", '@ TXT "v=DKIM1; p=a" "b"', "www CNAME web", "@ TXT token ; comment"],
)
def test_records_that_are_read_as_meant_are_not_warned_of(records: str) -> None:
    """Quotes, single words and comments behind a blank are fine."""
    assert warnings(texts(f"records: |\n  {records}\n")) == []


@pytest.mark.parametrize(
    ("name", "count"), [("ns1.example.net: [192.0.2.1]", 1), ("ns1.example.net.: ", 0), ("a: [::1]", 0)]
)
def test_a_name_server_without_its_final_dot_is_warned_of(name: str, count: int) -> None:
    """A whole name without the dot would be one below the zone."""
    head = HEAD.partition("nameservers")[0] + f"nameservers:\n  {name.replace('[::1]', '[192.0.2.9]')}\n"

    assert len(warnings(texts(head=head))) == count
