"""Taking the files as they are now: all or nothing, one reload at a time.

The files are read and judged in a thread, so that the loop goes on; `accept` then swaps everything in one step on the
loop. Whatever is wrong, the configuration that runs goes on running, and every fault is told.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from gslb.config.diff import restart_needed
from gslb.control import accepted
from gslb.control.notary import keys_of
from gslb.control.views import ReloadOutcome
from gslb.errors import ConfigError, Fault, KeysError
from gslb.model.settings import Config

log = structlog.get_logger("gslb.control.reload")


class Reloader:
    """SIGHUP, `gslb reload` and POST /api/v1/reload share the one of this process.

    `current` gives the configuration that runs; `accept` puts another in its place, for which `prepare` may work ahead.
    """

    def __init__(
        self,
        directory: Path,
        *,
        current: Callable[[], Config],
        accept: Callable[[Config], None],
        prepare: Callable[[Config], Awaitable[None]] | None = None,
    ) -> None:
        self.directory = directory
        self._current = current
        self._accept = accept
        self._prepare = prepare
        self._turn = asyncio.Lock()
        self.outcome: ReloadOutcome | None = None
        self.ended_at: float | None = None

    def __repr__(self) -> str:
        return f"<Reloader {self.directory} last={self.outcome}>"

    async def reload(self) -> ReloadOutcome:
        """Reload, after any reload that is under way; never raises."""
        async with self._turn:
            began = time.monotonic()
            self.outcome = await self._reload(began)
            self.ended_at = time.time()
            return self.outcome

    def refused_at_start(self, faults: tuple[Fault, ...]) -> None:
        """This control follows another one, whose configuration runs on: the files were refused."""
        self.outcome = ReloadOutcome(accepted=False, digest=self._current().digest, faults=faults)
        self.ended_at = time.time()

    async def _reload(self, began: float) -> ReloadOutcome:
        try:
            archive: dict[str, bytes] = {}
            config = await asyncio.to_thread(_load, self.directory, archive)
            faults = restart_needed(self._current(), config)
            if not faults:
                await asyncio.to_thread(keys_of, config)
                if self._prepare is not None:
                    await self._prepare(config)
                self._accept(config)
                await asyncio.to_thread(accepted.keep, config, archive)
                return self._accepted(config, began)
        except ConfigError as error:
            faults = error.faults
        except KeysError as error:
            faults = (Fault(path=str(self.directory), message=str(error)),)
        except Exception as bug:
            log.exception("a bug stopped the reload")
            faults = (Fault(path=str(self.directory), message=f"a bug stopped the reload: {bug!r}"),)
        return self._refused(faults, began)

    def _accepted(self, config: Config, began: float) -> ReloadOutcome:
        seconds = time.monotonic() - began
        log.info("reloaded", digest=config.digest, seconds=round(seconds, 3), warnings=len(config.warnings))
        for warning in config.warnings:
            log.warning("configuration", text=str(warning))
        return ReloadOutcome(accepted=True, digest=config.digest, warnings=config.warnings, seconds=seconds)

    def _refused(self, faults: tuple[Fault, ...], began: float) -> ReloadOutcome:
        log.error("reload refused; the old configuration runs on", faults=[str(fault) for fault in faults])
        return ReloadOutcome(
            accepted=False, digest=self._current().digest, faults=faults, seconds=time.monotonic() - began
        )


def _load(directory: Path, archive: dict[str, bytes]) -> Config:
    from gslb.config.files import load  # not before it is needed: see accepted

    return load(directory, archive)
