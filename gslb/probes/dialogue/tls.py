"""tls: the handshake from the first byte is all there is; the shell has made it, and its facts are judged.

A pin is the SHA-256 of the leaf certificate or of its public key (RFC 7469), in hex or Base64.
"""

import base64
import binascii

from gslb.model.checks import TlsCheckSettings
from gslb.model.observations import Failed, Passed, Phase, Reason, TlsFacts
from gslb.probes.dialogue.commands import Conclude, Conclusion, Dialogue


def tls(settings: TlsCheckSettings, facts: TlsFacts | None) -> Dialogue:
    """The dialogue: nothing is said."""
    seen = facts or TlsFacts()
    conclusion = _judged(settings, seen)
    yield Conclude(conclusion, pending_ok=True)
    return conclusion


def _judged(settings: TlsCheckSettings, seen: TlsFacts) -> Conclusion:
    if settings.alpn and seen.alpn not in settings.alpn:
        text = f"none of {', '.join(settings.alpn)} was agreed on"
        return Conclusion(outcome=Failed(Phase.TLS, Reason.TLS_HANDSHAKE), text=text[:200])
    if settings.pin_sha256 and not {seen.leaf_sha256, seen.key_sha256} & set(map(_digest, settings.pin_sha256)):
        return Conclusion(outcome=Failed(Phase.TLS, Reason.CERT_UNTRUSTED), text="neither leaf nor key is pinned")
    return Conclusion(outcome=Passed())


def _digest(pin: str) -> str:
    """A pin as 64 hex digits; what is neither hex nor Base64 matches nothing."""
    plain = pin.replace(":", "").lower()
    if len(plain) == 64:
        return plain
    try:
        return base64.b64decode(pin, validate=True).hex() or "none"
    except (binascii.Error, ValueError):
        return "none"
