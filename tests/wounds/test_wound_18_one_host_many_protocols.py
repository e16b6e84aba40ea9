import pytest

from tests.kit.running import until
from tests.wounds.conftest import Wounds

pytestmark = pytest.mark.system

SMTP, IMAP, WWW = "smtp.w18.example.com", "imap.w18.example.com", "www.w18.example.com"
HOST = "127.0.9.181"


def up_for(wounds: Wounds) -> set[str]:
    """The services that name the host; while it is down for one of them, that one names nobody."""
    return {name for name in (SMTP, IMAP, WWW) if wounds.server.answers(name) == {HOST}}


def test_a_host_is_up_for_one_protocol_and_down_for_another(wounds: Wounds) -> None:
    """Wound 18: services have checks of their own; all of them must pass, and no other counts, either way round."""
    until(lambda: up_for(wounds) == {SMTP, IMAP, WWW}, 10, "all are up")
    wounds.other.stop(HOST)
    until(lambda: up_for(wounds) == {SMTP}, 10, "one is up, and nothing that needs the other")
    wounds.ports.stop(HOST)
    wounds.other.start(HOST)
    until(lambda: up_for(wounds) == {WWW}, 10, "the other alone is up")
    wounds.ports.start(HOST)
