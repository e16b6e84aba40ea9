from collections.abc import Iterator

import pytest

from tests.kit.running import until
from tests.wounds.conftest import Wounds

pytestmark = pytest.mark.system

ZONE = "w7.example.com"


@pytest.fixture(autouse=True)
def _all_up_again(wounds: Wounds) -> Iterator[None]:
    """Exchangers are back before the next test."""
    yield
    wounds.ports.start("127.0.9.71", "127.0.9.72")
    until(lambda: len(exchangers(wounds).get("mx1", ())) == 2, 10, "mx1 is back")


def exchangers(wounds: Wounds) -> dict[str, set[str]]:
    """Exchangers of one MX answer, each with the addresses that came in the same packet."""
    reply = wounds.server.query(f"smtp.{ZONE}", "MX")
    names = {str(mx.exchange) for rrset in reply.answer for mx in rrset}
    found = {name.split(".")[0]: set[str]() for name in names}
    for rrset in reply.additional:
        assert str(rrset.name) in names, "addresses of nobody's"
        found[str(rrset.name).split(".")[0]] |= set(map(str, rrset))
    return found


def test_an_exchanger_is_listed_while_one_of_its_addresses_lives(wounds: Wounds) -> None:
    """Wound 7: MX, the additional section and the exchanger's own name tell the same addresses."""
    wounds.ports.stop("127.0.9.71")
    until(lambda: exchangers(wounds) == {"mx1": {"127.0.9.72"}, "mx2": {"127.0.9.73"}}, 10, "one address is out")

    assert wounds.server.answers(f"mx1.{ZONE}") == {"127.0.9.72"}


def test_a_dead_exchanger_is_listed_no_more(wounds: Wounds) -> None:
    """Wound 7: it leaves the MX; its own name still answers, for senders that hold the old one."""
    wounds.ports.stop("127.0.9.71", "127.0.9.72")
    until(lambda: exchangers(wounds) == {"mx2": {"127.0.9.73"}}, 10, "the exchanger is out")

    assert wounds.server.answers(f"mx1.{ZONE}") == {"127.0.9.71", "127.0.9.72"}
