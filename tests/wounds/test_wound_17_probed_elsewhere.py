import pytest

from tests.wounds.conftest import Wounds

pytestmark = pytest.mark.system


def test_the_probed_address_decides_and_the_answered_one_is_answered(wounds: Wounds) -> None:
    """Wound 17: behind address translation the inside is probed, the outside answered; a port of its own counts."""
    server = wounds.server
    two = server.get("/api/v1/members/w17.example.com/smtp/two").json()

    assert server.answers("smtp.w17.example.com") == {"203.0.113.17"}
    assert (two["addresses"][0]["address"], two["effective"]) == ("203.0.113.18", "down")
