"""NOTIFY: secondaries are told of every new serial (RFC 1996), once all workers answer with it.

Told before, a secondary would ask a worker that still has the old serial, and sleep on. Each of them is told again
until it answers, over about a minute; a newer serial takes the place of an older one.
"""

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import structlog

from gslb.answers.image import Image
from gslb.control.metrics import Metrics
from gslb.dns.codes import RCODE_NAMES
from gslb.dns.notify import Answered, answered, notify
from gslb.dns.tsig import Key, Signer, key_of
from gslb.handoff.transfers import TransferFile
from gslb.model.settings import Config, Endpoint
from gslb.model.transfers import Secondary, TsigKey
from gslb.model.values import Address

log = structlog.get_logger("gslb.control.notifier")

PATIENCE = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds to wait for an answer, before each time but the first that a secondary is told again."""

SETTLING = 3.0
"""Seconds at most to wait for workers: one that hangs is being replaced meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A zone has a new serial, in the table of this generation; a secondary is to be told. `source`: from where."""

    zone: str
    apex: bytes
    serial: int
    soa: bytes
    generation: int
    secondary: Secondary
    source: Address | None = None
    key: Key | None = None


def news_of(config: Config, keys: Mapping[str, tuple[TsigKey, ...]], image: Image) -> Iterator[News]:
    """What there is to tell of a table that is announced. `keys`: of TSIG, by zone text; the first signs."""
    for zone in config.zones:
        file = image.transfers.get(zone.name)
        if file is None or zone.transfer is None:
            continue
        contents = TransferFile(memoryview(file))
        signing = [key_of(key.name, key.algorithm, key.secret) for key in keys.get(zone.text, ())[:1]]
        for secondary in zone.transfer.notify:
            yield News(
                zone=zone.text,
                apex=zone.name,
                serial=contents.serial,
                soa=contents.soa,
                generation=image.generation,
                secondary=secondary,
                source=source_for(secondary.address, config.node.listen),
                key=signing[0] if signing else None,
            )


def source_for(address: Address, listen: Iterable[Endpoint]) -> Address | None:
    """The address we answer at that is to be seen: secondaries hear their primary alone. None: as the kernel routes."""
    for endpoint in listen:
        own = endpoint.address
        if own.version == address.version and own.is_loopback == address.is_loopback and not own.is_unspecified:
            return own
    return None


class Notifier:
    """`serving`: whether every worker answers from a generation."""

    def __init__(self, serving: Callable[[int], bool], metrics: Metrics) -> None:
        self._serving = serving
        self._metrics = metrics
        self._waiting: list[News] = []
        self._wanted = asyncio.Event()
        self._moved = asyncio.Event()
        self._telling: dict[tuple[str, Secondary], asyncio.Task[None]] = {}

    def __repr__(self) -> str:
        return f"<Notifier {len(self._waiting)} waiting, {len(self._telling)} being told>"

    def changed(self, news: Iterable[News]) -> None:
        """Tell these, as soon as may be."""
        self._waiting += news
        if self._waiting:
            self._wanted.set()

    def moved(self) -> None:
        """A worker has taken a table, or gone."""
        self._moved.set()
        self._moved = asyncio.Event()

    async def run(self) -> None:
        """Tell what there is to tell, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._wanted.wait()
                self._wanted.clear()
                for news in self._waiting:
                    place = (news.zone, news.secondary)
                    if (earlier := self._telling.get(place)) is not None:
                        earlier.cancel()
                    task = self._telling[place] = tasks.create_task(self._tell(news))
                    task.add_done_callback(lambda done, place=place: self._told(place, done))  # type: ignore[misc] # the default binds the loop's value
                self._waiting.clear()

    def _told(self, place: tuple[str, Secondary], task: asyncio.Task[None]) -> None:
        if self._telling.get(place) is task:
            del self._telling[place]

    async def _tell(self, news: News) -> None:
        """One secondary of one serial."""
        await self._settled(news.generation)
        facts = {"zone": news.zone, "serial": news.serial, "secondary": str(news.secondary)}
        said: Answered | None = None
        for patience in PATIENCE:
            said = await exchanged(news, patience) or said
            if said is not None and said.trusted:
                break
        result = "silent" if said is None else "answered" if said.trusted and not said.rcode else "refused"
        self._metrics.notified.labels(str(news.secondary), result).inc()
        if said is None:
            log.warning("a secondary does not answer NOTIFY; it asks by itself at its refresh", **facts)
        elif result == "refused":
            rcode = RCODE_NAMES.get(said.rcode, str(said.rcode))
            log.warning("a secondary refuses NOTIFY", rcode=rcode, rightly_signed=said.trusted, **facts)
        else:
            log.debug("notified", **facts)

    async def _settled(self, generation: int) -> None:
        try:
            async with asyncio.timeout(SETTLING):
                while not self._serving(generation):
                    await self._moved.wait()
        except TimeoutError:
            pass  # most of them do


async def exchanged(news: News, patience: float) -> Answered | None:
    """Tell once; what was answered within so many seconds, None for nothing."""
    loop = asyncio.get_running_loop()
    ident = int.from_bytes(os.urandom(2))
    signer = None if news.key is None else Signer(news.key)
    packet = notify(news.apex, news.soa, ident)
    packet = packet if signer is None else signer.sign(packet, int(time.time()))
    hearing = _Hearing()
    try:
        transport, _ = await loop.create_datagram_endpoint(
            lambda: hearing,
            local_addr=None if news.source is None else (str(news.source), 0),
            remote_addr=(str(news.secondary.address), news.secondary.port),
        )
    except OSError as error:
        log.warning("NOTIFY cannot be sent", zone=news.zone, secondary=str(news.secondary), error=error.strerror)
        await asyncio.sleep(patience)
        return None
    try:
        transport.sendto(packet)
        async with asyncio.timeout(patience):
            while True:
                keys = {} if news.key is None else {news.key.name: news.key}
                asked = b"" if signer is None else signer.mac
                said = answered(await hearing.heard.get(), ident, keys=keys, asked=asked, now=int(time.time()))
                if said is not None:
                    return said
    except TimeoutError:
        return None
    finally:
        transport.close()


class _Hearing(asyncio.DatagramProtocol):
    """Collects what comes back. A secondary that is not there yet is told again later, so errors mean nothing."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002 - asyncio's signature
        self.heard.put_nowait(data)
