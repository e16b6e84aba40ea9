"""The verdicts of gslb held against those of three others, on the same servers; differences.yaml explains each one."""

import asyncio
import contextlib
import functools
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from gslb.model.checks import (
    HttpSettings,
    ImapSettings,
    LdapSettings,
    LmtpSettings,
    Pop3Settings,
    SieveSettings,
    SmtpSettings,
    SubmissionSettings,
    TlsCheckSettings,
    TlsSettings,
)
from gslb.model.observations import Degraded, Passed
from gslb.model.plain import DnsSettings, TcpSettings
from gslb.model.values import TlsMode
from tests.kit.certificates import mint
from tests.kit.datagrams import answering, good
from tests.kit.hostile import says, serving
from tests.kit.servers.looking import look
from tests.kit.servers.mailstore import MailStore, SaslPostfix
from tests.kit.servers.nginx import Nginx
from tests.kit.servers.nsd import small
from tests.kit.servers.oracles import SECONDS, Blackbox, haproxy, plugin
from tests.kit.servers.slapd import Slapd

pytestmark = pytest.mark.servers

DIFFERENCES = yaml.safe_load((Path(__file__).parent / "differences.yaml").read_text())
TOOLS = ("monitoring-plugins", "blackbox", "haproxy")
NAME = "mail.example.com"


@pytest.fixture(scope="module")
def real():
    """One of each server that gslb knows the protocol of."""
    with contextlib.ExitStack() as stack:
        store = stack.enter_context(MailStore())
        relay = stack.enter_context(SaslPostfix(store))
        others = [stack.enter_context(each) for each in (Nginx(), Slapd(), small())]
        yield dict(zip(("store", "relay", "nginx", "slapd", "nsd"), (store, relay, *others), strict=True))


WHERE = {
    "smtp": ("relay", "smtp"),
    "submission": ("relay", "submission"),
    "lmtp": ("store", "lmtp"),
    "imap": ("store", "imap"),
    "imaps": ("store", "imaps"),
    "pop3": ("store", "pop3"),
    "sieve": ("store", "sieve"),
    "http": ("nginx", "http"),
    "https": ("nginx", "https"),
    "ldap": ("slapd", "ldap"),
    "dns": ("nsd", "dns"),
    "tcp": ("store", "pop3"),
    "tls": ("store", "imaps"),
}
"""By protocol: who speaks it, at which port."""

TWINS = {"submission by Dovecot": ("submission", "store", "submission")}
"""Others that speak one of them too: the protocol, who, and the port."""


@pytest.fixture(scope="module")
def ca_file(real):
    """The authorities of all of them."""
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as bundle:
        bundle.write("".join(server.certificates.ca_file.read_text() for server in real.values()))
        bundle.flush()
        yield Path(bundle.name)


@pytest.fixture(scope="module")
def tools(ca_file):
    """Who else is asked, by name; an exporter that the tests of a module share is one of them."""
    with Blackbox(ca_file) as blackbox:
        yield dict(zip(TOOLS, (plugin, blackbox.says, functools.partial(haproxy, ca_file)), strict=True))


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


def binds(code):
    """A directory whose answer to a bind is this result code, and which knows no more."""

    async def behaviour(peer):
        await peer.reader.read(14)
        await peer.say(bytes([0x30, 0x0C, 0x02, 0x01, 0x01, 0x61, 0x07, 0x0A, 0x01, code, 0x04, 0x00, 0x04, 0x00]))
        await peer.silence()

    return behaviour


FAKES = {
    "smtp greets 421": ("smtp", turns_away(b"421 4.7.0 try again later\r\n")),
    "smtp greets 421 4.3.2": ("smtp", turns_away(b"421 4.3.2 Service not active\r\n")),
    "smtp greets 554": ("smtp", says(b"554 no\r\n", b"503 no\r\n", b"221 bye\r\n")),
    "smtp greets in two parts": ("smtp", in_two_parts),
    "smtp dies at EHLO": ("smtp", dies_at_ehlo),
    "smtp talks out of turn": ("smtp", says(b"220 mx\r\n250 what\r\n", EHLO, b"221 bye\r\n")),
    "imap greets BYE": ("imap", turns_away(b"* BYE [UNAVAILABLE] try again later\r\n")),
    "imap without STARTTLS": ("imap", says(b"* OK hi\r\n", b"* CAPABILITY IMAP4rev1\r\nx OK\r\n")),
    "imap greets PREAUTH": ("imap", says(b"* PREAUTH hi\r\n", b"", b"")),
    "pop3 greets -ERR [SYS/TEMP]": ("pop3", turns_away(b"-ERR [SYS/TEMP] later\r\n")),
    "pop3 without STLS": ("pop3", says(b"+OK hi\r\n", b"+OK\r\nUSER\r\n.\r\n", b"+OK bye\r\n")),
    "submission without STARTTLS": ("submission", says(b"220 mx\r\n", b"250-mx\r\n250 AUTH PLAIN\r\n", b"221 bye\r\n")),
    "lmtp without LHLO": ("lmtp", says(b"220 mx\r\n", b"500 what\r\n", b"221 bye\r\n")),
    "sieve greets BYE": ("sieve", turns_away(b'BYE "no"\r\n')),
    "sieve without STARTTLS": ("sieve", says(b'"SIEVE" "x"\r\nOK "hi"\r\n', b"OK\r\n")),
    "ldap refuses to bind": ("ldap", binds(48)),
    "ldap is busy": ("ldap", binds(51)),
    "dns refuses": ("dns", lambda query: [good(query, rcode=5)]),
    "dns without authority": ("dns", lambda query: [good(query, flags=0)]),
    "tls with an unknown authority": ("tls", mint(NAME).server),
    "http 503 with Retry-After": ("http", answers(LATER)),
    "http without the login form": ("http", answers(OK)),
}
PAGES = {"http good": "/gw/webacc", "http 503": "/down", "http moved": "/old"}
GOOD = {f"{protocol} good": protocol for protocol in WHERE} | dict.fromkeys(PAGES, "http")
GOOD |= {name: protocol for name, (protocol, *_) in TWINS.items()}
STATES = tuple(f"{protocol} {state}" for protocol in WHERE for state in ("stopped", "hung"))
SERVERS = (*GOOD, *STATES, *FAKES)


@contextlib.asynccontextmanager
async def faked(name):
    """A server that does as it is meant to: its protocol and port."""
    protocol, behaviour = FAKES[name]
    if protocol == "dns":
        async with answering(behaviour) as port:
            yield protocol, port
    elif protocol == "tls":
        with tempfile.TemporaryDirectory() as folder:
            async with serving(says(b""), tls=behaviour(Path(folder))) as port:
                yield protocol, port
    else:
        async with serving(behaviour) as port:
            yield protocol, port


CHECKS = {
    "smtp": lambda port, path, tls: SmtpSettings(port=port),
    "submission": lambda port, path, tls: SubmissionSettings(port=port, tls=tls(TlsMode.STARTTLS)),
    "lmtp": lambda port, path, tls: LmtpSettings(port=port),
    "imap": lambda port, path, tls: ImapSettings(port=port, tls=tls(TlsMode.STARTTLS)),
    "imaps": lambda port, path, tls: ImapSettings(port=port, tls=tls(TlsMode.IMPLICIT)),
    "pop3": lambda port, path, tls: Pop3Settings(port=port, tls=tls(TlsMode.STARTTLS)),
    "sieve": lambda port, path, tls: SieveSettings(port=port, tls=tls(TlsMode.STARTTLS)),
    "http": lambda port, path, tls: page(port, path, TlsSettings()),
    "https": lambda port, path, tls: page(port, path, tls(TlsMode.IMPLICIT)),
    "ldap": lambda port, path, tls: LdapSettings(port=port),
    "dns": lambda port, path, tls: DnsSettings(port=port, qname="example.com", authoritative=True),
    "tcp": lambda port, path, tls: TcpSettings(port=port),
    "tls": lambda port, path, tls: TlsCheckSettings(port=port, tls=tls(TlsMode.IMPLICIT)),
}
"""By protocol: the check that an operator would write."""


def page(port, path, tls):
    """A page of WebAccess."""
    return HttpSettings(port=port, path=path, host=NAME, tls=tls, body_must_any=("loginForm", "GroupWise"))


async def ours(protocol, port, path, ca_file):
    """Up where it passed or was degraded."""

    def tls(mode):
        return TlsSettings(mode=mode, server_name=NAME, ca_file=str(ca_file))

    seen = await look(CHECKS[protocol](port, path, tls), deadline=SECONDS)
    return "up" if isinstance(seen.outcome, Passed | Degraded) else "down"


async def held(name, protocol, port, tools, ca_file):
    """Where a tool says otherwise the table says so and why; where it does not, the table is silent."""
    path = PAGES.get(name, "/gw/webacc")
    asked = (asyncio.to_thread(tool, protocol, port, path) for tool in tools.values())
    said, *others = await asyncio.gather(ours(protocol, port, path, ca_file), *asked)

    told = dict(zip(tools, others, strict=True))
    differing = {tool: other for tool, other in told.items() if other not in (said, None)}
    row = next((row for row in DIFFERENCES if row["server"] == name), {"gslb": said, "others": {}})
    assert (name, said, differing) == (name, row["gslb"], row["others"])
    assert set(told.values()) != {None}
    return said


@pytest.mark.parametrize("name", GOOD)
async def test_each_difference_about_a_real_server_is_explained(name, real, tools, ca_file):
    """Of a good one there are few: of what it says that nobody else listens to."""
    server, port = TWINS[name][1:] if name in TWINS else WHERE[GOOD[name]]
    await held(name, GOOD[name], real[server].ports[port], tools, ca_file)


@pytest.mark.parametrize("state", ["stopped", "hung"])
async def test_each_difference_about_a_dead_server_is_explained(state, real, tools, ca_file):
    """All of them stopped, or all of them frozen, and everybody asked at once."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(len(WHERE) * len(TOOLS)))
    with contextlib.ExitStack() as stack:
        for server in real.values():
            stack.enter_context(getattr(server, state)())
        said = await asyncio.gather(
            *(
                held(f"{protocol} {state}", protocol, real[server].ports[port], tools, ca_file)
                for protocol, (server, port) in WHERE.items()
            )
        )

    up = [protocol for protocol, word in zip(WHERE, said, strict=True) if word == "up"]
    assert up == (["tcp"] if state == "hung" else [])  # the kernel still accepts


@pytest.mark.parametrize("name", FAKES)
async def test_each_difference_about_an_odd_server_is_explained(name, tools, ca_file):
    """What only a fake does at will."""
    async with faked(name) as (protocol, port):
        await held(name, protocol, port, tools, ca_file)


def test_the_table_tells_of_known_servers_and_tools_and_why():
    """One row at most for each server."""
    assert len({row["server"] for row in DIFFERENCES}) == len(DIFFERENCES)
    for row in DIFFERENCES:
        assert set(row) == {"server", "gslb", "others", "because"}
        assert row["server"] in SERVERS
        assert set(row["others"]) <= set(TOOLS)
        assert len(row["because"]) > 40
