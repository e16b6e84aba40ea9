"""A peer's bytes, made fit to be stored and shown."""

from typing import Final

TEXT_LIMIT: Final = 200

_SHOWN: Final = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 256))}


def shown(data: bytes | bytearray, limit: int = TEXT_LIMIT) -> str:
    """Printable ASCII as it is, every other octet as `\\xNN`; at most `limit` characters."""
    text = data[:limit].decode("latin-1")
    if not text.isascii() or not text.isprintable():
        text = text.translate(_SHOWN)
    return text[:limit]
