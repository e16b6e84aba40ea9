"""Zone transfers as configured: who may fetch a zone, who is told of changes, and the keys that prove it."""

from dataclasses import dataclass, field
from pathlib import Path

from gslb.model.values import Address, Network

PORT = 53


@dataclass(frozen=True, slots=True, kw_only=True)
class Secondary:
    """A server that is told of changes (RFC 1996)."""

    address: Address
    port: int = PORT

    def __str__(self) -> str:
        host = f"[{self.address}]" if self.address.version == 6 else str(self.address)
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """A zone that others may fetch: from the networks `to` where there are any, with a key of the file where there is
    one; both where there are both. At least one of the two is there."""

    to: tuple[Network, ...] = ()
    notify: tuple[Secondary, ...] = ()
    key: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TsigKey:
    """A shared secret (RFC 8945). `name`: wire name, lower-cased; `algorithm`: hmac-sha256 or hmac-sha512."""

    name: bytes
    algorithm: str
    secret: bytes = field(repr=False)
