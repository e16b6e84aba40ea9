"""Entries to be signed, as a piece of work that any thread may do: it holds all it needs and changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from gslb.answers.dnssec.rrsig import REFRESH, Signature
from gslb.answers.dnssec.sections import compose, finish
from gslb.answers.dnssec.signatures import Signatures
from gslb.answers.dnssec.signer import Signers, Signing
from gslb.handoff.blocks import Block, block
from gslb.handoff.specs import EntrySpec

Place: TypeAlias = tuple[int, int]
"""A slot: part, number."""

CARRIED = -1
"""The part of places that are no slots: RRsets that transfers carry (see transfers)."""


class Terms(NamedTuple):
    """How the entry of a slot is signed: for which zone (its text), owner and original TTL (see sections.compose)."""

    zone: str
    owner: bytes
    original: int | None


class Task(NamedTuple):
    """One entry to sign."""

    place: Place
    spec: EntrySpec
    terms: Terms
    who: Signers


class Signed(NamedTuple):
    """One entry signed: `used` names its signatures, `start` and `end` (Unix seconds) say when they may be sent.

    `end` is when they are to be renewed. `made`: a block for the table, of a carried RRset its octets.
    """

    task: Task
    made: Block | bytes
    used: tuple[bytes, ...]
    start: float
    end: float


class Done(NamedTuple):
    """What came of a work: entries, and the signatures that had to be made."""

    signed: tuple[Signed, ...]
    made: Mapping[bytes, Signature]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Entries to sign at a moment, out of known signatures where that can be."""

    tasks: tuple[Task, ...]
    known: Signatures
    now: float

    def done(self) -> Done:
        """Do it."""
        signing = Signing(self.known, self.now)
        return Done(tuple([_signed(task, signing) for task in self.tasks]), signing.made)


def _signed(task: Task, signing: Signing) -> Signed:
    signing.begin(task.who)
    composed = compose(task.spec, task.terms.owner, task.terms.original)
    spec = finish(composed, signing.rrsigs)
    made = spec.variants[0].data if task.place[0] == CARRIED else block(spec)
    return Signed(task, made, tuple(signing.used), signing.inception, signing.expiration - REFRESH)
