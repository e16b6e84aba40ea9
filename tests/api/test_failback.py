from dataclasses import replace
from math import inf

from tests.api.conftest import Client
from tests.kit.controlled import NOW, REFUSED, RELAY1, RELAY2, ZONE, Controlled, seen

PATH = f"/api/v1/services/{ZONE}/{{}}/failback"


def failed_over(made: Controlled) -> None:
    """Let smtp's first tier fail and hold again, with a manual failback."""
    zone = made.config.zones[0]
    services = {**zone.services, "smtp": replace(zone.services["smtp"], failback=inf)}
    made.owner.accept(replace(made.config, zones=(replace(zone, services=services),)))
    for address in (RELAY1, RELAY2):
        for _ in range(3):
            made.owner.observe(seen(address, REFUSED))
    for second in (40, 80):
        made.clock.now = NOW + second
        made.owner.observe(seen(RELAY1))


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
