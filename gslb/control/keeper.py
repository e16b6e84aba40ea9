"""When to save: at each transition, and every 60 s whatever happens. One save at a time, in a thread.

A state_dir that refuses is logged when it begins and when it ends, and counted each time; nothing waits for it.
"""

import asyncio
import time
from collections.abc import Callable, Mapping

import structlog

from gslb.control.memory import Memory, Serial
from gslb.control.metrics import Metrics
from gslb.model.verdicts import MemberKey

log = structlog.get_logger("gslb.control.keeper")

EVERY = 60.0
"""Seconds between two saves while nothing changes."""

FIRST = 0.1
"""Seconds that a save lets pass: the table that a transition makes goes first, and both want the interpreter."""

REST = 1.0
"""Seconds after a save in which what changes waits for the next: a site that falls is one save, not hundreds."""


class Keeper:
    """`snapshot` gives what to save: Ledger.export and the answer totals, as they are at that moment; `serials` those
    of zones."""

    def __init__(
        self,
        memory: Memory,
        *,
        snapshot: Callable[[], tuple[object, Mapping[MemberKey, int]]],
        metrics: Metrics,
        serials: Callable[[], Mapping[str, Serial]] = dict,
    ) -> None:
        self.memory = memory
        self._snapshot = snapshot
        self._metrics = metrics
        self._serials = serials
        self._kept_serials: Mapping[str, Serial] = {}
        self._wanted = asyncio.Event()
        self._one = asyncio.Lock()
        self.saved_at: float | None = None
        self.errors = 0
        self.error = ""

    def __repr__(self) -> str:
        return f"<Keeper {self.memory} saved_at={self.saved_at} error={self.error!r}>"

    def ask(self) -> None:
        """Save soon: something changed."""
        self._wanted.set()

    async def run(self) -> None:
        """Save when asked, and every EVERY seconds."""
        while True:
            try:
                async with asyncio.timeout(EVERY):
                    await self._wanted.wait()
                await asyncio.sleep(FIRST)
            except TimeoutError:
                pass  # nothing changed for a while: save all the same, the totals have moved
            await self.save()
            await asyncio.sleep(REST)

    async def save(self) -> None:
        """Save now; a refusal is told and counted, never raised."""
        self._wanted.clear()
        ledger, answered = self._snapshot()
        try:
            async with self._one:  # the last save, when control ends, may come upon another
                await asyncio.to_thread(self.memory.save, ledger, dict(answered))
                await self._save_serials(dict(self._serials()))
        except OSError as error:
            self.failed(error)
            return
        if self.error:
            log.info("the state can be saved again", state_dir=str(self.memory.state_dir))
        self.error = ""
        self.saved_at = time.time()
        self._metrics.saves.inc()

    async def _save_serials(self, serials: Mapping[str, Serial]) -> None:
        """Serials of zones that others fetch rise as they change."""
        if serials != self._kept_serials:
            await asyncio.to_thread(self.memory.keep_serials, serials)
            self._kept_serials = serials

    def failed(self, error: OSError) -> None:
        """The state_dir has refused a write."""
        self.errors += 1
        self._metrics.save_errors.inc()
        text = f"{self.memory.state_dir}: {error.strerror or error}"
        if text != self.error:
            log.error("the state cannot be saved; a restart now would know less", error=text)
        self.error = text
