"""A round trip between two servers of our own: what breaks on which way, and what that means."""

import contextlib
import time

import pytest

from gslb.model.checks import TlsSettings
from gslb.model.limits import Limits
from gslb.model.observations import Degraded, Failed, Inconclusive, Passed, Phase, Reason
from gslb.model.roundtrip import RoundtripSettings
from gslb.model.values import ProxyProtocol, TlsMode
from gslb.probes import roundtrip
from gslb.probes.opening import PROXY_LOCAL
from tests.kit.certificates import mint
from tests.kit.hostile import closed_port, hangs_up, says, serving, silent
from tests.kit.logins import CREDENTIALS, WORD, logins
from tests.kit.probing import look

NAME = "mail.example.com"
LISTED = b"* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN UIDPLUS\r\n"
TAKES = says(
    b"220 msa\r\n",
    b"250-msa\r\n250 AUTH PLAIN\r\n",
    b"235 in\r\n",
    b"250 ok\r\n",
    b"250 ok\r\n",
    b"354 go\r\n",
)


async def takes(peer):
    """A submission server that takes the message."""
    await peer.answer(b"220 msa\r\n", b"250-msa\r\n250 AUTH PLAIN\r\n", b"235 in\r\n", b"250 ok\r\n", b"250 ok\r\n")
    await peer.say(b"354 go\r\n")
    while await peer.hear() != b".\r\n":
        pass
    await peer.answer(b"250 queued\r\n", b"221 bye\r\n")


def finds(*uids):
    """A mailbox where each search after the first word of the token's finds these."""

    async def behaviour(peer):
        await peer.say(b"* OK ready\r\n")
        while line := await peer.hear():
            tag, _, command = line.strip().partition(b" ")
            told = {b"CAPABILITY": LISTED, b"LOGOUT": b"* BYE\r\n"}.get(command, b"")
            if b"HEADER Subject" in command:
                told = b"* SEARCH " + b" ".join(uids) + b"\r\n"
            await peer.say(told + tag + b" OK done\r\n")

    return behaviour


@contextlib.asynccontextmanager
async def between(msa, store, tmp_path, **keys):
    """The check of two servers that behave so."""
    certificate = mint(NAME)
    tls = TlsSettings(mode=TlsMode.IMPLICIT, server_name=NAME, ca_file=str(certificate.ca_file(tmp_path)))
    context = certificate.server(tmp_path)
    async with serving(msa, tls=context) as port, serving(store, tls=context) as fetch_port:
        yield RoundtripSettings(
            port=port,
            fetch_port=fetch_port,
            tls=tls,
            fetch_tls=tls,
            mailbox="probe@example.com",
            credentials=CREDENTIALS,
            fetch_credentials=CREDENTIALS,
            **{"max_latency": 0.1, **keys},
        )


async def test_both_ways_and_their_times(tmp_path):
    """Submission is one phase; the password stands in no transcript."""
    said = []
    async with between(takes, finds(b"7"), tmp_path) as settings:
        seen = await look(settings, timeout=5, logins=logins(), transcript=said.append)

    assert seen.outcome == Passed()
    assert [phase for phase, _ in seen.timings] == [
        Phase.SUBMIT, Phase.CONNECT, Phase.TLS, Phase.GREETING, Phase.HELLO, Phase.AUTH, Phase.COMMAND,
        Phase.DELIVER, Phase.CLEANUP, Phase.QUIT, Phase.TOTAL,
    ]  # fmt: skip
    assert seen.tls.verified
    assert not any(WORD in line for line in said)


async def test_a_lost_message_is_a_notice_unless_the_check_says_otherwise(tmp_path):
    """Whose fault it is nobody knows."""
    async with between(takes, finds(), tmp_path) as settings:
        assert (await look(settings, timeout=5, logins=logins())).outcome == Degraded(
            Phase.DELIVER, Reason.NOT_DELIVERED
        )
    async with between(takes, finds(), tmp_path, fails=True) as settings:
        assert (await look(settings, timeout=5, logins=logins())).outcome == Failed(Phase.DELIVER, Reason.NOT_DELIVERED)


@pytest.mark.parametrize(
    ("msa", "store", "outcome"),
    [
        (hangs_up, silent, Degraded(Phase.SUBMIT, Reason.EOF_BEFORE_GREETING)),
        (says(b"421 busy\r\n", b"221\r\n"), silent, Degraded(Phase.SUBMIT, Reason.BUSY)),
        (says(b"220 msa\r\n250 what\r\n"), silent, Degraded(Phase.SUBMIT, Reason.PROTOCOL_ERROR)),
        (TAKES, silent, Degraded(Phase.SUBMIT, Reason.REPLY_TIMEOUT)),
        (takes, hangs_up, Degraded(Phase.GREETING, Reason.EOF_BEFORE_GREETING)),
        (takes, says(b"* BYE [UNAVAILABLE] later\r\n"), Degraded(Phase.GREETING, Reason.BUSY)),
        (takes, silent, Degraded(Phase.GREETING, Reason.GREETING_TIMEOUT)),
    ],
)
async def test_what_breaks_on_which_way(msa, store, outcome, tmp_path, monkeypatch):
    """Within the deadline, and never more than a notice."""
    monkeypatch.setattr(roundtrip, "SUBMIT_LIMIT", 0.5)
    began = time.monotonic()
    async with between(msa, store, tmp_path) as settings:
        assert (await look(settings, timeout=1, logins=logins())).outcome == outcome
    assert time.monotonic() - began < 1 + 1.2


async def test_a_port_that_is_closed_and_a_password_that_is_not_there(tmp_path):
    """The one is a notice of the way out, the other our own fault."""
    async with between(takes, silent, tmp_path) as settings:
        unknown = await look(settings, logins=None)
        closed = await look(roundtrip.replace(settings, port=closed_port()), logins=logins())

    assert unknown.outcome == Inconclusive(Phase.SUBMIT, Reason.LOCAL_CONFIG)
    assert closed.outcome == Degraded(Phase.SUBMIT, Reason.CONNECT_REFUSED)


async def test_a_round_trip_is_cut_off_by_the_deadline_of_the_whole(tmp_path):
    """Even while it submits."""
    async with between(TAKES, silent, tmp_path) as settings:
        seen = await look(settings, timeout=0.3, logins=logins())

    assert seen.outcome.phase is Phase.SUBMIT
    assert seen.outcome.reason in (Reason.REPLY_TIMEOUT, Reason.DEADLINE)


@pytest.mark.parametrize("way", ["port", "fetch_port"])
async def test_each_way_sends_the_proxy_header_of_its_own_within_limits(way, tmp_path):
    """Before ClientHello; a handshake that does not come ends at its limit, not at the deadline of the whole."""
    heard = bytearray()

    async def behaviour(peer):
        heard.extend(await peer.reader.readexactly(len(PROXY_LOCAL)))
        await peer.silence()

    keys = {"proxy" if way == "port" else "fetch_proxy": ProxyProtocol.V2, "limits": Limits(handshake=0.2)}
    async with between(takes, finds(b"7"), tmp_path, **keys) as settings, serving(behaviour) as port:
        seen = await look(roundtrip.replace(settings, **{way: port}), timeout=20, logins=logins())

    assert heard == PROXY_LOCAL
    assert seen.outcome.phase is (Phase.SUBMIT if way == "port" else Phase.TLS)
    assert dict(seen.timings)[Phase.TOTAL] < 10
