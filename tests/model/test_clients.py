"""Groups of clients, and the table that sorts every address into them."""

from ipaddress import ip_address

from gslb.model.clients import BY_COUNTRY, NO_VIEWS, RANGE4, RANGE6, ClientClass, ClientTable, Held, rank_of

EAST = ClientClass(held=(Held(1, rank_of(8), 8),))


def test_a_range_ends_where_the_next_begins() -> None:
    """An address belongs to the last range that does not begin behind it, in either family."""
    table = ClientTable(
        ranges4=RANGE4.pack(0, 0) + RANGE4.pack(10 << 24, 1) + RANGE4.pack(11 << 24, 0),
        ranges6=RANGE6.pack(bytes(16), 0, 0) + RANGE6.pack(b"\xfd" + bytes(15), 1, 0),
        classes=(ClientClass(), EAST),
    )

    inside = [table.of(ip_address(text)) is EAST for text in ("10.0.0.0", "10.255.255.255", "fd00::", "ffff::")]
    outside = [table.of(ip_address(text)) is EAST for text in ("0.0.0.0", "9.255.255.255", "11.0.0.0", "::", "fcff::")]
    assert (inside, outside) == ([True] * 4, [False] * 5)


def test_without_views_everybody_is_in_none() -> None:
    """No ranges: class 0 for all."""
    assert [NO_VIEWS.of(ip_address(text)) for text in ("192.0.2.1", "2001:db8::1")] == [ClientClass(), ClientClass()]


def test_ranks() -> None:
    """The longer prefix is the narrower; a country is between everything and any network written down."""
    assert rank_of(0) < BY_COUNTRY < rank_of(1) < rank_of(32) < rank_of(128)
