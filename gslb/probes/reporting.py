"""From a journal to an observation: the certificate's part, slowness, and the record of probes.md 1.1."""

from gslb.model.checks import RelaySettings, SmtpSettings, SubmissionSettings
from gslb.model.observations import Degraded, Failed, Inconclusive, Observation, Outcome, Passed, Phase, Reason
from gslb.model.roundtrip import RoundtripSettings
from gslb.model.targets import Target
from gslb.probes.certificates import judged
from gslb.probes.dialogue.commands import Conclusion
from gslb.probes.journal import Journal


def observation_of(target: Target, journal: Journal, started: float) -> Observation:
    """The record of a concluded run. `started`: Unix time."""
    conclusion = journal.conclusion or Conclusion(outcome=Passed())
    settings = getattr(target.settings, "tls", None)
    outcome, notices = judged(conclusion.outcome, journal.tls, settings, started, journal.tls_phase)
    if isinstance(target.settings, RelaySettings):
        outcome = _of_relaying(conclusion.outcome)
    if isinstance(target.settings, RoundtripSettings) and not target.settings.fails:
        outcome = _of_round_trip(outcome)
    outcome, late = _slowed(target, journal, outcome)
    stream = journal.stream
    told = (*journal.notices, *notices, *late)
    return Observation(
        target=target.id,
        outcome=outcome,
        started=started,
        code=conclusion.code,
        enhanced=conclusion.enhanced,
        text=journal.masked(conclusion.text),
        notices=tuple(reason for reason in told if isinstance(outcome, Passed) or reason is not outcome.reason),
        timings=(*journal.timings.items(), (Phase.TOTAL, journal.total)),
        peer=target.address,
        source=stream.source if stream is not None else None,
        tls=journal.tls,
        caps_plain=journal.caps_plain,
        caps_tls=journal.caps_tls,
        bytes_in=stream.bytes_in if stream is not None else 0,
        lines_in=journal.lines_in,
        weight_factor=conclusion.weight_factor,
        metrics=conclusion.metrics,
    )


def _of_relaying(outcome: Outcome) -> Outcome:
    """A host that cannot be asked whether it relays is the business of the smtp check, and so is its certificate."""
    if isinstance(outcome, Failed) and outcome.reason is not Reason.OPEN_RELAY_SUSPECTED:
        return Inconclusive(outcome.phase, outcome.reason)
    return outcome


def _of_round_trip(outcome: Outcome) -> Outcome:
    """Delivery spans several servers: whose fault it is nobody knows, so it is a notice (probes.md 1.15)."""
    return Degraded(outcome.phase, outcome.reason) if isinstance(outcome, Failed | Degraded) else outcome


def _slowed(target: Target, journal: Journal, outcome: Outcome) -> tuple[Outcome, tuple[Reason, ...]]:
    """Over `slow_after`, what passed is degraded by load. Of SMTP the greeting does not count: its delay is policy."""
    if target.slow_after is None or not isinstance(outcome, Passed | Degraded):
        return outcome, ()
    spent = journal.total
    if isinstance(target.settings, SmtpSettings | SubmissionSettings):
        spent -= journal.timings.get(Phase.GREETING, 0.0)
    if spent <= target.slow_after:
        return outcome, ()
    if isinstance(outcome, Degraded) and outcome.load:
        return outcome, (Reason.SLOW,)
    slowest = max(journal.timings, key=lambda phase: journal.timings[phase], default=Phase.TOTAL)
    return Degraded(slowest, Reason.SLOW, load=True), (() if isinstance(outcome, Passed) else (outcome.reason,))
