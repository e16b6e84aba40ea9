"""Countries from a MaxMind file: read once, packed, kept as text."""

import os
import sys
from ipaddress import IPv6Address, ip_address
from pathlib import Path

import pytest

from gslb.config import geoip
from gslb.config.geoip import GeoIpError, ranges, read
from gslb.model.clients import CountryRanges
from tests.kit.mmdb import mmdb

WORLD = {"DE": ["192.0.2.0/25", "192.0.2.128/26", "2001:db8::/33"], "NO": ["198.51.100.0/24"], "FR": ["203.0.113.0/24"]}


def spans(one: CountryRanges) -> list[tuple[str, str]]:
    """First and last addresses, as text."""
    four = [one.ipv4[at : at + 8] for at in range(0, len(one.ipv4), 8)]
    six = [one.ipv6[at : at + 32] for at in range(0, len(one.ipv6), 32)]
    told = [(str(ip_address(each[:4])), str(ip_address(each[4:]))) for each in four]
    return told + [(str(IPv6Address(each[:16])), str(IPv6Address(each[16:]))) for each in six]


def test_countries_that_are_asked_for(tmp_path: Path) -> None:
    """Neighbouring networks become one range; countries nobody asked for, or that are nowhere, are left out."""
    path = tmp_path / "country.mmdb"
    path.write_bytes(mmdb(WORLD))

    found = ranges(read(path, frozenset(("DE", "NO", "XX"))))

    assert {code: spans(one) for code, one in found.items()} == {
        "DE": [("192.0.2.0", "192.0.2.191"), ("2001:db8::", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff")],
        "NO": [("198.51.100.0", "198.51.100.255")],
    }


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    """An update in place counts at the next reload; without one, nothing is read."""
    path = tmp_path / "country.mmdb"
    path.write_bytes(mmdb(WORLD))
    first = read(path, frozenset(("DE",)))
    assert read(path, frozenset(("DE",))) is first

    (tmp_path / "new").write_bytes(mmdb({"DE": ["203.0.113.0/24"]}))
    os.replace(tmp_path / "new", path)

    assert spans(ranges(read(path, frozenset(("DE",))))["DE"]) == [("203.0.113.0", "203.0.113.255")]


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    """No file, and one of another kind, are told apart."""
    path = tmp_path / "country.mmdb"
    with pytest.raises(GeoIpError, match=r"country\.mmdb cannot be read: No such file"):
        read(path, frozenset(("DE",)))
    path.write_bytes(b"not a database")
    with pytest.raises(GeoIpError, match=r"country\.mmdb is no MaxMind file that can be read"):
        read(path, frozenset(("DE",)))


def test_the_package_is_optional(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the remedy is told."""
    path = tmp_path / "country.mmdb"
    path.write_bytes(mmdb(WORLD))
    monkeypatch.setitem(sys.modules, "maxminddb", None)
    with pytest.raises(GeoIpError, match="pip install 'gslb-dns"):
        read(path, frozenset(("NO",)))


@pytest.mark.parametrize(
    ("record", "code"),
    [({"country": {"iso_code": "DE"}}, "DE"), ({"country": "DE"}, "DE"), ({"continent": {}}, ""), ("DE", ""), ({}, "")],
)
def test_what_a_record_says(record: object, code: str) -> None:
    """The country where the network is; records without one are in none."""
    assert geoip._country(record) == code
