import dns.edns
import pytest

from tests.wounds.conftest import Wounds

pytestmark = pytest.mark.system


@pytest.mark.parametrize(("address", "bits"), [("198.51.100.0", 24), ("2001:db8::", 56), ("0.0.0.0", 0)])
def test_a_client_subnet_splits_no_cache(wounds: Wounds, address: str, bits: int) -> None:
    """Wound 23: where no view uses it, ECS is echoed as it came, with scope 0, and changes no answer."""
    option = dns.edns.ECSOption(address, bits)
    reply = wounds.server.query("smtp.w23.example.com", "A", options=[option])

    assert [
        (one.address, one.srclen, one.scopelen) for one in reply.options if isinstance(one, dns.edns.ECSOption)
    ] == [(address, bits, 0)]
    assert {str(rdata) for rrset in reply.answer for rdata in rrset} == {"192.0.2.11", "192.0.2.12"}
