"""Shares: for every resolver, whatever it mixes."""

from bisect import bisect_left
from collections import Counter
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.dns.draws import SLOTS, Draws, network_number, network_of

WEIGHTS = (40, 30, 20, 10)
THRESHOLDS = [total * 2**32 // 100 - 1 for total in accumulate(WEIGHTS)]
RESOLVERS = [network_number(bytes((192, 0, 2, host))) for host in range(1, 9)]
SEED = b"sixteen octets a"


def worst(draws: list[int]) -> float:
    """How many points the member that is furthest off is off."""
    counted = Counter(bisect_left(THRESHOLDS, draw) for draw in draws)
    return max(abs(100 * counted[n] / len(draws) - weight) for n, weight in enumerate(WEIGHTS))


@pytest.mark.parametrize("seed", [SEED, SEED[::-1], bytes(16)])
def test_shares_of_each_resolver(seed: bytes) -> None:
    """Within half a point after 1,000 draws, within two after 100, for each resolver by itself."""
    draws = Draws(seed)
    for resolver in RESOLVERS:
        drawn = [draws.draw(resolver, 7) for _ in range(1000)]
        assert worst(drawn) <= 0.5
        assert worst(drawn[:100]) <= 2


@pytest.mark.parametrize("stride", range(1, 17))
def test_shares_at_any_stride(stride: int) -> None:
    """Within one point when a resolver's draws are taken by turns, up to sixteen of them."""
    draws = Draws(SEED)
    for resolver in RESOLVERS[:3]:
        drawn = [draws.draw(resolver, 7) for _ in range(1000 * stride)]
        assert all(worst(drawn[turn::stride]) <= 1 for turn in range(stride))


def test_entries_do_not_disturb_each_other() -> None:
    """A resolver that asks several entries in turn gets each one's shares."""
    draws = Draws(SEED)
    drawn: dict[int, list[int]] = {key: [] for key in (1, 2, 3)}

    for _ in range(1000):
        for key, own in drawn.items():
            own.append(draws.draw(RESOLVERS[0], key))

    assert all(worst(each) <= 0.5 for each in drawn.values())


def test_workers_do_not_march_in_step() -> None:
    """Another seed, another resolver, another entry: another sequence."""
    first = {
        Draws(seed).draw(resolver, key) for seed in (SEED, SEED[::-1]) for resolver in RESOLVERS[:2] for key in (1, 2)
    }

    assert len(first) == 8


def test_counters_wrap() -> None:
    """A counter at its end begins anew."""
    draws = Draws(SEED)
    for slot in range(SLOTS):
        draws._counters[slot] = 2**32 - 1

    assert draws.draw(RESOLVERS[0], 1) < 2**32
    assert sum(1 for counter in draws._counters if not counter) == 1


def test_same_seed_same_draws() -> None:
    """Chance comes in by the seed alone."""
    one, two = Draws(SEED), Draws(SEED)

    assert [one.draw(RESOLVERS[0], n) for n in range(9)] == [two.draw(RESOLVERS[0], n) for n in range(9)]


@given(st.binary(min_size=16, max_size=16))
def test_networks(address: bytes) -> None:
    """An IPv6 resolver is its /56, an IPv4 one its address, mapped or not."""
    mapped = b"\0" * 10 + b"\xff\xff" + address[:4]

    assert network_of(address[:4]) == network_of(mapped) == address[:4]
    if not address.startswith(b"\0" * 10 + b"\xff\xff"):
        assert network_of(address) == address[:7]


def test_a_seed_is_whole() -> None:
    """Too little chance is refused, not stretched."""
    with pytest.raises(ValueError, match="16 octets"):
        Draws(b"short")


def test_network_numbers_tell_families_apart() -> None:
    """0.0.0.1 and ::/56 with the same low bits are two networks."""
    assert network_number(b"\0\0\0\1") != network_number(b"\0\0\0\0\0\0\1")
