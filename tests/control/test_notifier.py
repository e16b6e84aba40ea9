"""NOTIFY, told to a secondary that is a socket of the test's own."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_address

import dns.message
import dns.opcode
import dns.rcode
import pytest

from gslb.answers.image import Image
from gslb.control import notifier
from gslb.control.metrics import Metrics
from gslb.control.notifier import News, Notifier, news_of, source_for
from gslb.dns.tsig import key_of
from gslb.handoff.transfers import Contents, transfer_file
from gslb.model.settings import Endpoint
from gslb.model.transfers import Secondary, Transfer, TsigKey
from tests.kit.controlled import two_tiers
from tests.kit.estate import LOOPBACK
from tests.kit.fetchable import APEX, soa
from tests.kit.workers import turn_until


class Listening:
    """A secondary: what it hears, and what it says."""

    def __init__(self) -> None:
        self.sock = socket.socket(type=socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.sock.setblocking(False)
        self.told = News(
            zone="mail.example.com",
            apex=APEX,
            serial=7,
            soa=soa(7),
            generation=3,
            secondary=Secondary(address=LOOPBACK, port=self.sock.getsockname()[1]),
            source=LOOPBACK,
        )
        self.metrics = Metrics()

    async def hear(self) -> tuple[dns.message.Message, tuple[str, int]]:
        """The next message, and who sent it."""
        async with asyncio.timeout(10):
            data, client = await asyncio.get_running_loop().sock_recvfrom(self.sock, 4096)
        return dns.message.from_wire(data, keyring=False), client  # type: ignore[arg-type] # TSIG unchecked

    async def answer(self, rcode: int = 0) -> int:
        """Answer the next message; its serial."""
        message, client = await self.hear()
        reply = dns.message.make_response(message)
        reply.set_rcode(rcode)
        await asyncio.get_running_loop().sock_sendto(self.sock, b"junk", client)
        await asyncio.get_running_loop().sock_sendto(self.sock, reply.to_wire(), client)
        return int(message.answer[0][0].serial)

    def count(self, result: str) -> float:
        """How often this became of a NOTIFY."""
        return (
            self.metrics.registry.get_sample_value(
                "gslb_notify_total", {"secondary": str(self.told.secondary), "result": result}
            )
            or 0.0
        )

    async def counted(self, result: str) -> None:
        """Wait until this has become of one."""
        await turn_until(lambda: bool(self.count(result)))


@pytest.fixture
async def secondary() -> AsyncIterator[Listening]:
    """A secondary on loopback."""
    made = Listening()
    yield made
    made.sock.close()


@pytest.fixture
async def serving(secondary: Listening) -> AsyncIterator[tuple[Notifier, set[int]]]:
    """A notifier at work, and the generations that every worker answers from."""
    generations: set[int] = {3, 4}
    made = Notifier(generations.__contains__, secondary.metrics)
    task = asyncio.get_running_loop().create_task(made.run())
    yield made, generations
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_told_and_answered(secondary: Listening, serving: tuple[Notifier, set[int]]) -> None:
    """A secondary is told of the new serial, from the address that is ours, and its answer ends it."""
    serving[0].changed([secondary.told])

    assert await secondary.answer() == 7
    await secondary.counted("answered")


async def test_told_again(
    secondary: Listening, serving: tuple[Notifier, set[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who does not answer is told again, a few times; then it is left to its refresh."""
    monkeypatch.setattr(notifier, "PATIENCE", (0.01, 0.01, 0.01))
    serving[0].changed([secondary.told])

    heard = [(await secondary.hear())[0].opcode() for _ in range(3)]

    assert heard == [dns.opcode.NOTIFY] * 3
    await secondary.counted("silent")


async def test_refused(
    secondary: Listening, serving: tuple[Notifier, set[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal ends it; an answer that is not signed as it should be does not count as one."""
    serving[0].changed([secondary.told])
    await secondary.answer(dns.rcode.NOTAUTH)
    await secondary.counted("refused")

    monkeypatch.setattr(notifier, "PATIENCE", (0.2, 0.2))
    serving[0].changed([replace(secondary.told, key=key_of(b"\1k\0", "hmac-sha256", bytes(32)))])
    message, client = await secondary.hear()
    assert message.had_tsig
    await asyncio.get_running_loop().sock_sendto(
        secondary.sock, dns.message.make_response(message).to_wire()[:12], client
    )
    assert (await secondary.hear())[0].had_tsig


async def test_workers_first(secondary: Listening, serving: tuple[Notifier, set[int]]) -> None:
    """Nobody is told before every worker has the serial; a newer one takes the place of one that waits."""
    tells, generations = serving
    generations.clear()
    tells.changed([secondary.told])
    await asyncio.sleep(0)
    tells.changed([replace(secondary.told, soa=soa(8), serial=8, generation=4)])
    await asyncio.sleep(0)
    assert "1 being told" in repr(tells)
    generations.add(4)
    tells.moved()

    assert await secondary.answer() == 8
    await secondary.counted("answered")
    assert secondary.count("answered") == 1


async def test_no_way(
    secondary: Listening, serving: tuple[Notifier, set[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address that is not ours to send from ends nothing but this."""
    monkeypatch.setattr(notifier, "PATIENCE", (0.01,))
    serving[0].changed([replace(secondary.told, source=ip_address("192.0.2.1"))])
    await secondary.counted("silent")


async def test_workers_that_hang_are_not_waited_for(secondary: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while a secondary is told whatever workers say."""
    monkeypatch.setattr(notifier, "SETTLING", 0.01)
    tells = Notifier(lambda _: False, secondary.metrics)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(tells.run())
        tells.changed([secondary.told])
        await secondary.answer()
        task.cancel()


def test_sources() -> None:
    """The address we answer at, of the secondary's family; loopback for loopback alone; none on a wildcard."""
    listen = [Endpoint(address=ip_address(text), port=53) for text in ("::", "127.0.0.1", "192.0.2.53", "2001:db8::53")]

    found = [source_for(ip_address(text), listen) for text in ("198.51.100.1", "127.0.0.9", "2001:db8::1", "::1")]
    assert list(map(str, found)) == ["192.0.2.53", "127.0.0.1", "2001:db8::53", "None"]


def test_news() -> None:
    """Each secondary of each zone with a new file, and the first key."""
    estate = two_tiers()
    to = Secondary(address=ip_address("192.0.2.7"))
    zone = replace(estate.zones[0], transfer=Transfer(notify=(to, replace(to, port=5353))))
    file = transfer_file(Contents(zone.name, 7, soa(7), b""), generation=4)
    keys = tuple(TsigKey(name=name, algorithm="hmac-sha256", secret=bytes(16)) for name in (b"\1k\0", b"\1o\0"))
    image = Image(generation=4, names=None, parts=(), made=(), counters=(), transfers={zone.name: file})
    estate = replace(estate, zones=(zone, replace(zone, name=b"\1o\0", text="o")))

    found = list(news_of(estate, {zone.text: keys}, image))

    assert [str(one.secondary) for one in found] == ["192.0.2.7:53", "192.0.2.7:5353"]
    assert {(one.serial, one.generation, one.key and one.key.name) for one in found} == {(7, 4, b"\1k\0")}
    assert next(news_of(estate, {}, image)).key is None
