"""The verdicts of gslb held against those of three others, on the same servers; differences.yaml explains each one."""

import asyncio
import contextlib
from pathlib import Path

import pytest
import yaml

from gslb.model.checks import HttpSettings, ImapSettings, SmtpSettings
from gslb.model.observations import Degraded, Passed
from gslb.model.plain import TcpSettings
from gslb.model.values import TlsMode
from tests.kit.hostile import says, serving
from tests.kit.servers.looking import look, trusting
from tests.kit.servers.oracles import SECONDS, Blackbox, haproxy, plugin

pytestmark = pytest.mark.servers

DIFFERENCES = yaml.safe_load((Path(__file__).parent / "differences.yaml").read_text())
TOOLS = ("monitoring-plugins", "blackbox", "haproxy")


@pytest.fixture(scope="module")
def blackbox():
    """An exporter that the tests of a module share."""
    with Blackbox() as server:
        yield server


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
LATER = b"HTTP/1.1 503 Later\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
EHLO = b"250 mx\r\n"


def answers(page):
    """A web server of one page."""

    async def behaviour(peer):
        while (await peer.hear()).strip():
            pass
        await peer.say(page)

    return behaviour


def turns_away(greeting):
    """Greets with a refusal, and closes."""

    async def behaviour(peer):
        await peer.say(greeting)
        peer.writer.write_eof()
        await peer.silence()

    return behaviour


async def in_two_parts(peer):
    """A greeting with a pause in it, as of postscreen."""
    await peer.say(b"220-wait\r\n")
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(peer.reader.read(1), 1.0)
    await peer.answer(b"220 mx\r\n", EHLO, b"221 bye\r\n")


async def dies_at_ehlo(peer):
    """Greets, and closes once spoken to."""
    await peer.answer(b"220 mx\r\n")


FAKES = {
    "smtp greets 421": ("smtp", turns_away(b"421 4.7.0 try again later\r\n")),
    "smtp greets 421 4.3.2": ("smtp", turns_away(b"421 4.3.2 Service not active\r\n")),
    "smtp greets 554": ("smtp", says(b"554 no\r\n", b"503 no\r\n", b"221 bye\r\n")),
    "smtp greets in two parts": ("smtp", in_two_parts),
    "smtp dies at EHLO": ("smtp", dies_at_ehlo),
    "smtp talks out of turn": ("smtp", says(b"220 mx\r\n250 what\r\n", EHLO, b"221 bye\r\n")),
    "imap greets BYE": ("imap", turns_away(b"* BYE [UNAVAILABLE] try again later\r\n")),
    "imap without STARTTLS": ("imap", says(b"* OK hi\r\n", b"* CAPABILITY IMAP4rev1\r\nx OK\r\n")),
    "http 503 with Retry-After": ("http", answers(LATER)),
    "http without the login form": ("http", answers(OK)),
}
PAGES = {"http good": "/gw/webacc", "http 503": "/down", "http moved": "/old"}
STATES = {
    f"{protocol} {state}": (protocol, state)
    for protocol in ("smtp", "imap", "http", "tcp")
    for state in ("stopped", "hung")
}
GOOD = {"smtp good": "smtp", "imap good": "imap", "tcp good": "tcp"}
SERVERS = (*GOOD, *PAGES, *STATES, *FAKES)


@contextlib.asynccontextmanager
async def standing(name, servers):
    """The server of that name, as it is meant to be: protocol, port, path, and the real one where it is real."""
    if name in FAKES:
        protocol, behaviour = FAKES[name]
        async with serving(behaviour) as port:
            yield protocol, port, "/", None
        return
    protocol, state = STATES.get(name, (name.split()[0], "good"))
    server, port = servers[protocol]
    held = {"good": contextlib.nullcontext, "stopped": server.stopped, "hung": server.hung}[state]
    with held():
        yield protocol, port, PAGES.get(name, "/gw/webacc"), server


@pytest.fixture(scope="module")
def servers(postfix, dovecot, nginx):
    """Who speaks what, where."""
    return {
        "smtp": (postfix, postfix.ports["smtp"]),
        "imap": (dovecot, dovecot.ports["imap"]),
        "http": (nginx, nginx.ports["http"]),
        "tcp": (dovecot, dovecot.ports["pop3"]),
    }


def settings_of(protocol, port, path, server):
    """The check that an operator would write."""
    if protocol == "smtp":
        return SmtpSettings(port=port)
    if protocol == "imap":
        return ImapSettings(port=port, tls=trusting(server, TlsMode.STARTTLS) if server else ImapSettings().tls)
    if protocol == "http":
        return HttpSettings(port=port, path=path, host="mail.example.com", body_must_any=("loginForm", "GroupWise"))
    return TcpSettings(port=port)


async def ours(protocol, port, path, server):
    """Up where it passed or was degraded."""
    seen = await look(settings_of(protocol, port, path, server), deadline=SECONDS)
    return "up" if isinstance(seen.outcome, Passed | Degraded) else "down"


@pytest.mark.parametrize("name", SERVERS)
async def test_each_difference_is_explained(name, servers, blackbox):
    """Where a tool says otherwise the table says so and why; where it does not, the table is silent."""
    tools = dict(zip(TOOLS, (plugin, blackbox.says, haproxy), strict=True))
    async with standing(name, servers) as (protocol, port, path, server):
        asked = (asyncio.to_thread(tool, protocol, port, path) for tool in tools.values())
        said, *others = await asyncio.gather(ours(protocol, port, path, server), *asked)

    differing = {tool: other for tool, other in zip(tools, others, strict=True) if other != said}
    row = next((row for row in DIFFERENCES if row["server"] == name), {"gslb": said, "others": {}})
    assert (said, differing) == (row["gslb"], row["others"])


def test_the_table_tells_of_known_servers_and_tools_and_why():
    """One row at most for each server."""
    assert len({row["server"] for row in DIFFERENCES}) == len(DIFFERENCES)
    for row in DIFFERENCES:
        assert set(row) == {"server", "gslb", "others", "because"}
        assert row["server"] in SERVERS
        assert set(row["others"]) <= set(TOOLS)
        assert len(row["because"]) > 40
