"""How a dialogue ends: early, by a Stop that any step may raise, and politely, as long as both sides are in step."""

from gslb.model.observations import Failed, Outcome, Passed, Phase, Reason
from gslb.probes.dialogue.commands import END, Answer, Conclude, Conclusion, Dialogue, Enter, ReadLine, Steps
from gslb.probes.dialogue.text import shown


class Stop(Exception):  # noqa: N818 - it ends a dialogue, and is no error of ours
    """The verdict is known. `in_sync`: the peer awaits a command, so a farewell can still be said."""

    def __init__(self, conclusion: Conclusion, *, in_sync: bool) -> None:
        super().__init__(conclusion)
        self.conclusion = conclusion
        self.in_sync = in_sync


def politely(
    steps: Steps[Conclusion], farewell: Steps[None], *, pending_ok: bool = False, unasked: bytes = b""
) -> Dialogue:
    """The steps, the verdict, and the farewell where the stream is in step; nothing in it matters any more."""
    try:
        conclusion = yield from steps
        in_sync = True
    except Stop as stop:
        conclusion, in_sync = stop.conclusion, stop.in_sync
    yield Conclude(conclusion, pending_ok or not in_sync, unasked)
    if in_sync:
        yield Enter(Phase.QUIT)
        try:
            yield from farewell
        except Stop:
            pass  # whatever ends after QUIT has ended cleanly
    return conclusion


def passed(text: bytes, code: str = "") -> Conclusion:
    """All that was asked was done; `text` is what the greeting said."""
    return Conclusion(outcome=Passed(), code=code, text=shown(text))


def stopped(outcome: Outcome, text: bytes, code: str = "", enhanced: str = "", *, in_sync: bool = True) -> Stop:
    """A Stop with all its facts."""
    return Stop(Conclusion(outcome=outcome, code=code, enhanced=enhanced, text=shown(text)), in_sync=in_sync)


def malformed(phase: Phase, line: bytes) -> Stop:
    """The peer speaks another language, or none."""
    return stopped(Failed(phase, Reason.PROTOCOL_ERROR), line, in_sync=False)


def exceeded(phase: Phase, line: bytes) -> Stop:
    """The peer says more than anybody needs."""
    return stopped(Failed(phase, Reason.BOUNDS_EXCEEDED), line, in_sync=False)


def ended(phase: Phase) -> Stop:
    """The peer has closed where a reply was due."""
    reason = Reason.EOF_BEFORE_GREETING if phase is Phase.GREETING else Reason.EOF_MID_SESSION
    return stopped(Failed(phase, reason), b"", in_sync=False)


def next_line(phase: Phase, command: ReadLine = ReadLine()) -> Steps[bytes]:  # noqa: B008 - frozen, shared on purpose
    """One line; stops where the peer has closed."""
    return received((yield command), phase)


def received(answer: Answer, phase: Phase) -> bytes:
    """The bytes of an answer; stops where there are none."""
    if answer is END or answer is None:
        raise ended(phase)
    return answer


def command_line(text: str) -> bytes:
    """A command with its line end. Raises ValueError where `text` would be more than one line, or no ASCII."""
    if any(char in text for char in "\r\n\0"):
        raise ValueError(f"a command of more than one line: {text!r}")
    return text.encode("ascii") + b"\r\n"
