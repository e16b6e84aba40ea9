import pytest

from tests.api.conftest import Client
from tests.kit.controlled import ZONE


async def test_status_is_everything(client: Client) -> None:
    """One document holds the node, its table, workers, zones and checks, strictly JSON."""
    status = await (await client.get("/api/v1/status")).json()

    assert {"node", "config", "table", "workers", "zones", "checks", "readiness", "memory", "probing"} <= set(status)
    relay1 = status["zones"][0]["pools"][0]["members"][0]
    assert (relay1["real"], relay1["effective"]) == ("up", "up")
    assert relay1["addresses"][0]["checks"][0]["last"]["timings"][0] == ["connect", 0.01]


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("services", ["smtp", "mx", "relays", "spares"]),
        (f"services/{ZONE}", ["smtp", "mx", "relays", "spares"]),
        ("pools", ["relays", "spares"]),
        (f"members/{ZONE}/relays", ["relay1", "relay2"]),
        ("members", ["relay1", "relay2", "spare1"]),
        ("checks", ["smtp"]),
    ],
)
async def test_parts_are_lists(client: Client, path: str, names: list[str]) -> None:
    """A short name gives all below it."""
    assert [each["name"] for each in await (await client.get(f"/api/v1/{path}")).json()] == names


@pytest.mark.parametrize(
    "path",
    [f"services/{ZONE}/smtp", f"pools/{ZONE}/relays", f"members/{ZONE}/relays/relay1", "checks/smtp"],
)
async def test_a_full_name_gives_the_one(client: Client, path: str) -> None:
    """A whole name gives one object."""
    assert (await (await client.get(f"/api/v1/{path}")).json())["name"] == path.rpartition("/")[2]


@pytest.mark.parametrize("path", ["services/nope", f"pools/{ZONE}/nope", "checks/nope"])
async def test_a_name_that_leads_nowhere_is_404(client: Client, path: str) -> None:
    """And tells which."""
    answer = await client.get(f"/api/v1/{path}")

    assert answer.status == 404
    assert "nope" in (await answer.json())["error"]
