import dns.edns
import dns.message
import dns.rcode
import dns.rdatatype
import pytest

from tests.wounds.conftest import Wounds

pytestmark = pytest.mark.system

TYPES = ("A", "AAAA", "MX", "SRV", "HTTPS")
MODES = {
    "serve-all": dns.rcode.NOERROR,
    "nodata": dns.rcode.NOERROR,
    "servfail": dns.rcode.SERVFAIL,
    "refused": dns.rcode.REFUSED,
    "list": dns.rcode.NOERROR,
}
ANSWERED = {("serve-all", "A"): 2, ("serve-all", "MX"): 2, ("serve-all", "SRV"): 2, ("serve-all", "HTTPS"): 1} | {
    ("list", each): 1 for each in TYPES
}
"""Records per answer; what is not here holds none. No member has an IPv6 address. last_good takes a minute to be known:
tests/answers/test_all_down.py."""


def name_of(mode: str, rtype: str) -> str:
    """The name a service answers this type by."""
    return f"{'_x._tcp.' if rtype == 'SRV' else ''}{mode}.w1.example.com"


def ttl_of_soa(reply: dns.message.Message) -> list[int]:
    """The TTL of each SOA in the authority section."""
    return [rrset.ttl for rrset in reply.authority if rrset.rdtype == dns.rdatatype.SOA]


@pytest.mark.parametrize("rtype", TYPES)
@pytest.mark.parametrize("mode", MODES)
def test_each_mode_answers_each_type_as_agreed(wounds: Wounds, mode: str, rtype: str) -> None:
    """Wound 1: with every member down, mode and type decide rcode, records, SOA and TTL, and the error says why."""
    reply = wounds.server.query(name_of(mode, rtype), rtype)
    records = ANSWERED.get((mode, rtype), 0)

    assert reply.rcode() == MODES[mode]
    assert sum(map(len, reply.answer)) == records
    assert all(10 <= rrset.ttl <= 20 for rrset in reply.answer)
    assert ttl_of_soa(reply) == ([7] if reply.rcode() == dns.rcode.NOERROR and not records else [])
    assert [option for option in reply.options if isinstance(option, dns.edns.EDEOption)] == [
        dns.edns.EDEOption(0, "all members down")
    ]


@pytest.mark.parametrize("mode", MODES)
def test_all_down_is_counted_shown_and_told(wounds: Wounds, mode: str) -> None:
    """Wound 1: entering the mode is a metric, a log line and a 503; a service that serves all is no exception."""
    metrics = wounds.server.get("/metrics").text
    health = wounds.server.get(f"/health/w1.example.com/{mode}")
    told = [event for event in wounds.server.events() if event["event"] == "all members down"]

    assert f'gslb_all_down_entered_total{{service="{mode}",zone="w1.example.com"}} 1.0' in metrics
    assert f'gslb_service_all_down{{service="{mode}",zone="w1.example.com"}} 1.0' in metrics
    assert (health.status_code, health.json()["mode"]) == (503, "all_down")
    assert [event["new"] for event in told if (event["zone"], event["service"]) == ("w1.example.com", mode)] == [
        "all_down"
    ]
