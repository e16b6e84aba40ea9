from typing import Any

import pytest

from tests.kit.running import until
from tests.wounds.conftest import Wounds

pytestmark = pytest.mark.system


def test_the_server_tells_what_it_thinks(wounds: Wounds) -> None:
    """Wound 3: per member real and effective state, reason, phases, counters, the next probe, and answers given."""
    server = wounds.server
    server.answers("smtp.w3.example.com")
    path = "/api/v1/members/w3.example.com/smtp"
    up = until(
        lambda: next((m for m in server.get(path).json() if m["answers_given"]), None), 5, "an answer is counted"
    )
    down = until(lambda: _between_probes(server.get(path + "/down").json()), 5, "no probe of it runs just now")
    verdict = down["addresses"][0]["checks"][0]

    assert (up["real"], up["effective"], down["real"], down["effective"]) == ("up", "up", "down", "down")
    assert (verdict["last"]["reason"], verdict["last"]["phase"]) == ("connect_refused", "connect")
    assert {"successes", "failures", "rise", "fall", "next_change", "since"} <= verdict.keys()
    assert verdict["next_probe"] > verdict["last"]["at"]
    assert dict(verdict["last"]["timings"])["connect"] < 1


def _between_probes(member: dict[str, Any]) -> dict[str, Any] | None:
    """The member, unless it is probed this very moment: then nobody knows when it will be next."""
    return member if member["addresses"][0]["checks"][0]["next_probe"] else None


def test_each_question_of_health_has_its_path(wounds: Wounds) -> None:
    """Wound 3: the process, its readiness and one service are three questions; whoever asks gets a status code."""
    codes = {path: wounds.server.get(path).status_code for path in ("/live", "/ready", "/health/w3.example.com/smtp")}

    assert set(codes.values()) == {200}
    assert wounds.server.get("/health/w3.example.com/none").status_code == 404
