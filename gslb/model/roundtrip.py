"""The round trip of a message: the one dialogue that leaves something behind, and so has rules of its own."""

from dataclasses import dataclass
from typing import ClassVar

from gslb.model.checks import Credentials, TlsSettings
from gslb.model.limits import LIMITS, Limits
from gslb.model.values import Address, ProxyProtocol, TlsMode, Verify

_IMPLICIT = TlsSettings(mode=TlsMode.IMPLICIT, verify=Verify.FULL)
_STARTTLS = TlsSettings(mode=TlsMode.STARTTLS, verify=Verify.FULL)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundtripSettings:
    """A message from `mailbox` to itself: submitted, waited for over IMAP, deleted (probes.md 1.15).

    `port`, `tls`, `credentials`, `proxy`: of the submission; the `fetch_` ones of IMAP, at `fetch_address` where that
    is not the target's. `limits`: of each of the two ways. `max_latency`: seconds until it counts as lost. `fails`: a
    lost one fails; else it is a notice.
    """

    type: ClassVar[str] = "roundtrip"
    port: int = 587
    tls: TlsSettings = _STARTTLS
    helo_name: str | None = None
    mailbox: str
    credentials: Credentials
    fetch_address: Address | None = None
    fetch_port: int = 993
    fetch_tls: TlsSettings = _IMPLICIT
    fetch_credentials: Credentials
    max_latency: float = 120.0
    fails: bool = False
    proxy: ProxyProtocol = ProxyProtocol.NONE
    fetch_proxy: ProxyProtocol = ProxyProtocol.NONE
    limits: Limits = LIMITS
