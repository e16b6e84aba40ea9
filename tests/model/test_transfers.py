"""Words of zone transfers."""

from ipaddress import ip_address

from gslb.model.transfers import Secondary, TsigKey


def test_secondaries_read_as_they_are_written() -> None:
    """Address and port, IPv6 in brackets."""
    assert str(Secondary(address=ip_address("192.0.2.7"))) == "192.0.2.7:53"
    assert str(Secondary(address=ip_address("2001:db8::7"), port=5353)) == "[2001:db8::7]:5353"


def test_a_key_shows_no_secret() -> None:
    """A key that gets into a log or an error tells its name alone."""
    assert "hidden" not in repr(TsigKey(name=b"\1k\0", algorithm="hmac-sha256", secret=b"hidden" * 4))
