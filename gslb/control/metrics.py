"""What is counted as it happens, in a registry of our own. Label values come from closed lists or from configuration.

What can be read off the state at any time (gauges, tables, workers) is not kept here: control.gauges reads it when
somebody asks.
"""

from prometheus_client import CollectorRegistry, Counter, disable_created_metrics

from gslb.control.lag import Lag
from gslb.control.phases import PhaseTimes
from gslb.control.turns import Turn
from gslb.control.views import ReloadOutcome
from gslb.health.doubts import Suspicion
from gslb.model.checks import CheckSettings, HttpSettings
from gslb.model.observations import Observation, Phase, Reason
from gslb.model.overrides import Override
from gslb.model.targets import Target
from gslb.model.verdicts import Transition, VerdictKey

# A second series per counter that says when it began: restarts are told by gslb_start_time_seconds alone.
disable_created_metrics()  # type: ignore[no-untyped-call]  # untyped upstream


class Metrics:
    """The counters of one control process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=False)

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(name, text, labels, registry=self.registry)

        self.results = counter(
            "gslb_probe_results", "Probe runs, by type of check, outcome and reason.", "type", "outcome", "reason"
        )
        self.notices = counter("gslb_probe_notices", "Things probes noticed that decide nothing.", "type", "notice")
        self.durations = PhaseTimes()
        self.registry.register(self.durations)
        self.lag = Lag()
        self.registry.register(self.lag)
        self._tallies: dict[tuple[str, str, Reason], Counter] = {}
        self.transitions = counter("gslb_transitions", "Changes of belief, by check and new state.", "check", "state")
        self.suspicions = counter("gslb_check_suspected", "Times a check came under suspicion.", "check")
        self.isolations = counter("gslb_prober_isolated", "Times this prober seemed cut off.")
        self.open_relays = counter("gslb_open_relays_confirmed", "Times an open relay was confirmed.", "check")
        self.rejected = counter("gslb_credentials_rejected", "Times a login was refused everywhere.", "user")
        self.all_down = counter(
            "gslb_all_down_entered", "Times a service lost its last healthy member.", "zone", "service"
        )
        self.view_all_down = counter(
            "gslb_view_all_down_entered",
            "Times the chain of a service for a view lost its last healthy member.",
            "zone",
            "service",
            "view",
        )
        self.overrides = counter(
            "gslb_overrides_changed", "What became of operators' overrides: set, cleared, expired.", "action", "state"
        )
        self.reloads = counter("gslb_reloads", "Reloads, by what became of them.", "result")
        self.published = counter("gslb_tables_published", "Tables written.")
        self.publish_errors = counter("gslb_table_publish_errors", "Tables that could not be written.")
        self.notified = counter(
            "gslb_notify", "NOTIFY messages, by what became of them: answered, refused, silent.", "secondary", "result"
        )
        self.saves = counter("gslb_state_saves", "Times the state was saved.")
        self.save_errors = counter("gslb_state_save_errors", "Times the state could not be saved.")

    def observed(self, target: Target, observation: Observation) -> None:
        """A probe has ended."""
        kind = type_of(target.settings)
        outcome = observation.outcome
        tally = (kind, outcome.kind, observation.reason)
        counter = self._tallies.get(tally)
        if counter is None:  # looking a child up costs more than counting
            counter = self.results.labels(kind, outcome.kind.value, observation.reason.value)
            self._tallies[tally] = counter
        counter.inc()
        for notice in observation.notices:
            self.notices.labels(kind, notice.value).inc()
        self.durations.observe(kind, observation.timings)

    def changed(self, transition: Transition) -> None:
        """A belief has changed."""
        self.transitions.labels(transition.key.check, transition.after.value).inc()

    def suspected(self, suspicion: Suspicion) -> None:
        """A check is suspected, or believed again."""
        if suspicion.began:
            self.suspicions.labels(suspicion.check).inc()

    def relays(self, key: VerdictKey) -> None:
        """An open relay is confirmed."""
        self.open_relays.labels(key.check).inc()

    def overridden(self, override: Override, action: str) -> None:
        """An override is set, cleared, or expired."""
        self.overrides.labels(action, override.state.value).inc()

    def distrusts(self, user: str) -> None:
        """A login is refused everywhere."""
        self.rejected.labels(user).inc()

    def isolated(self, *, begins: bool) -> None:
        """This prober seems cut off, or no longer."""
        if begins:
            self.isolations.inc()

    def turned(self, turn: Turn) -> None:
        """A service has changed its stand."""
        if turn.enters_all_down and turn.view:
            self.view_all_down.labels(turn.zone, turn.service, turn.view).inc()
        elif turn.enters_all_down:
            self.all_down.labels(turn.zone, turn.service).inc()

    def reloaded(self, outcome: ReloadOutcome) -> None:
        """A reload has ended."""
        self.reloads.labels("accepted" if outcome.accepted else "refused").inc()


def type_of(settings: CheckSettings) -> str:
    """The type as the operator wrote it: webaccess is an http probe of another name."""
    return settings.kind if isinstance(settings, HttpSettings) else settings.type


def total_seconds(observation: Observation) -> float | None:
    """How long a run took as a whole."""
    return dict(observation.timings).get(Phase.TOTAL)
