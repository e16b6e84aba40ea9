"""The dialogue of a tls check: what the handshake showed."""

import base64

import pytest

from gslb.model.checks import TlsCheckSettings
from gslb.model.observations import Failed, Passed, Phase, Reason, TlsFacts
from gslb.probes.dialogue.tls import tls
from tests.kit.script import Script

LEAF, KEY = "ab" * 32, "cd" * 32
FACTS = TlsFacts(version="TLSv1.3", alpn="imap", leaf_sha256=LEAF, key_sha256=KEY)


def script(facts=FACTS, **keys):
    """A script of a tls check."""
    return Script(tls(TlsCheckSettings(port=1, **keys), facts))


def test_a_handshake_is_all_there_is():
    """Nothing is said and nothing is waited for."""
    script().concludes(Passed()).says().ends()
    script(None).concludes(Passed()).says().ends()


def test_a_protocol_must_be_agreed_on_where_some_are_offered():
    """ALPN (RFC 7301)."""
    script(alpn=("pop3", "imap")).concludes(Passed())
    script(alpn=("h2",)).concludes(Failed(Phase.TLS, Reason.TLS_HANDSHAKE))


@pytest.mark.parametrize(
    "pin",
    [LEAF, KEY, KEY.upper(), ":".join(["ab"] * 32), base64.b64encode(bytes.fromhex(KEY)).decode()],
)
def test_a_pin_is_the_digest_of_leaf_or_key(pin):
    """In hex, with colons or not, or in Base64; one of several is enough."""
    script(pin_sha256=("00" * 32, pin)).concludes(Passed())


@pytest.mark.parametrize("pin", ["00" * 32, "", "!"])
def test_what_is_not_pinned_is_not_trusted(pin):
    """Whoever signed it."""
    untrusted = Failed(Phase.TLS, Reason.CERT_UNTRUSTED)

    script(pin_sha256=(pin,)).concludes(untrusted).ends()
    script(None, pin_sha256=(pin,)).concludes(untrusted)
