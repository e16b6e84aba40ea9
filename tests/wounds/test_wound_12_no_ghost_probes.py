import pytest

from tests.kit.running import until
from tests.wounds.conftest import ZONES, Wounds, head, zone_file

pytestmark = pytest.mark.system


def test_probes_exist_exactly_while_the_configuration_names_them(wounds: Wounds) -> None:
    """Wound 12: nobody asks for the name, and both are probed; after a reload without one it hears no more."""
    ports, server = wounds.ports, wounds.server
    both = head(12) + ZONES[12]
    until(lambda: ports.accepted["127.0.9.121"] and ports.accepted["127.0.9.122"], 5, "both are probed, unasked")
    server.write({zone_file(12): both.replace(", goes: {address: 127.0.9.122}", "")})
    try:
        assert server.post("/api/v1/reload").status_code == 200
        gone, stays = ports.accepted["127.0.9.122"], ports.accepted["127.0.9.121"]
        until(lambda: ports.accepted["127.0.9.121"] >= stays + 3, 10, "three more probes of the other")

        assert ports.accepted["127.0.9.122"] <= gone + 1  # one may have been on its way into the queue of the port
    finally:
        server.write({zone_file(12): both})
        assert server.post("/api/v1/reload").status_code == 200
    until(lambda: ports.accepted["127.0.9.122"] > gone + 1, 10, "probed again")
