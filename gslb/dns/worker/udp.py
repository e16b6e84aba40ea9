"""UDP: drained in bursts, so that TCP and the channel get their turns."""

import asyncio
import socket
import struct
from collections.abc import Callable, Iterator

from gslb.dns.worker.answerer import Answerer
from gslb.dns.worker.batch import Batch

BURST = 64
"""Packets answered in one turn of the loop."""
LAST_BURST = 4096
"""Packets answered at the end, of those that had come by then."""
LONGEST = 4096
"""Octets of a query: what is longer is cut, and then refused as broken."""

# Linux constants that the socket module of Python 3.11 does not name.
IP_MTU_DISCOVER = 10
IPV6_MTU_DISCOVER = 23
PMTUDISC_OMIT = 5
IP_PKTINFO = 8

_PKTINFO4 = struct.Struct("=i4s4s")
_PKTINFO6 = struct.Struct("=16sI")
_PKTINFO = frozenset({(socket.IPPROTO_IP, IP_PKTINFO), (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO)})
_ROOM = socket.CMSG_SPACE(64)
_LINK_LOCAL = b"\xfe\x80"


class UdpListener:
    """One bound UDP socket, perhaps shared with other workers."""

    def __init__(self, sock: socket.socket, answerer: Answerer) -> None:
        self.sock = sock
        self.answerer = answerer
        prepare(sock)
        self._drain: Callable[[Iterator[int]], None] = (
            self._wildcard if is_wildcard(sock) else Batch(sock, answerer).drain
        )

    def __repr__(self) -> str:
        return f"<UdpListener {self.sock.getsockname()}>"

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Answer what comes, from now on."""
        loop.add_reader(self.sock, self.burst)

    def finish(self, loop: asyncio.AbstractEventLoop) -> None:
        """Answer what has come, then stop."""
        loop.remove_reader(self.sock)
        self.burst(LAST_BURST)
        self.sock.close()

    def burst(self, most: int = BURST) -> None:
        """Answer up to `most` packets that have come."""
        turns = iter(range(most))
        while True:
            try:
                self._drain(turns)
                return
            except OSError:
                # an odd source (port 0), no route, no buffer: UDP loses packets, and the client asks again
                self.answerer.tally.add("udp_errors")

    def _wildcard(self, turns: Iterator[int]) -> None:
        """Answer from the address that was asked: nobody waits for an answer from another one."""
        known, answer = self.answerer.known.get, self.answerer.answer
        for _ in turns:
            try:
                packet, ancillary, _, client = self.sock.recvmsg(LONGEST, _ROOM)
            except BlockingIOError:
                return
            reply = known(packet, client[0]) or answer(packet, client[0])
            if reply is not None:
                self.sock.sendmsg((reply,), [_asked(*one) for one in ancillary if one[:2] in _PKTINFO], 0, client)


def prepare(sock: socket.socket) -> None:
    """No fragment-size games (IP_PMTUDISC_OMIT); on a wildcard, and only there, learn which address was asked."""
    sock.setblocking(False)
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER, PMTUDISC_OMIT)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, is_wildcard(sock))
    else:
        sock.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, PMTUDISC_OMIT)
        sock.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, is_wildcard(sock))


def is_wildcard(sock: socket.socket) -> bool:
    """Whether it is bound to every address of the host."""
    return sock.getsockname()[0] in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound


def _asked(level: int, kind: int, data: bytes) -> tuple[int, int, bytes]:
    """The ancillary data that makes a reply leave from where the query arrived; the route is the kernel's choice."""
    if level == socket.IPPROTO_IP:
        _, _, asked = _PKTINFO4.unpack(data)
        return level, kind, _PKTINFO4.pack(0, asked, bytes(4))
    asked, interface = _PKTINFO6.unpack(data)
    return level, kind, _PKTINFO6.pack(asked, interface if asked.startswith(_LINK_LOCAL) else 0)
