"""unbound, with a trust anchor and a cache, validates whatever a signed server says."""

import time
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import pytest

from gslb.control.keyring import usable, write_keys
from gslb.keys.delegating import ds
from gslb.keys.keyfile import StoredKey
from gslb.model.keys import KeyTimes
from gslb.model.names import to_wire
from tests.kit.resolver import Unbound
from tests.kit.running import Running, until
from tests.kit.zonekeys import ED25519, stored
from tests.kit.zones import FOUR

pytestmark = [pytest.mark.system, pytest.mark.servers]

OUTER = (
    FOUR.replace("ttl: 30", "ttl: 2").replace("records: |", "records: |\n  in DS DELEGATED")
    + """\
  v6: {members: {m1: {address: "2001:db8::31"}, m2: {address: 192.0.2.32}}, when_all_down: nodata}
negative_ttl: 1
min_ttl: 1
dnssec: {keys: KEYS}
"""
)
INNER = """\
zone: in.mail.example.com
contact: hostmaster@example.com
nameservers: {ns1: [127.0.0.1]}
dnssec: {keys: KEYS, denial: nsec3}
records: |
  *.wild A 192.0.2.99
services:
  smtp: {records: [MX, A], members: {m1: {address: 192.0.2.41}, m2: {address: 192.0.2.42}}}
"""
ASKED = (
    ("nothing.", "A"), ("smtp.", "TXT"), ("wild.", "A"), ("any.wild.", "TXT"), ("any.wild.", "A"), ("smtp.", "A"),
    ("smtp.", "MX"), ("", "A"), ("", "SOA"), ("", "NS"), ("", "DNSKEY"), ("", "CDS"),
)  # fmt: skip


def made(folder: Path, zone: str, **how: object) -> StoredKey:
    """A key of a zone that has signed for days, in files of that folder."""
    began = time.time() - 1e6
    times = KeyTimes(created=began, publish=began, active=began, sync_publish=began)
    one = stored(times=times, zone=to_wire(zone + "."), **how)  # type: ignore[arg-type]  # a test's own
    folder.mkdir(mode=0o700, exist_ok=True)
    write_keys(folder, [one], 3600)
    return one


def ds_text(key: StoredKey) -> str:
    """The DS of a key as a master file has it."""
    found = ds(usable(key))
    return f"{int.from_bytes(found[:2])} {found[2]} {found[3]} {found[4:].hex()}"


def validated(reply: dns.message.Message) -> tuple[str, bool]:
    """What it came to: rcode, or "NODATA"; and whether it was validated."""
    empty = reply.rcode() == dns.rcode.NOERROR and not reply.answer
    return "NODATA" if empty else dns.rcode.to_text(reply.rcode()), bool(reply.flags & dns.flags.AD)


def test_unbound_validates(tmp_path: Path) -> None:
    """Two zones, one inside the other, denied by NSEC and NSEC3: absence first, then what is there; then a type that
    health empties, and that comes back.
    """
    keys = tmp_path / "keys"
    anchor, inner = made(keys, "mail.example.com"), made(keys, "in.mail.example.com", algorithm=ED25519, number=1)
    files = {
        "zones/mail.yaml": OUTER.replace("KEYS", str(keys)).replace("DELEGATED", ds_text(inner)),
        "zones/in.yaml": INNER.replace("KEYS", str(keys)),
    }
    with (
        Running(tmp_path, files, workers=1) as server,
        Unbound(
            tmp_path / "unbound",
            "mail.example.com",
            server.dns_port,
            anchor=f"mail.example.com. DS {ds_text(anchor)}",
            more=("in.mail.example.com",),
        ) as unbound,
    ):
        found = {
            (name, zone, rtype): validated(unbound.query(f"{name}{zone}mail.example.com", rtype))
            for zone in ("", "in.")
            for name, rtype in ASKED
        }
        server.command("force-down", "mail.example.com/v6/m1", "--force")
        until(lambda: validated(unbound.query("v6.mail.example.com", "AAAA")) == ("NODATA", True), 10, "denied")
        other = validated(unbound.query("v6.mail.example.com", "A"))
        server.command("clear", "mail.example.com/v6/m1")
        until(lambda: validated(unbound.query("v6.mail.example.com", "AAAA")) == ("NOERROR", True), 10, "there again")

    assert [asked for asked, (_, secure) in found.items() if not secure] == []
    assert {kind for kind, _ in found.values()} == {"NOERROR", "NODATA", "NXDOMAIN"}
    assert other == ("NOERROR", True)
