import json
from dataclasses import replace
from pathlib import Path

import pytest

from gslb.errors import TableError
from gslb.handoff.layout import MANIFEST
from gslb.handoff.specs import EntrySpec, NodeSpec, ZoneSpec
from gslb.handoff.table import Manifest, in_memory, open_table, publish, read_manifest
from gslb.handoff.transfers import Contents, transfer_file
from gslb.handoff.writer import names_file, part_file
from gslb.model.names import ROOT

NAMES = names_file([NodeSpec(name=ROOT, zone=0)], [ZoneSpec(apex=ROOT, nxdomain_slot=0, nodata_slot=1)], generation=1)
FIRST = Manifest(
    generation=1, names="names-1.tbl", parts=("part0-1.tbl",), carries_health=False, written=1.5, config="ab"
)


def part(generation: int, number: int = 0) -> bytes:
    """A part of two entries."""
    return part_file({0: EntrySpec(rcode=3), 1: EntrySpec()}, slots=2, generation=generation, number=number)[0]


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    """A directory with the first table published."""
    publish(tmp_path, FIRST, {"names-1.tbl": NAMES, "part0-1.tbl": part(1)})
    return tmp_path


def second(run_dir: Path) -> Manifest:
    """Publish the next table, which has the names of the first."""
    manifest = replace(FIRST, generation=2, parts=("part0-2.tbl",), carries_health=True)
    publish(run_dir, manifest, {"part0-2.tbl": part(2)})
    return manifest


def test_a_published_table_opens(run_dir: Path) -> None:
    """What was written is what is read, manifest and files."""
    table = open_table(run_dir)

    assert table.manifest == read_manifest(run_dir) == FIRST
    assert table.generation == 1
    assert table.names.find(ROOT) == 0
    entry = table.parts[0].entry(0)
    assert entry is not None
    assert entry.rcode == 3
    assert repr(table) == "<Table 1 names=1 parts=1 health=False>"


def test_old_files_go(run_dir: Path) -> None:
    """Once no manifest names them, and what a crash left half written, too; other files are left alone."""
    (run_dir / "part0-9.tbl.new").touch()
    (run_dir / "control.sock").touch()

    second(run_dir)

    assert {path.name for path in run_dir.iterdir()} == {MANIFEST, "control.sock", "names-1.tbl", "part0-2.tbl"}


def test_unchanged_files_are_taken_over(run_dir: Path) -> None:
    """A new table shares what it names as before; a worker's old table stays readable after its file is gone."""
    before = open_table(run_dir)
    second(run_dir)

    after = open_table(run_dir, before)

    assert after.names is before.names
    assert after.parts[0] is not before.parts[0]
    assert open_table(run_dir, after).parts[0] is after.parts[0]
    assert before.parts[0].entry(1) is not None


def test_nothing_published(tmp_path: Path) -> None:
    """No manifest, no table."""
    with pytest.raises(TableError, match="no table"):
        open_table(tmp_path)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "cannot be read"),
        ("[]", "cannot be read"),
        ("{}", "cannot be read"),
        ('{"version": 99}', "layout version is 99"),
        (json.dumps({"version": 1, "generation": "x"}), "cannot be read"),
    ],
)
def test_broken_manifests(run_dir: Path, text: str, why: str) -> None:
    """Whatever is wrong with it, the manifest is refused in words."""
    (run_dir / MANIFEST).write_text(text)

    with pytest.raises(TableError, match=why):
        open_table(run_dir)


def test_a_manifest_of_another_program_without_digest(run_dir: Path) -> None:
    """The configuration's digest may be missing."""
    raw = json.loads((run_dir / MANIFEST).read_text())
    del raw["config"]
    (run_dir / MANIFEST).write_text(json.dumps(raw))

    assert read_manifest(run_dir) == replace(FIRST, config="")


@pytest.mark.parametrize("count", [0, 257])
def test_a_table_has_one_to_256_parts(run_dir: Path, count: int) -> None:
    """Anything else is refused."""
    publish(run_dir, replace(FIRST, parts=("part0-1.tbl",) * count), {})

    with pytest.raises(TableError, match=f"{count} parts"):
        open_table(run_dir)


@pytest.mark.parametrize("content", [None, b"", b"short", NAMES[:-8], part(1)])
def test_a_broken_file_is_named(run_dir: Path, content: bytes | None) -> None:
    """Missing, empty, cut short or of the other kind: the error says which file."""
    (run_dir / "names-1.tbl").unlink()
    if content is not None:
        (run_dir / "names-1.tbl").write_bytes(content)

    with pytest.raises(TableError, match=r"names-1\.tbl"):
        open_table(run_dir)


def test_parts_stand_in_their_places(run_dir: Path) -> None:
    """Nodes name parts by number."""
    publish(run_dir, replace(FIRST, parts=("part1-1.tbl",)), {"part1-1.tbl": part(1, number=1)})

    with pytest.raises(TableError, match="part 1 stands in place 0"):
        open_table(run_dir)
    with pytest.raises(TableError, match="part 1 stands in place 0"):
        in_memory(NAMES, [part(1, number=1)])


def test_a_refusing_disk_leaves_the_old_table(run_dir: Path) -> None:
    """Publishing fails before the manifest is touched, and leaves no half file."""
    (run_dir / "part0-2.tbl").mkdir()

    with pytest.raises(OSError):
        second(run_dir)

    assert open_table(run_dir).generation == 1
    assert not list(run_dir.glob("*.new"))


def test_in_memory() -> None:
    """A table that never was a file has the highest generation of its files, and is verified as well."""
    table = in_memory(NAMES, [part(4)], written=2.0)

    assert (table.generation, table.manifest.carries_health, table.manifest.written) == (4, True, 2.0)
    with pytest.raises(TableError):
        in_memory(NAMES[:-8], [part(4)])


def test_transfer_files_are_taken_over(run_dir: Path) -> None:
    """A transfer file that the next manifest names too is not opened again; one that it does not name goes."""
    contents = Contents(ROOT, 7, b"soa", b"records")
    files = {f"transfer-{n}.tbl": transfer_file(contents._replace(serial=n), generation=1) for n in (7, 8)}
    first = replace(read_manifest(run_dir), transfers={"00": "transfer-7.tbl"})
    publish(run_dir, first, {"transfer-7.tbl": files["transfer-7.tbl"]})
    table = open_table(run_dir)
    assert table.transfers[ROOT].serial == 7
    assert open_table(run_dir, table).transfers[ROOT] is table.transfers[ROOT]

    publish(run_dir, replace(first, transfers={"00": "transfer-8.tbl"}), {"transfer-8.tbl": files["transfer-8.tbl"]})

    assert open_table(run_dir, table).transfers[ROOT].serial == 8
    assert not (run_dir / "transfer-7.tbl").exists()
