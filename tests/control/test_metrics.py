from prometheus_client import generate_latest

from gslb.control import lag
from gslb.control.metrics import Metrics, total_seconds, type_of
from gslb.control.phases import BUCKETS
from gslb.control.turns import Stand, Turn
from gslb.control.views import ReloadOutcome
from gslb.health.doubts import Suspicion
from gslb.model.checks import HttpSettings
from gslb.model.decisions import Mode
from gslb.model.observations import Degraded, Failed, Inconclusive, OutcomeKind, Phase, Reason
from gslb.model.verdicts import State, Transition, VerdictKey
from tests.kit.controlled import NOW, REFUSED, RELAY1, seen, target, two_tiers

TARGET = two_tiers().targets[target(RELAY1)]


def text(metrics: Metrics) -> list[str]:
    """The exposition, line by line."""
    return generate_latest(metrics.registry).decode().splitlines()


def test_probes_are_counted_by_closed_lists() -> None:
    """A run counts by type, outcome, reason, notice and phase; never by what a server said."""
    metrics = Metrics()
    metrics.observed(TARGET, seen(RELAY1, REFUSED, text="hostile", notices=(Reason.BARE_LF,)))
    lines = text(metrics)

    assert 'gslb_probe_results_total{outcome="failed",reason="connect_refused",type="smtp"} 1.0' in lines
    assert 'gslb_probe_notices_total{notice="bare_lf",type="smtp"} 1.0' in lines
    assert 'gslb_probe_duration_seconds_bucket{le="0.025",phase="total",type="smtp"} 1.0' in lines
    assert "hostile" not in "".join(lines)


def test_changes_are_counted() -> None:
    """Transitions, entries into all down, and reloads."""
    metrics = Metrics()
    key = VerdictKey("smtp", TARGET.id)
    metrics.changed(Transition(key=key, before=State.UP, after=State.DOWN, at=NOW, reason=Reason.RESET))
    down = Stand(mode=Mode.ALL_DOWN, tier=1, reason="")
    metrics.turned(Turn(zone="z", service="s", before=None, after=down))
    metrics.turned(Turn(zone="z", service="s", before=down, after=Stand(mode=Mode.NORMAL, tier=1, reason="")))
    metrics.reloaded(ReloadOutcome(accepted=True, digest=""))
    metrics.reloaded(ReloadOutcome(accepted=False, digest=""))
    lines = text(metrics)

    assert 'gslb_transitions_total{check="smtp",state="down"} 1.0' in lines
    assert 'gslb_all_down_entered_total{service="s",zone="z"} 1.0' in lines
    assert {'gslb_reloads_total{result="accepted"} 1.0', 'gslb_reloads_total{result="refused"} 1.0'} <= set(lines)


def test_types_are_the_operators() -> None:
    """webaccess is not told as http."""
    assert type_of(HttpSettings(kind="webaccess")) == "webaccess"
    assert type_of(TARGET.settings) == "smtp"


def test_a_run_without_a_total_has_none() -> None:
    """A run that was cut short has no duration as a whole."""
    assert total_seconds(seen(RELAY1, timings=())) is None


def test_every_label_value_is_a_closed_word_or_a_configured_name() -> None:
    """Whatever servers say, in whatever phase: no label value comes from them, so no peer can make series grow."""
    metrics = Metrics()
    for reason in Reason:
        for phase in Phase:
            for outcome in (Failed(phase, reason), Degraded(phase, reason), Inconclusive(phase, reason)):
                facts = {"text": "hostile", "code": "999", "enhanced": "9.9.9", "notices": (reason,)}
                timings = ((phase, 0.1), (Phase.TOTAL, 0.2))
                metrics.observed(TARGET, seen(RELAY1, outcome, timings=timings, **facts))
    metrics.suspected(Suspicion(check="smtp", began=True))
    metrics.suspected(Suspicion(check="smtp", began=False))
    metrics.isolated(begins=True)
    metrics.isolated(begins=False)
    metrics.relays(VerdictKey("smtp", TARGET.id))
    closed = {str(word) for words in (Reason, Phase, OutcomeKind, State) for word in words}
    buckets = {*map(str, (*BUCKETS, *lag.BUCKETS)), "+Inf"}

    for family in metrics.registry.collect():
        for sample in family.samples:
            assert set(sample.labels.values()) <= closed | buckets | {"smtp"}
