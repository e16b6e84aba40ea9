"""Exim: another banner, another EHLO, another log."""

import asyncio

import pytest

from gslb.model.checks import SmtpSettings
from gslb.model.observations import Degraded, Passed, Phase, Reason
from gslb.model.values import TlsMode
from tests.kit.running import until
from tests.kit.servers.exim import Exim
from tests.kit.servers.fail2ban import read_by
from tests.kit.servers.looking import look, phases, trusting


def smtp(server, mode=TlsMode.TRY, **keys):
    """A check of its one port."""
    return SmtpSettings(port=server.ports["smtp"], tls=trusting(server, mode), **keys)


@pytest.fixture(scope="module")
def exim():
    """An Exim that logs every connection, and sessions without mail."""
    with Exim(selectors="+smtp_connection +smtp_no_mail") as server:
        yield server


async def test_a_probe_passes_through_all_its_phases(exim):
    """Greeting, EHLO, STARTTLS, EHLO again and QUIT, over a verified session."""
    seen = await look(smtp(exim, TlsMode.STARTTLS))

    assert seen.outcome == Passed()
    assert Phase.HELLO2 in phases(seen)
    assert seen.tls.verified
    assert "STARTTLS" in seen.caps_plain
    assert "STARTTLS" not in seen.caps_tls


@pytest.mark.parametrize(("rcpt", "outcome"), [("probe@mail.example.com", "accept"), ("probe@example.net", "reject")])
async def test_recipients_are_judged_by_its_own_words(exim, rcpt, outcome):
    """A local domain is taken, a foreign one is refused."""
    seen = await look(smtp(exim, TlsMode.NONE, stage="rcpt", rcpt=rcpt, expect_rcpt=outcome))

    assert seen.outcome == Passed()


async def test_twenty_probes_close_in_good_order(exim):
    """Each session is closed by QUIT, none is lost."""
    before = exim.log().count("closed by QUIT")
    for _ in range(20):
        assert (await look(smtp(exim))).outcome == Passed()

    until(lambda: exim.log().count("closed by QUIT") >= before + 20, 5, "twenty closed sessions")
    assert "lost" not in exim.log()


@pytest.mark.parametrize(("selectors", "counted"), [("", 0), ("+smtp_no_mail", 20)])
async def test_fail2ban_counts_probes_only_where_exim_logs_sessions_without_mail(selectors, counted):
    """By default nothing is logged and nobody is banned; with smtp_no_mail the prober must stand in ignoreip."""
    with Exim(selectors=selectors) as server:
        for _ in range(20):
            assert (await look(smtp(server, TlsMode.NONE))).outcome == Passed()
        until(lambda: server.log().count("no MAIL in SMTP connection") >= counted, 5, "what is logged of each")

        assert read_by(server.log_file, "exim")[1] == counted


async def test_a_cap_on_connections_per_client_is_not_a_failure():
    """The third session of one client is refused with 421, which says nothing of others."""
    with Exim(cap=2) as server:
        held = [await asyncio.open_connection("127.0.0.1", server.ports["smtp"]) for _ in range(2)]
        for reader, _ in held:
            await reader.readline()
        seen = await look(smtp(server))
        for _, writer in held:
            writer.transport.abort()

    assert seen.outcome == Degraded(Phase.GREETING, Reason.PER_CLIENT_LIMIT)
