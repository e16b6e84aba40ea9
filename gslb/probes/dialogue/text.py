"""A peer's bytes, made fit to be stored and shown."""

from typing import Final

TEXT_LIMIT: Final = 200

MASK: Final = "***"

_SHOWN: Final = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 256))}


def shown(data: bytes | bytearray, limit: int = TEXT_LIMIT) -> str:
    """Printable ASCII as it is, every other octet as `\\xNN`; at most `limit` characters."""
    text = data[:limit].decode("latin-1")
    if not text.isascii() or not text.isprintable():
        text = text.translate(_SHOWN)
    return text[:limit]


def masked(text: str, secrets: tuple[str, ...]) -> str:
    """A shown text without these secrets, the longest first; one that was cut at the end of the text goes as well."""
    for secret in sorted((shown(secret.encode("latin-1"), 8192) for secret in secrets), key=len, reverse=True):
        text = text.replace(secret, MASK)
        if len(text) >= TEXT_LIMIT:
            text = _without_tail(text, secret)
    return text


def _without_tail(text: str, secret: str) -> str:
    cut = next((size for size in range(len(secret) - 1, 2, -1) if text.endswith(secret[:size])), 0)
    return text[: len(text) - cut] + MASK if cut else text
