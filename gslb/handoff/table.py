"""A table as a whole: published by control, opened by workers, swapped as one reference.

Files are written beside each other in `run_dir` and the manifest is renamed into place last: a reader sees the old
table or the new one, never half of one. Nothing is synced: run_dir need not outlive the machine, and digests tell. Old
files are removed once no manifest names them; a worker that still maps one keeps it until it lets go. A file name
stands for the same bytes for ever: a worker that has it mapped does not look at it again.
"""

import json
import mmap
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gslb.errors import TableError
from gslb.handoff import layout
from gslb.handoff.integrity import verified
from gslb.handoff.layout import MANIFEST, TRANSFER_MAGIC
from gslb.handoff.reader import Names, Part
from gslb.handoff.transfers import TransferFile

NO_TRANSFERS: Mapping[bytes, TransferFile] = {}
NO_FILES: Mapping[bytes, bytes] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What names a table. `carries_health`: made after the first round. `written`: Unix time.

    `config`: the digest of the configuration it was made from. `transfers`: the transfer file of each zone that has
    one, by its apex in hexadecimal digits.
    """

    generation: int
    names: str
    parts: tuple[str, ...]
    carries_health: bool
    written: float
    config: str = ""
    transfers: Mapping[str, str] = field(default_factory=dict)


class Table:
    """An opened table: names, parts, the transfer files by apex, and the manifest that named them. Immutable."""

    __slots__ = ("manifest", "names", "parts", "transfers")

    def __init__(
        self,
        manifest: Manifest,
        names: Names,
        parts: tuple[Part, ...],
        transfers: Mapping[bytes, TransferFile] = NO_TRANSFERS,
    ) -> None:
        self.manifest = manifest
        self.names = names
        self.parts = parts
        self.transfers = transfers

    @property
    def generation(self) -> int:
        """Rises with every publication."""
        return self.manifest.generation

    def __repr__(self) -> str:
        m = self.manifest
        return f"<Table {m.generation} names={self.names.node_count} parts={len(self.parts)} health={m.carries_health}>"


def in_memory(
    names: bytes,
    parts: Sequence[bytes],
    *,
    carries_health: bool = True,
    written: float = 0.0,
    transfers: Mapping[bytes, bytes] = NO_FILES,
) -> Table:
    """A table that never was a file, for tests and `explain`; verified like any other."""
    generation = verified(memoryview(names), layout.NAMES_MAGIC)
    opened = []
    for part in parts:
        generation = max(generation, verified(memoryview(part), layout.PART_MAGIC))
        opened.append(Part(memoryview(part)))
    manifest = Manifest(
        generation=generation,
        names="",
        parts=("",) * len(opened),
        carries_health=carries_health,
        written=written,
    )
    for file in transfers.values():
        verified(memoryview(file), layout.TRANSFER_MAGIC)
    fetched = {apex: TransferFile(memoryview(file)) for apex, file in transfers.items()}
    return Table(manifest, Names(memoryview(names)), _in_order(opened), fetched)


def publish(run_dir: Path, manifest: Manifest, files: Mapping[str, bytes | memoryview]) -> None:
    """Write `files` (those that are new), then rename the manifest into place, then drop what it no longer names.

    Raises OSError when the disk refuses; the old table then stands untouched.
    """
    for name, data in files.items():
        _write(run_dir / name, data)
    text = json.dumps(
        {
            "version": layout.VERSION,
            "generation": manifest.generation,
            "names": manifest.names,
            "parts": list(manifest.parts),
            "carries_health": manifest.carries_health,
            "written": manifest.written,
            "config": manifest.config,
            "transfers": dict(manifest.transfers),
        }
    )
    _write(run_dir / MANIFEST, text.encode())
    _drop_unnamed(run_dir, {manifest.names, *manifest.parts, *manifest.transfers.values()})


def _write(path: Path, data: bytes | memoryview) -> None:
    aside = path.with_name(path.name + ".new")
    try:
        with aside.open("wb") as file:
            file.write(data)
        os.replace(aside, path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise


def _drop_unnamed(run_dir: Path, named: set[str]) -> None:
    for path in (*run_dir.glob("*.tbl"), *run_dir.glob("*.tbl.new")):
        if path.name not in named:
            path.unlink(missing_ok=True)


def read_manifest(run_dir: Path) -> Manifest:
    """The manifest that stands. Raises TableError when there is none or it cannot be read."""
    try:
        raw = json.loads((run_dir / MANIFEST).read_bytes())
        if raw["version"] != layout.VERSION:
            raise TableError(f"layout version is {raw['version']}, this program reads {layout.VERSION}")
        return Manifest(
            generation=int(raw["generation"]),
            names=str(raw["names"]),
            parts=tuple(map(str, raw["parts"])),
            carries_health=bool(raw["carries_health"]),
            written=float(raw["written"]),
            config=str(raw.get("config", "")),
            transfers={str(apex): str(name) for apex, name in raw.get("transfers", {}).items()},
        )
    except TableError:
        raise
    except OSError as error:
        raise TableError(f"no table: {error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TableError(f"the manifest cannot be read: {error!r}") from error


def open_table(run_dir: Path, previous: Table | None = None) -> Table:
    """Map and verify the table that the manifest names; files shared with `previous` are taken over.

    Reads whole files to check digests: never call it on the loop that answers. Raises TableError.
    """
    manifest = read_manifest(run_dir)
    if not 1 <= len(manifest.parts) <= layout.MAX_PARTS:
        raise TableError(f"{len(manifest.parts)} parts")
    known: dict[str, Names | Part | TransferFile] = {}
    if previous is not None:
        known.update((previous.manifest.transfers[apex.hex()], each) for apex, each in previous.transfers.items())
        known[previous.manifest.names] = previous.names
        known.update(zip(previous.manifest.parts, previous.parts, strict=True))
    names = known.get(manifest.names)
    if not isinstance(names, Names):
        names = Names(_map(run_dir / manifest.names, layout.NAMES_MAGIC))
    parts = []
    for name in manifest.parts:
        part = known.get(name)
        parts.append(part if isinstance(part, Part) else Part(_map(run_dir / name, layout.PART_MAGIC)))
    transfers = {}
    for apex, name in manifest.transfers.items():
        found = known.get(name)
        opened = found if isinstance(found, TransferFile) else TransferFile(_map(run_dir / name, TRANSFER_MAGIC))
        transfers[bytes.fromhex(apex)] = opened
    return Table(manifest, names, _in_order(parts), transfers)


def _in_order(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Nodes name their part by number, so each must stand in its own place."""
    for number, part in enumerate(parts):
        if part.number != number:
            raise TableError(f"part {part.number} stands in place {number}")
    return tuple(parts)


def _map(path: Path, magic: bytes) -> memoryview:
    try:
        with path.open("rb") as file:
            data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError) as error:
        raise TableError(f"{path.name}: {error}") from error
    try:
        verified(data, magic)
    except TableError as error:
        raise TableError(f"{path.name}: {error}") from error
    return data
