import pytest

from tests.api.conftest import Client


async def test_a_decision_is_told(client: Client) -> None:
    """Lines for people, the decision and what the table answers for programs."""
    answer = await client.get("/api/v1/explain", params={"name": "smtp", "type": "mx", "from": "192.0.2.9"})
    found = await answer.json()

    assert answer.status == 200
    assert found["decision"]["mode"] == "normal"
    assert found["lines"][0].startswith("smtp.mail.example.com. MX")
    assert found["client"] == "192.0.2.9"
    assert sum(sample["share"] for sample in found["samples"]) == pytest.approx(1)


async def test_a_network_may_be_told_of(client: Client) -> None:
    """As a resolver would by ECS; bits beyond its prefix do not matter."""
    answer = await client.get("/api/v1/explain?name=smtp&from=192.0.2.9&ecs=10.1.2.3/24")

    assert (await answer.json())["ecs"] == "10.1.2.0/24"


async def test_the_type_is_a_unless_told(client: Client) -> None:
    """As dig has it."""
    assert (await (await client.get("/api/v1/explain?name=smtp")).json())["type"] == "A"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("?name=smtp&from=here", 400),
        ("?name=smtp&ecs=10.0.0.0/8", 400),
        ("?name=smtp&from=::1&ecs=10", 400),
        ("?name=example.org", 404),
        ("?name=smtp&type=X", 404),
    ],
)
async def test_bad_questions_are_told(client: Client, query: str, status: int) -> None:
    """What is wrong with a question is said in JSON."""
    answer = await client.get(f"/api/v1/explain{query}")

    assert answer.status == status
    assert (await answer.json())["error"]
