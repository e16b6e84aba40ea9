"""What `gslb run` has read is what the first control runs."""

import os
import pickle
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import BinaryIO

import pytest

from gslb.config.files import load
from gslb.control.accepted import begin
from gslb.control.handed import Handed, hand_on, take, tell_state_dir
from gslb.control.memory import Memory, Remembered
from gslb.health.ledger import Ledger
from gslb.health.saved import Saved


@pytest.fixture
def read(folder: Path) -> Handed:
    """What `gslb run` read."""
    archive: dict[str, bytes] = {}
    return Handed(load(folder, archive), archive, Remembered())


@pytest.fixture
def pipe() -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Its two ends: where control waits, and where the other speaks."""
    ends = os.pipe()
    with open(ends[0], "rb") as waits, open(ends[1], "wb", buffering=0) as says:
        yield waits, says


def said(read: Handed, says: BinaryIO, last: bytes) -> None:
    """All of it, and the end of the pipe. Beside who hears it: a pipe holds little."""

    def say() -> None:
        tell_state_dir(read.config.node.state_dir, says)
        hand_on(read.config, read.archive, says)
        says.write(last)
        says.close()

    Thread(target=say).start()


def test_it_goes_through_the_pipe(read: Handed, pipe: tuple[BinaryIO, BinaryIO]) -> None:
    """The same configuration, and the same octets, once the gate opens."""
    said(read, pipe[1], b"\n")

    found = take(pipe[0])

    assert found is not None
    assert (found.config, found.archive) == (read.config, read.archive)
    remembered, scene = found.spend()
    assert remembered == Remembered()
    assert scene is not None
    assert scene.config == read.config
    assert (found.spend(), found.archive) == ((None, None), {})


def test_what_was_saved_is_recalled_meanwhile(read: Handed, pipe: tuple[BinaryIO, BinaryIO]) -> None:
    """Saved verdicts are judged before the configuration comes that they belong to."""
    state_dir = read.config.node.state_dir
    state_dir.mkdir(exist_ok=True)
    Memory(state_dir).save(Ledger(read.config).export(1000.0), {})
    said(read, pipe[1], b"\n")

    found = take(pipe[0], lambda: 1001.0)

    assert found is not None
    assert found.remembered == Remembered(ledger=Saved(verdicts={}))


def test_another_state_dir_is_not_believed(read: Handed, pipe: tuple[BinaryIO, BinaryIO], tmp_path: Path) -> None:
    """Where the file was changed between two looks at it, control recalls by itself."""
    tell_state_dir(tmp_path / "other", pipe[1])
    hand_on(read.config, read.archive, pipe[1])
    pipe[1].write(b"\n")

    found = take(pipe[0])

    assert found is not None
    assert (found.config, found.remembered) == (read.config, None)


def test_a_gate_that_stays_shut(read: Handed, pipe: tuple[BinaryIO, BinaryIO]) -> None:
    """Where the supervisor could not start, control is not wanted."""
    said(read, pipe[1], b"")

    assert take(pipe[0]) is None


@pytest.mark.parametrize(
    "octets", [b"", pickle.dumps(Path())[:-1], pickle.dumps(Path())], ids=["nothing", "cut", "half"]
)
def test_a_reader_that_gave_up(pipe: tuple[BinaryIO, BinaryIO], octets: bytes) -> None:
    """Where the files were refused, or reading them was broken off, control is not wanted either."""
    pipe[1].write(octets)
    pipe[1].close()

    assert take(pipe[0]) is None


def test_a_control_that_died_costs_nothing(read: Handed, pipe: tuple[BinaryIO, BinaryIO]) -> None:
    """Who hands on goes on; another control reads the files."""
    pipe[0].close()

    hand_on(read.config, read.archive, pipe[1])


def test_control_begins_with_it(folder: Path, read: Handed) -> None:
    """The first control runs what was handed to it, whatever the files say by now, and keeps it for the next one."""
    (folder / "zones" / "mail.yaml").write_text("[")

    assert begin(folder, None, read) == (read.config, ())
    assert begin(folder, folder / "run")[0] == read.config
