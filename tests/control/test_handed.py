"""What `gslb run` has read is what the first control runs, and nobody else's word is."""

import os
import pickle
from pathlib import Path

import pytest

from gslb.config.files import load
from gslb.control.accepted import begin
from gslb.control.handed import HANDED, hand_on, take
from gslb.model.settings import Config
from tests.control.test_reload import write


@pytest.fixture
def handed(folder: Path) -> Config:
    """What was read, and left for control."""
    archive: dict[str, bytes] = {}
    config = load(folder, archive)
    hand_on(config, archive)
    return config


def test_taken_once(folder: Path, handed: Config) -> None:
    """It is the same configuration, private while it lies there, and gone when it was taken."""
    path = folder / "run" / HANDED
    assert path.stat().st_mode & 0o777 == 0o600

    found = take(folder, folder / "run")

    assert found is not None
    assert found[0] == handed
    assert not path.exists()
    assert take(folder, folder / "run") is None


def test_control_begins_with_it(folder: Path, handed: Config) -> None:
    """The first control runs what was handed to it, and keeps it for the next one."""
    found, faults = begin(folder, folder / "run")

    assert (found, faults) == (handed, ())
    (folder / "zones" / "mail.yaml").write_text("[")
    assert begin(folder, folder / "run")[0] == handed


def test_files_that_changed_are_read(folder: Path, handed: Config) -> None:
    """A changed file, one more, or one less: what was handed on does not count."""
    write(folder, address="127.0.0.2")

    found, _ = begin(folder, folder / "run")

    assert found.digest != handed.digest


@pytest.mark.parametrize("change", ["more", "less", "elsewhere", "open", "cut", "another"])
def test_what_does_not_count(folder: Path, handed: Config, change: str) -> None:
    """Another set of files, another directory, a file that others may read, one cut short, another program's."""
    path = folder / "run" / HANDED
    octets = path.read_bytes()
    if change == "more":
        (folder / "zones" / "other.yaml").write_text("zone: other.example.com\n")
    if change == "less":
        (folder / "zones" / "mail.yaml").unlink()
    if change == "open":
        path.chmod(0o640)
    if change == "cut":
        path.write_bytes(octets[:-5])
    if change == "another":
        program, directory, archive = pickle.loads(octets)
        path.write_bytes(pickle.dumps((("0", program[1]), directory, archive)))

    assert take(folder / "nowhere" if change == "elsewhere" else folder, folder / "run") is None
    assert handed.directory == folder


def test_a_run_dir_that_refuses(folder: Path, handed: Config) -> None:
    """Nothing is left where nothing can be written; the files are read again."""
    (folder / "run" / HANDED).unlink()
    os.rmdir(folder / "run")

    hand_on(handed, {})

    assert take(folder, folder / "run") is None
