"""The prober of agents (probes.md 1.14; section 6, number 27)."""

import asyncio

import pytest

from gslb.model.observations import Degraded, Failed, Inconclusive, Passed, Phase, Reason
from gslb.model.plain import AgentSettings, TcpSettings
from gslb.probes.feedback import probe_agent
from gslb.probes.journal import Journal
from tests.kit.hostile import closed_port, drips, floods, hangs_up, nobody_accepts, resets, says, serving, silent
from tests.kit.probing import look, target


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (says(b"up 50%\n"), Passed()),
        (says(b"drain\n"), Degraded(Phase.COMMAND, Reason.DRAIN, load=True)),
        (says(b"down#disk\n"), Failed(Phase.COMMAND, Reason.NOT_ACCEPTING)),
        (hangs_up, Inconclusive(Phase.COMMAND, Reason.PROTOCOL_ERROR)),
        (resets, Inconclusive(Phase.COMMAND, Reason.RESET)),
        (silent, Inconclusive(Phase.COMMAND, Reason.REPLY_TIMEOUT)),
        (drips(b"up ", 0.02), Inconclusive(Phase.COMMAND, Reason.REPLY_TIMEOUT)),
        (floods(b"up " * 10_000), Inconclusive(Phase.COMMAND, Reason.BOUNDS_EXCEEDED)),
    ],
)
async def test_an_agent_can_only_lower(behaviour, outcome):
    """A word counts; whatever breaks says nothing of the member."""
    async with serving(behaviour) as port:
        seen = await look(AgentSettings(port=port), timeout=0.4)

    assert seen.outcome == outcome


async def test_an_agent_that_is_not_there_is_no_fault():
    """Refused, and dropped."""
    refused = await look(AgentSettings(port=closed_port()))
    with nobody_accepts() as port:
        dropped = await look(AgentSettings(port=port), timeout=0.3)

    assert refused.outcome == Inconclusive(Phase.CONNECT, Reason.CONNECT_REFUSED)
    assert dropped.outcome == Inconclusive(Phase.CONNECT, Reason.CONNECT_TIMEOUT)


async def test_a_cancelled_probe_is_no_verdict():
    """It is passed on."""
    async with serving(silent) as port, asyncio.TaskGroup() as group:
        asked = group.create_task(look(AgentSettings(port=port), timeout=30))
        for _ in range(3):
            await asyncio.sleep(0)
        asked.cancel()

    assert asked.cancelled()


async def test_the_factor_stands_in_the_observation():
    """As a fact."""
    async with serving(says(b"up 50%\n")) as port:
        assert (await look(AgentSettings(port=port))).weight_factor == 0.5


async def test_other_settings_are_a_bug():
    """Of whoever registered the prober."""
    with pytest.raises(TypeError):
        await probe_agent(target(TcpSettings(port=1)), Journal(1.0))
