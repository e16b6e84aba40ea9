"""The one deadline around a probe, made to be moved: as `asyncio.timeout`, but moving it sets no timer.

A probe moves its deadline at each phase, and nearly every probe ends long before any of them. So there is one timer,
PATIENCE after the start; only a probe that is still at it then has it set anew, to the deadline as it stands.
"""

import asyncio
from types import TracebackType
from typing import Final

PATIENCE: Final = 1.0
"""Seconds between two looks. A deadline that is moved nearer than the next look has the timer set anew."""


class Deadline:
    """`with Deadline(seconds) as limit:` around awaits of the task that enters it. TimeoutError once it has passed.

    Cancellation from elsewhere passes through.
    """

    __slots__ = ("_cancelling", "_expired", "_handle", "_loop", "_next", "_task", "_when")

    def __init__(self, seconds: float) -> None:
        self._when = seconds
        self._expired = False

    def __enter__(self) -> "Deadline":
        self._loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a deadline needs a task to cancel")
        self._task: asyncio.Task[object] = task
        self._cancelling = task.cancelling()
        now = self._loop.time()
        self._when += now
        self._set(now)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
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
        if when < self._next:
            self._handle.cancel()
            self._set(self._loop.time())

    def _set(self, now: float) -> None:
        self._next = min(self._when, now + PATIENCE)
        self._handle = self._loop.call_at(self._next, self._look)

    def _look(self) -> None:
        now = self._loop.time()
        if now < self._when:
            self._set(now)
        else:
            self._expired = True
            self._task.cancel()
