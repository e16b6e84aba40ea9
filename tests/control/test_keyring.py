"""Key files on disk."""

from pathlib import Path

import pytest

from gslb.control.keyring import load_keys, stored_keys
from gslb.errors import KeysError
from gslb.keys.keyfile import StoredKey, render
from gslb.model.names import to_wire
from tests.kit.zonekeys import ED25519, ZONE, key, stored


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
