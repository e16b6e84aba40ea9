"""The one deadline around a probe, made to be moved: as `asyncio.timeout`, but neither setting nor moving sets a timer.

A probe moves its deadline at each phase, and nearly every probe ends long before any of them. So there is one look at
all of them every PATIENCE; only a deadline that falls before the next look has a timer of its own.
"""

import asyncio
from types import TracebackType
from typing import Final

PATIENCE: Final = 1.0
"""Seconds between two looks."""


class Deadline:
    """`with Deadline(seconds) as limit:` around awaits of the task that enters it. TimeoutError once it has passed.

    Cancellation from elsewhere passes through.
    """

    __slots__ = ("_cancelling", "_expired", "_handle", "_lookout", "_task", "_when")

    def __init__(self, seconds: float) -> None:
        self._when = seconds
        self._expired = False
        self._handle: asyncio.TimerHandle | None = None

    def __enter__(self) -> "Deadline":
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a deadline needs a task to cancel")
        self._task: asyncio.Task[object] = task
        self._cancelling = task.cancelling()
        self._lookout = lookout = _lookout()
        lookout.deadlines.add(self)
        self.reschedule(self._when + lookout.loop.time())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self._lookout.deadlines.discard(self)
        if self._handle is not None:
            self._handle.cancel()
        if self._expired and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def when(self) -> float:
        """The deadline, on the loop's clock."""
        return self._when

    def expired(self) -> bool:
        """Whether it has passed, so that a cancellation under way means just that."""
        return self._expired

    def reschedule(self, when: float) -> None:
        """Move the deadline to another time on the loop's clock."""
        self._when = when
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        self.look(self._lookout.next)

    def look(self, following: float) -> None:
        """Have a timer where the deadline falls before the look that follows."""
        if self._handle is None and self._when < following:
            self._handle = self._lookout.loop.call_at(self._when, self._expire)

    def _expire(self) -> None:
        self._expired = True
        self._task.cancel()


class _Lookout:
    """Looks at the deadlines of one loop, while there are any. `next`: when, on the loop's clock."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.deadlines: set[Deadline] = set()
        self._rest()

    def _rest(self) -> None:
        self.next = self.loop.time() + PATIENCE
        self.loop.call_at(self.next, self._look)

    def _look(self) -> None:
        if not self.deadlines:
            del _lookouts[self.loop]
            return
        self._rest()
        for each in self.deadlines:
            each.look(self.next)


_lookouts: Final[dict[asyncio.AbstractEventLoop, _Lookout]] = {}


def _lookout() -> _Lookout:
    loop = asyncio.get_running_loop()
    lookout = _lookouts.get(loop)
    if lookout is None:
        for ended in [each for each in _lookouts if each.is_closed()]:
            del _lookouts[ended]
        lookout = _lookouts[loop] = _Lookout(loop)
    return lookout
