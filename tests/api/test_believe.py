from tests.api.conftest import Client
from tests.kit.controlled import NOW, Controlled


async def test_an_operator_believes_a_suspected_check(made: Controlled, trusted: Client) -> None:
    """200 once, and shown no longer; then there is nothing to believe."""
    made.owner.pipeline.ledger.doubts.suspected["smtp"] = NOW
    shown = await (await trusted.get("/api/v1/checks/smtp")).json()
    first = await trusted.post("/api/v1/checks/smtp/believe")
    second = await trusted.post("/api/v1/checks/smtp/believe")

    assert "suspected_since" in str(shown)
    assert (first.status, await first.json()) == (200, {"check": "smtp", "suspected": False})
    assert (second.status, await second.json()) == (409, {"error": "smtp is not suspected"})


async def test_a_stranger_believes_nothing(client: Client) -> None:
    """It is a write."""
    assert (await client.post("/api/v1/checks/smtp/believe")).status in (401, 403)
