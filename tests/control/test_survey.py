import math
from dataclasses import replace

from gslb.control.sightings import sighting
from tests.kit.controlled import NOW, REFUSED, RELAY1, SPARE, Controlled, seen, target


async def test_status_holds_everything(made: Controlled) -> None:
    """Real and effective state side by side, counters, last results with phases, next probe and next change."""
    await made.serving()
    made.owner.observe(seen(RELAY1, REFUSED, text="no"))
    status = made.desk.status()
    (zone,) = status.zones
    relay1 = zone.pools[0].members[0]
    (verdict,) = relay1.addresses[0].checks

    assert (relay1.real, relay1.effective, relay1.weight, zone.pools[0].healthy) == ("up", "up", 60, 2)
    assert (verdict.failures, verdict.fall, verdict.interval, verdict.next_probe) == (1, 3, 3.0, NOW + 5)
    assert verdict.next_change == 6.0
    assert verdict.last is not None
    assert (verdict.last.reason, verdict.last.phase, verdict.last.total) == ("connect_refused", "connect", 0.02)
    assert status.readiness.ready
    assert status.workers[0].behind == 0
    assert [each.name for each in zone.services if each.alias_of] == ["mx"]
    smtp = next(each for each in zone.services if each.name == "smtp")
    assert [family.family for family in smtp.families] == ["any", "ipv4", "ipv6"]
    assert {share.member: share.share for share in smtp.families[1].members if share.chosen} == {
        "relay1": 0.6,
        "relay2": 0.4,
    }


def test_checks_show_their_targets(made: Controlled) -> None:
    """Each check with what it probes and the latest results, newest last."""
    made.owner.start(None)
    made.round()
    made.owner.observe(seen(SPARE, REFUSED))
    (check,) = made.desk.status().checks
    spare = next(each for each in check.targets if each.address == SPARE)

    assert (check.name, check.type, check.fall, len(check.targets)) == ("smtp", "smtp", 3, 3)
    assert [result.outcome for result in spare.results] == ["passed", "failed"]
    assert spare.counts == {"ok": 1, "connect_refused": 1}
    assert (spare.verdict.changed.old, spare.verdict.changed.new) == ("unknown", "up")
    assert spare.verdict.target == target(SPARE)
    assert (spare.overruns, spare.queue_seconds) == (2, 0.5)
    assert spare.sighting == sighting(seen(SPARE, REFUSED))
    assert made.desk.status(results=False).checks[0].targets[0].sighting is None


def test_an_address_without_checks_never_changes(made: Controlled) -> None:
    """Nothing probes it, so its next change is never."""
    zone = made.config.zones[0]
    spares = zone.pools["spares"]
    bare = replace(spares, members=(replace(spares.members[0], verdicts={}),))
    estate = replace(made.config, zones=(replace(zone, pools={**zone.pools, "spares": bare}),))
    status = Controlled(estate).desk.status()

    assert math.isinf(status.zones[0].pools[1].members[0].addresses[0].next_change)
