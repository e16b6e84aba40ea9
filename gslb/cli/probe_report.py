"""One observation as people, programs and monitoring systems read it."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from gslb.model.observations import Observation, OutcomeKind, Phase, Reason, TlsFacts
from gslb.model.targets import Target

UNKNOWN: Final = 3
_DAY: Final = 86_400.0
_PLUGIN: Final = {
    OutcomeKind.PASSED: (0, "OK"),
    OutcomeKind.DEGRADED: (1, "WARNING"),
    OutcomeKind.FAILED: (2, "CRITICAL"),
    OutcomeKind.INCONCLUSIVE: (UNKNOWN, "UNKNOWN"),
}
"""Exit codes and words of the monitoring-plugins guidelines."""


def summary(observation: Observation) -> list[str]:
    """The outcome, its reason, notices, certificate, capabilities and phases, for people."""
    lines = [f"{observation.outcome.kind.upper()} ({_why(observation)})" + _said(observation)]
    if observation.notices:
        lines.append("notices: " + ", ".join(observation.notices))
    if observation.tls is not None:
        lines.append(f"tls: {_trust(observation.tls, observation.started)}")
    for where, caps in (("before TLS", observation.caps_plain), ("offered", observation.caps_tls)):
        if caps:
            lines.append(f"capabilities {where}: {', '.join(caps)}")
    if observation.weight_factor is not None:
        lines.append(f"weight asked for: {100 * observation.weight_factor:.0f} %")
    if observation.metrics:
        lines.append("metrics: " + ", ".join(f"{name} {value:g}" for name, value in observation.metrics))
    lines.append("phases: " + ", ".join(f"{phase} {1000 * seconds:.1f} ms" for phase, seconds in observation.timings))
    return lines


def plugin_line(target: Target, observation: Observation) -> str:
    """The first line of a plugin: what is the matter, then perfdata behind a bar."""
    word = _severity(observation)[1]
    told = f"{target.settings.type.upper()} {word}: {_why(observation)}{_said(observation)}"
    if observation.notices:
        told += f" (notices: {', '.join(observation.notices)})"
    return f"{told.replace('|', '/')} | {' '.join(_perfdata(target, observation))}"


def plugin_status(observation: Observation) -> int:
    """The exit code of a plugin: 0 OK, 1 WARNING (degraded), 2 CRITICAL (failed), 3 UNKNOWN (inconclusive).

    A certificate that ends within `expiring_critical` is critical too, though the member is not down for it.
    """
    return _severity(observation)[0]


def _severity(observation: Observation) -> tuple[int, str]:
    if Reason.CERT_EXPIRING_CRITICAL in (observation.reason, *observation.notices):
        return _PLUGIN[OutcomeKind.FAILED]
    return _PLUGIN[observation.outcome.kind]


def as_dict(observation: Observation) -> dict[str, Any]:
    """The observation for programs."""
    told = asdict(observation)
    told["outcome"] = str(observation.outcome.kind)
    told["reason"] = str(observation.reason)
    told["phase"] = observation.phase and str(observation.phase)
    told["timings"] = {str(phase): seconds for phase, seconds in observation.timings}
    told["metrics"] = dict(observation.metrics)
    told["peer"] = observation.peer and str(observation.peer)
    told["source"] = observation.source and str(observation.source)
    return told


def _why(observation: Observation) -> str:
    return f"{observation.reason} in {observation.phase}" if observation.phase else str(observation.reason)


def _said(observation: Observation) -> str:
    code = "" if observation.text.startswith(observation.code) else observation.code
    said = f"{code} {observation.text}".strip()
    return f": {said}" if said else ""


def _trust(facts: TlsFacts, now: float) -> str:
    trust = "verified" if facts.verified else f"not verified ({facts.problem or 'no name to verify'})"
    told = f"{facts.version} {facts.cipher}, {trust}"
    if facts.leaf_not_after is not None:
        day = datetime.fromtimestamp(facts.leaf_not_after, UTC).date()
        told += f", certificate until {day} ({_days(facts.leaf_not_after, now)} days)"
    return told


def _days(not_after: float, now: float) -> int:
    return int((not_after - now) // _DAY)


def _perfdata(target: Target, observation: Observation) -> list[str]:
    """Seconds by phase, the whole with its thresholds, the certificate's days, and what the probe measured itself."""
    data = []
    for phase, seconds in observation.timings:
        limits = ""
        if phase is Phase.TOTAL:
            warn = "" if target.slow_after is None else f"{target.slow_after:g}"
            limits = f";{warn};;0;{target.timing.timeout:g}"
        data.append(f"{phase}={seconds:.6f}s{limits}")
    data.sort(key=lambda item: not item.startswith(f"{Phase.TOTAL}="))
    if observation.tls is not None and observation.tls.leaf_not_after is not None:
        data.append(f"certificate_days={_days(observation.tls.leaf_not_after, observation.started)}")
    if observation.weight_factor is not None:
        data.append(f"weight={100 * observation.weight_factor:.0f}%")
    data += [f"'{name.replace(chr(39), '')}'={value:g}" for name, value in observation.metrics]
    return data
