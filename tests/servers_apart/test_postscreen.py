"""postscreen: a greeting of two halves, six seconds apart, to tell who talks too early."""

import asyncio

import pytest

from gslb.model.checks import SmtpSettings
from gslb.model.observations import Failed, Passed, Phase, Reason
from gslb.model.values import TlsMode
from tests.kit.running import until
from tests.kit.servers.fail2ban import read_by
from tests.kit.servers.looking import look, trusting
from tests.kit.servers.postscreen import Postscreen


@pytest.fixture(scope="module")
def postscreen():
    """A Postfix that tests every visitor."""
    with Postscreen() as server:
        yield server


def smtp(server):
    """A check of the screened port."""
    return SmtpSettings(port=server.ports["screened"], tls=trusting(server, TlsMode.NONE))


async def test_the_whole_greeting_is_awaited(postscreen):
    """The default deadline of 10 s suffices, the delay is told apart, and nobody was caught talking too early."""
    seen = await look(smtp(postscreen), deadline=10.0)

    assert seen.outcome == Passed()
    assert Reason.GREET_DELAY in seen.notices
    assert dict(seen.timings)[Phase.GREETING] >= 5.5
    assert "PREGREET" not in postscreen.log()


async def test_twenty_visits_are_no_attack(postscreen):
    """Each waits for both halves, all of them at once; fail2ban counts none in the modes that Debian enables."""
    seen = await asyncio.gather(*(look(smtp(postscreen), deadline=15.0) for _ in range(20)))
    assert {each.outcome for each in seen} == {Passed()}
    until(lambda: postscreen.log().count("disconnect from") >= 20, 5, "the last visitor's leave")

    modes = [f"postfix[mode={mode}]" for mode in ("normal", "more", "extra", "auth")]
    assert [read_by(postscreen.log_file, mode)[1] for mode in modes] == [0] * len(modes)


async def test_a_deadline_below_the_delay_fails(postscreen):
    """What a timeout of 4 s says of a healthy server: the reason why the default is longer."""
    seen = await look(smtp(postscreen), deadline=4.0)

    assert seen.outcome == Failed(Phase.GREETING, Reason.GREETING_TIMEOUT)
