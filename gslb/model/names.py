"""Domain names in wire form: lower-cased bytes, uncompressed, root label included (RFC 1035 section 3.1).

A wire name may be lower-cased with `bytes.lower()`: length octets are at most 63, below "A" (65).
"""

from collections.abc import Iterable
from functools import lru_cache

from gslb.errors import WireError

ROOT = b"\0"
MAX_NAME = 255
MAX_LABEL = 63
_OCTETS = tuple(bytes((octet,)) for octet in range(MAX_LABEL + 1))


def to_wire(text: str, origin: bytes = ROOT) -> bytes:
    r"""Wire form, lower-cased, of a name as people write it; a name without final dot is relative to `origin`.

    `@` is the origin itself. Escapes `\.` and `\DDD` are understood (RFC 1035 section 5.1). Raises WireError.
    """
    if text == "@":
        return origin
    if text in ("", "."):
        if text == ".":
            return ROOT
        raise WireError("an empty name")
    if "." not in text and "\\" not in text and text.isascii() and len(text) <= MAX_LABEL:  # one label, as most are
        whole = (_OCTETS[len(text)] + text.encode() + origin).lower()
    else:
        labels, absolute = _plain_labels(text) if text.isascii() and "\\" not in text else _labels(text)
        wire = b"".join([_OCTETS[len(label)] + label for label in labels])
        whole = (wire + (ROOT if absolute else origin)).lower()
    if len(whole) > MAX_NAME:
        raise WireError(f"{text}: longer than {MAX_NAME} octets")
    return whole


def _plain_labels(text: str) -> tuple[list[bytes], bool]:
    """As `_labels`, for a name that holds no escape and nothing beyond ASCII."""
    labels = text.encode().split(b".")
    absolute = not labels[-1]
    if absolute:
        labels.pop()
    for label in labels:
        _checked(label, text)
    return labels, absolute


def _labels(text: str) -> tuple[list[bytes], bool]:
    labels: list[bytes] = []
    label = bytearray()
    at = 0
    while at < len(text):
        char = text[at]
        if char == ".":
            labels.append(_checked(bytes(label), text))
            label.clear()
        elif char == "\\":
            digits = text[at + 1 : at + 4]
            if len(digits) == 3 and digits.isascii() and digits.isdigit() and int(digits) < 256:
                label.append(int(digits))
                at += 3
            elif digits:
                label += digits[0].encode()
                at += 1
            else:
                raise WireError(f"{text}: ends in a lone backslash")
        else:
            label += char.encode("utf-8")
        at += 1
    if label:
        labels.append(_checked(bytes(label), text))
        return labels, False
    return labels, True


def _checked(label: bytes, text: str) -> bytes:
    if not label:
        raise WireError(f"{text}: an empty label")
    if len(label) > MAX_LABEL:
        raise WireError(f"{text}: a label longer than {MAX_LABEL} octets")
    return label


def to_text(wire: bytes) -> str:
    """A wire name as people write it, with the final dot; unusual octets escaped as RFC 1035 section 5.1 says."""
    if wire == ROOT:
        return "."
    return "".join(_label_text(label) + "." for label in split(wire))


def _label_text(label: bytes) -> str:
    return "".join(
        f"\\{chr(octet)}" if octet in b'."\\;()@$' else chr(octet) if 0x21 <= octet <= 0x7E else f"\\{octet:03d}"
        for octet in label
    )


def split(wire: bytes) -> tuple[bytes, ...]:
    """The labels of a wire name, leftmost first, root left out."""
    labels = []
    at = 0
    while wire[at]:
        end = at + 1 + wire[at]
        labels.append(wire[at + 1 : end])
        at = end
    return tuple(labels)


def join(labels: tuple[bytes, ...]) -> bytes:
    """The wire name of labels, leftmost first, root left out."""
    return b"".join(bytes((len(label),)) + label for label in labels) + ROOT


def parent(wire: bytes) -> bytes:
    """The name without its first label. The root has no parent: it is answered as itself."""
    return wire[1 + wire[0] :] if wire[0] else wire


def is_below(wire: bytes, ancestor: bytes) -> bool:
    """Whether `wire` is `ancestor` or a name below it; both lower-cased."""
    while len(wire) > len(ancestor):
        wire = parent(wire)
    return wire == ancestor


def canonical_key(wire: bytes) -> tuple[bytes, ...]:
    """The sort key of canonical DNS name order (RFC 4034 section 6.1)."""
    return tuple(reversed(split(wire.lower())))


def in_order(wires: Iterable[bytes], apex: bytes) -> list[bytes]:
    """Names at and below `apex` in canonical order: by what they do not share, and what stands above many is looked at
    once. All lower-cased."""

    @lru_cache(4096)
    def above(wire: bytes) -> tuple[bytes, ...]:
        return key(wire)

    def key(wire: bytes) -> tuple[bytes, ...]:
        if wire == apex:
            return ()
        end = 1 + wire[0]
        return (*above(wire[end:]), wire[1:end])

    return sorted(wires, key=key)
