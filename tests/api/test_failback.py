from tests.api.conftest import Client
from tests.kit.controlled import ZONE, Controlled, failed_over

PATH = f"/api/v1/services/{ZONE}/{{}}/failback"


async def test_an_operator_brings_a_service_back(made: Controlled, trusted: Client) -> None:
    """200 with the tiers by family, under the alias as well; then nothing waits, 409; and status told it before."""
    failed_over(made)
    shown = await (await trusted.get(f"/api/v1/services/{ZONE}/smtp")).json()
    first = await trusted.post(PATH.format("mx"))
    second = await trusted.post(PATH.format("smtp"))

    assert [change["at"] for family in shown["families"] for change in family["changes"]] == [None] * 3
    assert (first.status, (await first.json())["tiers"]["ipv4"]) == (200, "tier 1, relays")
    assert (second.status, "waits" in (await second.json())["error"]) == (409, True)


async def test_a_service_that_does_not_exist_is_not_found(trusted: Client) -> None:
    """404 for another name or zone."""
    assert (await trusted.post(PATH.format("pop3"))).status == 404
    assert (await trusted.post(PATH.format("smtp").replace(ZONE, "example.org"))).status == 404


async def test_a_stranger_brings_nothing_back(client: Client) -> None:
    """It is a write."""
    assert (await client.post(PATH.format("smtp"))).status in (401, 403)
