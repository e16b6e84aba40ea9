"""tcp: connect; say `send`; hear each of `expect` in order, and none of `reject` before the last; say `quit`.

Where a rejected text stands before the last expected one ends, the probe fails at once instead of at its deadline. What
decides is where the texts stand, not how they were cut into segments.
"""

from gslb.model.observations import Failed, Passed, Phase, Reason
from gslb.model.plain import TcpSettings
from gslb.probes.dialogue.commands import END, Conclude, Conclusion, Dialogue, Enter, ReadSome, Send, Steps
from gslb.probes.dialogue.text import shown


def tcp(settings: TcpSettings) -> Dialogue:
    """The dialogue; `quit` is sent last whatever the verdict, and not waited for."""
    phase = Phase.COMMAND if settings.send else Phase.GREETING
    if settings.send or settings.expect:
        yield Enter(phase)
    if settings.send:
        yield Send(settings.send, pending_ok=True)
    conclusion = yield from _heard(settings, phase)
    yield Conclude(conclusion, pending_ok=True)
    if settings.quit:
        yield Enter(Phase.QUIT)
        yield Send(settings.quit, pending_ok=True)
    return conclusion


def _heard(settings: TcpSettings, phase: Phase) -> Steps[Conclusion]:
    seen = bytearray()
    while settings.expect:
        answer = yield ReadSome()
        if answer is END or answer is None:
            early = phase is Phase.GREETING and not seen
            reason = Reason.EOF_BEFORE_GREETING if early else Reason.EOF_MID_SESSION
            return Conclusion(outcome=Failed(phase, reason), text=shown(seen))
        seen += answer
        complete = _end_of_expected(seen, settings.expect)
        rejected = _end_of_rejected(seen, settings.reject, complete)
        if rejected is not None:
            return Conclusion(outcome=Failed(phase, Reason.BODY_MISMATCH), text=shown(seen[:rejected]))
        if complete is not None:
            return Conclusion(outcome=Passed(), text=shown(seen[:complete]))
    return Conclusion(outcome=Passed())


def _end_of_expected(seen: bytearray, expected: tuple[bytes, ...]) -> int | None:
    at = 0
    for text in expected:
        found = seen.find(text, at)
        if found < 0:
            return None
        at = found + len(text)
    return at


def _end_of_rejected(seen: bytearray, rejected: tuple[bytes, ...], before: int | None) -> int | None:
    found = ((seen.find(text, 0, before), len(text)) for text in rejected)
    return min((at + length for at, length in found if at >= 0), default=None)
