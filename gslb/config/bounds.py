"""How soon a check notices: upper bounds in seconds, told by `gslb validate`.

The worst case begins right after a good probe has started. Then, with probes.md 2.2's timer (intervals from start to
start, stretched by up to 10 %, but never earlier than half a second after the end of the run before):

    the next start          max(interval × 1.1, timeout + goodbye + rest)
    each further failure    fast_interval × 1.1 after it, or rest after its end

A refused connection ends at once; a hanging peer holds every run to its timeout. Starts at one address keep a
distance from each other, so each may be late by `CROWD` at most.
"""

from dataclasses import dataclass
from math import ceil

from gslb.model.checks import Check, LmtpSettings, RelaySettings, SmtpSettings, SubmissionSettings, TlsCheckSettings
from gslb.model.limits import LIMITS, Limits
from gslb.model.plain import AgentSettings, DnsSettings, ExecSettings, FileSettings, TcpSettings
from gslb.model.roundtrip import RoundtripSettings

REST = 0.5
CROWD = 1.0
"""How late one start may be because others at the same address come first."""

CAP = " (a per-client cap keeps the member up)"
"""Of servers that tell such a cap from being busy (probes.md 1.2)."""

_NEVER_BUSY = (TcpSettings, TlsCheckSettings, DnsSettings)
_TELL_CAPS = (SmtpSettings, SubmissionSettings, LmtpSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Seconds from a failure to the member's leaving: connections refused; connections that hang; answers of busy.

    `refused` is the first thing a type can be told: a refused connection, a plugin's CRITICAL, a file's DOWN; None:
    never. The others are None where there is no such thing: `deep` is what only the deep stage sees, where that is not
    each run. An answer in a cache lives on for its TTL.
    """

    refused: float | None
    hanging: float | None
    busy: float | None = None
    deep: float | None = None
    word: str = "refused"
    caps: bool = False

    def __str__(self) -> str:
        told = [f"{self.word} {_seconds(self.refused)}"]
        if self.hanging is not None:
            told.append(f"hanging {_seconds(self.hanging)}")
        if self.deep is not None:
            told.append(f"seen by the deep stage only {_seconds(self.deep)}")
        if self.busy is not None:
            told.append(f"busy {_seconds(self.busy)}{CAP if self.caps else ''}")
        return ", ".join(told)


def detection_bounds(check: Check) -> Bounds:
    """The bounds of one check with its own timing; a target shared with a more eager check is noticed sooner."""
    settings, timing, fall = check.settings, check.timing, check.thresholds.fall
    stretch = 1 + timing.jitter
    first = max(timing.interval * stretch, timing.timeout + _goodbye(check) + REST)
    between = max(timing.fast_interval * stretch, REST)
    refused = first + (fall - 1) * between + CROWD
    pause = max(timing.fast_interval * stretch - timing.timeout, REST)
    hanging = first + fall * (timing.timeout + CROWD) + (fall - 1) * pause
    match settings:
        case RelaySettings(withdraw=withdraw):
            # Refused and hanging connections are another check's business (probes.md 1.6.4).
            run = timing.timeout + CROWD
            return Bounds(refused=refused + fall * run if withdraw else None, hanging=None, word="open relay")
        case RoundtripSettings(fails=fails):
            lost = first + fall * timing.timeout + (fall - 1) * between + CROWD
            return Bounds(refused=lost if fails else None, hanging=None, word="lost message")
        case ExecSettings():
            return Bounds(refused=hanging, hanging=hanging, word="critical")
        case FileSettings():
            return Bounds(refused=refused, hanging=None, word="DOWN")
        case AgentSettings():
            # An agent that cannot be reached says nothing: only its word counts (probes.md 1.14).
            return Bounds(refused=refused + fall * timing.timeout, hanging=None, word="down")
        case _:
            busy = None if isinstance(settings, _NEVER_BUSY) else _busy(check)
            deep = None if check.stage_every == 1 else hanging + (check.stage_every - 1) * (first + CROWD)
            caps = isinstance(settings, _TELL_CAPS)
            return Bounds(refused=refused, hanging=hanging, busy=busy, deep=deep, caps=caps)


def _busy(check: Check) -> float:
    """Answers of "later" count from the `temp_fail_after`th on; each may come as late as its timeout.

    They are asked for at the interval, never faster. A cap per client is no such answer: it keeps the member up.
    """
    timing = check.timing
    pace = max(timing.interval * (1 + timing.jitter), timing.timeout + _goodbye(check) + REST) + CROWD
    return (check.temp_fail_after + check.thresholds.fall - 1) * pace + timing.timeout


def _goodbye(check: Check) -> float:
    """The wait for the reply to QUIT or LOGOUT, after the outcome (probes.md 1.3)."""
    limits: Limits = getattr(check.settings, "limits", LIMITS)
    return limits.farewell


def _seconds(bound: float | None) -> str:
    return "never (it stays up, with an alarm)" if bound is None else f"{ceil(bound)} s"
