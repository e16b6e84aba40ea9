import pytest

from tests.wounds.conftest import Wounds

pytestmark = pytest.mark.system


def test_weight_zero_is_drained(wounds: Wounds) -> None:
    """Wound 9: never answered, still probed and shown, and still found by its own name."""
    server = wounds.server
    drained = server.get("/api/v1/members/w9.example.com/smtp/drained").json()

    assert set().union(*(server.answers("smtp.w9.example.com") for _ in range(50))) == {"127.0.9.92"}
    assert (drained["real"], drained["weight"], drained["answers_given"]) == ("up", 0, 0)
    assert "out: weight 0: drained, never chosen; quick up" in server.command("explain", "smtp.w9.example.com").stdout
    assert wounds.ports.accepted["127.0.9.91"] > 0
    assert server.answers("drained.smtp.w9.example.com") == {"127.0.9.91"}
