"""The text of key files."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.errors import KeysError
from gslb.keys.keyfile import parse, parse_date, render, render_date, tag_of
from gslb.model.keys import Algorithm, KeyTimes, Role
from gslb.model.names import to_wire
from tests.kit.zonekeys import ALWAYS, ED25519, ZONE, stored

dates = st.none() | st.integers(0, 4_000_000_000).map(float)
times = st.builds(KeyTimes, **{name: dates for name in KeyTimes.__slots__ if name != "unsign"})


def by_ending(texts: dict[str, str]) -> dict[str, str]:
    """What `render` made, as `parse` wants it."""
    return {name.rpartition(".")[2]: text for name, text in texts.items()}


@given(times, st.sampled_from(Role), st.sampled_from(Algorithm))
def test_what_is_written_is_read_again(dates: KeyTimes, role: Role, algorithm: Algorithm) -> None:
    """Every role, algorithm and set of dates survives; so does the date that is kept apart."""
    one = stored(role, algorithm, dates)

    assert parse(ZONE, by_ending(render(one, 3600))) == one
    assert parse(ZONE, by_ending(render(one, 3600)), 5.0).times == replace(dates, unsign=5.0)


def test_files_are_named_as_bind_names_them() -> None:
    """K, the zone, algorithm and tag; the private one comes last."""
    one = stored(Role.KSK, ED25519)

    stem = f"Kmail.example.com.+015+{one.tag:05d}"
    assert list(render(one, 3600)) == [f"{stem}.key", f"{stem}.state", f"{stem}.private"]


def test_the_private_part_stands_in_the_private_file_alone() -> None:
    """And in no repr."""
    one = stored()
    texts = by_ending(render(one, 3600))
    secret = next(line for line in texts["private"].splitlines() if line.startswith("PrivateKey: "))

    assert secret.split()[1] not in texts["key"] + texts["state"]
    assert "secret" not in repr(one)


def test_dates_are_utc() -> None:
    """As BIND writes them; anything else is refused."""
    assert render_date(0) == "19700101000000"
    assert parse_date("20260102030405") == 1767323045
    for wrong in ("2026", "2026010203040", "20261302030405", "UNSET"):
        with pytest.raises(ValueError, match="is no date: YYYYMMDDHHMMSS"):
            parse_date(wrong)


@given(st.binary(min_size=4, max_size=80))
def test_the_tag_is_dnspythons(rdata: bytes) -> None:
    """RFC 4034 appendix B, for odd lengths too."""
    import dns.dnssec

    rdata = rdata[:3] + b"\x0d" + rdata[4:]  # not RSAMD5, which counts otherwise
    theirs = dns.rdata.from_wire("IN", "DNSKEY", rdata, 0, len(rdata))

    assert tag_of(rdata) == dns.dnssec.key_id(theirs)  # type: ignore[arg-type]  # any rdata class


@pytest.mark.parametrize(
    ("state", "role"), [("KSK: yes\nZSK: yes\n", Role.CSK), ("KSK: yes\nZSK: no\n", Role.KSK), ("", Role.CSK)]
)
def test_a_key_from_other_tools_may_not_say_its_role(state: str, role: Role) -> None:
    """With the flag SEP and no word against it, it signs everything."""
    assert parse(ZONE, {**by_ending(render(stored(), 60)), "state": state}).role is role


@pytest.mark.parametrize(
    ("ending", "old", "new", "told"),
    [
        ("private", "v1.3", "v2.0", "no private key"),
        ("private", "Algorithm: 13", "Algorithm: 8", r"algorithm 8; this server signs with ECDSAP256SHA256 \(13\)"),
        ("private", "Algorithm: 13", "Algorithm: 15", "algorithm 15, its .key file says 13"),
        ("private", "PrivateKey: ", "PrivateKey: %%%", "no sound base64"),
        ("key", "DNSKEY", "DNS", "no DNSKEY"),
        ("key", "mail.example.com. 60", "other.example. 60", r"the key of other\.example\."),
    ],
)
def test_what_is_wrong_with_a_file_is_told(ending: str, old: str, new: str, told: str) -> None:
    """In words that hold nothing of the file."""
    texts = by_ending(render(stored(), 60))

    with pytest.raises(KeysError, match=told):
        parse(ZONE, {**texts, ending: texts[ending].replace(old, new)})


def test_a_line_without_owner_is_no_key() -> None:
    """The zone it belongs to must stand there."""
    with pytest.raises(KeysError, match="the key of DNSKEY"):
        parse(ZONE, {**by_ending(render(stored(times=ALWAYS), 60)), "key": "DNSKEY 257 3 13 AAAA"})


def test_keys_of_another_zone_are_not_taken() -> None:
    """Whatever the file is called."""
    with pytest.raises(KeysError, match=r"the key of mail\.example\.com\."):
        parse(to_wire("other.example."), by_ending(render(stored(), 60)))
