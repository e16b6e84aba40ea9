"""gslb failback, against a server's control socket."""

import pytest

from tests.cli.conftest import Gslb
from tests.kit.controlled import ZONE, Controlled, failed_over


async def test_a_service_comes_back_when_told(gslb: Gslb, made: Controlled) -> None:
    """It names the tiers in use now; where nothing waits, it says so and exits 1."""
    failed_over(made)
    first, second = await gslb("failback", f"{ZONE}/smtp"), await gslb("failback", f"{ZONE}/smtp")

    assert (first.exit_code, first.output) == (
        0,
        f"{ZONE}/smtp is back (any: tier 1, relays, ipv4: tier 1, relays, ipv6: tier 1, relays)\n",
    )
    assert (second.exit_code, second.output) == (1, f"{ZONE}/smtp: no earlier tier waits to answer again\n")


async def test_a_service_that_is_not_there(gslb: Gslb) -> None:
    """Exit 1 with the server's words."""
    missing = await gslb("failback", f"{ZONE}/pop3")

    assert (missing.exit_code, missing.output) == (1, f"no service pop3 in zone {ZONE}\n")


@pytest.mark.parametrize("target", ["smtp", f"{ZONE}/", "/smtp", f"{ZONE}/smtp/more"])
async def test_what_is_no_service(gslb: Gslb, target: str) -> None:
    """Exit 2 with how it is written."""
    wrong = await gslb("failback", target)

    assert wrong.exit_code == 2
    assert "write ZONE/SERVICE" in wrong.output
