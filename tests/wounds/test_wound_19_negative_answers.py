import dns.flags
import dns.rcode
import dns.rdatatype
import pytest

from tests.wounds.conftest import Wounds

pytestmark = pytest.mark.system

ZONE = "w19.example.com"


@pytest.mark.parametrize(
    ("name", "rtype"),
    [
        (f"smtp.{ZONE}", "A"),
        (f"smtp.{ZONE}", "AAAA"),
        (f"smtp.{ZONE}", "MX"),
        (f"smtp.{ZONE}", "TXT"),
        (f"_tcp.{ZONE}", "A"),
        (f"_x._tcp.{ZONE}", "SRV"),
        (f"_x._tcp.{ZONE}", "A"),
        (f"a.smtp.{ZONE}", "AAAA"),
        (ZONE, "MX"),
    ],
)
def test_a_configured_name_exists_whatever_its_health(wounds: Wounds, name: str, rtype: str) -> None:
    """Wound 19: all members down, a type it has not, an empty non-terminal: NOERROR, AA and a SOA that is soon over."""
    reply = wounds.server.query(name, rtype)
    (authority,) = reply.authority

    assert (reply.rcode(), reply.answer) == (dns.rcode.NOERROR, [])
    assert reply.flags & dns.flags.AA
    assert (authority.rdtype, authority.ttl, authority[0].minimum) == (dns.rdatatype.SOA, 7, 7)


def test_a_name_that_is_nowhere_is_nxdomain(wounds: Wounds) -> None:
    """Wound 19: and only such a name, with the same short SOA."""
    reply = wounds.server.query(f"nothing.{ZONE}", "A")

    assert reply.rcode() == dns.rcode.NXDOMAIN
    assert [(rrset.rdtype, rrset.ttl) for rrset in reply.authority] == [(dns.rdatatype.SOA, 7)]
