"""TSIG, held against dnspython."""

import dns.message
import dns.name
import dns.rcode
import dns.tsig
import pytest

from gslb.dns.query import read
from gslb.dns.reply import Facts
from gslb.dns.respond import respond
from gslb.dns.tsig import DIGESTS, Key, Signer, key_of, read_tsig
from tests.kit.asking import drawn, the_table

NOW = 1_800_000_000
SECRET = bytes(range(32))
NAME = b"\3key\7example\3com\0"


def ours(algorithm: str = "hmac-sha256", secret: bytes = SECRET) -> Key:
    """The key as a worker has it."""
    return key_of(NAME, algorithm, secret)


def theirs(algorithm: str = "hmac-sha256") -> dns.tsig.Key:
    """The same as dnspython has it."""
    return dns.tsig.Key("key.example.com.", SECRET, algorithm)


def asked(
    monkeypatch: pytest.MonkeyPatch,
    algorithm: str = "hmac-sha256",
    *,
    at: int = NOW,
    name: str = "mail.example.com",
    **options: object,
) -> dns.message.Message:
    """A query that dnspython has signed at that time."""
    monkeypatch.setattr("time.time", lambda: at)
    query = dns.message.make_query(name, "SOA", **options)
    query.use_tsig(theirs(algorithm))
    query.wire = query.to_wire()
    return query


def reply(packet: bytes, key: Key | None = None, *, tcp: bool = False) -> bytes:
    """What is answered by a worker that has this key."""
    facts = Facts(tcp=tcp, keys={NAME: key or ours()})
    response = respond(packet, the_table(), drawn(0), facts, b"", NOW)
    assert response is not None
    return response.data


def understood(data: bytes, query: dns.message.Message) -> dns.message.Message:
    """The reply as dnspython reads it, its MAC checked."""
    return dns.message.from_wire(data, keyring={theirs().name: query.keyring}, request_mac=query.mac)


@pytest.mark.parametrize("algorithm", DIGESTS)
@pytest.mark.parametrize("name", ["mail.example.com", "key.example.com", "x.key.example.com"])
def test_signed(monkeypatch: pytest.MonkeyPatch, algorithm: str, name: str) -> None:
    """A signed query gets a signed reply, also where the key's name is compressed against the question's."""
    query = asked(monkeypatch, algorithm, name=name)

    answer = understood(reply(query.wire, ours(algorithm)), query)

    assert answer.had_tsig
    assert answer.rcode() in (dns.rcode.NOERROR, dns.rcode.REFUSED)


def test_what_else_is_wrong_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal for another reason is signed like any reply."""
    query = asked(monkeypatch, use_edns=1)

    assert understood(reply(query.wire), query).rcode() == dns.rcode.BADVERS


def test_it_takes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reply with its TSIG fits into what the client takes."""
    for payload in range(512, 700, 8):
        query = asked(monkeypatch, name="large.mail.example.com", use_edns=0, payload=payload)
        assert len(reply(query.wire)) <= payload


@pytest.mark.parametrize(
    ("key", "raised"),
    [
        (ours(secret=bytes(32)), dns.tsig.PeerBadSignature),
        (ours("hmac-sha512"), dns.tsig.PeerBadKey),
        (key_of(b"\5other\0", "hmac-sha256", SECRET), dns.tsig.PeerBadKey),
    ],
)
def test_distrusted(monkeypatch: pytest.MonkeyPatch, key: Key, raised: type[Exception]) -> None:
    """Another secret is BADSIG, another algorithm or name BADKEY; neither reply is signed (RFC 8945 section 5.3.2)."""
    query = asked(monkeypatch)
    response = respond(query.wire, the_table(), drawn(0), Facts(keys={key.name: key}), b"", NOW)
    assert response is not None

    with pytest.raises(raised):
        understood(response.data, query)
    assert (response.rcode, response.data[3] & 15) == (9, 9)


@pytest.mark.parametrize("off", [-301, 301])
def test_clocks(monkeypatch: pytest.MonkeyPatch, off: int) -> None:
    """A query signed out of its fudge gets BADTIME with its own time and ours beside it, signed (5.2.3)."""
    query = asked(monkeypatch, at=NOW + off)
    data = reply(query.wire)

    with pytest.raises(dns.tsig.PeerBadTime):
        understood(data, query)
    tsig = dns.message.from_wire(data, keyring=False).tsig[0]  # type: ignore[arg-type] # TSIG unchecked
    assert (tsig.time_signed, int.from_bytes(tsig.other)) == (NOW + off, NOW)
    assert len(tsig.mac) == 32


def cut(packet: bytes, octets: int, mac: int = 32) -> bytes:
    """The same query with a MAC of so many octets."""
    query = read(packet)
    assert query is not None
    assert query.signed is not None
    data = packet[query.signed.at :]
    head = len(NAME) + 10 + len(query.signed.algorithm)
    length = len(data) - len(NAME) - 10 + octets - mac
    found = (query.signed.mac + bytes(octets))[:octets]
    return (
        packet[: query.signed.at]
        + data[: len(NAME) + 8]
        + length.to_bytes(2)
        + data[len(NAME) + 10 : head + 8]
        + octets.to_bytes(2)
        + found
        + data[head + 10 + mac :]
    )


def test_truncated_macs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a MAC is right and not enough (BADTRUNC, signed); less, or more than all, is malformed (5.2.2.1, 5.2.4)."""
    query = asked(monkeypatch, name="no.end.in.common")

    with pytest.raises(dns.tsig.PeerBadTruncation):
        understood(reply(cut(query.wire, 16)), query)
    for octets in (15, 33):
        refused = dns.message.from_wire(reply(cut(query.wire, octets)))
        assert (refused.rcode(), refused.had_tsig) == (dns.rcode.FORMERR, False)


def test_many_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Further messages are signed with what came before (RFC 8945 section 5.3.1)."""
    query = asked(monkeypatch)
    found = read(query.wire)
    assert found is not None
    assert found.signed is not None
    signer, context = Signer(ours(), found.signed.mac), None
    for number in range(3):
        message = dns.message.make_response(dns.message.make_query("mail.example.com", "SOA", id=query.id))
        data = signer.sign(message.to_wire(), NOW + number)
        got = dns.message.from_wire(
            data, keyring={theirs().name: query.keyring}, request_mac=query.mac, multi=True, tsig_ctx=context
        )
        context = got.tsig_ctx
    assert repr(signer) == f"<Signer <Key {NAME!r}>>"


@pytest.mark.parametrize(
    ("name", "head", "data"),
    [
        (b"", (255, 0), bytes(60)),
        (NAME, (1, 0), b"\1a\0" + bytes(57)),
        (NAME, (255, 1), b"\1a\0" + bytes(57)),
        (NAME, (255, 0), b"\1a"),
        (NAME, (255, 0), b"\1a\0" + bytes(12)),
        (NAME, (255, 0), b"\1a\0" + bytes(8) + b"\0\x09" + bytes(10)),
        (NAME, (255, 0), b"\1a\0" + bytes(17)),
    ],
)
def test_malformed(name: bytes, head: tuple[int, int], data: bytes) -> None:
    """An owner, class, TTL or rdata that no TSIG has makes none."""
    assert read_tsig(name, head, data, 0) is None
