"""Rate limiting in virtual time."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.dns.networks import Networks
from gslb.dns.rates import Kind, Limits, Rates, Verdict, kind_of, network_of

FLOODER = bytes((192, 0, 2, 1))


def rates(per_second: float = 100.0, slip: int = 2, exempt: tuple[str, ...] = ()) -> Rates:
    """The limits of one worker."""
    return Rates(Limits(per_second, slip, Networks(exempt)), b"seed" * 8)


def test_a_flood_is_cut() -> None:
    """20,000 replies a second for 10 s come out at the limit, give or take a fifth, while others lose none."""
    limit, flood, quiet = rates(1000.0, 0), 0, 0
    for tick in range(200_000):
        now = 1000.0 + tick / 20_000
        address = bytes((192, 0, 2, tick % 256))
        flood += limit.judge(address, Kind.ANSWER, now) is Verdict.SEND
        if tick % 100 == 0:
            quiet += limit.judge(bytes((198, 51, 100, 7)), Kind.ANSWER, now) is Verdict.SEND

    assert 8_000 <= flood <= 12_000
    assert quiet == 2_000


@pytest.mark.parametrize(("slip", "stubs"), [(0, 0), (1, 900), (2, 450), (3, 300), (10, 90)])
def test_slip(slip: int, stubs: int) -> None:
    """Every so many limited replies are sent as a stub."""
    limit = rates(100.0, slip)

    assert [limit.judge(FLOODER, 0, 5.0) for _ in range(1000)].count(Verdict.SLIP) == stubs


def test_kinds_are_limited_apart() -> None:
    """A flood of names that do not exist leaves the answers alone."""
    limit = rates()
    for _ in range(1000):
        limit.judge(FLOODER, Kind.NXDOMAIN, 5.0)

    assert limit.judge(FLOODER, Kind.NXDOMAIN, 5.0) is not Verdict.SEND
    assert limit.judge(FLOODER, Kind.ANSWER, 5.0) is Verdict.SEND


def test_exempt() -> None:
    """Exempt networks are never limited."""
    limit = rates(exempt=("192.0.2.0/25",))

    assert all(limit.judge(FLOODER, 0, 5.0) is Verdict.SEND for _ in range(1000))


def test_a_bucket_fills_again() -> None:
    """After a second of silence there is a second's worth, and no more after an hour."""
    limit = rates()
    for now in (5.0, 6.0, 3600.0):
        sent = [limit.judge(FLOODER, 0, now) for _ in range(200)].count(Verdict.SEND)
        assert sent == 100


def test_less_than_one_a_second() -> None:
    """A limit shared by many workers may be less than one a second to each."""
    limit = rates(0.5)
    sent = [limit.judge(FLOODER, 0, 5.0 + tick / 10) for tick in range(100)].count(Verdict.SEND)

    assert sent == 5


def test_many_networks() -> None:
    """Emptied buckets stay so, but for pairs of them, while a hundred thousand other networks come by once."""
    limit = rates(2.0, 0)
    flooders = [bytes((10, 0, number, 1)) for number in range(200)]
    for _ in range(3):
        for flooder in flooders:
            limit.judge(flooder, 0, 5.0)
    for number in range(100_000):
        limit.judge(number.to_bytes(3) + b"\1", 0, 5.0)

    assert sum(limit.judge(flooder, 0, 5.0) is Verdict.DROP for flooder in flooders) > 190


def test_two_places() -> None:
    """With more networks than slots each still finds its own bucket, or a full one."""
    limit = rates(1.0, 0)
    networks = [number.to_bytes(3) + b"\1" for number in range(40_000)]
    for network in networks:
        limit.judge(network, 0, 5.0)

    assert sum(limit.judge(network, 0, 5.0) is Verdict.DROP for network in networks) > 30_000


@pytest.mark.parametrize(
    ("address", "network"),
    [
        (FLOODER, FLOODER[:3]),
        (bytes(10) + b"\xff\xff" + FLOODER, FLOODER[:3]),
        (bytes(range(16)), bytes(range(7))),
    ],
)
def test_networks(address: bytes, network: bytes) -> None:
    """An IPv4 /24, mapped or not, or an IPv6 /56 shares a limit."""
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("flags", "answers", "kind"),
    [
        (0x8400, 1, Kind.ANSWER),
        (0x8400, 0x100, Kind.ANSWER),
        (0x8600, 0, Kind.ANSWER),
        (0x8400, 0, Kind.NODATA),
        (0x8000, 0, Kind.REFERRAL),
        (0x8403, 0, Kind.NXDOMAIN),
        (0x8005, 0, Kind.ERROR),
        (0x8002, 0, Kind.ERROR),
    ],
)
def test_kind(flags: int, answers: int, kind: Kind) -> None:
    """A reply's kind stands in its header."""
    assert kind_of(struct.pack("!6H", 1, flags, 1, answers, 0, 0)) is kind


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 0.1)), max_size=200))
def test_never_above_the_limit(asked: list[tuple[int, float]]) -> None:
    """Whoever asks whenever: no network gets more than a second's worth and what the time since has brought."""
    limit, now, sent = rates(5.0), 100.0, dict.fromkeys(range(4), 0)
    for network, pause in asked:
        now += pause
        sent[network] += limit.judge(bytes((10, 0, network, 1)), 0, now) is Verdict.SEND

    assert all(count <= 5 + 5 * (now - 100.0) + 1e-6 for count in sent.values())
