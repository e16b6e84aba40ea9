import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.handoff.messages import (
    HEAD,
    MAX_FRAME,
    Ack,
    Counts,
    Frames,
    Hello,
    LogLine,
    Message,
    Refused,
    Stamp,
    TableReady,
    Tally,
    encode,
)

U32 = st.integers(0, 2**32 - 1)
TEXT = st.text(max_size=20)
MESSAGES: st.SearchStrategy[Message] = st.one_of(
    st.builds(TableReady, generation=U32),
    st.builds(Stamp, at=st.floats(0, 2e9)),
    st.builds(Hello, worker=U32, pid=U32),
    st.builds(Ack, worker=U32, generation=U32),
    st.builds(Refused, worker=U32, generation=U32, why=TEXT),
    st.builds(Counts, generation=st.integers(0, 2**64 - 1), part=U32, pairs=st.lists(st.tuples(U32, U32)).map(tuple)),
    st.builds(Tally, worker=U32, totals=st.dictionaries(TEXT, U32), gauges=st.dictionaries(TEXT, st.floats(0, 9))),
    st.builds(LogLine, worker=U32, level=TEXT, event=TEXT, facts=st.dictionaries(TEXT, TEXT)),
)


@settings(deadline=None)
@given(st.lists(MESSAGES, max_size=5), st.integers(1, 40))
def test_messages_arrive_as_they_were_sent(messages: list[Message], step: int) -> None:
    """However the stream is cut into pieces."""
    stream = b"".join(map(encode, messages))
    frames = Frames()

    found = [message for at in range(0, len(stream), step) for message in frames.feed(stream[at : at + step])]

    assert found == messages
    assert not frames.pending


def test_bytes_are_kept_before_anyone_looks() -> None:
    """Feeding takes the bytes in at once; messages may be looked at later."""
    frames = Frames()

    frames.feed(encode(Stamp(at=1.0)))

    assert list(frames.feed(b"")) == [Stamp(at=1.0)]


def test_unknown_kinds_are_skipped() -> None:
    """A newer peer may say more."""
    frames = Frames()

    assert list(frames.feed(HEAD.pack(3, 99) + b"{}" + encode(Stamp(at=2.0)))) == [Stamp(at=2.0)]


def frame(kind: int, payload: bytes) -> bytes:
    """Any frame."""
    return HEAD.pack(len(payload) + 1, kind) + payload


@pytest.mark.parametrize(
    "broken",
    [
        HEAD.pack(0, 1),
        HEAD.pack(MAX_FRAME + 1, 1),
        frame(Stamp.KIND, b"no json"),
        frame(Stamp.KIND, b"\xff"),
        frame(Stamp.KIND, json.dumps({"at": 1, "by": 2}).encode()),
        frame(Stamp.KIND, b"[]"),
        frame(Stamp.KIND, b"7"),
        frame(Counts.KIND, b"short"),
        frame(Counts.KIND, bytes(12 + 7)),
    ],
)
def test_broken_frames_are_value_errors(broken: bytes) -> None:
    """Whatever is wrong with a frame, it is one kind of error."""
    with pytest.raises(ValueError):
        list(Frames().feed(broken))
