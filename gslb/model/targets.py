"""A target is one check's dialogue at one address: what is probed, once, however many services use it."""

import hashlib
from dataclasses import dataclass, fields, is_dataclass
from typing import NamedTuple

from gslb.model.checks import CheckSettings, Timing
from gslb.model.values import Address, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the prober needs to know. `settings` is fully resolved for this member (port, names).

    `timing` is the most eager of the checks that share the target; it is not part of the identity.
    `stage_every`: the dialogue is held in full on each Nth run, in its shallow form (model.stages) between.
    `groups`: of hosts that may not be probed all at once; no part of the identity either.
    """

    id: str
    address: Address
    settings: CheckSettings
    timing: Timing
    slow_after: float | None = None
    source: Address | None = None
    stage_every: int = 1
    groups: tuple[str, ...] = ()

    @property
    def port(self) -> int:
        """The TCP port probed."""
        return self.settings.port


class Identity(NamedTuple):
    """Of all targets of one dialogue: what stands before the address, and what behind it."""

    before: str
    after: str

    def at(self, address: Address) -> str:
        """The id of the target at one address."""
        return hashlib.sha256(f"{self.before}{text_of(address)}{self.after}".encode()).hexdigest()[:16]


def target_id(settings: CheckSettings, address: Address, source: Address | None = None) -> str:
    """The identity of a target, 16 hex digits: type, address, port and dialogue keys (contract, "Health").

    Not of intervals, thresholds, file or node, so that a reload which changes those keeps the state.
    """
    return identity(settings, source).at(address)


def identity(settings: CheckSettings, source: Address | None = None) -> Identity:
    """The identity of a dialogue, for those who ask it of many addresses."""
    return Identity(f"{settings.type}|", f"|{settings.port}|{source or ''}|{_canonical(settings)}")


def _canonical(value: object) -> str:
    """Keys at their default are left out, so that a release which adds a key keeps every identity."""
    if is_dataclass(value):
        told = (each for each in fields(value) if each.repr)  # a secret is neither shown nor hashed
        said = ((f.name, getattr(value, f.name)) for f in told if getattr(value, f.name) != f.default)
        return "(" + ",".join(f"{name}={_canonical(each)}" for name, each in sorted(said)) + ")"
    return str(value) if isinstance(value, str) else repr(value)
