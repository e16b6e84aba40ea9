"""What a member says of itself, in HAProxy's words: for agents (one line over TCP) and files (probes.md 1.14).

    50%                  its part of the weight: 0 to 100 (256 where it may be raised), beyond that clamped and told
    up ready             nothing in the way
    drain maint, 0%      nothing new, please
    down fail stopped    it is not there; `#why` may follow, as behind every word
    maxconn:30           understood, and of no use to a resolver

Any order, any case, parted by blanks or commas. The worst word wins. Words nobody knows are told and ignored.
"""

import re
from dataclasses import dataclass
from typing import Final

from gslb.model.observations import Degraded, Failed, Outcome, Passed, Phase, Reason
from gslb.probes.dialogue.commands import Conclusion
from gslb.probes.dialogue.text import shown

BOOST: Final = 256
"""The most per cent that HAProxy's agents may ask for."""

_UP: Final = frozenset({"up", "ready"})
_DRAINED: Final = frozenset({"drain", "maint"})
_DOWN: Final = frozenset({"down", "fail", "failed", "stopped"})
_PERCENT: Final = re.compile(r"([+-]?\d{1,9})%")
_BETWEEN: Final = re.compile(r"[\s,\0]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The sense of a line. `word`: the worst that was said; empty: nothing understandable. `factor`: 0 to 1, or 2.56.

    `odd`: something was unknown or out of bounds.
    """

    word: str = ""
    factor: float | None = None
    odd: bool = False


def sense_of(line: bytes, most: int = 100) -> Said:
    """The sense of a line, whatever its bytes; `most`: per cent that may be asked for."""
    text, _, _ = line.decode("latin-1").partition("#")
    words = [word for word in _BETWEEN.split(text.lower()) if word]
    percents = [int(match[1]) for word in words if (match := _PERCENT.fullmatch(word))]
    factors = [min(max(percent, 0), most) / 100 for percent in percents]
    known = {_known(word) for word in words}
    if 0.0 in factors:
        known.add("drain")
    worst = next((word for word in ("down", "drain", "up") if word in known), "")
    return Said(
        word=worst,
        factor=min(factors, default=None),
        odd="" in known or any(not 0 <= percent <= most for percent in percents),
    )


def verdict(said: Said, line: bytes) -> Conclusion | None:
    """What the sense of a line does to its member. None: nothing was said."""
    outcome: Outcome
    if said.word == "down":
        outcome = Failed(Phase.COMMAND, Reason.NOT_ACCEPTING)
    elif said.word == "drain":
        outcome = Degraded(Phase.COMMAND, Reason.DRAIN, load=True)
    elif said.word == "up":
        outcome = Passed()
    else:
        return None
    factor = 0.0 if said.word == "drain" else said.factor
    return Conclusion(outcome=outcome, text=shown(line), weight_factor=factor)


def _known(word: str) -> str:
    """What a word amounts to: up, drain or down; empty where nobody knows it."""
    if word in _DOWN:
        return "down"
    if word in _DRAINED:
        return "drain"
    understood = word in _UP or word.startswith("maxconn:") or _PERCENT.fullmatch(word)
    return "up" if understood else ""
