"""UDP in batches for plain Python: recvmmsg and sendmmsg of the C library, and replies written where the queries were.

Two calls into the kernel for up to 64 packets, and no address is turned into text. Octets stand in one buffer, a place
for each packet; lengths are read and written in the structures that the kernel knows (recvmmsg(2)), as words of a
memory view. What is not known already goes to the answerer, one by one.
"""

import ctypes
import errno
import os
import socket
from collections.abc import Iterator

from gslb.dns.worker.answerer import Answerer

MOST = 64
"""Packets in one batch."""
PLACE = 4096
"""Octets of a place: a longer query is cut, and then refused as broken. No reply over UDP is longer."""
NAME = 128


class _Piece(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Header(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint32),
        ("pieces", ctypes.c_void_p),
        ("piece_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Message(ctypes.Structure):
    _fields_ = (("header", _Header), ("length", ctypes.c_uint32))


_WORD = ctypes.sizeof(ctypes.c_uint32)
_LONG = ctypes.sizeof(ctypes.c_ulong)
_STEP = ctypes.sizeof(_Message) // _WORD
_LENGTH, _NAME_LENGTH = _Message.length.offset // _WORD, _Header.name_length.offset // _WORD
_PIECE_STEP = ctypes.sizeof(_Piece) // _LONG
_PIECE_LENGTH = _Piece.length.offset // _LONG
_HOST = {socket.AF_INET: slice(4, 8), socket.AF_INET6: slice(8, 24)}
"""Where the address stands in a socket address."""


class Batch:
    """The batches of one bound, non-blocking UDP socket that is no wildcard."""

    def __init__(self, sock: socket.socket, answerer: Answerer) -> None:
        library = ctypes.CDLL(None, use_errno=True)
        self._receive, self._send = library.recvmmsg, library.sendmmsg
        self._sock = sock
        self._answerer = answerer
        self._host = _HOST[socket.AddressFamily(sock.family)]
        self._octets = bytearray(MOST * PLACE)
        self._names = bytearray(MOST * NAME)
        self._pieces = (_Piece * MOST)()
        self._messages = (_Message * MOST)()
        octets, names = (ctypes.addressof(ctypes.c_char.from_buffer(each)) for each in (self._octets, self._names))
        for number in range(MOST):
            self._pieces[number] = _Piece(octets + number * PLACE, PLACE)
            self._messages[number].header = _Header(
                name=names + number * NAME,
                name_length=NAME,
                pieces=ctypes.addressof(self._pieces[number]),
                piece_count=1,
            )
        self._view = memoryview(self._octets)
        self._words = memoryview(self._messages).cast("B").cast("I")
        self._lengths = memoryview(self._pieces).cast("B").cast("L")

    def drain(self, turns: Iterator[int]) -> None:
        """Answer batches until nothing has come any more, or the turns are over. Raises OSError, and goes on then."""
        for _ in turns:
            count = self._receive(self._sock.fileno(), self._messages, MOST, socket.MSG_DONTWAIT, None)
            if count < 0:
                number = ctypes.get_errno()
                if number == errno.EAGAIN:
                    return
                raise OSError(number, os.strerror(number))
            self._answer(count)
            for _ in zip(range(count - 1), turns, strict=False):
                pass  # each packet is a turn
            if count < MOST:
                return

    def _answer(self, count: int) -> None:
        view, words, lengths, host = self._view, self._words, self._lengths, self._host
        known = self._answerer.known.tail
        first = 0
        for number in range(count):
            at = number * PLACE
            name = number * NAME
            end = at + words[number * _STEP + _LENGTH]
            tail = known(bytes(view[at + 2 : end]), bytes(self._names[name + host.start : name + host.stop]))
            if tail is None:
                tail = self._made(number, at, end)
            if tail is None:
                self._leave(first, number)
                first = number + 1
                continue
            length = len(tail)
            view[at + 2 : at + 2 + length] = tail
            lengths[number * _PIECE_STEP + _PIECE_LENGTH] = length + 2
        self._leave(first, count)
        for number in range(count):
            lengths[number * _PIECE_STEP + _PIECE_LENGTH] = PLACE
            words[number * _STEP + _NAME_LENGTH] = NAME

    def _made(self, number: int, at: int, end: int) -> bytes | None:
        """What the answerer replies, without the id."""
        address = bytes(self._names[number * NAME :][self._host])
        reply = self._answerer.answer(bytes(self._view[at:end]), socket.inet_ntop(self._sock.family, address))
        return None if reply is None else reply[2:]

    def _leave(self, first: int, end: int) -> None:
        """Send the replies from `first` up to `end`."""
        while first < end:
            messages = ctypes.byref(self._messages, first * ctypes.sizeof(_Message))
            sent = self._send(self._sock.fileno(), messages, end - first, socket.MSG_DONTWAIT)
            if sent < 0:
                # an odd source (port 0), no route, no buffer: UDP loses packets, and the client asks again
                self._answerer.tally.add("udp_errors")
                sent = 1
            first += sent
