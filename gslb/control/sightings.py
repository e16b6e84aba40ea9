"""What the latest run at a target showed beside its outcome: addresses, TLS, capabilities, octets (probes.md 1.1).

Told once per target and not with each of its results: most of it is the same each time.
"""

from dataclasses import dataclass

from gslb.model.observations import Observation, TlsFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsStatus:
    """What the handshake showed. `problem`: why the certificate is not in order; times in Unix seconds.

    `leaf_expires`: the end of the certificate itself; `chain_expires`: the earliest in the chain that was sent.
    """

    version: str
    cipher: str
    alpn: str
    server_name: str | None
    verified: bool
    problem: str | None
    leaf_expires: float | None
    chain_expires: float | None
    leaf_sha256: str
    key_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """The latest run. `family`: 4 or 6. `caps_plain` and `caps_tls`: capabilities offered before and inside TLS.

    `weight_factor`: the part of its weight that the member asked for, None where it said nothing.
    """

    peer: str | None
    source: str | None
    family: int | None
    tls: TlsStatus | None
    caps_plain: tuple[str, ...]
    caps_tls: tuple[str, ...]
    bytes_in: int
    lines_in: int
    weight_factor: float | None


def sighting(observation: Observation) -> Sighting:
    """One run as the faces see it."""
    peer, source = observation.peer, observation.source
    return Sighting(
        peer=None if peer is None else str(peer),
        source=None if source is None else str(source),
        family=None if peer is None else peer.version,
        tls=None if observation.tls is None else _tls(observation.tls),
        caps_plain=observation.caps_plain,
        caps_tls=observation.caps_tls,
        bytes_in=observation.bytes_in,
        lines_in=observation.lines_in,
        weight_factor=observation.weight_factor,
    )


def _tls(facts: TlsFacts) -> TlsStatus:
    return TlsStatus(
        version=facts.version,
        cipher=facts.cipher,
        alpn=facts.alpn,
        server_name=facts.server_name,
        verified=facts.verified,
        problem=None if facts.problem is None else facts.problem.value,
        leaf_expires=facts.leaf_not_after,
        chain_expires=facts.chain_earliest_not_after,
        leaf_sha256=facts.leaf_sha256,
        key_sha256=facts.key_sha256,
    )
