"""The file of transfer.key."""

import base64
from pathlib import Path

import pytest

from gslb.config.tsig_file import read_tsig_keys
from gslb.model.transfers import TsigKey

SECRET = base64.b64encode(bytes(range(32))).decode()
SHORT = base64.b64encode(b"short").decode()


def keys(folder: Path, text: str, mode: int = 0o600) -> Path:
    """A file of keys."""
    path = folder / "transfer.key"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_as_tsig_keygen_prints_it(tmp_path: Path) -> None:
    """Keys in their order, names lower-cased; comments of every kind count for nothing, hmac-sha256 may be left out."""
    text = f'''// made in May
key "Transfer.Example.COM." {{ # the first
\talgorithm hmac-sha512; secret "{SECRET}";
}}; /* until
June */
key other {{ secret {SECRET}; }};
'''

    assert read_tsig_keys(keys(tmp_path, text, 0o640)) == (
        TsigKey(name=b"\x08transfer\x07example\x03com\0", algorithm="hmac-sha512", secret=bytes(range(32))),
        TsigKey(name=b"\x05other\0", algorithm="hmac-sha256", secret=bytes(range(32))),
    )


def one(name: str = "k", **said: str) -> str:
    """One key."""
    return f'key "{name}" {{ ' + "".join(f"{word} {value};" for word, value in said.items()) + " };\n"


@pytest.mark.parametrize(
    ("text", "mode", "message"),
    [
        (one(secret=f'"{SECRET}"'), 0o644, "mode 0644 lets others in"),
        ("", 0o600, "0 keys; write 1 to 4"),
        ("".join(one(f"k{n}", secret=f'"{SECRET}"') for n in range(5)), 0o600, "5 keys; write 1 to 4"),
        (one(secret=f'"{SECRET}"') * 2, 0o600, "two keys of one name"),
        ("zone x { };", 0o600, "is no file of keys; write key"),
        (f'key "k" {{ secret "{SECRET}";', 0o600, "ends inside a key"),
        (f'key "k" {{ secret "{SECRET}" }};', 0o600, "a ; is missing"),
        (one("a..b", secret=f'"{SECRET}"'), 0o600, "the name of a key is a domain name"),
        (one(algorithm="hmac-md5", secret=f'"{SECRET}"'), 0o600, "not one of hmac-sha256, hmac-sha512"),
        (one(secret='"?"'), 0o600, "its secret is no base64"),
        (one(secret=f'"{SHORT}"'), 0o600, "a secret of 5 octets; 16 at least"),
    ],
)
def test_refused(tmp_path: Path, text: str, mode: int, message: str) -> None:
    """What is wrong is told, and no part of a secret."""
    with pytest.raises(ValueError, match=r"transfer\.key: ") as error:
        read_tsig_keys(keys(tmp_path, text, mode))

    assert message in str(error.value)
    assert SECRET not in str(error.value)
