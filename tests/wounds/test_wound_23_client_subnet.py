import dns.edns
import dns.message
import dns.rdatatype
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


def scope_of(reply: dns.message.Message) -> int:
    """The scope that a reply gives its one client subnet."""
    (scope,) = [one.scopelen for one in reply.options if isinstance(one, dns.edns.ECSOption)]
    return int(scope)


def addresses(reply: dns.message.Message) -> set[str]:
    """The A records of a reply."""
    return {str(rdata) for rrset in reply.answer if rrset.rdtype == dns.rdatatype.A for rdata in rrset}


@pytest.mark.parametrize("name", ["split", "www", "far"])
@pytest.mark.parametrize(
    ("resolver", "client", "answer", "scope"),
    [
        ("127.0.23.1", "198.51.100.0", {"192.0.2.21"}, 24),
        ("127.0.23.1", "203.0.113.0", {"192.0.2.11", "192.0.2.12"}, 24),
        ("127.0.0.1", "198.51.100.0", {"192.0.2.11", "192.0.2.12"}, 0),
        ("127.0.24.7", "203.0.113.0", {"192.0.2.21"}, 0),
    ],
)
def test_only_a_view_that_uses_it_is_told(
    wounds: Wounds, name: str, resolver: str, client: str, answer: set[str], scope: int
) -> None:
    """Wound 23: ECS counts from a resolver that a view trusts; the scope says where it did, also behind aliases."""
    option = dns.edns.ECSOption(client, 24)
    reply = wounds.server.query(f"{name}.w23.example.com", "A", source=resolver, options=[option])

    told = {"name": f"{name}.w23.example.com", "type": "A", "from": resolver, "ecs": f"{client}/24"}
    explained = wounds.server.get("/api/v1/explain", **told).json()["lines"]

    assert (addresses(reply), scope_of(reply)) == (answer, scope)
    assert [line.split(":")[0] for line in explained if line.startswith("ECS")] == [f"ECS scope {scope}"]


def test_no_view_ends_in_silence(wounds: Wounds) -> None:
    """Wound 23: a view whose every member is down answers as when_all_down says, and says so; it is never empty."""
    reply = wounds.server.query("split.w23.example.com", "A", source="127.0.24.7")

    assert addresses(reply) == {"192.0.2.21"}
    assert [error.text for error in reply.extended_errors()] == ["all members down"]


def test_a_name_without_views_stays_whole(wounds: Wounds) -> None:
    """Wound 23: what is not there is not there for everybody, and cached for everybody."""
    option = dns.edns.ECSOption("198.51.100.0", 24)
    for name, rtype in (("nothing", "A"), ("split", "TXT"), ("@", "SOA"), ("smtp", "A")):
        asked = "w23.example.com" if name == "@" else f"{name}.w23.example.com"
        assert scope_of(wounds.server.query(asked, rtype, source="127.0.23.1", options=[option])) == 0
