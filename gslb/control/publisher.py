"""Writing tables and announcing them.

Whoever has changed something asks; the publisher writes what stands decided at that moment, so that requests which
come while it writes are one more table, not many. A small table is written at once on the loop, a big one in a thread.
A disk that refuses costs freshness, never answers: workers keep the table they have, and every second it is tried
again.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from hashlib import blake2b
from pathlib import Path

import structlog

from gslb.answers.build import Image
from gslb.control.metrics import Metrics
from gslb.errors import TableError
from gslb.handoff.layout import MANIFEST
from gslb.handoff.reader import Names, Part
from gslb.handoff.table import Manifest, Table, open_table, publish, read_manifest

log = structlog.get_logger("gslb.control.publisher")

BIG = 1 << 20
"""Octets from which a table is written in a thread."""

PACE = 4
"""Rest after a table, in times it took: writing takes at most a fifth of the loop, however much changes."""

TOUCH_EVERY = 60
"""Seconds (ticks) between two signs on the manifest that control lives, see `standing`."""

STANDING_AGE = 300.0
"""Seconds after the last such sign for which a table left behind counts as one that only just lost its control."""


def standing(run_dir: Path, digest: str, now: float) -> Manifest | None:
    """The manifest of a table that carries health, was made from this configuration, and whose control lived lately.

    Such a table is not to be replaced by one that knows nothing. Reads the whole table to verify it.
    """
    try:
        table = open_table(run_dir)
        touched = (run_dir / MANIFEST).stat().st_mtime
    except (TableError, OSError):
        return None
    manifest = table.manifest
    good = manifest.carries_health and manifest.config == digest and abs(now - touched) <= STANDING_AGE
    return manifest if good else None


class Publisher:
    """Writes to `run_dir`. `image` builds the table as decided now, `announce` tells workers of a generation.

    `facts` (carries health, digest) are asked with each table. `prepare` is awaited before; it says whether it left
    work for another table.
    """

    def __init__(
        self,
        run_dir: Path,
        *,
        image: Callable[[int], Image],
        facts: Callable[[], tuple[bool, str]],
        announce: Callable[[Image], None],
        metrics: Metrics,
        clock: Callable[[], float] = time.time,
        prepare: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        self._prepare = prepare
        self.run_dir = run_dir
        self._image = image
        self._facts = facts
        self._announce = announce
        self._metrics = metrics
        self._clock = clock
        self._wanted = asyncio.Event()
        self._soon = False
        self._next = _first_generation(run_dir, clock())
        self._unwritten_names: bytes | None = None
        self._names: tuple[str, bytes] = ("", b"")
        self._transfers: dict[str, str] = {}
        self._unwritten_transfers: dict[str, bytes] = {}
        self._ticks = 0
        self.manifest: Manifest | None = None
        self.table: Table | None = None
        self.first_health: int | None = None
        self.published = self.errors = 0
        self.error = ""

    def __repr__(self) -> str:
        return f"<Publisher {self.manifest} error={self.error!r}>"

    @property
    def generation(self) -> int:
        """Of the table that stands; 0 for none that this control knows."""
        return self.manifest.generation if self.manifest else 0

    def adopt(self, manifest: Manifest) -> None:
        """Let a table that stands already (see `standing`) stand."""
        self.manifest = manifest
        self.first_health = manifest.generation

    def ask_now(self) -> None:
        """Publish as soon as may be."""
        self._wanted.set()

    def ask_soon(self) -> None:
        """Publish with the next tick."""
        self._soon = True

    def tick(self) -> None:
        """A second has passed."""
        if self._soon or self.error:
            self._wanted.set()
        self._ticks += 1
        if self._ticks % TOUCH_EVERY == 0:
            _touch(self.run_dir / MANIFEST)

    async def run(self) -> None:
        """Publish whenever somebody has asked."""
        while True:
            await self._wanted.wait()
            began = time.monotonic()
            await self.publish()
            await asyncio.sleep(min(1.0, PACE * (time.monotonic() - began)))

    async def publish(self) -> None:
        """Write the table as decided now, and announce it. A disk that refuses is told, and tried again each second."""
        self._wanted.clear()
        self._soon = self._prepare is not None and await self._prepare()
        generation = self._next
        self._next += 1
        image = self._image(generation)
        self._soon = self._soon or image.waits
        carries_health, digest = self._facts()
        manifest, files = self._files(image, carries_health, digest)
        try:
            if sum(map(len, files.values())) < BIG:
                publish(self.run_dir, manifest, files)
            else:
                await asyncio.to_thread(publish, self.run_dir, manifest, files)
        except OSError as error:
            self._failed(error, generation)
        else:
            self._stands(manifest, image)

    def _files(self, image: Image, carries_health: bool, digest: str) -> tuple[Manifest, dict[str, bytes]]:
        files = {f"part{number}-{image.generation}.tbl": part for number, part in enumerate(image.parts)}
        parts = tuple(files)
        if image.names is not None:
            self._unwritten_names = image.names
            self._transfers.clear()
            self._unwritten_transfers.clear()
        if self._unwritten_names is not None:
            self._names = (f"names-{image.generation}.tbl", self._unwritten_names)
            files[self._names[0]] = self._unwritten_names
        for apex, data in image.transfers.items():
            name = f"transfer-{blake2b(apex, digest_size=8).hexdigest()}-{image.generation}.tbl"
            self._transfers[apex.hex()] = name
            self._unwritten_transfers[apex.hex()] = data
        files.update({self._transfers[apex]: data for apex, data in self._unwritten_transfers.items()})
        manifest = Manifest(
            generation=image.generation,
            names=self._names[0],
            parts=parts,
            carries_health=carries_health,
            written=self._clock(),
            config=digest,
            transfers=dict(self._transfers),
        )
        return manifest, files

    def _stands(self, manifest: Manifest, image: Image) -> None:
        if self.error:
            log.info("the table can be written again", generation=manifest.generation)
        self._unwritten_names = None
        self._unwritten_transfers.clear()
        self.error = ""
        self.manifest = manifest
        # Read by `explain` only; made here by this process, so nothing is left to verify.
        self.table = Table(manifest, Names(memoryview(self._names[1])), tuple(Part(memoryview(p)) for p in image.parts))
        if manifest.carries_health and self.first_health is None:
            self.first_health = manifest.generation
        self.published += 1
        self._metrics.published.inc()
        log.debug("published", generation=manifest.generation, carries_health=manifest.carries_health)
        self._announce(image)

    def _failed(self, error: OSError, generation: int) -> None:
        self.errors += 1
        self._metrics.publish_errors.inc()
        text = f"{self.run_dir}: {error.strerror or error}"
        if text != self.error:
            log.error("the table cannot be written; workers keep the old one", generation=generation, error=text)
        self.error = text


def _first_generation(run_dir: Path, now: float) -> int:
    """One above the table that stands. An unreadable manifest tells no generation: then Unix time is above any."""
    try:
        return read_manifest(run_dir).generation + 1
    except TableError:
        return int(now) if (run_dir / MANIFEST).exists() else 1


def _touch(path: Path) -> None:
    try:
        os.utime(path)
    except OSError:
        pass  # no table stands, or the disk refuses; publishing tells
