"""Transfer files: a zone as of one serial and the latest steps that led to it, as octets that go out as they stand."""

from collections.abc import Sequence
from typing import NamedTuple

from gslb.handoff import layout
from gslb.handoff.layout import HEADER, STEP, TRANSFER_DIRECTORY, UNIT
from gslb.handoff.writer import Sections


class Step(NamedTuple):
    """How a zone came from one serial to the next. `octets`: SOA before, records gone, SOA after, records new."""

    before: int
    after: int
    octets: bytes


class Contents(NamedTuple):
    """What a transfer file holds: `soa` is one record, `records` are all others, each with its owner in full."""

    apex: bytes
    serial: int
    soa: bytes
    records: bytes
    steps: Sequence[Step] = ()


def transfer_file(contents: Contents, *, generation: int) -> bytes:
    """The file, of the table of this generation."""
    out = Sections(layout.TRANSFER_MAGIC, TRANSFER_DIRECTORY.size)
    apex_at, soa_at = out.put(contents.apex), out.put(contents.soa)
    records_at = out.put(contents.records)
    steps = [(step.before, step.after, out.put(step.octets), len(step.octets)) for step in contents.steps]
    steps_at = out.put(b"".join([STEP.pack(*step) for step in steps]))
    directory = (
        contents.serial, apex_at, len(contents.apex), soa_at, len(contents.soa), records_at, len(contents.records),
        steps_at, len(steps), 0,
    )  # fmt: skip
    return out.finish(TRANSFER_DIRECTORY.pack(*directory), generation)


class TransferFile:
    """A transfer file in place."""

    def __init__(self, data: memoryview) -> None:
        self.data = data
        directory = TRANSFER_DIRECTORY.unpack_from(data, HEADER.size)
        self.serial: int = directory[0]
        self.apex = bytes(self._octets(*directory[1:3]))
        self.soa = bytes(self._octets(*directory[3:5]))
        self.records = self._octets(*directory[5:7])
        self._steps_at, self._step_count = directory[7] * UNIT, directory[8]

    def __repr__(self) -> str:
        return f"<TransferFile serial={self.serial} octets={len(self.records)} steps={self._step_count}>"

    def since(self, serial: int) -> tuple[memoryview, ...] | None:
        """The steps from a serial to this file's; None where they do not reach back to it."""
        steps = [STEP.unpack_from(self.data, self._steps_at + n * STEP.size) for n in range(self._step_count)]
        for number, step in enumerate(steps):
            if step[0] == serial:
                return tuple([self._octets(at, length) for _, _, at, length in steps[number:]])
        return None

    def _octets(self, at: int, length: int) -> memoryview:
        return self.data[at * UNIT : at * UNIT + length]
