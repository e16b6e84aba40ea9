"""Dovecot, probed on its four ports."""

import pytest

from gslb.model.checks import ImapSettings, Pop3Settings
from gslb.model.observations import Failed, Passed, Phase, Reason
from gslb.model.values import TlsMode
from tests.kit.running import until
from tests.kit.servers.dovecot import Dovecot
from tests.kit.servers.looking import look, look_at_all, phases, trusting

pytestmark = pytest.mark.servers

UPGRADED = [Phase.CONNECT, Phase.GREETING, Phase.HELLO, Phase.STARTTLS, Phase.TLS_UPGRADE, Phase.HELLO2]
IMPLICIT = [Phase.CONNECT, Phase.TLS, Phase.GREETING]

CHECKS = {
    "imap": (ImapSettings, TlsMode.STARTTLS, UPGRADED),
    "imaps": (ImapSettings, TlsMode.IMPLICIT, IMPLICIT),
    "pop3": (Pop3Settings, TlsMode.STARTTLS, UPGRADED),
    "pop3s": (Pop3Settings, TlsMode.IMPLICIT, [*IMPLICIT, Phase.HELLO]),
}


def settings_of(name, server):
    """The check of one port."""
    kind, mode, _ = CHECKS[name]
    return kind(port=server.ports[name], tls=trusting(server, mode))


@pytest.mark.parametrize("name", CHECKS)
async def test_a_probe_passes_through_all_its_phases(name, dovecot):
    """Greeting, capabilities, TLS and farewell succeed, each timed apart, over a verified session."""
    seen = await look(settings_of(name, dovecot))

    assert seen.outcome == Passed()
    assert [phase for phase in phases(seen) if phase not in (Phase.QUIT, Phase.TOTAL)] == CHECKS[name][2]
    assert seen.tls.verified


@pytest.mark.parametrize("name", ["imap", "pop3"])
async def test_capabilities_are_read_before_and_after_tls(name, dovecot):
    """The offer to turn to TLS is gone once it was taken."""
    seen = await look(settings_of(name, dovecot))

    offer = {"imap": "STARTTLS", "pop3": "STLS"}[name]
    assert offer in seen.caps_plain
    assert offer not in seen.caps_tls
    assert seen.caps_tls


async def test_stopped_is_refused_and_back_it_passes(dovecot):
    """A Dovecot that is down refuses on every port, and is good again once it is back."""
    checks = {name: settings_of(name, dovecot) for name in CHECKS}

    with dovecot.stopped():
        down = await look_at_all(checks)

    assert down == dict.fromkeys(CHECKS, Failed(Phase.CONNECT, Reason.CONNECT_REFUSED))
    assert await look_at_all(checks) == dict.fromkeys(CHECKS, Passed())


async def test_hung_is_silent_until_the_deadline_and_back_it_passes(dovecot):
    """A Dovecot that froze accepts and says nothing: each probe ends at its deadline, not later."""
    checks = {name: settings_of(name, dovecot) for name in CHECKS}
    plain, encrypted = Failed(Phase.GREETING, Reason.GREETING_TIMEOUT), Failed(Phase.TLS, Reason.TLS_TIMEOUT)

    with dovecot.hung():
        hung = await look_at_all(checks, deadline=1.0)

    assert hung == {"imap": plain, "imaps": encrypted, "pop3": plain, "pop3s": encrypted}
    assert await look_at_all(checks) == dict.fromkeys(CHECKS, Passed())


async def test_twenty_probes_leave_a_clean_log():
    """Wound 6: Dovecot writes one line of information for each session without a login, and not one complaint."""
    with Dovecot() as server:
        checks = {name: settings_of(name, server) for name in CHECKS}
        for _ in range(20):
            assert await look_at_all(checks) == dict.fromkeys(CHECKS, Passed())

        until(lambda: server.log().count("-login: Info: ") >= 20 * len(CHECKS), 5, "the last session")
        lines = server.log().splitlines()

    sessions = [line for line in lines if "-login: " in line]
    assert len(sessions) == 20 * len(CHECKS)
    assert all("Info: Disconnected: Aborted login by logging out" in line for line in sessions)
    assert [line for line in lines if complains(line)] == []


def complains(line):
    """Whether Dovecot found fault with a client or with itself."""
    return any(f": {word}: " in line for word in ("Warning", "Error", "Fatal", "Panic"))
