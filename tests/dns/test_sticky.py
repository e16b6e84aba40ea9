from collections import Counter

import dns.message

from gslb.dns.clients import Asker, network_of
from gslb.dns.reply import Facts
from gslb.dns.respond import respond
from gslb.dns.sticky import slot_of
from tests.kit.answered import built
from tests.kit.estate import config, member, pool, service, zone


def test_networks_spread_over_all_slots() -> None:
    """Neighbouring networks are as good as any: no slot has many more than its part."""
    counted = Counter(slot_of(bytes((10, high, low)), 7) for high in range(64) for low in range(256))

    assert len(counted) > 3900
    assert max(counted.values()) < 20


def test_a_slot_is_the_same_everywhere() -> None:
    """Fixed values, as another implementation has to give them."""
    assert slot_of(b"\xc0\x00\x02", 0x1234_5678) == 2277
    assert slot_of(b" \x01\x0d\xb8\x00\x01\x00", 0x1234_5678) == 1367


def test_services_part_networks_that_share_a_slot() -> None:
    """Two networks in one slot of a service are in one slot of another no more often than by chance."""
    networks = [bytes((10, high, low)) for high in range(64) for low in range(256)]
    first = slot_of(networks[0], 1)
    together = [network for network in networks if slot_of(network, 1) == first]

    assert len({slot_of(network, 2) for network in together}) > 1


def test_a_network_is_24_or_56_bits() -> None:
    """Three octets of IPv4, mapped or not, seven of IPv6."""
    assert network_of(Asker(b"\xc0\x00\x02\x01"), told=False) == b"\xc0\x00\x02"
    assert network_of(Asker(b"\0" * 10 + b"\xff\xff\xc0\x00\x02\x01"), told=False) == b"\xc0\x00\x02"
    assert network_of(Asker(bytes(range(16))), told=False) == bytes(range(7))


def test_a_client_that_is_told_of_counts_where_it_may() -> None:
    """What ECS tells counts where a view of the service trusts the resolver, else the resolver itself."""
    asker = Asker(b"\xc0\x00\x02\x01", b"\x00\x01\x18\x00\xc6\x33\x64")

    assert network_of(asker, told=True) == b"\xc6\x33\x64"
    assert network_of(asker, told=False) == b"\xc0\x00\x02"
    assert network_of(Asker(b"\xc0\x00\x02\x01"), told=True) == b"\xc0\x00\x02"


def test_a_network_is_answered_the_same_whatever_is_drawn() -> None:
    """Clients of one /24 get one member again and again, without a draw; others get others."""
    smtp = service("smtp", "relays", sticky=True)
    relays = pool("relays", *(member(f"r{n}", f"192.0.2.{n}") for n in range(1, 5)))
    table = built(config(zone(relays, services=(smtp,))))
    query = dns.message.make_query("smtp.mail.example.com", "A").to_wire()

    def answered(*octets: int) -> str:
        response = respond(query, table, no_draw, Facts(), bytes(octets))
        assert response is not None
        return str(dns.message.from_wire(response.data).answer[0][0])

    assert {answered(10, 1, 2, host) for host in range(1, 255)} == {answered(10, 1, 2, 1)}
    assert {answered(10, 1, third, 1) for third in range(64)} == {f"192.0.2.{n}" for n in range(1, 5)}


def no_draw(key: int) -> int:
    """Nothing is drawn for an entry that sticks."""
    raise AssertionError(key)
