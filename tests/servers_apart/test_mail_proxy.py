"""A mail proxy greets and lists capabilities with nothing alive behind it."""

import pytest

from gslb.model.checks import ImapSettings, Pop3Settings
from gslb.model.observations import Failed, Passed, Phase, Reason
from gslb.model.values import TlsMode
from tests.kit.logins import CREDENTIALS, logins
from tests.kit.running import free_ports
from tests.kit.servers.looking import look, trusting
from tests.kit.servers.mail_proxy import MailProxy


@pytest.fixture(scope="module")
def proxy():
    """An nginx before a dead store."""
    with MailProxy(free_ports(1)[0]) as server:
        yield server


@pytest.mark.parametrize(("kind", "name"), [(ImapSettings, "imap"), (Pop3Settings, "pop3")])
async def test_its_banner_is_green_before_a_dead_store(proxy, kind, name):
    """Up to the capabilities all is well, TLS included: only a login can tell."""
    seen = await look(kind(port=proxy.ports[name], tls=trusting(proxy, TlsMode.STARTTLS)))

    assert seen.outcome == Passed()
    assert seen.tls.verified


async def test_a_login_tells_what_the_banner_hides(proxy):
    """The store is dead, and only who logs in hears of it."""
    tls = trusting(proxy, TlsMode.STARTTLS)
    seen = await look(
        ImapSettings(port=proxy.ports["imap"], tls=tls, stage="login", credentials=CREDENTIALS), logins=logins()
    )

    assert seen.outcome == Failed(Phase.AUTH, Reason.EOF_MID_SESSION)
