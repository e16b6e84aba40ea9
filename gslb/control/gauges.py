"""What can be read off the state at any time: the node, its table, probing and workers, as one scrape tells them."""

from collections.abc import Iterator

from gslb.control.answered import Answered
from gslb.control.exposition import Family, counter, exposition, labels, single
from gslb.control.gauges_checks import check_families
from gslb.control.gauges_zones import zone_families
from gslb.control.survey import Facts
from gslb.control.views import Status
from gslb.control.views_node import WorkerStatus
from gslb.model.overrides import Forced

TRANSPORT = "queries_"
RCODE = "rcode_"


def gauges(status: Status, facts: Facts, answered: Answered, expires: float) -> bytes:
    """Everything, as of `facts.now`. `status`: what is not surveyed of it; `expires`: the end of the first signature.

    Reads nothing that another thread may change: `facts` stand still.
    """
    return exposition(_families(status, facts, answered, expires))


def _families(status: Status, facts: Facts, answered: Answered, expires: float) -> Iterator[Family]:
    yield from _node(status)
    yield single(
        "gslb_signatures_expire_time_seconds",
        "When the first signature of the table ends, Unix time; 0 where nothing is signed.",
        expires,
    )
    yield from _table(status)
    yield from _probing(status)
    yield from _workers(status.workers)
    yield from zone_families(facts)
    yield from check_families(facts)
    standing = Family("gslb_overrides", "Overrides of operators that stand.")
    said = [each.state for each in facts.overrides.all()]
    for forced in Forced:
        standing.add(labels(state=forced.value), said.count(forced))
    yield standing
    yield from _answers(answered)


def _answers(answered: Answered) -> Iterator[Family]:
    services = counter("gslb_service_answers", "Answers given, by type.")
    for (zone, service, kind), count in tuple(answered.services.items()):
        services.add(labels(zone=zone, service=service, type=kind), count)
    yield services
    views = counter("gslb_view_answers", "Answers of a view's own chain, by type.")
    for (zone, service, view, kind), count in tuple(answered.views.items()):
        views.add(labels(zone=zone, service=service, view=view, type=kind), count)
    yield views
    strayed = "Answers from tables so old that nobody knows what was in them."
    yield single("gslb_answers_strayed", strayed, answered.strayed, "counter")


def _node(status: Status) -> Iterator[Family]:
    info = Family("gslb_info", "1; what runs, in its labels.")
    info.add(labels(node=status.node, version=status.version, config=status.config.digest), 1)
    yield info
    yield single("gslb_start_time_seconds", "When control started, Unix time.", status.started)
    yield single("gslb_ready", "1 while this node may be sent queries.", status.readiness.ready)
    yield single(
        "gslb_config_loaded_time_seconds", "When the configuration was taken, Unix time.", status.config.loaded_at
    )
    good = status.config.last_reload_good
    yield single("gslb_reload_successful", "1 unless the last reload was refused.", good is not False)
    yield single(
        "gslb_reload_time_seconds",
        "When the last reload ended, Unix time; 0: none yet.",
        status.config.last_reload_at or 0,
    )
    yield single(
        "gslb_state_saved_time_seconds", "The last good save, Unix time; 0: none yet.", status.memory.saved_at or 0
    )


def _table(status: Status) -> Iterator[Family]:
    table = status.table
    yield single("gslb_table_generation", "The table that stands.", table.generation)
    yield single("gslb_table_age_seconds", "Since the table was written.", table.age)
    yield single("gslb_table_carries_health", "1 once the table was made after the first round.", table.carries_health)
    yield single("gslb_table_failing", "1 while the table cannot be written.", bool(table.error))


def _probing(status: Status) -> Iterator[Family]:
    probing = status.probing
    yield single("gslb_targets", "Targets that are probed.", probing.targets)
    yield single("gslb_probes_running", "Probes under way.", probing.running)
    yield single("gslb_probes_queued", "Probes that wait for a slot.", probing.queued)
    yield single("gslb_prober_cut_off", "1 while the canaries fail and verdicts stand still.", probing.isolated)
    yield single("gslb_bad_logins", "Logins that are refused everywhere.", len(probing.bad_logins))
    yield single("gslb_loop_lag_seconds", "How late the loop was at its last tick.", probing.loop_lag)
    yield single("gslb_loop_late_most_seconds", "The most that the loop was late since the start.", probing.loop_late)
    counters = {
        "gslb_probes_started": ("Probes begun.", probing.started),
        "gslb_probe_overruns": ("Starts that passed while the probe before still ran.", probing.overruns),
        "gslb_probe_saturated": ("Probes that waited over half an interval for a slot.", probing.saturated),
        "gslb_probe_stalls": ("Times the whole process stood still.", probing.stalls),
        "gslb_probe_queue_seconds": ("Time probes waited for a slot.", probing.queue_seconds),
    }
    for name, (help_text, value) in counters.items():
        yield single(name, help_text, value, "counter")


def _workers(workers: tuple[WorkerStatus, ...]) -> Iterator[Family]:
    connected = Family("gslb_worker_connected", "1 while the worker's channel stands.")
    generation = Family("gslb_worker_generation", "The table the worker answers from.")
    queries = counter("gslb_dns_queries", "Packets and messages that came.")
    responses = counter("gslb_dns_responses", "Replies, by rcode.")
    events = counter("gslb_dns_events", "What else a worker counts.")
    states = Family("gslb_dns_state", "What a worker measures.")
    for worker in workers:
        number = str(worker.number)
        connected.add(labels(worker=number), worker.connected)
        generation.add(labels(worker=number), worker.generation)
        for name, total in worker.totals.items():
            if name.startswith(TRANSPORT):
                queries.add(labels(worker=number, transport=name.removeprefix(TRANSPORT)), total)
            elif name.startswith(RCODE):
                responses.add(labels(worker=number, rcode=name.removeprefix(RCODE)), total)
            else:
                events.add(labels(worker=number, event=name), total)
        for name, value in worker.gauges.items():
            states.add(labels(worker=number, state=name), value)
    yield from (connected, generation, queries, responses, events, states)
