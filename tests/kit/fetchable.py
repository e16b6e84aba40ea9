"""A table with one zone to be fetched, its content made up of texts."""

from collections.abc import Iterable

from gslb.handoff.table import Table, in_memory
from gslb.handoff.transfers import Contents, Step, transfer_file
from gslb.model.names import to_wire
from tests.kit.mailzone import MAIL
from tests.kit.tables import files, record

APEX = to_wire("mail.example.com.")


def soa(serial: int) -> bytes:
    """The zone's SOA of a serial."""
    return record(
        "mail.example.com.", 30, "SOA", f"ns1.mail.example.com. hostmaster.example.com. {serial} 3600 600 1209600 30"
    )


def address(name: str, text: str) -> bytes:
    """An A record of the zone."""
    return record(f"{name}.mail.example.com.", 30, "A", text)


def step(before: int, after: int, gone: Iterable[bytes] = (), new: Iterable[bytes] = ()) -> Step:
    """A difference."""
    return Step(before, after, b"".join((soa(before), *gone, soa(after), *new)))


def fetchable(serial: int, records: Iterable[bytes], steps: Iterable[Step] = ()) -> Table:
    """The mail zone's table with such a transfer file."""
    names, part = files(MAIL)
    ns = record("mail.example.com.", 3600, "NS", "ns1.mail.example.com.")
    contents = Contents(APEX, serial, soa(serial), b"".join((ns, *records)), tuple(steps))
    return in_memory(names, [part], transfers={APEX: transfer_file(contents, generation=1)})
