"""What can be read off the state at any time, as Prometheus samples: made from one survey per scrape."""

from collections.abc import Callable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from gslb.control.answered import Answered
from gslb.control.views import CheckStatus, Status, ZoneStatus
from gslb.control.views_node import WorkerStatus
from gslb.model.overrides import Forced
from gslb.model.verdicts import Health, State

TRANSPORT = "queries_"
RCODE = "rcode_"
VIEW = ("zone", "service", "view")

EFFECTIVE = (*(state.value for state in Health), "drained")
"""What may count for a member."""


class Gauges(Collector):
    """Collects from `status`, from what was answered, and from when the first signature ends (Unix time, 0: none)."""

    def __init__(
        self, status: Callable[[], Status], answered: Answered, expires: Callable[[], float] = lambda: 0.0
    ) -> None:
        self._status = status
        self._answered = answered
        self._expires = expires

    def describe(self) -> list[Metric]:
        """Nothing ahead of time: registering must not ask for a status."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Everything, as of now."""
        status = self._status()
        yield from _node(status)
        yield _one(
            "gslb_signatures_expire_time_seconds",
            "When the first signature of the table ends, Unix time; 0 where nothing is signed.",
            self._expires(),
        )
        yield from _table(status)
        yield from _probing(status)
        yield from _workers(status.workers)
        yield from _zones(status.zones)
        yield from _keys(status.zones)
        yield from _checks(status.checks)
        standing = _gauge("gslb_overrides", "Overrides of operators that stand.", ("state",))
        for forced in Forced:
            standing.add_metric((forced.value,), sum(each.state == forced.value for each in status.overrides))
        yield standing
        answers = _counter("gslb_service_answers", "Answers given, by type.", ("zone", "service", "type"))
        for labels, count in tuple(self._answered.services.items()):
            answers.add_metric(labels, count)
        yield answers
        seen = _counter("gslb_view_answers", "Answers of a view's own chain, by type.", (*VIEW, "type"))
        for view_labels, count in tuple(self._answered.views.items()):
            seen.add_metric(view_labels, count)
        yield seen
        strayed = "Answers from tables so old that nobody knows what was in them."
        yield CounterMetricFamily("gslb_answers_strayed", strayed, value=self._answered.strayed)


def _gauge(name: str, help_text: str, labels: tuple[str, ...] = ()) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, help_text, labels=labels)


def _counter(name: str, help_text: str, labels: tuple[str, ...] = ()) -> CounterMetricFamily:
    return CounterMetricFamily(name, help_text, labels=labels)


def _one(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, help_text, value=value)


def _node(status: Status) -> Iterator[Metric]:
    info = _gauge("gslb_info", "1; what runs, in its labels.", ("node", "version", "config"))
    info.add_metric((status.node, status.version, status.config.digest), 1)
    yield info
    yield _one("gslb_start_time_seconds", "When control started, Unix time.", status.started)
    yield _one("gslb_ready", "1 while this node may be sent queries.", status.readiness.ready)
    yield _one(
        "gslb_config_loaded_time_seconds", "When the configuration was taken, Unix time.", status.config.loaded_at
    )
    good = status.config.last_reload_good
    yield _one("gslb_reload_successful", "1 unless the last reload was refused.", good is not False)
    yield _one(
        "gslb_reload_time_seconds",
        "When the last reload ended, Unix time; 0: none yet.",
        status.config.last_reload_at or 0,
    )
    yield _one(
        "gslb_state_saved_time_seconds", "The last good save, Unix time; 0: none yet.", status.memory.saved_at or 0
    )


def _table(status: Status) -> Iterator[Metric]:
    table = status.table
    yield _one("gslb_table_generation", "The table that stands.", table.generation)
    yield _one("gslb_table_age_seconds", "Since the table was written.", table.age)
    yield _one("gslb_table_carries_health", "1 once the table was made after the first round.", table.carries_health)
    yield _one("gslb_table_failing", "1 while the table cannot be written.", bool(table.error))


def _probing(status: Status) -> Iterator[Metric]:
    probing = status.probing
    yield _one("gslb_targets", "Targets that are probed.", probing.targets)
    yield _one("gslb_probes_running", "Probes under way.", probing.running)
    yield _one("gslb_probes_queued", "Probes that wait for a slot.", probing.queued)
    yield _one("gslb_prober_cut_off", "1 while the canaries fail and verdicts stand still.", probing.isolated)
    yield _one("gslb_bad_logins", "Logins that are refused everywhere.", len(probing.bad_logins))
    yield _one("gslb_loop_lag_seconds", "How late the loop was at its last tick.", probing.loop_lag)
    counters = {
        "gslb_probes_started": ("Probes begun.", probing.started),
        "gslb_probe_overruns": ("Starts that passed while the probe before still ran.", probing.overruns),
        "gslb_probe_saturated": ("Probes that waited over half an interval for a slot.", probing.saturated),
        "gslb_probe_stalls": ("Times the whole process stood still.", probing.stalls),
        "gslb_probe_queue_seconds": ("Time probes waited for a slot.", probing.queue_seconds),
    }
    for name, (help_text, value) in counters.items():
        yield CounterMetricFamily(name, help_text, value=value)


def _workers(workers: tuple[WorkerStatus, ...]) -> Iterator[Metric]:
    connected = _gauge("gslb_worker_connected", "1 while the worker's channel stands.", ("worker",))
    generation = _gauge("gslb_worker_generation", "The table the worker answers from.", ("worker",))
    queries = _counter("gslb_dns_queries", "Packets and messages that came.", ("worker", "transport"))
    responses = _counter("gslb_dns_responses", "Replies, by rcode.", ("worker", "rcode"))
    events = _counter("gslb_dns_events", "What else a worker counts.", ("worker", "event"))
    gauges = _gauge("gslb_dns_state", "What a worker measures.", ("worker", "state"))
    for worker in workers:
        number = str(worker.number)
        connected.add_metric((number,), worker.connected)
        generation.add_metric((number,), worker.generation)
        for name, total in worker.totals.items():
            if name.startswith(TRANSPORT):
                queries.add_metric((number, name.removeprefix(TRANSPORT)), total)
            elif name.startswith(RCODE):
                responses.add_metric((number, name.removeprefix(RCODE)), total)
            else:
                events.add_metric((number, name), total)
        for name, value in worker.gauges.items():
            gauges.add_metric((number, name), value)
    yield from (connected, generation, queries, responses, events, gauges)


def _zones(zones: tuple[ZoneStatus, ...]) -> Iterator[Metric]:
    serial = _gauge("gslb_zone_serial", "The zone's SOA serial.", ("zone",))
    all_down = _gauge("gslb_service_all_down", "1 while no member is healthy.", ("zone", "service"))
    tier = _gauge("gslb_service_tier", "The tier in use, from 1; 0: none.", ("zone", "service", "family"))
    ttl = _gauge("gslb_service_ttl_seconds", "The TTL of answers.", ("zone", "service", "family"))
    member_labels = ("zone", "pool", "member")
    health = _gauge("gslb_member_health", "1 for the state that counts for the member.", (*member_labels, "state"))
    real = _gauge(
        "gslb_member_real_health", "Of members under an override: 1 for what probes found.", (*member_labels, "state")
    )
    override = _gauge(
        "gslb_member_override", "1 for what an operator has said of the member.", (*member_labels, "state")
    )
    weight = _gauge("gslb_member_weight", "Configured weight.", member_labels)
    answers = _counter("gslb_member_answers", "Answers that held the member.", member_labels)
    view_all_down = _gauge("gslb_view_all_down", "1 while no member of the view's own chain is healthy.", VIEW)
    view_tier = _gauge("gslb_view_tier", "The tier of the view's own chain in use; 0: none.", (*VIEW, "family"))
    for zone in zones:
        serial.add_metric((zone.name,), zone.serial)
        for service in zone.services:
            for view in service.views:
                view_all_down.add_metric((zone.name, service.name, view.name), view.mode == "all_down")
                for family in view.families:
                    view_tier.add_metric((zone.name, service.name, view.name, family.family), family.tier or 0)
            all_down.add_metric((zone.name, service.name), service.mode == "all_down")
            for family in service.families:
                labels = (zone.name, service.name, family.family)
                tier.add_metric(labels, family.tier or 0)
                ttl.add_metric(labels, family.ttl)
        for pool in zone.pools:
            for member in pool.members:
                labels = (zone.name, pool.name, member.name)
                for state in EFFECTIVE:
                    health.add_metric((*labels, state), member.effective == state)
                if member.override is not None:
                    override.add_metric((*labels, member.override.state), 1)
                    for each in Health:
                        real.add_metric((*labels, each.value), member.real == each.value)
                weight.add_metric(labels, member.weight)
                answers.add_metric(labels, member.answers_given)
    yield from (serial, all_down, tier, ttl, health, real, override, weight, answers, view_all_down, view_tier)


def _keys(zones: tuple[ZoneStatus, ...]) -> Iterator[Metric]:
    to_do = _gauge("gslb_keys_to_do", "What an operator has to do about a signed zone's keys.", ("zone",))
    failing = _gauge("gslb_keys_failing", "1 while the key files cannot be used.", ("zone",))
    coming = _gauge("gslb_key_next_time_seconds", "When a key's next date is, Unix time.", ("zone", "key", "role"))
    for zone in zones:
        if zone.dnssec is not None:
            to_do.add_metric((zone.name,), len(zone.dnssec.to_do))
            failing.add_metric((zone.name,), bool(zone.dnssec.error))
            for key in zone.dnssec.keys:
                if key.next_at is not None:
                    coming.add_metric((zone.name, str(key.key), key.role), key.next_at)
    yield from (to_do, failing, coming)


def _checks(checks: tuple[CheckStatus, ...]) -> Iterator[Metric]:
    targets = _gauge("gslb_check_targets", "Targets by what is believed of them.", ("check", "state"))
    suspect = _gauge("gslb_check_suspect", "1 while the check itself is suspected, and verdicts hold.", ("check",))
    damped = _gauge("gslb_check_damped", "Targets that flap and are not relied on yet.", ("check",))
    stale = _gauge("gslb_check_stale", "Targets without a conclusive result for too long.", ("check",))
    expiry = _gauge(
        "gslb_certificate_expiry_time_seconds",
        "The earliest end of a presented chain, Unix time.",
        ("check", "address", "port", "target"),
    )
    leaf = _gauge(
        "gslb_certificate_leaf_expiry_time_seconds",
        "The end of the certificate itself, whatever stands above it, Unix time.",
        ("check", "address", "port", "target"),
    )
    values = _gauge(
        "gslb_probe_value", "Numbers that probes found, by name.", ("check", "address", "port", "target", "name")
    )
    for check in checks:
        for state in State:
            count = sum(target.verdict.effective == state.value for target in check.targets)
            targets.add_metric((check.name, state.value), count)
        suspect.add_metric((check.name,), check.suspected_since is not None)
        damped.add_metric((check.name,), sum(target.verdict.damped_for > 0 for target in check.targets))
        stale.add_metric((check.name,), sum(target.verdict.stale for target in check.targets))
        for target in check.targets:
            last = target.verdict.last
            labels = (check.name, target.address, str(target.port), target.id)
            if last is not None and last.certificate_expires is not None:
                expiry.add_metric(labels, last.certificate_expires)
            if last is not None and last.leaf_expires is not None:
                leaf.add_metric(labels, last.leaf_expires)
            for name, value in last.metrics if last is not None else ():
                values.add_metric((*labels, name), value)
    yield from (targets, suspect, damped, stale, expiry, leaf, values)
