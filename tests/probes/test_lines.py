"""The shell: a dialogue over a real stream, and what the peer hears of it."""

import asyncio
from ipaddress import IPv4Address, IPv6Address

import pytest

from gslb.model.checks import ImapSettings, SmtpSettings, TlsSettings
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.model.plain import TcpSettings
from gslb.model.values import TlsMode
from gslb.probes.lines import address_literal
from gslb.probes.run import probe
from tests.kit.certificates import authority, mint
from tests.kit.dialogues import SESSIONS
from tests.kit.hostile import says, serving
from tests.kit.logins import logins
from tests.kit.probing import look, target

NONE, TRY = TlsSettings(mode=TlsMode.NONE), TlsSettings(mode=TlsMode.TRY)
NAME = "mail.example.com"


@pytest.mark.parametrize(
    ("address", "literal"),
    [
        (IPv4Address("192.0.2.1"), "[192.0.2.1]"),
        (IPv6Address("2001:db8::1"), "[IPv6:2001:db8::1]"),
        (IPv6Address("fe80::1%eth0"), "[IPv6:fe80::1]"),
        (None, "[127.0.0.1]"),
    ],
)
def test_a_host_without_a_name_says_its_address(address, literal):
    """RFC 5321 section 4.1.3."""
    assert address_literal(address) == literal


@pytest.mark.parametrize(
    ("name", "own", "said"),
    [
        ("p.example.com", None, b"p.example.com"),
        (None, None, b"[127.0.0.1]"),
        ("p.example.com", "q.example", b"q.example"),
    ],
)
async def test_the_name_said_in_ehlo(name, own, said):
    """The prober's, the check's own, or the address of the connection."""
    heard = asyncio.get_running_loop().create_future()

    async def listens(peer):
        await peer.say(b"220 mx\r\n")
        heard.set_result(await peer.hear())

    async with serving(listens) as port:
        await look(SmtpSettings(port=port, tls=NONE, helo_name=own), name=name)
    assert await heard == b"EHLO %b\r\n" % said


@pytest.mark.parametrize("session", SESSIONS, ids=str)
async def test_a_good_session_passes_through_tls(session, tmp_path):
    """Every line protocol, with phases timed apart and capabilities of both sessions."""
    root = authority()
    (tmp_path / "ca.pem").write_bytes(root.pem)
    context = mint(NAME, issuer=root).server(tmp_path)
    tls = TlsSettings(mode=session.settings.tls.mode, server_name=NAME, ca_file=str(tmp_path / "ca.pem"))

    async def healthy(peer):
        await peer.follow(session, len(session.turns), context)

    async with serving(healthy) as port:
        keys = {name: getattr(session.settings, name) for name in session.settings.__slots__}
        seen = await look(type(session.settings)(**keys | {"port": port, "tls": tls}), logins=logins())

    assert (seen.outcome, seen.notices) == (Passed(), ())
    upgraded = Phase.STARTTLS in session.phases
    assert bool(seen.caps_tls) is upgraded
    assert (seen.tls is not None and seen.tls.verified) is upgraded
    order = [Phase.CONNECT, *dict.fromkeys(session.phases), Phase.TOTAL]
    if upgraded:
        order.insert(order.index(Phase.STARTTLS) + 1, Phase.TLS_UPGRADE)
    assert [phase for phase, _ in seen.timings] == order
    assert seen.source == IPv4Address("127.0.0.1")
    assert seen.lines_in > 4


async def test_imap_tags_differ_from_session_to_session():
    """A prefix nobody can guess, then a counter."""
    tags = []

    async def listens(peer):
        await peer.say(b"* OK hi\r\n")
        tags.append(await peer.hear())

    async with serving(listens) as port:
        for _ in range(2):
            await look(ImapSettings(port=port, tls=NONE))

    assert tags[0] != tags[1]
    assert all(tag[:4].isalpha() and tag[4:] == b"1 CAPABILITY\r\n" for tag in tags)


async def test_untagged_data_may_come_unasked_in_imap():
    """But not behind the go-ahead of STARTTLS."""
    turns = (b"* OK [CAPABILITY IMAP4rev1] hi\r\n* 3 EXISTS\r\n", b"bye\r\n")

    async with serving(says(*turns)) as port:
        assert (await look(ImapSettings(port=port, tls=NONE))).outcome == Passed()


async def test_a_failure_stands_whatever_follows_it():
    """Unasked bytes behind a refusal end the session, and change nothing."""
    async with serving(says(b"554 no\r\n220 yes\r\n")) as port:
        seen = await look(SmtpSettings(port=port, tls=NONE), timeout=5)

    assert seen.outcome == Failed(Phase.GREETING, Reason.GREETING_REJECTED)
    assert seen.timings[-1][1] < 1


async def test_a_literal_that_is_cut_off_ends_the_session():
    """In the middle of its bytes, and whole in pieces."""

    async def cut(peer):
        await peer.say(b"* OK hi\r\n")
        await peer.hear()
        await peer.say(b"* LIST {5}\r\nab")

    async def whole(peer):
        await peer.say(b"* OK hi\r\n")
        tag = (await peer.hear()).split()[0]
        await peer.say(b"* LIST {5}\r\nab")
        await peer.pause(0.01)
        await peer.say(b"cde\r\n%b OK done\r\n" % tag)
        await peer.hear()

    async with serving(cut) as port:
        assert (await look(ImapSettings(port=port, tls=NONE))).outcome == Failed(Phase.HELLO, Reason.EOF_MID_SESSION)
    async with serving(whole) as port:
        assert (await look(ImapSettings(port=port, tls=NONE))).notices == (Reason.CAPS_UNKNOWN,)


async def test_a_line_that_ends_in_cr_and_then_the_end_is_no_line():
    """A peer with line ends of its own."""

    async def cr(peer):
        await peer.say(b"220 mx\r")

    async with serving(cr) as port:
        assert (await look(SmtpSettings(port=port))).outcome == Failed(Phase.GREETING, Reason.PROTOCOL_ERROR)


async def test_a_tcp_check_reads_and_ends():
    """Expected text, early end."""
    async with serving(says(b"hello")) as port:
        passed = await look(TcpSettings(port=port, expect=(b"llo",), quit=b"bye\r\n"))
    async with serving(lambda peer: peer.say(b"hel")) as port:
        failed = await look(TcpSettings(port=port, expect=(b"llo",)))

    assert passed.outcome == Passed()
    assert failed.outcome == Failed(Phase.GREETING, Reason.EOF_MID_SESSION)


async def test_the_last_words_of_a_tcp_check_arrive():
    """`quit` is not waited for, and not lost."""
    heard = asyncio.get_running_loop().create_future()

    async def listens(peer):
        await peer.say(b"hello")
        heard.set_result(await peer.reader.read())

    async with serving(listens) as port:
        await look(TcpSettings(port=port, expect=(b"hello",), quit=b"bye\r\n"))
        assert await heard == b"bye\r\n"


async def test_a_transcript_reads_as_the_conversation():
    """For `gslb probe`."""
    lines = []

    async with serving(says(b"220 mx\r\n", b"250 mx\r\n", b"221 bye\r\n")) as port:
        await probe(target(SmtpSettings(port=port, tls=NONE)), name="p.example.com", transcript=lines.append)
    async with serving(says(b"hi")) as port:
        await probe(target(TcpSettings(port=port, expect=(b"hi",))), name=None, transcript=lines.append)

    told = [line.split(maxsplit=1)[1] for line in lines]
    assert told == [
        "-- connect",
        "-- greeting",
        "S: 220 mx",
        "-- hello",
        "C: EHLO p.example.com",
        "S: 250 mx",
        "-- quit",
        "C: QUIT",
        "S: 221 bye",
        "-- connect",
        "-- greeting",
        "S: hi",
    ]


@pytest.mark.parametrize(
    ("unasked", "helo", "mail"),
    [
        (b"421 4.3.2 shutting down\r\n", Passed(), Failed(Phase.COMMAND, Reason.NOT_ACCEPTING)),
        (b"421 4.4.0 no relay\r\n", Passed(), Degraded(Phase.COMMAND, Reason.BUSY, load=True)),
        (b"250 what\r\n", Failed(Phase.HELLO, Reason.PROTOCOL_ERROR), Failed(Phase.COMMAND, Reason.PROTOCOL_ERROR)),
    ],
)
async def test_an_unasked_goodbye_answers_what_is_said_next(unasked, helo, mail):
    """A server that stops may say 421 when it must (RFC 5321 section 3.8); nothing else may come unasked."""
    async with serving(says(b"220 mx\r\n", b"250 mx\r\n" + unasked)) as port:
        seen = await look(SmtpSettings(port=port, tls=NONE))
        deep = await look(SmtpSettings(port=port, tls=NONE, stage="mail"))

    assert (seen.outcome, deep.outcome) == (helo, mail)
