"""The running record of a probe."""

import asyncio

import pytest

from gslb.model.limits import LIMITS, Limits
from gslb.model.observations import Failed, Passed, Phase, Reason
from gslb.probes.dialogue.commands import Conclusion
from gslb.probes.journal import Journal

PASSED = Conclusion(outcome=Passed())


def test_phases_are_timed_apart_and_add_up():
    """The total ends with the verdict; the farewell has a time of its own."""
    journal = Journal(10.0)
    for phase in (Phase.CONNECT, Phase.GREETING, Phase.CONNECT):
        journal.enter(phase)
    journal.conclude(PASSED)
    journal.enter(Phase.QUIT)
    journal.finish()

    assert list(journal.timings) == [Phase.CONNECT, Phase.GREETING, Phase.QUIT]
    assert journal.timings[Phase.CONNECT] + journal.timings[Phase.GREETING] <= journal.total
    assert all(seconds > 0 for seconds in journal.timings.values())


def test_the_first_verdict_stands():
    """What happens in the farewell changes nothing."""
    journal = Journal(10.0)
    journal.conclude(PASSED)
    journal.conclude(Conclusion(outcome=Failed(Phase.QUIT, Reason.RESET)))
    journal.finish()

    assert journal.conclusion is PASSED
    assert journal.timings == {}


def test_a_notice_is_kept_once():
    """However often it is given."""
    journal = Journal(10.0)
    journal.note(Reason.BARE_LF)
    journal.note(Reason.BARE_LF)

    assert journal.notices == [Reason.BARE_LF]


@pytest.mark.parametrize(
    ("phase", "seconds"),
    [
        (Phase.CONNECT, LIMITS.connect),
        (Phase.TLS, LIMITS.handshake),
        (Phase.TLS_UPGRADE, LIMITS.handshake),
        (Phase.GREETING, 9.0),
        (Phase.HELLO, 10.0),
        (Phase.QUIT, LIMITS.farewell),
    ],
)
async def test_the_one_deadline_moves_with_the_phases(phase, seconds):
    """Nearer for phases with a limit of their own, never beyond the whole but for the farewell."""
    loop = asyncio.get_running_loop()
    journal = Journal(10.0)
    async with (limit := asyncio.timeout(journal.first_limit)):
        journal.watch(limit, greeting_reserve=1.0)
        journal.enter(phase)
        assert limit.when() - loop.time() == pytest.approx(seconds, abs=0.1)


async def test_a_short_probe_has_short_phases():
    """A limit never reaches beyond the whole; a second connection has its own."""
    loop = asyncio.get_running_loop()
    journal = Journal(2.0)
    async with (limit := asyncio.timeout(journal.first_limit)):
        journal.watch(limit)
        for phase in (Phase.CONNECT, Phase.TLS, Phase.FIRST_BYTE, Phase.CONNECT):
            journal.enter(phase)
            assert limit.when() - loop.time() == pytest.approx(2.0, abs=0.1)


async def test_a_check_may_bound_the_parts_itself():
    """Within the whole; the greeting as well."""
    loop = asyncio.get_running_loop()
    journal = Journal(9.0, limits=Limits(connect=1.0, handshake=2.0, greeting=3.0, farewell=2.5))
    seconds = {Phase.TLS: 2.0, Phase.GREETING: 3.0, Phase.HELLO: 9.0, Phase.QUIT: 2.5}
    async with (limit := asyncio.timeout(journal.first_limit)):
        assert limit.when() - loop.time() == pytest.approx(1.0, abs=0.1)
        journal.watch(limit)
        for phase, allowed in seconds.items():
            journal.enter(phase)
            assert limit.when() - loop.time() == pytest.approx(allowed, abs=0.1)


def test_a_transcript_tells_phases_and_seconds():
    """One line each; without a listener nothing is made."""
    lines = []
    journal = Journal(10.0, transcript=lines.append)
    journal.enter(Phase.CONNECT)
    journal.say("C: EHLO x")
    Journal(10.0).say("unheard")

    assert [line.split(maxsplit=1)[1] for line in lines] == ["-- connect", "C: EHLO x"]
    assert float(lines[0].split()[0]) < 1
