"""The file of cookies' secrets."""

import os
from pathlib import Path

import pytest

from gslb.config.cookie_secrets import read_secrets, wrong_with
from gslb.config.files import load
from gslb.errors import ConfigError
from tests.config.test_files import write
from tests.kit.configs import texts

FIRST, SECOND = "e5e973e5a6b2a43f48e7dc849e37bfcf", "445536BCD2513298075A5D379663C962"


def secrets(folder: Path, text: str, mode: int = 0o600) -> Path:
    """A file of secrets."""
    path = folder / "cookies"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_first_is_first(tmp_path: Path) -> None:
    """Secrets in their order; comments and empty lines count for nothing; the group may read."""
    path = secrets(tmp_path, f"# made in May\n\n{FIRST}\n  {SECOND}  # until June\n", 0o640)

    assert read_secrets(path) == (bytes.fromhex(FIRST), bytes.fromhex(SECOND))
    assert wrong_with(path) is None


@pytest.mark.parametrize(
    ("text", "mode", "message"),
    [
        (FIRST, 0o644, "mode 0644 lets others in"),
        (FIRST, 0o660, "mode 0660 lets others in"),
        ("", 0o600, "0 secrets; write 1 to 4"),
        (f"{FIRST}\n" * 5, 0o600, "5 secrets; write 1 to 4"),
        (f"{FIRST}\n{SECOND}0\n", 0o600, "line 2 is no secret"),
        ("é" * 16, 0o600, "line 1 is no secret"),
        (f"{FIRST}\n" * 200, 0o600, "more than 4096 octets"),
    ],
)
def test_refused(tmp_path: Path, text: str, mode: int, message: str) -> None:
    """What is wrong is told, and no part of what stands there."""
    told = wrong_with(secrets(tmp_path, text, mode))

    assert told is not None
    assert message in told
    assert FIRST not in told


def test_no_regular_file(tmp_path: Path) -> None:
    """A pipe holds nobody up; a folder and nothing at all are no files."""
    os.mkfifo(tmp_path / "pipe", 0o600)

    assert wrong_with(tmp_path / "pipe") == f"{tmp_path}/pipe: not a regular file"
    assert wrong_with(tmp_path / "nowhere") == f"{tmp_path}/nowhere: No such file or directory"


def test_validated(tmp_path: Path) -> None:
    """A configuration whose file of secrets is no good is refused, where it names the file."""
    write(tmp_path, texts(node="dns: {cookies: {secret_file: cookies}}"))
    with pytest.raises(ConfigError, match=r"gslb.yaml:1:\d+: dns.cookies.secret_file: .*No such file"):
        load(tmp_path)
    secrets(tmp_path, FIRST)

    assert load(tmp_path).node.cookie_secrets == tmp_path / "cookies"
