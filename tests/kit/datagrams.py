"""Name servers that misbehave on purpose, on loopback: each answers a query with the datagrams of a behaviour.

async with answering(behaviour) as port: …       behaviour(query) gives the datagrams, in order; TCP beside it by `tcp`
"""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Callable, Sequence

import dns.flags
import dns.message
import dns.rrset

from tests.kit.hostile import Behaviour, Peer, serving
from tests.kit.running import free_ports

Answers = Callable[[bytes], Sequence[bytes]]


class _Server(asyncio.DatagramProtocol):
    def __init__(self, behaviour: Answers, heard: list[bytes]) -> None:
        self._behaviour = behaviour
        self._heard = heard

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._heard.append(data)
        for datagram in self._behaviour(data):
            self._transport.sendto(datagram, addr)  # type: ignore[attr-defined]  # a datagram transport it is


@contextlib.asynccontextmanager
async def answering(
    behaviour: Answers, *, tcp: Behaviour | None = None, heard: list[bytes] | None = None
) -> AsyncIterator[int]:
    """A name server on UDP, and on TCP at the same port where `tcp` is given; `heard` collects the datagrams."""
    async with contextlib.AsyncExitStack() as stack:
        port = free_ports(1)[0]
        if tcp is not None:
            port = await stack.enter_async_context(serving(tcp))
        make = lambda: _Server(behaviour, heard if heard is not None else [])  # noqa: E731 - a factory in one line
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(make, local_addr=("127.0.0.1", port))
        stack.callback(transport.close)
        yield port


def good(query: bytes, *texts: str, rcode: int = 0, flags: int = dns.flags.AA) -> bytes:
    """A proper answer: records of the type asked for, an SOA unless said otherwise."""
    asked = dns.message.from_wire(query)
    reply = dns.message.make_response(asked)
    reply.flags |= flags
    reply.set_rcode(rcode)
    question = asked.question[0]
    data = texts or ("ns1.example.com. host.example.com. 7 1 2 3 4",)
    reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", question.rdtype, *data))
    return reply.to_wire()


def over_tcp(answer: Callable[[bytes], bytes]) -> Behaviour:
    """A server on TCP that answers one query."""

    async def behaviour(peer: Peer) -> None:
        size = int.from_bytes(await peer.reader.readexactly(2), "big")
        reply = answer(await peer.reader.readexactly(size))
        await peer.say(struct.pack("!H", len(reply)) + reply)
        await peer.silence()

    return behaviour
