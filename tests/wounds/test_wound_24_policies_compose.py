from typing import Any

import pytest

from tests.wounds.conftest import Wounds

pytestmark = pytest.mark.system


def explained(wounds: Wounds, client: str, rtype: str = "A") -> dict[str, Any]:
    """Why a client gets what it gets."""
    told: dict[str, Any] = wounds.server.get(
        "/api/v1/explain", name="smtp.w24.example.com", type=rtype, **{"from": client}
    ).json()
    return told


def test_views_tiers_weights_and_health_compose(wounds: Wounds) -> None:
    """Wound 24: a view is a chain of weighted pools like any other: the first is down, so the second one answers."""
    server = wounds.server

    assert server.answers("smtp.w24.example.com", source="127.0.24.1") == {"127.0.9.121"}
    assert server.answers("smtp.w24.example.com") == {"192.0.2.41"}
    assert server.answers("smtp.w24.example.com", "MX", source="127.0.24.1") == {"20 up.far.w24.example.com."}


def test_the_whole_decision_is_told(wounds: Wounds) -> None:
    """Wound 24: view and why, tiers tried and why each failed, members in and out: the words say all of it."""
    told = explained(wounds, "127.0.24.1")
    lines = "\n".join(told["lines"])

    assert told["view"] == "office"
    assert "in view office by 127.0.24.0/24" in lines
    assert "answered for view office, by its own chain" in lines
    assert "tier 1 near falls short: 0 of 2 members healthy, 1 needed" in lines
    assert "tier 2 far holds, in use: 1 of 2 members healthy, 1 needed" in lines
    assert [each["records"][0].split()[-1] for each in told["samples"]] == ["127.0.9.121"]


def test_a_chain_that_fails_stays_in_its_view(wounds: Wounds) -> None:
    """Wound 24: everything down in one view is all down there, whatever the service's other chains could do."""
    narrow = explained(wounds, "127.0.24.7")

    assert narrow["view"] == "told"
    assert narrow["decision"]["mode"] == "all_down"
    assert explained(wounds, "127.0.0.1")["decision"]["mode"] == "normal"
    assert wounds.server.get("/health/w24.example.com/smtp").status_code == 200
