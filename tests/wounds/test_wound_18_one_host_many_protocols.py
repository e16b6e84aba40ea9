import pytest

from tests.kit.running import until
from tests.wounds.conftest import Wounds

pytestmark = pytest.mark.system

SMTP, IMAP = "smtp.w18.example.com", "imap.w18.example.com"


def test_a_host_is_up_for_one_protocol_and_down_for_another(wounds: Wounds) -> None:
    """Wound 18: services have checks of their own; all of them must pass, and no other counts."""
    server = wounds.server
    until(lambda: server.answers(IMAP) == {"127.0.9.181"}, 10, "both are up")
    wounds.other.stop("127.0.9.181")
    try:
        until(lambda: not server.answers(IMAP), 10, "IMAP is out")

        assert server.answers(SMTP) == {"127.0.9.181"}
    finally:
        wounds.other.start("127.0.9.181")
    until(lambda: server.answers(IMAP) == {"127.0.9.181"}, 10, "both are up again")
