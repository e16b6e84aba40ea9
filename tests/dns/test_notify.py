"""NOTIFY, as dnspython reads and answers it."""

import dns.flags
import dns.message
import dns.opcode
import dns.tsig
import pytest

from gslb.dns.notify import Answered, answered, notify
from gslb.dns.tsig import Signer, key_of
from tests.kit.fetchable import APEX, soa

NOW = 1_800_000_000
KEY = key_of(b"\1k\0", "hmac-sha256", bytes(32))
THEIRS = dns.tsig.Key("k.", bytes(32), "hmac-sha256")


def test_message() -> None:
    """Opcode NOTIFY, AA, the zone's SOA as question, the new one as answer."""
    made = dns.message.from_wire(notify(APEX, soa(7), 5))

    assert (made.id, made.opcode(), made.flags & dns.flags.AA) == (5, dns.opcode.NOTIFY, dns.flags.AA)
    assert made.question[0].to_text() == "mail.example.com. IN SOA"
    assert made.answer[0][0].serial == 7


def heard(packet: bytes, *, keyed: bool = False, asked: bytes = b"") -> Answered | None:
    """What a packet says to the NOTIFY of id 5."""
    return answered(packet, 5, keys={KEY.name: KEY} if keyed else {}, asked=asked, now=NOW)


def reply(packet: bytes = b"") -> dns.message.Message:
    """The reply of a secondary."""
    return dns.message.make_response(dns.message.from_wire(packet or notify(APEX, soa(7), 5), keyring=False))  # type: ignore[arg-type] # TSIG unchecked


def test_replies() -> None:
    """A reply is known by id, QR and opcode; everything else is passed over."""
    query = dns.message.make_query("mail.example.com", "SOA", id=5)
    refused = reply()
    refused.set_rcode(5)

    assert heard(reply().to_wire()) == Answered(0, True)
    assert heard(refused.to_wire()) == Answered(5, True)
    others = (
        b"short",
        notify(APEX, soa(7), 5),
        b"\0\6" + reply().to_wire()[2:],
        dns.message.make_response(query).to_wire(),
    )
    assert [heard(one) for one in others] == [None] * 4


def test_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is told with a key has to answer with it: an unsigned reply is heard, and not believed."""
    monkeypatch.setattr("time.time", lambda: NOW)
    signer = Signer(KEY)
    packet = signer.sign(notify(APEX, soa(7), 5), NOW)
    made = dns.message.make_response(dns.message.from_wire(packet, keyring={THEIRS.name: THEIRS}))
    wire = made.to_wire()

    assert heard(wire, keyed=True, asked=signer.mac) == Answered(0, True)
    assert heard(wire, keyed=True, asked=bytes(32)) == Answered(0, False)
    assert heard(reply().to_wire(), keyed=True, asked=signer.mac) == Answered(0, False)
    assert heard(wire[:-3], keyed=True, asked=signer.mac) == Answered(0, False)
    assert heard(wire[:40], keyed=True, asked=signer.mac) == Answered(0, False)
