"""Postfix, probed on its three kinds of port."""

import pytest

from gslb.model.checks import SmtpSettings, SubmissionSettings
from gslb.model.observations import Failed, Passed, Phase, Reason
from gslb.model.values import TlsMode
from tests.kit.running import until
from tests.kit.servers.looking import look, look_at_all, phases, trusting
from tests.kit.servers.postfix import Postfix

pytestmark = pytest.mark.servers

PLAIN = [Phase.CONNECT, Phase.GREETING, Phase.HELLO]
STARTTLS = [Phase.CONNECT, Phase.GREETING, Phase.HELLO, Phase.STARTTLS, Phase.TLS_UPGRADE, Phase.HELLO2]
IMPLICIT = [Phase.CONNECT, Phase.TLS, Phase.GREETING, Phase.HELLO]

CHECKS = {
    "smtp": (lambda server: SmtpSettings(port=server.ports["smtp"], tls=trusting(server, TlsMode.TRY)), STARTTLS),
    "smtp without TLS": (
        lambda server: SmtpSettings(port=server.ports["smtp"], tls=trusting(server, TlsMode.NONE)),
        PLAIN,
    ),
    "submission": (
        lambda server: SubmissionSettings(port=server.ports["submission"], tls=trusting(server, TlsMode.STARTTLS)),
        STARTTLS,
    ),
    "smtps": (
        lambda server: SubmissionSettings(port=server.ports["smtps"], tls=trusting(server, TlsMode.IMPLICIT)),
        IMPLICIT,
    ),
}


@pytest.mark.parametrize("name", CHECKS)
async def test_a_probe_passes_through_all_its_phases(name, postfix):
    """Wound 5: greeting, EHLO, TLS and QUIT succeed against a real server, each timed apart."""
    make, expected = CHECKS[name]
    settings = make(postfix)

    seen = await look(settings)

    assert seen.outcome == Passed()
    assert [phase for phase in phases(seen) if phase not in (Phase.QUIT, Phase.TOTAL)] == expected
    assert settings.tls.mode is TlsMode.NONE or seen.tls.verified


async def test_stopped_is_refused_and_back_it_passes(postfix):
    """A Postfix that is down refuses on every port, and is good again once it is back."""
    checks = {name: make(postfix) for name, (make, _) in CHECKS.items()}

    with postfix.stopped():
        down = await look_at_all(checks)

    assert down == dict.fromkeys(CHECKS, Failed(Phase.CONNECT, Reason.CONNECT_REFUSED))
    assert await look_at_all(checks) == dict.fromkeys(CHECKS, Passed())


async def test_hung_is_silent_until_the_deadline_and_back_it_passes(postfix):
    """A Postfix that froze accepts and says nothing: each probe ends at its deadline, not later."""
    checks = {name: make(postfix) for name, (make, _) in CHECKS.items()}
    silent = dict.fromkeys(CHECKS, Failed(Phase.GREETING, Reason.GREETING_TIMEOUT))
    silent["smtps"] = Failed(Phase.TLS, Reason.TLS_TIMEOUT)

    with postfix.hung():
        hung = await look_at_all(checks, deadline=1.0)

    assert hung == silent
    assert await look_at_all(checks) == dict.fromkeys(CHECKS, Passed())


async def test_twenty_probes_leave_a_clean_log():
    """Wound 6: Postfix writes one connect and one disconnect for each, and not one complaint."""
    with Postfix() as server:
        checks = {name: make(server) for name, (make, _) in CHECKS.items()}
        for _ in range(20):
            assert await look_at_all(checks) == dict.fromkeys(CHECKS, Passed())

        sessions = 20 * len(CHECKS)
        until(lambda: server.log().count("]: disconnect from") >= sessions, 5, "the last disconnect")
        log = server.log()

    assert (log.count("]: connect from"), log.count("]: disconnect from")) == (sessions, sessions)
    assert [line for line in log.splitlines() if complains(line)] == []


def complains(line):
    """Whether Postfix found fault with a client."""
    return any(word in line for word in ("warning", "lost connection", "improper", "error", "timeout", "fatal"))
