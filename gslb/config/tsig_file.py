"""The file of transfer.key: TSIG keys (RFC 8945), written as BIND writes them and `tsig-keygen NAME` prints them.

    key "transfer.example.com" {
        algorithm hmac-sha256;
        secret "…base64…";
    };

One to four keys: each is accepted, the first signs what we send first (NOTIFY). `algorithm` is hmac-sha256, which is
also meant where it is left out, or hmac-sha512. No text of this module holds any part of a secret.
"""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

from gslb.config.secret_file import read_secret_file
from gslb.model import names
from gslb.model.transfers import TsigKey

LIMIT = 16_384
MOST = 4
ALGORITHMS = ("hmac-sha256", "hmac-sha512")
SHORTEST = 16
"""Octets of a secret: a shorter one is guessed too easily."""

_TOKEN = re.compile(r'"([^"\n]*)"|([{};])|//[^\n]*|#[^\n]*|/\*.*?\*/|([^\s{};"]+)', re.DOTALL)
_SHAPE = 'write key "NAME" { algorithm hmac-sha256; secret "…"; }; as tsig-keygen prints it'


def read_tsig_keys(path: Path) -> tuple[TsigKey, ...]:
    """1 to 4 keys. Raises ValueError with a sentence that says what is wrong."""
    text = read_secret_file(path, LIMIT)
    try:
        found = tuple(_keys(iter([*_tokens(text)])))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    if not 1 <= len(found) <= MOST:
        raise ValueError(f"{path}: {len(found)} keys; write 1 to {MOST}, the one that signs NOTIFY first")
    if len({key.name for key in found}) < len(found):
        raise ValueError(f"{path}: two keys of one name")
    return found


def _tokens(text: str) -> Iterator[str]:
    """Words and punctuation; comments are passed over."""
    for quoted, mark, word in _TOKEN.findall(text):
        if quoted or mark or word:
            yield quoted or mark or word


def _keys(tokens: Iterator[str]) -> Iterator[TsigKey]:
    for word in tokens:
        if word != "key":
            raise ValueError(f"is no file of keys; {_SHAPE}")
        name = _word(tokens)
        _expect(tokens, "{")
        yield _key(name, dict(_statements(tokens)))
        _expect(tokens, ";")


def _statements(tokens: Iterator[str]) -> Iterator[tuple[str, str]]:
    while (word := _word(tokens)) != "}":
        value = _word(tokens)
        _expect(tokens, ";")
        yield word, value


def _word(tokens: Iterator[str]) -> str:
    word = next(tokens, None)
    if word is None:
        raise ValueError(f"ends inside a key; {_SHAPE}")
    return word


def _expect(tokens: Iterator[str], mark: str) -> None:
    if _word(tokens) != mark:
        raise ValueError(f"a {mark} is missing; {_SHAPE}")


def _key(name: str, said: dict[str, str]) -> TsigKey:
    try:
        wire = names.to_wire(f"{name.rstrip('.')}.").lower()
    except ValueError:
        raise ValueError("the name of a key is a domain name") from None
    algorithm = said.get("algorithm", ALGORITHMS[0]).lower().rstrip(".")
    if algorithm not in ALGORITHMS:
        raise ValueError(f"key {name}: its algorithm is not one of {', '.join(ALGORITHMS)}; make a new key")
    try:
        secret = base64.b64decode(said.get("secret", ""), validate=True)
    except ValueError:
        raise ValueError(f"key {name}: its secret is no base64") from None
    if len(secret) < SHORTEST:
        raise ValueError(f"key {name}: a secret of {len(secret)} octets; {SHORTEST} at least, make a new key")
    return TsigKey(name=wire, algorithm=algorithm, secret=secret)
