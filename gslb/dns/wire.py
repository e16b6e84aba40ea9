"""Names and records in messages (RFC 1035 sections 3.1, 4.1)."""

MAX_NAME = 255


def name_end(packet: bytes | memoryview, at: int) -> int:
    """The offset behind the uncompressed name at `at`; 0 when there is none."""
    limit = min(at + MAX_NAME, len(packet))
    while at < limit:
        length = packet[at]
        at += 1
        if not length:
            return at
        if length > 63:
            return 0
        at += length
    return 0


def owner_end(packet: bytes, at: int) -> int:
    """Behind an owner name, which may be a pointer or end in one; 0 when it is cut short."""
    start = at
    while at < len(packet) and 0 < packet[at] < 0x40:
        at += 1 + packet[at]
    if at >= len(packet) or at - start > MAX_NAME:
        return 0
    if packet[at] >= 0xC0:
        return at + 2
    return 0 if packet[at] else at + 1


def whole_name(packet: bytes, at: int) -> bytes:
    """The name at `at`, lower-cased and uncompressed; empty when there is none. Pointers lead back only."""
    name = b""
    limit = at + 1
    while len(name) < MAX_NAME and at < len(packet):
        length = packet[at]
        if length >= 0xC0:
            at = (length & 0x3F) << 8 | int.from_bytes(packet[at + 1 : at + 2])
            if at >= limit - 1:
                return b""
            limit = at + 1
        elif not length:
            return (name + b"\0").lower()
        elif length > 63:
            return b""
        else:
            name += packet[at : at + 1 + length]
            at += 1 + length
    return b""


def record_end(records: memoryview, at: int) -> int:
    """The offset behind the record at `at`, whose owner is uncompressed and whole."""
    while records[at]:
        at += 1 + records[at]
    return at + 11 + (records[at + 9] << 8 | records[at + 10])
