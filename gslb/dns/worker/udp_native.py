"""UDP with the fast path: a thread per socket answers what is common; the loop gets what it hands over.

The threads wait in the kernel without the interpreter's lock and never take it, so the loop and they do not hold each
other up. Packets that they hand over wait in a queue of a few hundred; what finds no room there is lost.
"""

import asyncio
import socket
import struct
import threading
from typing import TYPE_CHECKING

from gslb.dns.worker.answerer import Answerer
from gslb.dns.worker.udp import BURST, is_wildcard, prepare

if TYPE_CHECKING:
    from gslb.dns.worker.fast import Engine

PATIENCE = 0.1
"""Seconds for which a thread waits for packets before it looks whether it is to end."""


class NativeUdp:
    """The UDP sockets of a worker, perhaps shared with other workers."""

    def __init__(self, sockets: tuple[socket.socket, ...], answerer: Answerer, engine: "Engine") -> None:
        self.sockets = sockets
        self.answerer = answerer
        self.engine = engine
        self._ticks: tuple[int, ...] = ()
        self._threads = [
            threading.Thread(
                target=engine.serve, args=(sock.fileno(), is_wildcard(sock)), name=f"udp-{number}", daemon=True
            )
            for number, sock in enumerate(sockets)
        ]

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Answer what comes, from now on."""
        for sock in self.sockets:
            prepare(sock)
            sock.setblocking(True)
            patience = struct.pack("ll", 0, int(PATIENCE * 1e6))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, patience)
        loop.add_reader(self.engine.fileno(), self.burst)
        for thread in self._threads:
            thread.start()

    def turns(self) -> bool:
        """Whether every thread's loop has turned since the last time it was asked."""
        before, self._ticks = self._ticks, self.engine.ticks()
        return all(now > then for now, then in zip(self._ticks, before, strict=False))

    def finish(self, loop: asyncio.AbstractEventLoop) -> None:
        """Answer what has come, then stop."""
        self.engine.stop()
        for thread in self._threads:
            thread.join(2 * PATIENCE + 1)
        loop.remove_reader(self.engine.fileno())
        while self.burst():
            pass
        for sock in self.sockets:
            sock.close()

    def burst(self) -> int:
        """Answer packets that were handed over, a turn's worth of them; how many they were."""
        taken = self.engine.take(BURST)
        for descriptor, packet, peer, control in taken:
            reply = self.answerer.answer(packet, host_of(peer))
            if reply is not None:
                try:
                    self.engine.reply(descriptor, peer, control, reply)
                except OSError:
                    self.answerer.tally.add("udp_errors")
        return len(taken)


def host_of(peer: bytes) -> str:
    """The address in a socket address, as text."""
    if int.from_bytes(peer[:2], "little") == socket.AF_INET6:
        return socket.inet_ntop(socket.AF_INET6, peer[8:24])
    return socket.inet_ntop(socket.AF_INET, peer[4:8])
