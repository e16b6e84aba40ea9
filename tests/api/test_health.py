import pytest

from tests.api.conftest import Client
from tests.kit.controlled import REFUSED, RELAY1, RELAY2, SPARE, ZONE, Controlled, seen


async def test_the_process_lives(client: Client) -> None:
    """/live asks nothing of the state."""
    answer = await client.get("/live")

    assert (answer.status, await answer.json()) == (200, {"live": True})


async def test_ready_names_what_is_missing(made: Controlled, client: Client) -> None:
    """200 when queries may come, else 503 and why."""
    assert (await client.get("/ready")).status == 200
    made.owner.stopping = True
    answer = await client.get("/ready")

    assert (answer.status, await answer.json()) == (
        503,
        {"ready": False, "waiting_for": ["the server is stopping"]},
    )


async def test_a_service_with_a_tier_is_healthy(made: Controlled, client: Client) -> None:
    """200 while some tier has a healthy member, 503 once none has."""
    path = f"/health/{ZONE}/smtp"
    for address in (RELAY1, RELAY2):
        for _ in range(3):
            made.owner.observe(seen(address, REFUSED))
    answer = await client.get(path)
    assert (answer.status, (await answer.json())["tier"]) == (200, 2)

    for _ in range(3):
        made.owner.observe(seen(SPARE, REFUSED))
    answer = await client.get(path)

    assert (answer.status, (await answer.json())["mode"]) == (503, "all_down")


@pytest.mark.parametrize(
    ("path", "status"),
    [("MAIL.example.com./SMTP", 200), (f"{ZONE}/nope", 404), ("nope/smtp", 404), (f"{ZONE}/smtp?view=east", 404)],
)
async def test_names_are_dns_names(client: Client, path: str, status: int) -> None:
    """Case and a final dot do not matter; strangers are 404."""
    assert (await client.get(f"/health/{path}")).status == status
