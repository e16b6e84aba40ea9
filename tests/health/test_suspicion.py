from ipaddress import ip_address

import pytest

from gslb.health.suspicion import Sight, is_suspect

NOW = 1_000_000.0
POOLS = (("z", "a"), ("z", "a"), ("z", "b"))


def sights(count: int = 3, pools: tuple[tuple[str, str], ...] = POOLS, since: float = NOW - 5) -> list[Sight]:
    """Targets at addresses of their own that fail for content."""
    return [
        Sight(address=ip_address(f"192.0.2.{n + 1}"), pools=frozenset({pools[n % len(pools)]}), since=since)
        for n in range(count)
    ]


def asked(found: list[Sight], targets: int | None = None, good: int = 99) -> bool:
    """Whether a check with a 15 s interval is suspected; another does well at the first `good` addresses."""
    return is_suspect(
        found,
        len(found) if targets is None else targets,
        good_elsewhere=lambda address: int(address) % 256 <= good,
        interval=15.0,
        now=NOW,
    )


def test_a_check_that_fails_everywhere_at_once_is_suspected() -> None:
    """Three addresses in two pools, all of a sudden, and the machines do well otherwise."""
    assert asked(sights())
    assert asked(sights(4), good=2)


@pytest.mark.parametrize(
    ("found", "targets", "good"),
    [
        (sights(), 4, 99),
        (sights(2), 2, 99),
        (sights(pools=POOLS[:1]), 3, 99),
        (sights(since=NOW - 31), 3, 99),
        (sights(4), 4, 1),
        ([], 0, 99),
    ],
    ids=["one does not fail", "two addresses", "one pool", "not at once", "the machines do badly", "no target"],
)
def test_less_than_that_is_no_suspicion(found: list[Sight], targets: int, good: int) -> None:
    """Each condition is needed."""
    assert not asked(found, targets, good)
