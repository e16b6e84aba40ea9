"""TLS over memory: what comes is decrypted, what is said encrypted, and neither goes on for ever."""

import ssl

import pytest

from gslb.probes.contexts import GUARDED, PLAIN_TERMS, context_of
from gslb.probes.encryption import HANDSHAKE_LIMIT, OVERHEAD_LIMIT, Encryption
from tests.kit.certificates import mint


class Pair:
    """Our end and a server's, with nothing between them."""

    def __init__(self, tmp_path, terms=PLAIN_TERMS):
        self.ours = Encryption(context_of(terms, None), "mail.example.com")
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = mint("mail.example.com").server(tmp_path)
        self.theirs = context.wrap_bio(self.incoming, self.outgoing, server_side=True)

    def carry(self):
        """Everything that either has to send."""
        self.incoming.write(self.ours.outgoing())
        sent = self.outgoing.read()
        self.ours.feed(sent)
        return len(sent)

    def shake(self):
        while not self.ours.shake():
            self.carry()
            try:
                self.theirs.do_handshake()
            except ssl.SSLWantReadError:
                pass
            self.carry()
        self.carry()
        self.theirs.do_handshake()
        self.carry()
        return self


@pytest.fixture
def pair(tmp_path):
    """Two ends, before the handshake."""
    return Pair(tmp_path)


def test_what_is_said_arrives_both_ways(pair):
    """After the handshake, in both directions; nothing is there before it came."""
    pair.shake()
    pair.ours.write(b"EHLO p\r\n")
    pair.carry()
    pair.theirs.write(b"250 mx\r\n")

    assert pair.theirs.read(100) == b"EHLO p\r\n"
    assert pair.ours.decrypted() == b""
    assert not pair.ours.over
    pair.carry()
    assert pair.ours.decrypted() == b"250 mx\r\n"


def test_close_notify_ends_the_session(pair):
    """Ours is sent without waiting for theirs; theirs is the end, and ours after it is no fault."""
    pair.shake().ours.end()
    pair.carry()
    assert pair.theirs.read(100) == b""
    pair.theirs.unwrap()
    pair.carry()

    assert pair.ours.decrypted() == b""
    assert pair.ours.over
    pair.ours.end()


def test_octets_beside_the_data_are_counted(pair):
    """The handshake has its own bound; what is data counts for nothing."""
    assert pair.ours.spare == HANDSHAKE_LIMIT
    pair.shake()
    before = pair.ours.spare
    assert before <= OVERHEAD_LIMIT
    pair.theirs.write(b"x" * 10_000)
    sent = pair.carry()
    pair.ours.decrypted()

    assert pair.ours.spare == before - sent + 10_000


def test_rubbish_is_an_error(pair):
    """Plain text where a handshake was due."""
    pair.ours.shake()
    pair.ours.feed(b"220 mx ESMTP\r\n")

    with pytest.raises(ssl.SSLError, match="WRONG_VERSION_NUMBER"):
        pair.ours.shake()


def test_the_peer_is_told_what_we_do_not_trust(tmp_path):
    """An alert goes out behind the error (RFC 8446 section 6.2)."""
    pair = Pair(tmp_path, GUARDED)

    with pytest.raises(ssl.SSLCertVerificationError):
        pair.shake()
    pair.carry()
    with pytest.raises(ssl.SSLError, match=r"(?i)unknown.ca"):
        pair.theirs.do_handshake()
