"""What workers are told besides the table: secrets of cookies and TSIG, limits, and who may ask what.

A file in run_dir, for our own user alone, replaced as a whole whenever a configuration is accepted; then workers are
told over the channel. A worker that starts while control is away reads the one that stands. `own` is the secret that
stands in where configuration names none: kept while the supervisor lives, so that a control that follows another, and
every worker of the node, go on with the same.
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

POLICY = "policy.json"
SECRET_SIZE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedKey:
    """A TSIG key: wire name, hmac-sha256 or hmac-sha512, and the secret."""

    name: bytes
    algorithm: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRule:
    """Who may fetch the zone of this apex: networks as text, names of keys; where both are given, both must hold."""

    apex: bytes
    networks: tuple[str, ...] = ()
    keys: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`secrets`: of cookies, 16 octets each, the first makes them. `per_second`: replies of one kind to one network
    by one worker, 0 for no limit; every `slip`-th limited one is a stub, 0 for none. `exempt` and `state_txt`:
    networks, as text. `own`: the secret of this start. `keys`: of TSIG. `transfers`: zones that may be fetched."""

    secrets: tuple[bytes, ...] = field(default=(), repr=False)
    own: bytes = field(default=b"", repr=False)
    per_second: float = 0.0
    slip: int = 2
    exempt: tuple[str, ...] = ()
    state_txt: tuple[str, ...] = ()
    keys: tuple[SharedKey, ...] = ()
    transfers: tuple[TransferRule, ...] = ()


def write_policy(run_dir: Path, policy: Policy) -> None:
    """Put it in place of the one that stands. Raises OSError."""
    path = run_dir / POLICY
    aside = path.with_name(path.name + ".new")
    text = json.dumps(
        {
            "secrets": [secret.hex() for secret in policy.secrets],
            "own": policy.own.hex(),
            "per_second": policy.per_second,
            "slip": policy.slip,
            "exempt": policy.exempt,
            "state_txt": policy.state_txt,
            "keys": [[key.name.hex(), key.algorithm, key.secret.hex()] for key in policy.keys],
            "transfers": [
                [one.apex.hex(), one.networks, [name.hex() for name in one.keys]] for one in policy.transfers
            ],
        }
    )
    with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(aside, path)


def read_policy(run_dir: Path) -> Policy | None:
    """The one that stands; None where there is none that can be read."""
    try:
        raw = json.loads((run_dir / POLICY).read_bytes())
        return Policy(
            secrets=tuple(_secret(text) for text in raw["secrets"]),
            own=_secret(raw["own"]),
            per_second=float(raw["per_second"]),
            slip=int(raw["slip"]),
            exempt=tuple(map(str, raw["exempt"])),
            state_txt=tuple(map(str, raw["state_txt"])),
            keys=tuple(
                SharedKey(name=bytes.fromhex(name), algorithm=str(algorithm), secret=bytes.fromhex(secret))
                for name, algorithm, secret in raw.get("keys", ())
            ),
            transfers=tuple(
                TransferRule(
                    apex=bytes.fromhex(apex),
                    networks=tuple(map(str, networks)),
                    keys=tuple(bytes.fromhex(name) for name in names),
                )
                for apex, networks, names in raw.get("transfers", ())
            ),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _secret(text: str) -> bytes:
    secret = bytes.fromhex(text)
    if len(secret) != SECRET_SIZE:
        raise ValueError("a secret of another size")
    return secret
