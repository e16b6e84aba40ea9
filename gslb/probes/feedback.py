"""A machine's own word on its load: the prober of agent (probes.md 1.14).

An agent that cannot be asked says nothing of its member: whatever breaks is inconclusive here.
"""

import asyncio

from gslb.model.observations import Inconclusive, Phase, Reason
from gslb.model.plain import AgentSettings
from gslb.model.targets import Target
from gslb.probes.dialogue.agent import agent
from gslb.probes.dialogue.commands import Conclusion
from gslb.probes.dialogue.text import TEXT_LIMIT
from gslb.probes.faults import StreamFault
from gslb.probes.journal import Journal
from gslb.probes.lines import converse


async def probe_agent(target: Target, journal: Journal) -> None:
    """Ask, hear one line, judge, conclude."""
    settings = target.settings
    if not isinstance(settings, AgentSettings):
        raise TypeError(f"not an agent: {settings.type}")
    try:
        await converse(target, lambda _: agent(settings), journal)
    except StreamFault as fault:
        outcome = Inconclusive(fault.phase or journal.phase, fault.reason)
        journal.conclude(Conclusion(outcome=outcome, text=fault.text[:TEXT_LIMIT]))
    except asyncio.CancelledError:
        if journal.is_late:
            reason = Reason.CONNECT_TIMEOUT if journal.phase is Phase.CONNECT else Reason.REPLY_TIMEOUT
            journal.conclude(Conclusion(outcome=Inconclusive(journal.phase, reason)))
        raise
