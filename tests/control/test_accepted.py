"""A control that follows another one under the same supervisor."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from gslb.control.accepted import begin, keep
from gslb.errors import ConfigError
from gslb.handoff.layout import ACCEPTED
from gslb.model.settings import Config
from tests.control.test_reload import write


@pytest.fixture
def first(folder: Path) -> Config:
    """What the first control began with, and kept."""
    config, faults = begin(folder, folder / "run")
    assert faults == ()
    return config


def test_the_files_count_where_they_are_good(folder: Path, first: Config) -> None:
    """Unchanged or changed, good files are what the next control runs, and keeps."""
    assert begin(folder, folder / "run") == (first, ())

    write(folder, address="127.0.0.2")
    second, faults = begin(folder, folder / "run")

    assert (second.digest != first.digest, faults) == (True, ())
    (folder / "zones" / "mail.yaml").write_text("[")
    assert begin(folder, folder / "run")[0] == second


def test_half_edited_files_do_not_keep_control_away(folder: Path, first: Config) -> None:
    """Where the files are refused, what ran before runs on, and every fault is told."""
    (folder / "zones" / "mail.yaml").write_text("zone: mail.example.com\nnonsense: 1\n")

    config, faults = begin(folder, folder / "run")

    assert config == first
    assert "nonsense" in str(faults)


def test_what_needs_a_restart_waits_for_one(folder: Path, first: Config) -> None:
    """A run_dir or listener that only a restart may change is not taken by a control that merely follows."""
    write(folder, node="ns2")

    config, faults = begin(folder, folder / "run")

    assert config == first
    assert "restart needed" in str(faults)


@pytest.mark.parametrize("run_dir", [None, "run", "nowhere"])
def test_without_one_before_the_files_must_be_good(folder: Path, run_dir: str | None) -> None:
    """A first control has nothing to fall back to."""
    (folder / "zones" / "mail.yaml").write_text("[")

    with pytest.raises(ConfigError):
        begin(folder, folder / run_dir if run_dir else None)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: "[",
        lambda data: [],
        lambda data: {**data, "format": 2},
        lambda data: {**data, "files": {"gslb.yaml": 1}},
        lambda data: {**data, "files": {}},
        lambda data: {**data, "digest": "0" * 16},
    ],
)
def test_junk_is_no_configuration(folder: Path, first: Config, spoil: Callable[[dict[str, object]], object]) -> None:
    """What was kept is used whole and as it was, or not at all."""
    path = folder / "run" / ACCEPTED
    spoilt = spoil(json.loads(path.read_text()))
    path.write_text(spoilt if isinstance(spoilt, str) else json.dumps(spoilt))
    (folder / "zones" / "mail.yaml").write_text("[")

    with pytest.raises(ConfigError):
        begin(folder, folder / "run")


def test_junk_does_not_stand_in_the_way_of_good_files(folder: Path, first: Config) -> None:
    """Good files are taken whatever was kept."""
    path = folder / "run" / ACCEPTED
    path.write_text(json.dumps({**json.loads(path.read_text()), "digest": "0" * 16}))

    assert begin(folder, folder / "run") == (first, ())


def test_it_is_nobody_elses_business(folder: Path, first: Config) -> None:
    """Checks may hold secrets."""
    assert stat.S_IMODE((folder / "run" / ACCEPTED).stat().st_mode) == 0o600


def test_a_run_dir_that_refuses_stops_nobody(folder: Path, first: Config) -> None:
    """The safety is lost, and told; control runs."""
    (folder / "run" / f"{ACCEPTED}.new").mkdir()

    keep(first, {})

    assert begin(folder, folder / "run") == (first, ())
