"""Peers that do their worst (probes.md section 6): each ends in one outcome, in time, and leaves nothing behind."""

import asyncio
import dataclasses
import time

import pytest

from gslb.model.checks import (
    ImapSettings,
    Pop3Settings,
    SmtpSettings,
    SubmissionSettings,
    TlsCheckSettings,
    TlsSettings,
)
from gslb.model.limits import Limits
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.model.plain import TcpSettings
from gslb.model.values import TlsMode
from tests.kit.certificates import mint
from tests.kit.dialogues import SESSIONS
from tests.kit.hostile import (
    closed_port,
    drips,
    floods,
    hangs_up,
    nobody_accepts,
    resets,
    says,
    serving,
    settled,
    silent,
)
from tests.kit.logins import logins
from tests.kit.probing import look

pytestmark = pytest.mark.usefixtures("harmless")

NONE, STARTTLS, IMPLICIT = (TlsSettings(mode=mode) for mode in (TlsMode.NONE, TlsMode.STARTTLS, TlsMode.IMPLICIT))
TIMEOUT = 0.3
"""Seconds for a probe that is meant to time out."""

PATIENCE = 5.0
"""Seconds for every other, however busy the machine is."""
EHLO = b"250-mx\r\n250 STARTTLS\r\n"


def smtp(port, tls=NONE, **keys):
    """An smtp check."""
    return SmtpSettings(port=port, tls=tls, **keys)


async def outcome_of(behaviour, *, tls=NONE, deadline=PATIENCE, server_tls=None, **keys):
    """The outcome of an smtp probe against one behaviour."""
    async with serving(behaviour, tls=server_tls) as port:
        return (await look(smtp(port, tls, **keys), timeout=deadline)).outcome


def deadline_of(expected):
    """Short only where the deadline itself is what is expected."""
    return TIMEOUT if getattr(expected, "reason", "").endswith("timeout") else PATIENCE


@pytest.fixture
def certificate():
    """A server's certificate, its own authority."""
    return mint("mail.example.com")


@pytest.fixture
def certified(certificate, tmp_path):
    """A server's TLS context."""
    return certificate.server(tmp_path)


@pytest.fixture
def ca_file(certificate, tmp_path):
    """What to trust it by."""
    return certificate.ca_file(tmp_path)


# before and in the greeting: numbers 1 to 11


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (silent, Failed(Phase.GREETING, Reason.GREETING_TIMEOUT)),
        (resets, Failed(Phase.GREETING, Reason.RESET)),
        (hangs_up, Failed(Phase.GREETING, Reason.EOF_BEFORE_GREETING)),
        (drips(b"220 mx", 0.02), Failed(Phase.GREETING, Reason.GREETING_TIMEOUT)),
        (floods(b"x" * 65536), Failed(Phase.GREETING, Reason.BOUNDS_EXCEEDED)),
        (floods(b"220-wait\r\n" * 500), Failed(Phase.GREETING, Reason.BOUNDS_EXCEEDED)),
        (says(b"220-wait\r\n221 bye\r\n"), Failed(Phase.GREETING, Reason.PROTOCOL_ERROR)),
        (says(b"220-wait\r\n554 no\r\n", b"221 bye\r\n"), Failed(Phase.GREETING, Reason.GREETING_REJECTED)),
        (says(b"220 m\0x\r\n"), Failed(Phase.GREETING, Reason.PROTOCOL_ERROR)),
        (says(b"220 mx\r220 mx\r"), Failed(Phase.GREETING, Reason.PROTOCOL_ERROR)),
        (says(b"220 mx\r"), Failed(Phase.GREETING, Reason.PROTOCOL_ERROR)),
        (says(b"220 mx\r\n250 what\r\n"), Failed(Phase.HELLO, Reason.PROTOCOL_ERROR)),
    ],
)
async def test_greetings_gone_wrong(behaviour, expected):
    """Silence, RST, FIN, drip, floods, changing codes, NUL, lone CR, unasked replies."""
    began = time.monotonic()

    assert await outcome_of(behaviour, deadline=1) == expected
    assert time.monotonic() - began < 1 + 1.2


async def test_floods_end_long_before_the_deadline():
    """And what was read is no more than the session may hold and one read."""
    async with serving(floods(b"220-wait\r\n" * 1000)) as port:
        seen = await look(smtp(port), timeout=10)

    assert seen.outcome.reason is Reason.BOUNDS_EXCEEDED
    assert seen.timings[-1][1] < 2
    assert seen.bytes_in <= 64 * 1024 + 256 * 1024


async def test_a_full_backlog_and_a_closed_port():
    """SYNs dropped, SYNs refused."""
    with nobody_accepts() as port:
        dropped = await look(smtp(port), timeout=TIMEOUT)
    refused = await look(smtp(closed_port()))

    assert dropped.outcome == Failed(Phase.CONNECT, Reason.CONNECT_TIMEOUT)
    assert refused.outcome == Failed(Phase.CONNECT, Reason.CONNECT_REFUSED)


async def test_a_greeting_may_take_its_time(monkeypatch):
    """`220-`, a pause, `220 `: the probe waits, and says so."""
    monkeypatch.setattr("gslb.probes.lines.GREET_DELAY", 0.04)

    async def late(peer):
        await peer.say(b"220-wait\r\n")
        await peer.pause(0.05)
        await peer.answer(b"220 mx\r\n", b"250 mx\r\n", b"221 bye\r\n")

    async with serving(late) as port:
        seen = await look(smtp(port), timeout=4)

    assert (seen.outcome, seen.notices) == (Passed(), (Reason.GREET_DELAY,))


async def test_odd_bytes_and_bare_line_feeds_pass_with_a_notice():
    """Escaped where they are shown."""
    async with serving(says(b"220 \x1b[2J\xff\n", b"250 mx\n", b"221 bye\n")) as port:
        seen = await look(smtp(port))

    assert (seen.outcome, seen.notices) == (Passed(), (Reason.BARE_LF,))
    assert seen.text == r"\x1b[2J\xff"


async def test_unasked_bytes_spoil_a_pass_even_in_the_shortest_probe():
    """`stage: greeting` sends nothing but QUIT."""
    expected = Failed(Phase.GREETING, Reason.PROTOCOL_ERROR)

    assert await outcome_of(says(b"220 mx\r\n250 what\r\n"), stage="greeting") == expected


@pytest.mark.parametrize("lines", [b"250-x\r\n" * 1000, b"250-x\r\n" * 3 + b"251 x\r\n", b"250-" + b"x" * 70000])
async def test_monstrous_replies(lines):
    """A thousand lines, a changing code, one endless line."""
    outcome = await outcome_of(says(b"220 mx\r\n", lines))

    reason = Reason.PROTOCOL_ERROR if b"251" in lines else Reason.BOUNDS_EXCEEDED
    assert outcome == Failed(Phase.HELLO, reason)


# TLS: numbers 12 to 16


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (says(b"220 mx\r\n", EHLO, b"220 go\r\n250 injected\r\n"), Failed(Phase.STARTTLS, Reason.STARTTLS_INJECTION)),
        (says(b"220 mx\r\n", EHLO, b"220 go\r\n"), Failed(Phase.TLS_UPGRADE, Reason.TLS_TIMEOUT)),
    ],
)
async def test_starttls_injected_and_starttls_unfulfilled(after, expected):
    """Plain text behind the go-ahead, and silence behind it."""
    assert await outcome_of(after, tls=STARTTLS, deadline=deadline_of(expected)) == expected


@pytest.mark.parametrize(
    ("last", "reason"),
    [("garbage", Reason.TLS_HANDSHAKE), ("fin", Reason.TLS_HANDSHAKE), ("rst", Reason.RESET)],
)
async def test_handshakes_broken_off(last, reason):
    """Rubbish and FIN are a broken handshake; RST is a reset."""

    async def behaviour(peer):
        for turn in (b"220 mx\r\n", EHLO, b"220 go\r\n"):
            await peer.say(turn)
            await peer.reader.read(4096)
        if last == "garbage":
            await peer.say(b"\x00" * 64)
            await peer.silence()
        elif last == "rst":
            peer.reset()

    assert await outcome_of(behaviour, tls=STARTTLS, deadline=2) == Failed(Phase.TLS_UPGRADE, reason)


async def test_tls_spoken_to_a_plain_port_is_told():
    """The greeting is no ServerHello."""
    async with serving(says(b"220 mx ESMTP\r\n")) as port:
        seen = await look(smtp(port, IMPLICIT))

    assert seen.outcome == Failed(Phase.TLS, Reason.TLS_HANDSHAKE)
    assert seen.notices == (Reason.PLAINTEXT_ON_TLS_PORT,)


async def test_plain_text_spoken_to_a_tls_port_ends_in_silence(certified):
    """Both wait for the other."""
    expected = Failed(Phase.GREETING, Reason.GREETING_TIMEOUT)

    assert await outcome_of(silent, server_tls=certified, deadline=TIMEOUT) == expected


@pytest.mark.parametrize("tls", [NONE, IMPLICIT])
async def test_a_silent_farewell_costs_the_grace_and_not_the_verdict(certified, tls):
    """QUIT unanswered, close_notify unanswered."""
    limits = Limits(farewell=0.2)
    began = time.monotonic()
    server_tls = certified if tls is IMPLICIT else None

    outcome = await outcome_of(
        says(b"220 mx\r\n", b"250 mx\r\n"), tls=tls, server_tls=server_tls, deadline=5, limits=limits
    )
    assert isinstance(outcome, Passed | Degraded)
    assert 0.19 < time.monotonic() - began < 1.2


@pytest.mark.parametrize("how", ["fin", "rst"])
async def test_any_end_after_quit_is_clean(how):
    """The reply to QUIT may be lost."""

    async def behaviour(peer):
        await peer.answer(b"220 mx\r\n", b"250 mx\r\n")
        if how == "rst":
            peer.reset()

    assert await outcome_of(behaviour) == Passed()


async def test_a_dripping_handshake_ends_at_its_limit():
    """A ServerHello of one byte at a time."""
    assert await outcome_of(drips(b"\x16\x03\x03\x40\x00\x02", 0.02), tls=IMPLICIT, deadline=TIMEOUT) == Failed(
        Phase.TLS, Reason.TLS_TIMEOUT
    )


async def test_a_certificate_of_a_hundred_kilobytes_is_refused_and_twenty_are_read(tmp_path):
    """OpenSSL bounds the chain; ours is walked to a bounded depth."""
    huge = mint(*(f"{number:04}{'x' * 50}.example.com" for number in range(1600)))
    many = [mint("mail.example.com", subject=f"x{number}") for number in range(20)]

    async with serving(silent, tls=huge.server(tmp_path)) as port:
        refused = await look(TlsCheckSettings(port=port, tls=IMPLICIT))
    async with serving(silent, tls=many[0].server(tmp_path, *many[1:])) as port:
        read = await look(TlsCheckSettings(port=port, tls=IMPLICIT))

    assert refused.outcome == Failed(Phase.TLS, Reason.TLS_HANDSHAKE)
    assert read.outcome == Degraded(Phase.TLS, Reason.CERT_UNTRUSTED)


async def test_the_session_is_bounded_inside_tls_too(certified):
    """Decrypted bytes count."""
    expected = Failed(Phase.GREETING, Reason.BOUNDS_EXCEEDED)

    assert await outcome_of(floods(b"220-wait\r\n" * 500), tls=IMPLICIT, server_tls=certified, deadline=3) == expected


# the dialogues: numbers 19 to 21


STEPS = [(session, step) for session in SESSIONS for step in range(len(session.turns))]
LATE = {Phase.GREETING: Reason.GREETING_TIMEOUT}


def on_port(settings, port, ca_file):
    """The same check on another port, of a server it trusts where it logs in."""
    if getattr(settings, "credentials", None) is None:
        return dataclasses.replace(settings, port=port)
    tls = dataclasses.replace(settings.tls, server_name="mail.example.com", ca_file=str(ca_file))
    return dataclasses.replace(settings, port=port, tls=tls)


@pytest.mark.parametrize("kind", ["silence", "rst"])
async def test_silence_and_resets_at_each_step(kind, certified, ca_file):
    """Of every line protocol, through TLS and logins; all at once."""

    async def one(session, step):
        async def behaviour(peer):
            await peer.follow(session, step, certified)
            if kind == "rst":
                peer.reset()
            await peer.silence()

        async with serving(behaviour) as port:
            limit = 2 if kind == "silence" else PATIENCE
            seen = await look(on_port(session.settings, port, ca_file), timeout=limit, logins=logins())
        return session, session.phases[step], seen

    for session, phase, seen in await asyncio.gather(*(one(session, step) for session, step in STEPS)):
        if phase is Phase.QUIT:
            assert isinstance(seen.outcome, Passed | Degraded), session
        else:
            reason = Reason.RESET if kind == "rst" else LATE.get(phase, Reason.REPLY_TIMEOUT)
            assert seen.outcome == Failed(phase, reason), session


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ((b"* OK hi\r\n", b"* LIST {999999999}\r\n"), Failed(Phase.HELLO, Reason.BOUNDS_EXCEEDED)),
        ((b"* OK hi\r\n", b"* OK still\r\n" * 10000), Failed(Phase.HELLO, Reason.BOUNDS_EXCEEDED)),
        ((b"* OK hi\r\n", b"* LIST {5}\r\n"), Failed(Phase.HELLO, Reason.REPLY_TIMEOUT)),
        ((b"* OK hi\r\n", b"wrong OK\r\n"), Failed(Phase.HELLO, Reason.PROTOCOL_ERROR)),
        ((b"* OK hi\r\n", b"* BYE out\r\n"), Failed(Phase.HELLO, Reason.EOF_MID_SESSION)),
        ((b"* PREAUTH hi\r\n",), Failed(Phase.GREETING, Reason.PROTOCOL_ERROR)),
        (
            (b"* OK Waiting for authentication process to respond..\r\n",),
            Failed(Phase.GREETING, Reason.GREETING_TIMEOUT),
        ),
    ],
)
async def test_imap_servers_gone_wrong(turns, expected):
    """Bombs, floods, foreign tags, BYE, PREAUTH, a stalled login service."""
    async with serving(says(*turns)) as port:
        seen = await look(ImapSettings(port=port, tls=NONE), timeout=deadline_of(expected))

    assert seen.outcome == expected
    assert seen.notices == ((Reason.AUTH_STALLED,) if b"Waiting" in turns[0] else ())


@pytest.mark.parametrize(
    ("reply", "expected", "notices"),
    [
        (b"+OK\r\nUIDL\r\n", Failed(Phase.HELLO, Reason.REPLY_TIMEOUT), ()),
        (b"-ERR what\r\n", Passed(), (Reason.CAPS_UNKNOWN,)),
        (b"-ERR [IN-USE] mailbox\r\n", Degraded(Phase.HELLO, Reason.AUTH_TEMP), ()),
    ],
)
async def test_pop3_servers_gone_wrong(reply, expected, notices):
    """A list without its dot, a server without CAPA, a mailbox in use."""
    async with serving(says(b"+OK hi\r\n", reply, b"+OK bye\r\n")) as port:
        seen = await look(Pop3Settings(port=port, tls=NONE), timeout=deadline_of(expected))

    assert (seen.outcome, seen.notices) == (expected, notices)


# many at once


async def test_a_hundred_hostile_probes_leave_nothing_behind(certified):
    """Half of them end by their deadline, some in the middle of a handshake."""
    behaviours = [
        silent,
        resets,
        hangs_up,
        drips(b"220", 0.05),
        floods(b"x" * 4096),
        says(b"220 mx\r\n", EHLO, b"220 go\r\n"),
    ]
    async with asyncio.TaskGroup() as group:
        for behaviour in behaviours:
            for tls in (NONE, STARTTLS, IMPLICIT):
                for _ in range(6):
                    group.create_task(outcome_of(behaviour, tls=tls, deadline=0.3))


async def test_a_cancelled_probe_drops_its_connection(certified):
    """Wherever it is: connected, in a handshake, in a dialogue."""
    connected = []

    async def counted(peer):
        connected.append(peer)
        await peer.silence()

    async with serving(counted) as port:
        checks = (
            smtp(port),
            smtp(port, IMPLICIT),
            TcpSettings(port=port, expect=(b"x",)),
            SubmissionSettings(port=port),
        )
        tasks = [asyncio.ensure_future(look(check, timeout=30)) for check in checks]  # noqa: TID251 - held and awaited
        await settled(lambda: len(connected) == len(tasks))
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)

    assert all(isinstance(one, asyncio.CancelledError) for one in ended)
