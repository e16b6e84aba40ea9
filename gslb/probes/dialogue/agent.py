"""agent: one line from the machine itself about its load (HAProxy's agent check, probes.md 1.14).

The line ends in LF or with the connection. An agent that says nothing understandable is as good as none: inconclusive.
"""

from typing import Final

from gslb.model.observations import Inconclusive, Phase, Reason
from gslb.model.plain import AgentSettings
from gslb.probes.dialogue.agent_words import BOOST, sense_of, verdict
from gslb.probes.dialogue.commands import END, Conclude, Conclusion, Dialogue, Enter, Note, ReadSome, Send, Steps
from gslb.probes.dialogue.text import shown

LIMIT: Final = 1024
"""Octets of one line, its end not counted."""


def agent(settings: AgentSettings) -> Dialogue:
    """The dialogue."""
    yield Enter(Phase.COMMAND)
    if settings.send:
        yield Send(settings.send, pending_ok=True)
    line = yield from _line()
    if len(line) > LIMIT:
        conclusion = _nothing(Reason.BOUNDS_EXCEEDED, line)
    else:
        said = sense_of(line, BOOST if settings.allow_boost else 100)
        if said.odd:
            yield Note(Reason.REPLY_IGNORED)
        conclusion = verdict(said, line) or _nothing(Reason.PROTOCOL_ERROR, line)
    yield Conclude(conclusion, pending_ok=True)
    return conclusion


def _line() -> Steps[bytes]:
    """Up to LF or the end; longer than LIMIT where there is neither in time."""
    seen = bytearray()
    while b"\n" not in seen and len(seen) <= LIMIT:
        answer = yield ReadSome()
        if answer is END or answer is None:
            break
        seen += answer
    return bytes(seen.partition(b"\n")[0][: LIMIT + 1]).removesuffix(b"\r")


def _nothing(reason: Reason, line: bytes) -> Conclusion:
    return Conclusion(outcome=Inconclusive(Phase.COMMAND, reason), text=shown(line))
