"""Time driven by hand: a clock and its timers, for code that takes both as arguments."""

import asyncio
import heapq
from collections.abc import Callable
from itertools import count


class VirtualHandle:
    """One timer; `cancelled` timers never fire."""

    def __init__(self, callback: Callable[[], object]) -> None:
        self.callback = callback
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class VirtualTime:
    """A monotonic clock in seconds that moves only by `advance` (all timers fire on time) or `jump` (they are late)."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now
        self._timers: list[tuple[float, int, VirtualHandle]] = []
        self._numbers = count()

    def clock(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], object]) -> VirtualHandle:
        handle = VirtualHandle(callback)
        heapq.heappush(self._timers, (self.now + delay, next(self._numbers), handle))
        return handle

    async def sleep(self, seconds: float) -> None:
        done = asyncio.get_running_loop().create_future()
        handle = self.call_later(seconds, lambda: done.done() or done.set_result(None))
        try:
            await done
        finally:
            handle.cancel()

    async def advance(self, seconds: float) -> None:
        """Let time pass, firing every timer at its moment."""
        end = self.now + seconds
        await self.settle()
        while self._timers and self._timers[0][0] <= end:
            when, _, handle = heapq.heappop(self._timers)
            if not handle.cancelled:
                self.now = max(self.now, when)
                handle.callback()
                await self.settle()
        self.now = end

    def jump(self, seconds: float) -> None:
        """Let time pass as a stopped process sees it: at once, and nothing fires before the next `advance`."""
        self.now += seconds

    @property
    def pending(self) -> int:
        """Timers that would still fire."""
        return sum(not handle.cancelled for _, _, handle in self._timers)

    @staticmethod
    async def settle() -> None:
        """Let every task run until it waits for time."""
        for _ in range(6):
            await asyncio.sleep(0)
