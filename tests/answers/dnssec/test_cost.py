"""What signing costs, in the small; `make bench-signing` has the whole."""

from tests.bench.bench_signing import cold

SERVICES = 50


def test_signing_from_cold() -> None:
    """A service of 4 members with A, AAAA and ranked MX takes 6 ms of a core; machines differ, so up to 50 here."""
    found = cold(SERVICES)

    assert found.signatures > 40 * SERVICES
    assert found.seconds < 0.05 * SERVICES
    assert found.change < 0.5
