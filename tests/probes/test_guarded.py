"""Passwords and the wire (probes.md 1.5 and section 6, numbers 17, 22 and 30): what the server gets to see."""

import asyncio
import contextlib
import dataclasses
import datetime
import time

import pytest

from gslb.model.checks import ImapSettings, Pop3Settings, SieveSettings, SubmissionSettings, TlsSettings
from gslb.model.observations import Degraded, Failed, Inconclusive, Passed, Phase, Reason
from gslb.model.values import TlsMode
from gslb.probes.dialogue.commands import Send
from gslb.probes.journal import Journal
from gslb.probes.lines import converse
from gslb.probes.logins import Logins
from gslb.probes.run import probe
from gslb.probes.secrets import Secrets
from tests.kit.certificates import DAY, authority, mint
from tests.kit.dialogues import SESSIONS
from tests.kit.hostile import serving, settled
from tests.kit.logins import CREDENTIALS, PLAIN, WORD, logins
from tests.kit.probing import look, target

pytestmark = pytest.mark.usefixtures("harmless")

NAME = "mail.example.com"
REJECTED = Degraded(Phase.AUTH, Reason.AUTH_REJECTED)
LOGGING_IN = [session for session in SESSIONS if session.entry is not None]
BETRAYING = (WORD.encode(), PLAIN)


@pytest.fixture(scope="module")
def root():
    """An authority."""
    return authority()


@pytest.fixture
def good(root):
    """A certificate of the right name."""
    return mint(NAME, issuer=root)


def trusting(root, tmp_path, mode, name=NAME):
    """TLS that trusts this authority, and expects this name."""
    return TlsSettings(mode=mode, server_name=name, ca_file=str(root.ca_file(tmp_path)))


def imap(port, tls, **keys):
    """An IMAP check that logs in."""
    return ImapSettings(port=port, tls=tls, stage="login", credentials=CREDENTIALS, **keys)


class Imap:
    """Speaks IMAP inside TLS, keeps all that it hears, and judges logins with one word."""

    def __init__(self, verdict=b"OK in", pause=0.0):
        self.verdict = verdict
        self.pause = pause
        self.heard = b""
        self.attempts = 0

    async def __call__(self, peer):
        """One connection."""
        await peer.say(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi\r\n")
        while line := await peer.hear():
            self.heard += line
            tag, command = line.split(b" ")[0], line.split()[1]
            if command == b"LOGOUT":
                await peer.say(b"* BYE\r\n%b OK\r\n" % tag)
                return
            self.attempts += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), self.pause)
            await peer.say(b"%b %b\r\n" % (tag, self.verdict))


@pytest.mark.parametrize("session", LOGGING_IN, ids=str)
async def test_a_login_goes_through_verified_starttls(session, root, good, tmp_path):
    """In every protocol that knows logins, and nobody writes it down."""
    said = []

    async def behaviour(peer):
        await peer.follow(session, len(session.turns), good.server(tmp_path))
        await peer.silence()

    async with serving(behaviour) as port:
        settings = dataclasses.replace(
            session.settings, port=port, tls=trusting(root, tmp_path, session.settings.tls.mode)
        )
        seen = await look(settings, logins=logins(), transcript=said.append, timeout=5)

    assert seen.outcome == Passed()
    assert seen.tls.verified
    assert any("***" in line for line in said)
    assert not any(secret.decode() in f"{said} {seen}" for secret in BETRAYING)


def expired():
    """Times of a certificate that was good once."""
    return {"starts": -30 * DAY, "ends": -datetime.timedelta(hours=1)}


@pytest.mark.parametrize("mode", [TlsMode.IMPLICIT, TlsMode.STARTTLS])
@pytest.mark.parametrize(
    ("names", "keys", "expected", "signed"),
    [
        (("other.example.com",), {}, Reason.CERT_NAME, True),
        ((), {}, Reason.CERT_NAME, True),
        ((NAME,), expired(), Reason.CERT_EXPIRED, True),
        ((NAME,), {"starts": DAY}, Reason.CERT_NOT_YET, True),
        ((NAME,), {}, Reason.CERT_UNTRUSTED, False),
    ],
)
async def test_no_password_goes_out_where_the_certificate_is_wrong(names, keys, expected, signed, mode, root, tmp_path):
    """The handshake is broken off; the server hears nothing of it."""
    context = mint(*names, issuer=root if signed else None, **keys).server(tmp_path)
    heard = bytearray()

    async def behaviour(peer):
        if mode is TlsMode.STARTTLS:
            for turn in (b"* OK hi\r\n", b"* CAPABILITY STARTTLS AUTH=PLAIN\r\n%b OK\r\n", b"%b OK go\r\n"):
                tag = b"" if turn.startswith(b"* OK") else (await peer.hear()).split()[0]
                await peer.say(turn.replace(b"%b", tag))
            heard.extend(b"".join(peer.heard))
            await peer.upgrade(context)
        await peer.say(b"* OK [CAPABILITY AUTH=PLAIN SASL-IR] hi\r\n")
        while line := await peer.hear():
            heard.extend(line)

    async with serving(behaviour, tls=context if mode is TlsMode.IMPLICIT else None) as port:
        seen = await look(imap(port, trusting(root, tmp_path, mode)), logins=logins(), timeout=3)

    phase = Phase.TLS if mode is TlsMode.IMPLICIT else Phase.TLS_UPGRADE
    assert (seen.outcome, seen.tls.problem, seen.notices) == (Failed(phase, expected), expected, ())
    assert not any(secret in heard for secret in BETRAYING)


@pytest.mark.parametrize(
    ("names", "server_name"),
    [
        (("*.example.com",), NAME),
        (("127.0.0.1",), "127.0.0.1"),
        (("mäil".encode("idna").decode() + ".example",), "mäil.example"),
    ],
)
async def test_wildcards_addresses_and_other_alphabets_are_names_too(names, server_name, root, tmp_path):
    """As in the handshakes of everybody else."""
    async with serving(Imap(), tls=mint(*names, issuer=root).server(tmp_path)) as port:
        tls = trusting(root, tmp_path, TlsMode.IMPLICIT, server_name)
        assert (await look(imap(port, tls), logins=logins())).outcome == Passed()


async def test_without_a_name_the_address_must_be_in_the_certificate(root, tmp_path):
    """A password needs to know whom it goes to."""
    tls = trusting(root, tmp_path, TlsMode.IMPLICIT, None)
    async with serving(Imap(), tls=mint("127.0.0.1", issuer=root).server(tmp_path)) as port:
        assert (await look(imap(port, tls), logins=logins())).outcome == Passed()
    async with serving(Imap(), tls=mint(NAME, issuer=root).server(tmp_path)) as port:
        seen = await look(imap(port, tls), logins=logins())

    assert seen.outcome == Failed(Phase.TLS, Reason.CERT_NAME)


@pytest.mark.parametrize(
    ("kind", "stage", "turns"),
    [
        (SubmissionSettings, "helo", (b"220 m\r\n", b"250-m\r\n250 AUTH PLAIN\r\n", b"221 x\r\n")),
        (Pop3Settings, "login", (b"+OK\r\n", b"+OK\r\nUSER\r\nSASL PLAIN\r\n.\r\n", b"+OK\r\n")),
        (SieveSettings, "login", (b'"SASL" "PLAIN"\r\nOK\r\n', b"OK\r\n")),
    ],
)
async def test_no_password_goes_out_in_the_clear(kind, stage, turns):
    """Whatever the server offers before TLS, and under `try` as well."""
    heard = []

    async def behaviour(peer):
        await peer.answer(*turns)
        heard.extend(peer.heard)

    async with serving(behaviour) as port:
        tls = TlsSettings(mode=TlsMode.TRY)
        seen = await look(kind(port=port, tls=tls, stage=stage, credentials=CREDENTIALS), logins=logins())

    assert seen.outcome == Failed(Phase.AUTH, Reason.AUTH_UNAVAILABLE)
    assert not any(secret in b"".join(heard) for secret in BETRAYING)


async def test_a_server_that_repeats_the_password_is_not_quoted(root, good, tmp_path):
    """In no text, no transcript, no facts."""
    said = []
    async with serving(Imap(b"NO %b %b" % BETRAYING), tls=good.server(tmp_path)) as port:
        tls = trusting(root, tmp_path, TlsMode.IMPLICIT)
        seen = await look(imap(port, tls), logins=logins(), transcript=said.append)

    assert (seen.outcome, seen.text) == (REJECTED, "NO *** ***")
    assert not any(secret.decode() in f"{said} {seen}" for secret in BETRAYING)


async def test_a_secret_that_cannot_be_read_is_our_own_fault(root, good, tmp_path):
    """Number 28: no connection is made, nothing moves."""
    tls = trusting(root, tmp_path, TlsMode.IMPLICIT)
    seen = await look(imap(1, tls), logins=Logins(Secrets({})))

    assert seen.outcome == Inconclusive(Phase.AUTH, Reason.LOCAL_CONFIG)
    assert "PROBE_WORD" in seen.text


async def test_a_password_rejected_on_all_members_is_tried_twice(root, good, tmp_path):
    """Number 30: eight members at once and once more; nobody fails."""
    server, ours = Imap(b"NO [AUTHENTICATIONFAILED] no", pause=0.1), logins()
    async with serving(server, tls=good.server(tmp_path)) as port:
        settings = imap(port, trusting(root, tmp_path, TlsMode.IMPLICIT))
        targets = [dataclasses.replace(target(settings, timeout=5), id=f"t{number}") for number in range(8)]
        first = await asyncio.gather(*(probe(one, name=None, logins=ours) for one in targets))
        second = await asyncio.gather(*(probe(one, name=None, logins=ours) for one in targets))

    assert server.attempts == 2
    assert {seen.outcome for seen in first} == {REJECTED, Passed()}
    assert {seen.outcome for seen in second} == {REJECTED}
    assert {seen.notices for seen in second} == {(Reason.AUTH_HELD,)}
    assert ours.bad() == (CREDENTIALS,)


async def test_a_member_that_alone_rejects_is_left_alone(root, good, tmp_path):
    """The others go on logging in."""
    wrong, right, ours = Imap(b"NO no"), Imap(), logins()
    async with (
        serving(wrong, tls=good.server(tmp_path)) as first,
        serving(right, tls=good.server(tmp_path)) as second,
    ):
        tls = trusting(root, tmp_path, TlsMode.IMPLICIT)
        odd, even = (dataclasses.replace(target(imap(port, tls)), id=f"t{port}") for port in (first, second))
        for one in (even, odd, even, odd, even, odd, even):
            await probe(one, name=None, logins=ours)

    assert (wrong.attempts, right.attempts) == (2, 4)
    assert ours.bad() == ()


async def test_a_new_password_is_tried_at_once(root, good, tmp_path):
    """And success ends the hold; targets that are gone are forgotten."""
    server, environ = Imap(b"NO no"), {"PROBE_WORD": "old"}
    ours = Logins(Secrets(environ))
    async with serving(server, tls=good.server(tmp_path)) as port:
        settings = imap(port, trusting(root, tmp_path, TlsMode.IMPLICIT))
        for _ in range(4):
            assert (await look(settings, logins=ours)).outcome == REJECTED
        assert server.attempts == 2
        environ["PROBE_WORD"], server.verdict = WORD, b"OK in"
        assert (await look(settings, logins=ours)).outcome == Passed()

    ours.retain([])
    assert ours.bad() == ()


async def test_a_login_that_is_bad_is_known_as_long_as_a_check_uses_it(root, good, tmp_path):
    """A reload that takes the check away ends the alarm."""
    async with serving(Imap(b"NO no"), tls=good.server(tmp_path)) as port:
        settings, ours = imap(port, trusting(root, tmp_path, TlsMode.IMPLICIT)), logins("wrong")
        for _ in range(2):
            await look(settings, logins=ours)

    ours.retain([target(settings)])
    assert ours.bad() == (settings.credentials,)
    ours.retain([])
    assert ours.bad() == ()


async def test_the_shell_itself_sends_no_secret_to_strangers():
    """A dialogue that forgot to look is a bug of ours, and says nothing."""
    heard = []

    async def behaviour(peer):
        heard.append(await peer.hear())

    def careless(_):
        yield Send(b"PASS word\r\n", secret=True)

    async with serving(behaviour) as port:
        one, journal = target(ImapSettings(port=port, tls=TlsSettings())), Journal(1.0)
        with pytest.raises(RuntimeError, match="nobody has verified"):
            await converse(one, careless, journal)
        journal.stream.abort()
        await settled(lambda: heard != [])

    assert heard == [b""]


async def test_a_timeout_is_no_rejection(root, good, tmp_path):
    """Nor does it hold a place for ever."""
    server, ours = Imap(pause=5.0), logins()
    async with serving(server, tls=good.server(tmp_path)) as port:
        settings = imap(port, trusting(root, tmp_path, TlsMode.IMPLICIT))
        for _ in range(4):
            assert (await look(settings, logins=ours, timeout=0.3)).outcome == Failed(Phase.AUTH, Reason.REPLY_TIMEOUT)

    assert server.attempts == 4


async def test_sieve_servers_gone_wrong():
    """Number 22: literals anywhere are fine; no list after STARTTLS is a timeout at the deadline."""
    turns = (
        b'"IMPLEMENTATION" {1}\r\nx\r\n"STARTTLS"\r\nOK {2}\r\nhi\r\n',
        b"OK (TAG {2}\r\nt1) {4}\r\ndone\r\n",
        b"OK\r\n",
    )
    settings = SieveSettings(tls=TlsSettings(mode=TlsMode.NONE))
    async with serving(lambda peer: peer.answer(*turns)) as port:
        assert (await look(dataclasses.replace(settings, port=port))).outcome == Passed()


async def test_no_list_after_starttls_is_found_out_by_the_deadline(good, tmp_path):
    """Number 22 again: the second list comes unasked, or never."""

    async def behaviour(peer):
        await peer.answer(b'"STARTTLS"\r\nOK\r\n', b"OK\r\n")
        await peer.silence()

    async def encrypting(peer):
        await peer.say(b'"STARTTLS"\r\nOK\r\n')
        await peer.hear()
        await peer.say(b"OK\r\n")
        await peer.upgrade(good.server(tmp_path))
        await peer.silence()

    began = time.monotonic()
    async with serving(encrypting) as port:
        seen = await look(SieveSettings(port=port), timeout=0.5)
    assert seen.outcome == Failed(Phase.HELLO2, Reason.REPLY_TIMEOUT)
    assert time.monotonic() - began < 1.7
    async with serving(behaviour) as port:
        assert (await look(SieveSettings(port=port), timeout=0.5)).outcome.reason is Reason.TLS_TIMEOUT
