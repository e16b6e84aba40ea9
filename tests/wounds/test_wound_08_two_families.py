import dns.rcode
import pytest

from tests.kit.running import until
from tests.wounds.conftest import Wounds

pytestmark = pytest.mark.system

NAME = "imap.w8.example.com"


def test_each_family_has_its_own_health(wounds: Wounds) -> None:
    """Wound 8: an address that is dead over IPv6 leaves AAAA alone, which then is NODATA and never 0.0.0.0."""
    server = wounds.server
    before = (server.answers(NAME, "A"), server.answers(NAME, "AAAA"))
    wounds.ports.stop("::1")
    try:
        until(lambda: not server.answers(NAME, "AAAA"), 10, "no IPv6 address is left")
        empty, addresses = server.query(NAME, "AAAA"), server.answers(NAME, "A")
    finally:
        wounds.ports.start("::1")
    until(lambda: server.answers(NAME, "AAAA") == {"::1"}, 10, "IPv6 is back")

    assert before == ({"127.0.9.81", "127.0.9.82"}, {"::1"})
    assert addresses == {"127.0.9.81", "127.0.9.82"}
    assert (empty.rcode(), len(empty.authority)) == (dns.rcode.NOERROR, 1)
