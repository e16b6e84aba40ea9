"""Keys and signatures: key files are read again every minute, big work is done in a thread, signatures are kept.

Nodes act on the dates in key files, so nothing has to be told to them. Key files that cannot be used any more change
nothing while this process lives: the keys that were read sign on. What was signed is kept in state_dir, so that the
next process signs only what is new.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable

import structlog

from gslb.answers.dnssec.signatures import Signatures
from gslb.control.keyring import load_keys
from gslb.control.pipeline import Pipeline
from gslb.errors import KeysError
from gslb.model.keys import ZoneKey
from gslb.model.settings import Config

log = structlog.get_logger("gslb.control.notary")

SIGNATURES = "signatures"
"""File in state_dir."""

EVERY = 60.0
"""Seconds between two looks at the key files."""

SMALL = 50
"""So many entries are signed on the loop: at most some ten milliseconds. More are signed in a thread."""

BATCH = 200
BATCHES = 20
"""Entries whose signatures grow old, or whose key changes, are signed in so many batches, of at least so many each:
between two of them, entries that changed get into a table.
"""


def keys_of(config: Config) -> dict[str, tuple[ZoneKey, ...]]:
    """The keys of every zone that is to be signed, by its text. Raises KeysError."""
    return {zone.text: load_keys(zone.dnssec.keys, zone.name) for zone in config.zones if zone.dnssec is not None}


class Notary:
    """Reads state_dir and the key files of this configuration when made. Raises KeysError."""

    def __init__(self, config: Config, clock: Callable[[], float]) -> None:
        self.path = config.node.state_dir / SIGNATURES
        self.clock = clock
        self.signatures = Signatures()
        self.keys = keys_of(config)
        self.error = ""
        self._saved = 0
        if self.keys:
            self._recall()

    def __repr__(self) -> str:
        return f"<Notary {len(self.keys)} zones {self.signatures} error={self.error!r}>"

    def accept(self, config: Config) -> None:
        """Another configuration has taken over: read its keys. Those that cannot be read stay as they are known."""
        for zone in config.zones:
            if zone.dnssec is not None:
                try:
                    self.keys[zone.text] = load_keys(zone.dnssec.keys, zone.name)
                except KeysError as error:
                    self._unusable(error)
        signed = {zone.text for zone in config.zones if zone.dnssec is not None}
        self.keys = {zone: found for zone, found in self.keys.items() if zone in signed}

    @property
    def has_news(self) -> bool:
        """Whether there are signatures that are not kept yet."""
        return self.signatures.made != self._saved

    async def run(
        self, config: Callable[[], Config], changed: Callable[[], None], keep: Callable[[], Awaitable[None]]
    ) -> None:
        """Look at the key files of the running configuration every EVERY seconds, and have signatures kept."""
        while True:
            await asyncio.sleep(EVERY)
            await self.look(config(), changed)
            await keep()

    async def look(self, config: Config, changed: Callable[[], None]) -> None:
        """Read the key files; `changed` is called when they say something new."""
        try:
            found = await asyncio.to_thread(keys_of, config)
        except KeysError as error:
            self._unusable(error)
            return
        if self.error:
            log.info("key files can be used again")
        self.error = ""
        if found != self.keys and found.keys() == self.keys.keys():
            self.keys = found
            changed()

    async def prepare(self, pipeline: Pipeline) -> bool:
        """Sign what has to be signed before the next table; whether something is left that can wait."""
        while True:
            urgent, old = pipeline.waiting()
            if urgent + old <= SMALL:
                pipeline.accept(pipeline.work(self.clock(), old).done())
                return False
            work = pipeline.work(self.clock(), max(BATCH, old // BATCHES))
            pipeline.accept(await asyncio.to_thread(work.done))
            urgent, old = pipeline.waiting()
            if not urgent:
                return old > 0

    async def save(self) -> None:
        """Keep the signatures. A disk that refuses costs the next process time."""
        self._saved = self.signatures.made
        try:
            await asyncio.to_thread(self._write)
        except OSError as error:
            log.warning("signatures cannot be kept", path=str(self.path), error=error.strerror)

    def _write(self) -> None:
        aside = self.path.with_name(self.path.name + ".new")
        try:
            aside.write_bytes(self.signatures.export())
            os.replace(aside, self.path)
        except OSError:
            aside.unlink(missing_ok=True)
            raise

    def _recall(self) -> None:
        began = time.monotonic()
        try:
            why = self.signatures.restore(self.path.read_bytes(), self.clock())
        except FileNotFoundError:
            return
        except OSError as error:
            why = f"cannot be read: {error.strerror}; every RRset is signed anew"
        if why:
            log.warning("signatures are not recalled", path=str(self.path), why=why)
        log.info("signatures recalled", count=len(self.signatures), seconds=round(time.monotonic() - began, 3))

    def _unusable(self, error: KeysError) -> None:
        if str(error) != self.error:
            log.error("key files cannot be used; the keys that were read before sign on", why=str(error))
        self.error = str(error)
