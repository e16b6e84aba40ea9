"""What the supervisor writes down."""

import json
import os
import sys
import time
from pathlib import Path

import pytest

from gslb.errors import ListenError
from gslb.handoff.layout import ACCEPTED, MANIFEST
from gslb.supervisor.diary import emit, for_people, forget_old_table, forget_state, hold, write_state


def test_an_event_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    """With the event's own facts beside time and level."""
    emit("worker replaced", {"worker": 1, "why": "silent for 3 s"}, level="warning")
    entry = json.loads(capsys.readouterr().err)

    assert entry.pop("timestamp").endswith("Z")
    assert entry == {
        "event": "worker replaced",
        "level": "warning",
        "role": "supervisor",
        "worker": 1,
        "why": "silent for 3 s",
    }


def test_a_terminal_gets_plain_words(capsys: pytest.CaptureFixture[str]) -> None:
    """No braces for people."""
    emit("worker replaced", {"worker": 1}, console=True)

    assert capsys.readouterr().err == "supervisor: worker replaced worker=1\n"


def test_a_closed_standard_error_stops_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The line is lost, and that is all."""
    file = (tmp_path / "log").open("w")
    file.close()
    monkeypatch.setattr(sys, "stderr", file)

    emit("started", {})


def test_the_format_is_as_told_or_as_fits(capsys: pytest.CaptureFixture[str]) -> None:
    """Piped output is JSON unless console is asked for."""
    assert for_people("console")
    assert not for_people("json")
    assert not for_people(None)


def test_run_dir_is_made_and_held_by_one(tmp_path: Path) -> None:
    """A second holder is refused until the first lets go."""
    run_dir = str(tmp_path / "run" / "gslb")
    lock = hold(run_dir)
    with pytest.raises(ListenError, match="another gslb runs"):
        hold(run_dir)

    os.close(lock)
    os.close(hold(run_dir))


def test_a_run_dir_that_cannot_be_is_named(tmp_path: Path) -> None:
    """A file in its place, for one."""
    (tmp_path / "file").write_text("")

    with pytest.raises(ListenError, match="cannot write in run_dir"):
        hold(str(tmp_path / "file" / "run"))


def test_the_state_is_replaced_and_forgotten(tmp_path: Path) -> None:
    """Readers see one whole state or none."""
    write_state(str(tmp_path), {"control": 1})
    write_state(str(tmp_path), {"control": 2})
    assert json.loads((tmp_path / "supervisor.json").read_text()) == {"control": 2}

    (tmp_path / ACCEPTED).write_text("{}")
    forget_state(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("age", "stands"), [(10, True), (250, True), (400, False), (-400, False)])
def test_an_old_table_is_forgotten(tmp_path: Path, age: float, stands: bool) -> None:
    """A table counts at a start for five minutes after its control last lived, as saved verdicts do."""
    manifest = tmp_path / MANIFEST
    manifest.write_text("{}")
    os.utime(manifest, (time.time() - age,) * 2)

    forget_old_table(str(tmp_path))

    assert manifest.exists() is stands


def test_a_lost_run_dir_stops_nothing(tmp_path: Path) -> None:
    """Neither writing nor forgetting raises."""
    write_state(str(tmp_path / "gone"), {})
    forget_state(str(tmp_path / "gone"))
    forget_old_table(str(tmp_path / "gone"))
