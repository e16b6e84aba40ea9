"""Writing tables and announcing them.

Whoever has changed something asks; the publisher writes what stands decided at that moment, so that requests which
come while it writes are one more table, not many. A small table is written at once on the loop, a big one in a thread.
A disk that refuses costs freshness, never answers: workers keep the table they have, and every second it is tried
again.
"""

import asyncio
import mmap
import os
import time
from collections.abc import Awaitable, Callable
from hashlib import blake2b
from pathlib import Path
from typing import TypeAlias

import structlog

from gslb.answers.image import Image, Pressing
from gslb.control.metrics import Metrics
from gslb.errors import TableError
from gslb.handoff.layout import MANIFEST
from gslb.handoff.reader import Names, Part
from gslb.handoff.table import Manifest, Table, open_table, publish, read_manifest

Buffer: TypeAlias = bytes | memoryview

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
    """Writes to `run_dir`. `press` gives the table as decided now, `announce` tells workers of it.

    `facts` (carries health, digest) are asked with each table. `prepare` is awaited before; it says whether it left
    work for another table.
    """

    def __init__(
        self,
        run_dir: Path,
        *,
        press: Callable[[int], Pressing],
        facts: Callable[[], tuple[bool, str]],
        announce: Callable[[Image], None],
        metrics: Metrics,
        clock: Callable[[], float] = time.time,
        prepare: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        self._prepare = prepare
        self.run_dir = run_dir
        self._press = press
        self._facts = facts
        self._announce = announce
        self._metrics = metrics
        self._clock = clock
        self._wanted = asyncio.Event()
        self._free = asyncio.Event()
        self._free.set()
        self._soon = False
        self._next = _first_generation(run_dir, clock())
        self._stand: frozenset[str] = frozenset()
        self._names: tuple[str, Buffer] = ("", b"")
        self._parts: tuple[bytes, ...] = ()
        self._transfers: dict[str, tuple[str, bytes]] = {}
        self._ticks = 0
        self.manifest: Manifest | None = None
        self.first_health: int | None = None
        self.published = self.errors = 0
        self.error = ""

    def __repr__(self) -> str:
        return f"<Publisher {self.manifest} error={self.error!r}>"

    @property
    def generation(self) -> int:
        """Of the table that stands; 0 for none that this control knows."""
        return self.manifest.generation if self.manifest else 0

    @property
    def table(self) -> Table | None:
        """The table that stands, for whoever asks what it answers; None for none that this control has made."""
        if self.manifest is None or not self._parts:
            return None
        # made here by this process, so nothing is left to verify
        return Table(self.manifest, Names(memoryview(self._names[1])), tuple(Part(memoryview(p)) for p in self._parts))

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

    def hold(self) -> None:
        """Publish nothing until `release`: what stands decided is only part of something."""
        self._free.clear()

    def release(self) -> None:
        """Publish again."""
        self._free.set()

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
            await self._free.wait()
            began = time.monotonic()
            await self.publish()
            await asyncio.sleep(min(1.0, PACE * (time.monotonic() - began)))

    async def publish(self) -> None:
        """Write the table as decided now, and announce it. A disk that refuses is told, and tried again each second."""
        self._wanted.clear()
        self._soon = self._prepare is not None and await self._prepare()
        generation = self._next
        self._next += 1
        pressing = self._press(generation)
        self._soon = self._soon or pressing.waits
        carries_health, digest = self._facts()
        image = await asyncio.to_thread(pressing.image) if pressing.is_long else pressing.image()
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

    def _files(self, image: Image, carries_health: bool, digest: str) -> tuple[Manifest, dict[str, Buffer]]:
        """The manifest, and those files of the table that do not stand yet. Its name tells a part's bytes."""
        parts = [f"part{number}-{made}.tbl" for number, made in enumerate(image.made)]
        if image.names is not None:
            self._names = (f"names-{image.generation}.tbl", image.names)
            self._transfers.clear()
        for apex, data in image.transfers.items():
            name = f"transfer-{blake2b(apex, digest_size=8).hexdigest()}-{image.generation}.tbl"
            self._transfers[apex.hex()] = (name, data)
        every = (*zip(parts, image.parts, strict=True), self._names, *self._transfers.values())
        files = {name: data for name, data in every if name not in self._stand}
        manifest = Manifest(
            generation=image.generation,
            names=self._names[0],
            parts=tuple(parts),
            carries_health=carries_health,
            written=self._clock(),
            config=digest,
            transfers={apex: name for apex, (name, _) in self._transfers.items()},
        )
        return manifest, files

    def _stands(self, manifest: Manifest, image: Image) -> None:
        if self.error:
            log.info("the table can be written again", generation=manifest.generation)
        self.error = ""
        self.manifest = manifest
        self._stand = frozenset((manifest.names, *manifest.parts, *manifest.transfers.values()))
        self._parts = image.parts
        if isinstance(self._names[1], bytes):
            self._names = (manifest.names, _mapped(self.run_dir / manifest.names, self._names[1]))
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


def _mapped(path: Path, written: bytes) -> Buffer:
    """What was written there, as workers share it, so that it is not held twice."""
    try:
        with path.open("rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError):
        return written


def _touch(path: Path) -> None:
    try:
        os.utime(path)
    except OSError:
        pass  # no table stands, or the disk refuses; publishing tells
