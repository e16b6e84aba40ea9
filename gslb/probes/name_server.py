"""One question to a name server: the prober of dns (probes.md 1.12).

The UDP socket is connected, so that the kernel drops what others send and tells what ICMP says. The question is sent
again after half the time (2 s at most) on the same socket, where an answer to either counts. Replies with another id or
question are strays: someone guesses, or an old answer came late.
"""

import asyncio
import secrets
import socket
import struct
from typing import Final

from gslb.errors import WireError
from gslb.model.observations import Failed, Passed, Phase, Reason
from gslb.model.plain import DnsSettings
from gslb.model.targets import Target
from gslb.model.values import Address
from gslb.probes.certificates import address_of
from gslb.probes.dialogue.commands import Conclusion
from gslb.probes.dialogue.dns_message import Question, Reply, is_meant, query, question_of
from gslb.probes.dialogue.dns_verdict import judge, judge_beside, read_reply
from gslb.probes.dialogue.text import shown
from gslb.probes.faults import LocalFault, StreamFault, fault_of
from gslb.probes.journal import Journal
from gslb.probes.opening import opened

RESEND: Final = 2.0
STRAYS: Final = 10
DATAGRAM_LIMIT: Final = 4096
MESSAGE_LIMIT: Final = 65_535


async def probe_dns(target: Target, journal: Journal) -> None:
    """Ask over UDP, TCP or both, judge, conclude. Raises StreamFault."""
    settings = target.settings
    if not isinstance(settings, DnsSettings):
        raise TypeError(f"not a name server: {settings.type}")
    try:
        question = question_of(settings.qname, settings.qtype)
    except (WireError, ValueError) as error:
        raise LocalFault(None, Reason.LOCAL_CONFIG, str(error)) from error
    conclusion: Conclusion | None = None
    truncated = False
    if settings.transport != "tcp":
        seen = await _over_udp(target, settings, question, journal)
        truncated = isinstance(seen, Reply) and seen.truncated
        conclusion = None if truncated else await _judged(target, settings, question, seen, journal)
    again = settings.transport == "both" and (conclusion is None or isinstance(conclusion.outcome, Passed))
    if conclusion is None or again:
        seen = await _over_tcp(target, settings, question, journal)
        conclusion = await _judged(target, settings, question, seen, journal)
    journal.conclude(conclusion)


async def _judged(
    target: Target, settings: DnsSettings, question: Question, seen: Reply | Conclusion, journal: Journal
) -> Conclusion:
    if not isinstance(seen, Reply):
        return seen
    conclusion = judge(settings, seen)
    if settings.serial_peer is None or seen.serial is None or not isinstance(conclusion.outcome, Passed):
        return conclusion
    peer = await _serial_of(settings.serial_peer, target, settings, question, journal)
    if peer is None:
        journal.note(Reason.PEER_UNHEARD)
        return conclusion
    return judge_beside(settings, seen, peer) or conclusion


async def _serial_of(
    peer: Address, target: Target, settings: DnsSettings, question: Question, journal: Journal
) -> int | None:
    """What another server of the zone answers; None where it does not in time: that is no fault of the target's."""
    number, message = _asked(settings, question)
    journal.say(f"C: {settings.qname} {settings.qtype} over UDP to the peer {peer}")
    source = target.source if target.source is not None and target.source.version == peer.version else None
    try:
        datagrams = Datagrams(peer, settings.serial_peer_port, source)
    except StreamFault:
        return None
    try:
        async with asyncio.timeout(min(RESEND, journal.timeout / 4)):
            datagrams.send(message)
            for _ in range(STRAYS + 1):
                data = await datagrams.receive()
                if is_meant(data, question, number):
                    seen = _read(data, DATAGRAM_LIMIT, journal)
                    return seen.serial if isinstance(seen, Reply) else None
    except (TimeoutError, StreamFault):
        pass
    finally:
        datagrams.abort()
    return None


# UDP


class Datagrams:
    """A connected UDP socket: what the journal asks of a stream, and `ask`."""

    def __init__(self, address: Address, port: int, source: Address | None) -> None:
        self.peer: Address | None = address
        self.source: Address | None = None
        self.bytes_in = 0
        self.buffer = bytearray()
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        try:
            self._socket = socket.socket(family, socket.SOCK_DGRAM)
        except OSError as error:
            raise fault_of(error, Phase.CONNECT, address) from error
        try:
            self._socket.setblocking(False)
            if source is not None:
                self._socket.bind((str(source), 0))
            self._socket.connect((str(address), port))
            self.source = address_of(self._socket.getsockname()[0])
        except OSError as error:
            self.abort()
            raise fault_of(error, Phase.CONNECT, address) from error

    def send(self, message: bytes) -> None:
        """Send; a port that is closed is told by the next `receive`."""
        try:
            self._socket.send(message)
        except OSError:
            pass  # what stands in the way shows in `receive`, or as silence

    async def receive(self) -> bytes:
        """The next datagram, as far as it is read. Raises StreamFault (ICMP said no)."""
        try:
            data = await asyncio.get_running_loop().sock_recv(self._socket, DATAGRAM_LIMIT + 1)
        except OSError as error:
            raise fault_of(error, Phase.CONNECT, self.peer) from error
        self.bytes_in += len(data)
        return data

    def abort(self) -> None:
        """Close."""
        self._socket.close()


async def _over_udp(target: Target, settings: DnsSettings, question: Question, journal: Journal) -> Reply | Conclusion:
    journal.enter(Phase.CONNECT)
    datagrams = journal.stream = Datagrams(target.address, target.port, target.source)
    number, message = _asked(settings, question)
    journal.enter(Phase.COMMAND)
    journal.say(f"C: {settings.qname} {settings.qtype} over UDP")
    datagrams.send(message)
    loop = asyncio.get_running_loop()
    resend = loop.call_later(min(RESEND, journal.timeout / 2), datagrams.send, message)
    try:
        for _ in range(STRAYS + 1):
            data = await datagrams.receive()
            if is_meant(data, question, number):
                return _read(data, DATAGRAM_LIMIT, journal)
    finally:
        resend.cancel()
        datagrams.abort()
    return Conclusion(outcome=Failed(Phase.COMMAND, Reason.PROTOCOL_ERROR), text=f"{STRAYS + 1} strays")


def _asked(settings: DnsSettings, question: Question) -> tuple[int, bytes]:
    number = secrets.randbelow(0x10000)
    return number, query(question, number, recursion=settings.recursion, edns=settings.edns)


def _read(data: bytes, limit: int, journal: Journal) -> Reply | Conclusion:
    if len(data) > limit:
        return Conclusion(outcome=Failed(Phase.COMMAND, Reason.BOUNDS_EXCEEDED), text=f"more than {limit} bytes")
    seen = read_reply(data)
    if isinstance(seen, Reply) and journal.transcript is not None:
        flags = (" aa" if seen.authoritative else "") + (" tc" if seen.truncated else "")
        journal.say(f"S: {seen.rcode}{flags}, {len(data)} bytes")
        for _, text in seen.answers:
            journal.say(f"S: {shown(text.encode())}")
    return seen


# TCP


async def _over_tcp(target: Target, settings: DnsSettings, question: Question, journal: Journal) -> Reply | Conclusion:
    """RFC 7766: two octets of length before each message; nothing but our answer comes."""
    stream = await opened(target, None, journal, limit=2 + MESSAGE_LIMIT)
    number, message = _asked(settings, question)
    journal.enter(Phase.COMMAND)
    journal.say(f"C: {settings.qname} {settings.qtype} over TCP")
    stream.write(struct.pack("!H", len(message)) + message)
    while len(stream.buffer) < 2 or len(stream.buffer) < 2 + int.from_bytes(stream.buffer[:2], "big"):
        if not await stream.read():
            raise StreamFault(None, Reason.EOF_MID_SESSION)
    data = stream.take()[2:]
    await stream.close()
    if not is_meant(data, question, number):
        outcome = Failed(Phase.COMMAND, Reason.PROTOCOL_ERROR)
        return Conclusion(outcome=outcome, text=shown(b"not asked for: " + data))
    seen = _read(data, MESSAGE_LIMIT, journal)
    if isinstance(seen, Reply) and seen.truncated:
        return Conclusion(outcome=Failed(Phase.COMMAND, Reason.PROTOCOL_ERROR), text="truncated over TCP")
    return seen
