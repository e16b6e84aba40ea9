"""Which views hold a client: the ranges of a names file, searched where they lie."""

from typing import NamedTuple

from gslb.handoff.layout import CLASS, HEADER, HELD, NAMES_DIRECTORY, RANGE6, UNIT

KEPT = 4096
"""Clients that are remembered; when one more comes, all are forgotten, and those that are busy come back at once."""


class Held(NamedTuple):
    """A view that holds a client by one of its networks, with its rank and cover (see layout.HELD)."""

    view: int
    rank: int
    cover: int


class Client(NamedTuple):
    """What holds an address, narrowest first, a view once for each of its networks; and who trusts the ECS it sends."""

    held: tuple[Held, ...] = ()
    trusts: frozenset[int] = frozenset()


NOBODY = Client()


class Clients:
    """Look-ups of one names file, with a bounded memory of the latest."""

    def __init__(self, data: memoryview) -> None:
        self.data = data
        directory = NAMES_DIRECTORY.unpack_from(data, HEADER.size)
        self.ranges4, self.count4 = directory[14] * UNIT, directory[15]
        self.ranges6, self.count6 = directory[16] * UNIT, directory[17]
        self.classes, self.held = directory[18] * UNIT, directory[21] * UNIT
        self._words = data[: len(data) - len(data) % 4].cast("I")
        self._known: dict[bytes, Client] = {}

    def __repr__(self) -> str:
        return f"<Clients in {self.count4} IPv4 and {self.count6} IPv6 ranges>"

    def any(self) -> bool:
        """Whether there are views at all."""
        return bool(self.count4 or self.count6)

    def of(self, address: bytes) -> Client:
        """What is known of an address of 4 or 16 octets; of any other length, that it is nobody's."""
        known = self._known.get(address)
        if known is None:
            if len(self._known) >= KEPT:
                self._known.clear()
            known = self._known[address] = self._found(address)
        return known

    def _found(self, address: bytes) -> Client:
        if len(address) == 4 and self.count4:
            return self._client(self._class4(int.from_bytes(address)))
        if len(address) == 16 and self.count6:
            return self._client(self._class6(address))
        return NOBODY

    def _class4(self, address: int) -> int:
        words, base = self._words, self.ranges4 >> 2
        low, high = 0, self.count4
        while high - low > 1:
            middle = (low + high) // 2
            if words[base + 2 * middle] <= address:
                low = middle
            else:
                high = middle
        number: int = words[base + 2 * low + 1]
        return number

    def _class6(self, address: bytes) -> int:
        low, high = 0, self.count6
        while high - low > 1:
            middle = (low + high) // 2
            if RANGE6.unpack_from(self.data, self.ranges6 + middle * RANGE6.size)[0] <= address:
                low = middle
            else:
                high = middle
        number: int = RANGE6.unpack_from(self.data, self.ranges6 + low * RANGE6.size)[1]
        return number

    def _client(self, number: int) -> Client:
        first, held, trusts = CLASS.unpack_from(self.data, self.classes + number * CLASS.size)
        records = [HELD.unpack_from(self.data, self.held + n * HELD.size) for n in range(first, first + held + trusts)]
        return Client(
            held=tuple(Held(*record) for record in records[:held]),
            trusts=frozenset(record[0] for record in records[held:]),
        )
