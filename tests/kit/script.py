"""A conversation with a dialogue, told line by line: `Script(smtp(check, name)).hears(b"220 mx").says(b"EHLO …")`.

No socket, no clock, no loop: bytes are cut as the real shell cuts them, and what the dialogue does is kept.
"""

from gslb.model.observations import Outcome, Phase, Reason
from gslb.probes.dialogue.commands import (
    END,
    Answer,
    Command,
    Conclude,
    Conclusion,
    Dialogue,
    Enter,
    LoggedIn,
    Note,
    Offered,
    Pause,
    ReadBytes,
    ReadLine,
    ReadSome,
    Send,
    StartTls,
)
from gslb.probes.dialogue.cutting import Line, cut_line


class Script:
    """Drives one dialogue; each verb answers with the script itself, so that a test reads as the conversation does."""

    def __init__(self, dialogue: Dialogue) -> None:
        self.phases: list[Phase] = []
        self.notices: list[Reason] = []
        self.caps: list[tuple[str, ...]] = []
        self.concluded: Conclusion | None = None
        self.returned: Conclusion | None = None
        self.upgrades = 0
        self.paused = 0.0
        self.logged_in = False
        self.fault: Reason | None = None
        self._dialogue = dialogue
        self._sent = bytearray()
        self._heard = bytearray()
        self._closed = False
        self._waiting: Command | None = None
        self._resume(None)

    # what the peer does

    def hears(self, *lines: bytes) -> "Script":
        """Lines of the peer, each ended here with CRLF."""
        return self.receives(b"".join(line + b"\r\n" for line in lines))

    def receives(self, data: bytes) -> "Script":
        """Bytes of the peer as they are."""
        self._heard += data
        self._go_on()
        return self

    def hangs_up(self) -> "Script":
        """The peer closes."""
        self._closed = True
        self._go_on()
        return self

    # what the dialogue must have done

    def says(self, *lines: bytes) -> "Script":
        """Exactly these lines were sent since last asked."""
        assert bytes(self._sent) == b"".join(line + b"\r\n" for line in lines)
        self._sent.clear()
        return self

    def wrote(self, data: bytes) -> "Script":
        """Exactly these bytes were sent since last asked."""
        assert bytes(self._sent) == data
        self._sent.clear()
        return self

    def encrypts(self) -> "Script":
        """A handshake was asked for since last asked."""
        assert self.upgrades == 1
        self.upgrades = 0
        return self

    def concludes(self, outcome: Outcome, *notices: Reason) -> "Script":
        """The verdict, and all the notices."""
        assert self.concluded is not None
        assert self.concluded.outcome == outcome
        assert tuple(self.notices) == notices
        return self

    def ends(self) -> "Script":
        """The dialogue asks for nothing more, and sent nothing unseen."""
        assert self.returned is not None
        assert self.returned == self.concluded
        assert not self._sent
        return self

    def told(self) -> tuple[object, ...]:
        """All that can be seen of the conversation."""
        return self.concluded, self.fault, tuple(self.notices), tuple(self.phases), tuple(self.caps), bytes(self._sent)

    # the shell, in small

    def _go_on(self) -> None:
        while self._waiting is not None and self.fault is None:
            answer = self._answer(self._waiting)
            if answer is None:
                return
            self._waiting = None
            self._resume(answer)

    def _answer(self, command: Command) -> Answer:
        taken: bytes | None = None
        match command:
            case ReadLine(limit):
                line = cut_line(self._heard, limit) if self._heard else None
                if isinstance(line, Line):
                    del self._heard[: line.taken]
                    taken = line.data
                elif line is not None:
                    self.fault = line
                    return None
            case ReadBytes(count) if len(self._heard) >= count:
                taken = bytes(self._heard[:count])
                del self._heard[:count]
            case ReadSome() if self._heard:
                taken = bytes(self._heard)
                self._heard.clear()
        return END if taken is None and self._closed else taken

    def _resume(self, answer: Answer) -> None:
        while True:
            try:
                command = self._dialogue.send(answer)
            except StopIteration as stop:
                self.returned = stop.value
                return
            answer = None
            if isinstance(command, ReadLine | ReadBytes | ReadSome):
                self._waiting = command
                answer = self._answer(command)
                if answer is None:
                    return
                self._waiting = None
            else:
                self._do(command)

    def _do(self, command: Command) -> None:
        match command:
            case Enter(phase):
                self.phases.append(phase)
            case Send(data):
                self._sent += data
            case Note(reason):
                self.notices += [] if reason in self.notices else [reason]
            case Offered(caps):
                self.caps.append(caps)
            case LoggedIn():
                self.logged_in = True
            case Pause(seconds):
                self.paused += seconds
            case StartTls():
                self.upgrades += 1
            case Conclude(conclusion):
                assert self.concluded is None, "two verdicts"
                self.concluded = conclusion
