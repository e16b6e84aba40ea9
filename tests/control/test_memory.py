import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.control.memory import SERIALS, VERDICTS, Memory, Serial, next_serials
from gslb.model.verdicts import MemberKey
from tests.kit.controlled import NOW, ZONE, two_tiers

MEMBER = MemberKey(ZONE, "relays", "relay1")


def test_what_was_saved_is_recalled(tmp_path: Path) -> None:
    """Verdicts and totals come back as they were."""
    Memory(tmp_path).save({"format": 1}, {MEMBER: 12})

    found = Memory(tmp_path).recall()

    assert (found.ledger, found.answered, found.ignored) == ({"format": 1}, {MEMBER: 12}, ())
    assert [path.name for path in tmp_path.iterdir()] == [VERDICTS]


@pytest.mark.parametrize("count", [0, 1, 500, 501, 1200])
def test_many_are_written_in_pieces(tmp_path: Path, count: int) -> None:
    """However many verdicts there are, the file is one JSON text, as it would be written in one go."""
    ledger = {"format": 1, "verdicts": [{"n": n, "text": "ü\n"} for n in range(count)], "pasts": {}}
    Memory(tmp_path).save(ledger, {})

    assert json.loads((tmp_path / VERDICTS).read_text())["ledger"] == ledger


def test_a_new_state_dir_holds_nothing(tmp_path: Path) -> None:
    """A first start has nothing to recall and nothing to complain of."""
    found = Memory(tmp_path).recall()

    assert (found.ledger, found.answered, found.ignored) == (None, {}, ())
    assert Memory(tmp_path).serials() == {}


@pytest.mark.parametrize(
    "junk", [b"", b"\xff\xfe", b"[]", b"{", b'{"format": 2}', b'"x"', b"[" * 100_000], ids=range(7)
)
def test_junk_is_ignored_and_told(tmp_path: Path, junk: bytes) -> None:
    """A file that is not ours stops nothing."""
    (tmp_path / VERDICTS).write_bytes(junk)
    (tmp_path / SERIALS).write_bytes(junk)

    assert len(Memory(tmp_path).recall().ignored) == 1
    assert Memory(tmp_path).serials() == {}


@settings(deadline=None, max_examples=50)
@given(st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=4)))
def test_junk_totals_are_ignored(tmp_path_factory: pytest.TempPathFactory, junk: object) -> None:
    """Whatever stands in place of the totals, what can be read is, and the rest is left out."""
    folder = tmp_path_factory.mktemp("state")
    (folder / VERDICTS).write_text(json.dumps({"format": 1, "answered": [[*MEMBER, 5], junk]}))
    (folder / SERIALS).write_text(json.dumps({"format": 1, "zones": {"z": junk}}))

    assert Memory(folder).recall().answered[MEMBER] == 5
    assert Memory(folder).serials() == {}


def test_totals_that_are_no_list_are_told(tmp_path: Path) -> None:
    """A wrong shape is a sentence, not an exception."""
    (tmp_path / VERDICTS).write_text(json.dumps({"format": 1, "answered": 5}))

    assert "no list" in Memory(tmp_path).recall().ignored[0]


def test_a_directory_in_the_way_is_told(tmp_path: Path) -> None:
    """A file that cannot be read is a sentence, not an exception."""
    (tmp_path / VERDICTS).mkdir()

    assert "directory" in Memory(tmp_path).recall().ignored[0]


def test_a_refused_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full costs the new state, not the old one, and nothing half-written stays."""
    Memory(tmp_path).save({"first": True}, {})

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        Memory(tmp_path).save({"second": True}, {})

    assert Memory(tmp_path).recall().ledger == {"first": True}
    assert [path.name for path in tmp_path.iterdir()] == [VERDICTS]


def test_no_state_dir_is_an_oserror() -> None:
    """A folder that is not there refuses, and the caller is told."""
    with pytest.raises(OSError):
        Memory(Path("/nonexistent/state")).keep_serials({})


def test_serials_are_kept(tmp_path: Path) -> None:
    """A zone's serial comes back with the digest it was given for."""
    kept = {ZONE: Serial(serial=7, digest="d")}
    Memory(tmp_path).keep_serials(kept)

    assert Memory(tmp_path).serials() == kept


@settings(deadline=None)
@given(st.integers(0, 2**32 - 2), st.integers(0, 2**32 - 1))
def test_serials_rise_with_each_configuration(before: int, now: int) -> None:
    """A new configuration's serial is above the one before and not below Unix time, as far as 32 bits go."""
    known = {ZONE: Serial(serial=before, digest="old")}

    after = next_serials(known, two_tiers(), now)[ZONE].serial

    assert after == max(before + 1, now)


def test_the_same_configuration_keeps_its_serial() -> None:
    """A restart or an idle reload is no new zone."""
    first = next_serials({}, two_tiers(), NOW)

    assert next_serials(first, two_tiers(), NOW + 99) == first
    assert next_serials(first, replace(two_tiers(), digest="other"), NOW)[ZONE].serial == int(NOW) + 1


def test_a_zone_that_comes_back_does_not_go_backwards() -> None:
    """Zones that are gone keep their serial."""
    gone = next_serials({"gone.example": Serial(serial=5, digest="d")}, two_tiers(), NOW)

    assert gone["gone.example"].serial == 5
