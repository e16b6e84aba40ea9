"""Key files on disk."""

import os
import stat
from pathlib import Path

import pytest

from gslb.control.keyring import load_keys, locked, new_key, stored_keys, write_keys, write_unsign
from gslb.errors import KeysError
from gslb.keys.keyfile import StoredKey, render
from gslb.model.keys import KeyTimes, Role
from gslb.model.names import to_wire
from tests.kit.zonekeys import ED25519, NOW, ZONE, key, stored


@pytest.fixture
def one(tmp_path: Path) -> StoredKey:
    """One key, whose files are in tmp_path."""
    found = stored()
    for name, text in render(found, 3600).items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    return found


def test_keys_are_read_with_what_signs(tmp_path: Path, one: StoredKey) -> None:
    """Those of the zone that was asked for, and no others."""
    assert load_keys(tmp_path, ZONE) == (key(),)
    assert load_keys(tmp_path, to_wire("other.example.")) == ()
    assert len(load_keys(tmp_path, ZONE)[0].sign(b"octets")) == 64


def test_no_directory_is_no_keys(tmp_path: Path) -> None:
    """A zone may be configured before its keys are made."""
    assert load_keys(tmp_path / "none", ZONE) == ()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o610])
def test_a_private_file_open_to_others_is_refused(tmp_path: Path, one: StoredKey, mode: int) -> None:
    """The error names the file, its mode and what to do."""
    (tmp_path / f"{one.stem}.private").chmod(mode)

    with pytest.raises(KeysError, match=f"{one.tag:05d}.private: mode {mode:04o} .*; chmod 600 "):
        load_keys(tmp_path, ZONE)


def test_a_private_part_of_another_key_is_refused(tmp_path: Path, one: StoredKey) -> None:
    """What it signs, nobody could validate."""
    other = render(stored(number=1), 3600)
    (tmp_path / f"{one.stem}.private").write_text(next(text for name, text in other.items() if "private" in name))

    with pytest.raises(KeysError, match="does not belong to the public key"):
        load_keys(tmp_path, ZONE)


@pytest.mark.parametrize("text", ["", "Private-key-format: v1.3\nAlgorithm: x\n", "ü", "Created: 1\n" * 9])
def test_a_damaged_file_is_named_and_not_quoted(tmp_path: Path, one: StoredKey, text: str) -> None:
    """Whatever stands in it."""
    (tmp_path / f"{one.stem}.private").write_text(text, "utf-8")

    with pytest.raises(KeysError, match=f"{one.tag:05d}.private: .*; put the right file back"):
        load_keys(tmp_path, ZONE)


def test_a_key_without_its_public_file_is_refused(tmp_path: Path, one: StoredKey) -> None:
    """The missing file is named."""
    (tmp_path / f"{one.stem}.key").unlink()

    with pytest.raises(KeysError, match=r"\.key: cannot be read: No such file"):
        load_keys(tmp_path, ZONE)


def test_a_path_that_is_no_directory_is_told(tmp_path: Path) -> None:
    """With who must own it."""
    (tmp_path / "keys").touch()

    with pytest.raises(KeysError, match="cannot be read: Not a directory; the user that runs gslb"):
        load_keys(tmp_path / "keys", ZONE)


def test_the_wish_to_be_unsigned_is_a_file(tmp_path: Path, one: StoredKey) -> None:
    """Its date comes with every key; one that is no date is told with what to do."""
    path = tmp_path / "Kmail.example.com.unsign"
    path.write_text("20260102030405\n")
    assert [found.times.unsign for found in stored_keys(tmp_path, ZONE)] == [1767323045]

    path.write_text("soon\n")
    with pytest.raises(KeysError, match=r"unsign: 'soon' is no date.*; remove it to stay signed"):
        stored_keys(tmp_path, ZONE)


def test_both_algorithms_are_read(tmp_path: Path, one: StoredKey) -> None:
    """Side by side, in order of tag."""
    for name, text in render(stored(algorithm=ED25519), 3600).items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)

    assert [found.algorithm for found in stored_keys(tmp_path, ZONE)] in ([13, 15], [15, 13])


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Into a directory that is made for it, for nobody else to enter."""
    place = tmp_path / "state/keys"
    with locked(place):
        write_keys(place, (stored(),), 3600)

    assert load_keys(place, ZONE) == (key(),)
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in place.iterdir()} == {0o600}


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    """The second is told to try again, and may once the first is done."""
    with locked(tmp_path), pytest.raises(KeysError, match="another gslb keys is at work here"), locked(tmp_path):
        pass
    with locked(tmp_path):
        pass


def test_a_place_where_nothing_can_be_written_is_told(tmp_path: Path) -> None:
    """Whether a file is in the way of the directory, or the directory is gone."""
    (tmp_path / "file").touch()

    with pytest.raises(KeysError, match="cannot be used: Not a directory"), locked(tmp_path / "file/keys"):
        pass
    with pytest.raises(KeysError, match="cannot be written: No such file"):
        write_keys(tmp_path / "none", (stored(),), 3600)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_what_root_writes_belongs_to_the_service(tmp_path: Path) -> None:
    """To whoever owns the directory above, who has to read it."""
    os.chown(tmp_path, 65_534, 65_534)
    place = tmp_path / "keys"
    with locked(place):
        write_keys(place, (stored(),), 3600)

    assert {path.stat().st_uid for path in (place, *place.iterdir())} == {65_534}


def test_a_new_key_has_a_tag_of_its_own() -> None:
    """Tags name keys on the command line, so none is given twice."""
    made = new_key(ZONE, Role.CSK, ED25519, NOW, taken=range(0, 65_536, 2))

    assert made.tag % 2 == 1
    assert made.times == KeyTimes(created=NOW)


def test_the_wish_to_be_unsigned_is_kept_and_withdrawn(tmp_path: Path, one: StoredKey) -> None:
    """Withdrawing what was never asked is no error."""
    write_unsign(tmp_path, ZONE, NOW)
    assert stored_keys(tmp_path, ZONE)[0].times.unsign == NOW

    for _ in range(2):
        write_unsign(tmp_path, ZONE, None)
    assert stored_keys(tmp_path, ZONE)[0].times.unsign is None
