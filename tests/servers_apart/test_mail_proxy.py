"""A mail proxy greets and lists capabilities with nothing alive behind it."""

import contextlib
from dataclasses import replace

import pytest

from gslb.model.checks import ImapSettings, Pop3Settings
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.model.values import TlsMode
from tests.kit.hostile import serving
from tests.kit.logins import CREDENTIALS, logins
from tests.kit.running import free_ports
from tests.kit.servers.looking import look, trusting
from tests.kit.servers.mail_proxy import MailProxy
from tests.kit.servers.mailstore import MailStore


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


@contextlib.asynccontextmanager
async def doorkeeper(store):
    """What nginx asks whom to connect a user to: everybody to this store; its port."""

    async def answers(peer):
        protocol = "imap"
        while line := (await peer.hear()).strip().lower():
            name, _, value = line.decode().partition(": ")
            protocol = value if name == "auth-protocol" else protocol
        where = f"Auth-Status: OK\r\nAuth-Server: 127.0.0.1\r\nAuth-Port: {store.ports[protocol]}\r\n"
        await peer.say(f"HTTP/1.0 200 OK\r\n{where}\r\n".encode())

    async with serving(answers) as port:
        yield port


@pytest.mark.parametrize(("kind", "name"), [(ImapSettings, "imap"), (Pop3Settings, "pop3")])
async def test_a_login_goes_through_to_a_live_store(kind, name):
    """As far as the mailbox; once the store is down the login fails, and the banner still does not."""
    with MailStore() as store:
        async with doorkeeper(store) as port:
            with MailProxy(port) as proxy:
                shallow = kind(port=proxy.ports[name], tls=trusting(proxy, TlsMode.STARTTLS))
                deep = replace(shallow, stage="mailbox", credentials=CREDENTIALS)
                alive = await look(deep, logins=logins())
                with store.stopped():
                    dead, banner = await look(deep, logins=logins()), await look(shallow)

    assert (alive.outcome, banner.outcome) == (Passed(), Passed())
    assert isinstance(dead.outcome, Failed | Degraded)
    assert dead.outcome.phase is Phase.AUTH
    assert dead.outcome.reason is not Reason.AUTH_REJECTED
