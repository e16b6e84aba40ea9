from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv4Address, ip_address
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.config import values
from gslb.model.names import to_text
from gslb.model.pools import MinHealthy
from gslb.model.values import WhenAllDown

PARSERS: list[Callable[[object], Any]] = [
    values.parse_duration,
    values.duration(1, 60, whole=True).parse,
    values.PORT.parse,
    values.parse_address,
    values.parse_member_address,
    values.parse_ipv4,
    values.parse_ipv6_source,
    values.parse_endpoint,
    values.parse_label,
    values.parse_service_name,
    values.parse_check_name,
    values.parse_domain,
    values.parse_hostname,
    values.parse_nameserver,
    values.parse_contact,
    values.parse_min_healthy,
    values.parse_answers,
    values.parse_srv_owner,
    values.parse_text,
]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("15s", 15), ("10m", 600), ("1h", 3600), ("2d", 172_800), ("250ms", 0.25), (30, 30), (1.5, 1.5), ("1.5s", 1.5)],
)
def test_durations_take_units_or_seconds(written: object, seconds: float) -> None:
    """Each unit, and a plain number of seconds."""
    assert values.parse_duration(written) == seconds


@pytest.mark.parametrize(
    "written", ["15", "15 s", "1w", "-1s", -1, True, None, "", [], float("inf"), float("nan"), 10**30]
)
def test_what_is_no_duration_is_refused(written: object) -> None:
    """Anything else is told how to write it."""
    with pytest.raises(ValueError, match="is no duration: write 250ms, 15s, 10m, 1h, 2d or a number of seconds"):
        values.parse_duration(written)


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.25, "250ms"), (15, "15s"), (90, "90s"), (600, "10m"), (86400, "1d"), (0, "0s")]
)
def test_durations_are_shown_as_they_are_written(seconds: float, shown: str) -> None:
    """The largest unit that divides evenly."""
    assert values.show_duration(seconds) == shown


@given(st.integers(0, 10**7))
def test_a_shown_duration_reads_back(seconds: int) -> None:
    """What an error shows can be written."""
    assert values.parse_duration(values.show_duration(seconds)) == seconds


def test_durations_keep_to_their_bounds() -> None:
    """Bounds are allowed themselves; fractions are not where whole seconds are wanted."""
    ttl = values.duration(1, 86_400, whole=True).parse

    assert ttl("1d") == 86_400
    assert isinstance(ttl("15s"), int)
    with pytest.raises(ValueError, match="'2d' is out of range: 1s to 1d"):
        ttl("2d")
    with pytest.raises(ValueError, match="'1500ms' is out of range: whole seconds only"):
        ttl("1500ms")


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("192.0.2.256", "is no IPv4 or IPv6 address"),
        ("fe80::1%eth0", "an address with a scope cannot be answered"),
        ("::ffff:192.0.2.1", "an IPv4 address in IPv6 form; write 192.0.2.1"),
        ("224.0.0.1", "224.0.0.1 is no address of one host"),
        ("0.0.0.0", "0.0.0.0 is no address of one host"),
        ("255.255.255.255", "is no address of one host"),
        (3221225985, "3221225985 is no address: write 192.0.2.1 or 2001:db8::1"),
    ],
)
def test_addresses_of_members_are_those_of_hosts(written: object, message: str) -> None:
    """What no packet could reach, or no answer could hold, is refused with its reason."""
    with pytest.raises(ValueError, match=message):
        values.parse_member_address(written)


def test_a_link_local_address_is_probed_by_its_interface() -> None:
    """RFC 4007: what is only probed, or probed from, may name one; others have no use for it."""
    assert str(values.parse_member_address("fe80::1%eth0", scoped=True)) == "fe80::1%eth0"
    assert str(values.parse_ipv6_source("fe80::2%eth0")) == "fe80::2%eth0"
    with pytest.raises(ValueError, match="an address with a scope"):
        values.parse_ipv6_source("2001:db8::1%eth0")


@pytest.mark.parametrize("written", ["127.0.0.1:5300", "[::1]:5300", "[2001:db8::1]:53", "0.0.0.0:53"])
def test_endpoints_read_back(written: str) -> None:
    """An endpoint is shown as it was written."""
    assert str(values.parse_endpoint(written)) == written


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("::1:5300", r"IPv6 addresses stand in brackets, IPv4 ones do not: write '\[::1\]:5300'"),
        ("[127.0.0.1]:53", "write '127.0.0.1:53'"),
        ("127.0.0.1", "is no address and port: write 127.0.0.1:5300"),
        ("127.0.0.1:0", "port out of range: 1 to 65535"),
        ("127.0.0.1:99999", "port out of range"),
        ("localhost:53", "'localhost' is no address; 0.0.0.0:53 stands for every IPv4 address"),
        (5300, "is no address and port"),
    ],
)
def test_endpoints_need_address_and_port(written: object, message: str) -> None:
    """Each way to get one wrong has its remedy."""
    with pytest.raises(ValueError, match=message):
        values.parse_endpoint(written)


@pytest.mark.parametrize("written", ["a", "a-b", "1", "x" * 63])
def test_labels_are_ldh(written: str) -> None:
    """Letters, digits, inner hyphens."""
    assert values.parse_label(written) == written


@pytest.mark.parametrize("written", ["", "-a", "a-", "a_b", "a.b", "x" * 64, "ä", 1, None, "a\n"])
def test_other_labels_are_refused(written: object) -> None:
    """What is no LDH label is no name."""
    with pytest.raises(ValueError, match="is no name: lower-case letters, digits and inner hyphens"):
        values.parse_label(written)


def test_names_have_one_spelling() -> None:
    """DNS tells no cases apart, so tables may not either."""
    with pytest.raises(ValueError, match="write names in lower case, relay1"):
        values.parse_label("Relay1")


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("exämple.com", "write the xn-- form"),
        ("a..b", "'' is no label"),
        (".", "is no domain name"),
        ("a b.com", "'a b' is no label"),
        (".".join(["x" * 60] * 5), "longer than 255 octets"),
        (None, "nothing is no domain name"),
    ],
)
def test_domains_are_names(written: object, message: str) -> None:
    """Each part of a name is checked."""
    with pytest.raises(ValueError, match=message):
        values.parse_domain(written)


def test_names_lose_case_and_final_dot() -> None:
    """One form inside, whatever was written; a name server keeps its dot, which says it is absolute."""
    assert values.parse_domain("Mail.Example.COM.") == "mail.example.com"
    assert values.parse_nameserver("ns1.example.net.") == "ns1.example.net."
    assert values.parse_nameserver("ns1") == "ns1"


def test_a_host_name_is_whole() -> None:
    """One label alone is refused."""
    with pytest.raises(ValueError, match="is no whole name: write every label"):
        values.parse_hostname("mx1")


def test_a_mailbox_is_one_label_and_a_domain() -> None:
    """Dots left of @ stay inside the first label (RFC 1035 section 8)."""
    assert to_text(values.contact_wire("dns.master@Example.com")) == r"dns\.master.example.com."


@pytest.mark.parametrize("written", ["hostmaster", "@example.com", "a@b@c", "a b@c.d", "x" * 70 + "@example.com", "a@"])
def test_what_is_no_mailbox_is_refused(written: str) -> None:
    """A contact needs both sides of one @."""
    with pytest.raises(ValueError):
        values.parse_contact(written)


def test_the_least_is_a_number_or_a_percentage() -> None:
    """Members from 1, or a part of the weight above 0."""
    assert values.parse_min_healthy(2) == MinHealthy(members=2)
    assert values.parse_min_healthy("50%") == MinHealthy(members=None, percent=50.0)
    for wrong in (0, "0%", "101%", "2", 1.5, True, None):
        with pytest.raises(ValueError, match="is no minimum"):
            values.parse_min_healthy(wrong)


def test_failback_is_a_word_or_a_duration() -> None:
    """Immediate is no wait, manual an endless one."""
    assert [values.parse_failback(written) for written in ("immediate", "manual", "5m", 30)] == [0.0, inf, 300.0, 30.0]
    for wrong in ("by hand", "2d", True, None):
        with pytest.raises(ValueError, match=r"is no failback|out of range"):
            values.parse_failback(wrong)


def test_what_holds_when_all_are_down_is_a_word_or_a_list() -> None:
    """The word `list` itself is none, and a list is neither empty nor doubled."""
    assert values.parse_when_all_down("last_good") is WhenAllDown.LAST_GOOD
    assert values.parse_when_all_down(["192.0.2.1", "2001:db8::1"]) == (
        ip_address("192.0.2.1"),
        ip_address("2001:db8::1"),
    )
    for wrong in ("list", "serve", [], ["192.0.2.1", "192.0.2.1"], ["x"], 7):
        with pytest.raises(ValueError):
            values.parse_when_all_down(wrong)


def test_a_trickle_is_a_part_of_one() -> None:
    """A number up to one, or a percentage."""
    assert [values.parse_trickle(written) for written in (0, 0.1, 1, "10%", "0%")] == [0.0, 0.1, 1.0, 0.1, 0.0]
    for wrong in (1.5, -0.1, "0.1", "101%", True, None):
        with pytest.raises(ValueError, match="is no part of answers"):
            values.parse_trickle(wrong)


def test_a_percentage_is_a_part_of_one() -> None:
    """Above 0, up to 100, with its sign."""
    assert [values.parse_percent(written) for written in ("50%", "100 %", "0.5%")] == [0.5, 1.0, 0.005]
    for wrong in (50, "50", "0%", "101%", "-1%", None):
        with pytest.raises(ValueError, match="is no percentage"):
            values.parse_percent(wrong)


def test_answers_are_a_number_or_all() -> None:
    """`all` is zero inside."""
    assert values.parse_answers("all") == 0
    assert values.parse_answers(3) == 3
    for wrong in (0, "2", True):
        with pytest.raises(ValueError, match="is no number of answers"):
            values.parse_answers(wrong)


@pytest.mark.parametrize("written", ["submission.tcp", "_x", "_a._b._", "", 1, "_a._b." + "c" * 64])
def test_srv_owners_are_service_and_protocol(written: object) -> None:
    """RFC 2782 names begin with two underscored labels."""
    assert values.parse_srv_owner("_submission._tcp") == "_submission._tcp"
    with pytest.raises(ValueError, match="is no SRV owner"):
        values.parse_srv_owner(written)


@pytest.mark.parametrize(
    ("value", "shown"),
    [({}, "a table"), ([], "a list"), (None, "nothing"), (True, "true"), (False, "false"), (5, "5"), ("x" * 99, None)],
)
def test_errors_show_values_short(value: object, shown: str | None) -> None:
    """A value in an error is one short line."""
    text = values.shown(value)

    assert text == shown if shown else len(text) == 60


def test_texts_stay_on_one_line() -> None:
    """Control characters never reach a header, an EHLO or a file name."""
    with pytest.raises(ValueError, match="holds control characters"):
        values.parse_text("a\r\nb")


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.from_regex(r"[0-9a-f.:\[\]]{1,20}")


@given(
    st.sampled_from(PARSERS), SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.text(), SCALARS, max_size=2)
)
def test_parsers_raise_nothing_but_valueerror(parse: Callable[[object], Any], value: object) -> None:
    """Whatever YAML holds, a value comes out or a sentence."""
    with suppress(ValueError):
        parse(value)


@given(st.ip_addresses())
def test_every_host_address_is_taken(address: Any) -> None:
    """An address that is refused is no host's."""
    try:
        assert values.parse_member_address(str(address)) == ip_address(str(address))
    except ValueError:
        assert (
            address.is_multicast
            or address.is_unspecified
            or "ffff" in address.exploded
            or address == ip_address("255.255.255.255")
        )


@given(st.from_regex(r"[0-9]{1,4}(\.0?[0-9]{1,3}){2,4}[ x\0]?", fullmatch=True) | st.text(max_size=12))
def test_ipv4_texts_are_those_of_the_standard_library(text: str) -> None:
    """The C library, which is asked first, takes no text that ipaddress would not, and reads it alike."""
    try:
        expected = IPv4Address(text)
    except ValueError:
        with pytest.raises(ValueError, match="is no"):
            values.parse_ipv4(text)
    else:
        assert values.parse_ipv4(text) == expected


def test_sources_keep_to_their_family() -> None:
    """An IPv6 address is no IPv4 source, nor the other way round."""
    with pytest.raises(ValueError, match=r"192\.0\.2\.1 is no IPv6 address"):
        values.parse_ipv6_source("192.0.2.1")
    with pytest.raises(ValueError, match="2001:db8::1 is no IPv4 address"):
        values.parse_ipv4("2001:db8::1")
