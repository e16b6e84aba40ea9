"""tcp: connect; say `send`; hear each of `expect` in order, with sayings between, and nothing of `reject`; say `quit`.

Where a rejected text stands before the last expected one ends, the probe fails at once instead of at its deadline. What
decides is where the texts stand, not how they were cut into segments: a text anywhere behind the one before it, a
pattern in a whole line. Each octet is looked at once by each text and pattern, however slowly it drips in.
"""

from gslb.model.observations import Failed, Passed, Phase, Reason
from gslb.model.plain import Matching, Say, TcpSettings
from gslb.probes.dialogue.commands import END, Conclude, Conclusion, Dialogue, Enter, ReadSome, Send, Steps
from gslb.probes.dialogue.patterns import is_found
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
    seen, at, ended = bytearray(), 0, False
    rejected = [_Search(what) for what in settings.reject]
    for step in settings.expect:
        if isinstance(step, Say):
            if phase is Phase.GREETING:
                phase = Phase.COMMAND
                yield Enter(phase)
            yield Send(step.data, pending_ok=True)
            continue
        search = _Search(step, at)
        while (found := search.end(seen, ended)) is None:
            if (end := _first(rejected, seen, ended)) is not None:
                return Conclusion(outcome=Failed(phase, Reason.BODY_MISMATCH), text=shown(seen[:end]))
            if ended:
                return _left(phase, seen)
            answer = yield ReadSome()
            if answer is END or answer is None:
                ended = True
            else:
                seen += answer
        at = found
    end = _first(rejected, seen, ended)
    if end is not None and end <= at:
        return Conclusion(outcome=Failed(phase, Reason.BODY_MISMATCH), text=shown(seen[:end]))
    return Conclusion(outcome=Passed(), text=shown(seen[:at]))


def _left(phase: Phase, seen: bytearray) -> Conclusion:
    early = phase is Phase.GREETING and not seen
    reason = Reason.EOF_BEFORE_GREETING if early else Reason.EOF_MID_SESSION
    return Conclusion(outcome=Failed(phase, reason), text=shown(seen))


class _Search:
    """One text or pattern, looked for from `at` on in what grows; it goes on where it stopped."""

    def __init__(self, what: bytes | Matching, at: int = 0) -> None:
        self._what = what
        self._at = at

    def end(self, seen: bytearray, ended: bool) -> int | None:
        """Where its first occurrence ends. `ended`: nothing more will come, so an open line counts as one."""
        what = self._what
        return self._text(what, seen) if isinstance(what, bytes) else self._line(what, seen, ended)

    def _text(self, what: bytes, seen: bytearray) -> int | None:
        found = seen.find(what, self._at)
        if found >= 0:
            return found + len(what)
        self._at = max(self._at, len(seen) - len(what) + 1)
        return None

    def _line(self, what: Matching, seen: bytearray, ended: bool) -> int | None:
        while self._at < len(seen):
            end = seen.find(b"\n", self._at) + 1
            if not end and not ended:
                return None
            line = seen[self._at : end or len(seen)]
            self._at += len(line)
            if is_found(what.pattern, line.decode("latin-1").rstrip("\r\n")):
                return self._at
        return None


def _first(searches: list[_Search], seen: bytearray, ended: bool) -> int | None:
    ends = [end for search in searches if (end := search.end(seen, ended)) is not None]
    return min(ends, default=None)
