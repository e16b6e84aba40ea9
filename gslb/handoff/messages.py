"""The channel between control and workers: frames over a Unix stream socket in run_dir.

    frame     length u32 (of what follows) · kind u8 · payload
    control → worker    TABLE (a manifest stands), STAMP (I live; Unix time), POLICY (one stands), STOP (end after
                        your grace)
    worker → control    HELLO, ACK (from the loop that answers), REFUSED, COUNTS, TALLY, LOG

All payloads are JSON but COUNTS, which is binary: generation u64 · part u32 · (counter u32, sent u32) × n.
Control listens; workers connect, and connect again when control comes back.
"""

import json
import struct
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import ClassVar, TypeAlias

CHANNEL = "channel.sock"
HEAD = struct.Struct("<IB")
COUNTS_HEAD = struct.Struct("<QI")
PAIR = struct.Struct("<II")
MAX_FRAME = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReady:
    """A table of this generation stands in run_dir."""

    KIND: ClassVar[int] = 1
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Control lives, at this Unix time."""

    KIND: ClassVar[int] = 2
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyReady:
    """A policy stands in run_dir (see handoff.policy); it is not sent, for it holds secrets."""

    KIND: ClassVar[int] = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """A worker presents itself."""

    KIND: ClassVar[int] = 16
    worker: int
    pid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """The answering loop serves from this generation now."""

    KIND: ClassVar[int] = 17
    worker: int
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A table could not be trusted; the old one is kept."""

    KIND: ClassVar[int] = 18
    worker: int
    generation: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How often each counter of a part was sent since the last report: (counter, sent) pairs.

    `generation`: of the table that the part was made for; it may stand in later ones, too.
    """

    KIND: ClassVar[int] = 19
    generation: int
    part: int
    pairs: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A worker's own totals since it started, by name (queries_udp, rcode_NOERROR, truncated, …), and gauges."""

    KIND: ClassVar[int] = 20
    worker: int
    totals: Mapping[str, int] = field(default_factory=dict)
    gauges: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """An event for control's log: workers have no log of their own."""

    KIND: ClassVar[int] = 21
    worker: int
    level: str
    event: str
    facts: Mapping[str, str] = field(default_factory=dict)


Message: TypeAlias = TableReady | Stamp | PolicyReady | Hello | Ack | Refused | Counts | Tally | LogLine

_JSON: dict[int, type[TableReady | Stamp | PolicyReady | Hello | Ack | Refused | Tally | LogLine]] = {
    kind.KIND: kind for kind in (TableReady, Stamp, PolicyReady, Hello, Ack, Refused, Tally, LogLine)
}


def encode(message: Message) -> bytes:
    """One frame."""
    if isinstance(message, Counts):
        payload = COUNTS_HEAD.pack(message.generation, message.part)
        payload += b"".join(PAIR.pack(*pair) for pair in message.pairs)
    else:
        payload = json.dumps(asdict(message)).encode()
    return HEAD.pack(len(payload) + 1, message.KIND) + payload


class Frames:
    """Takes bytes as they come, gives messages as they are whole. A broken or oversized frame raises ValueError."""

    def __init__(self) -> None:
        self.pending = bytearray()

    def feed(self, data: bytes) -> Iterator[Message]:
        """Add bytes; yield every message that is whole now. Unknown kinds are skipped, for newer peers."""
        self.pending += data
        return self._whole()

    def _whole(self) -> Iterator[Message]:
        while len(self.pending) >= HEAD.size:
            length, kind = HEAD.unpack_from(self.pending)
            if not 1 <= length <= MAX_FRAME:
                raise ValueError(f"a frame of {length} octets")
            end = 4 + length
            if len(self.pending) < end:
                return
            payload = bytes(self.pending[HEAD.size : end])
            del self.pending[:end]
            message = _decode(kind, payload)
            if message is not None:
                yield message


def _decode(kind: int, payload: bytes) -> Message | None:
    if kind == Counts.KIND:
        return _counts(payload)
    made = _JSON.get(kind)
    if made is None:
        return None
    try:
        return made(**json.loads(payload))
    except TypeError as error:
        raise ValueError(f"a {made.__name__} frame with other fields: {error}") from error


def _counts(payload: bytes) -> Counts:
    try:
        generation, part = COUNTS_HEAD.unpack_from(payload)
        pairs = tuple(PAIR.iter_unpack(payload[COUNTS_HEAD.size :]))
    except struct.error as error:
        raise ValueError(f"a Counts frame of {len(payload)} octets: {error}") from error
    return Counts(generation=generation, part=part, pairs=pairs)
