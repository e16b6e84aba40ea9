"""Files of secrets."""

from pathlib import Path

import pytest

from gslb.config.secret_file import read_secret_file


def test_read(tmp_path: Path) -> None:
    """A file that is ours alone is read; what is no ASCII is replaced, and refused by whoever wants words."""
    path = tmp_path / "secret"
    path.write_bytes(b"word \xff")
    path.chmod(0o600)

    assert read_secret_file(path, 6) == "word \ufffd"
    with pytest.raises(ValueError, match="more than 5 octets"):
        read_secret_file(path, 5)


def test_no_file(tmp_path: Path) -> None:
    """A folder is no file."""
    with pytest.raises(ValueError, match="not a regular file"):
        read_secret_file(tmp_path, 10)
