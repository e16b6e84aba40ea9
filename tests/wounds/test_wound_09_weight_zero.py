import pytest

from gslb.model.values import WhenAllDown
from tests.kit.clock import Clock
from tests.kit.estate import member, pool, service, zone
from tests.wounds.conftest import Wounds


@pytest.mark.system
def test_weight_zero_is_drained(wounds: Wounds) -> None:
    """Wound 9: never answered, still probed and shown, and still found by its own name."""
    server = wounds.server
    drained = server.get("/api/v1/members/w9.example.com/smtp/drained").json()

    assert set().union(*(server.answers("smtp.w9.example.com") for _ in range(50))) == {"127.0.9.92"}
    assert (drained["real"], drained["weight"], drained["answers_given"]) == ("up", 0, 0)
    assert "out: weight 0: drained, never chosen; quick up" in server.command("explain", "smtp.w9.example.com").stdout
    assert wounds.ports.accepted["127.0.9.91"] > 0
    assert server.answers("drained.smtp.w9.example.com") == {"127.0.9.91"}


def test_weight_zero_is_no_last_resort() -> None:
    """Wound 9: not even when all others are down; where all have it nobody is answered, rather than anybody."""
    drained, other = member("drained", "192.0.2.1", weight=0), member("one", "192.0.2.2")
    both = Clock(zone(pool("relays", drained, other), services=(service("smtp", "relays"),)))
    alone = Clock(zone(pool("relays", drained), services=(service("smtp", "relays"),)))

    assert [view.member.name for view in both.after(0, down=("192.0.2.2",)).chosen] == ["one"]
    assert (alone.after(0).action, alone.said[-1].chosen) == (WhenAllDown.SERVFAIL, ())
