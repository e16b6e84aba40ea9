from dataclasses import replace
from ipaddress import ip_address
from math import inf
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gslb.control import diary, exposition
from gslb.control.memory import Memory
from gslb.control.owner import GONE
from gslb.handoff.messages import Ack, Counts, Hello, LogLine, PolicyReady, Refused, Stamp, TableReady, Tally
from gslb.handoff.table import Manifest, open_table
from gslb.health.doubts import Suspicion
from gslb.model.decisions import Mode
from gslb.model.observations import Degraded, Phase, Reason
from gslb.model.settings import Config
from gslb.model.transfers import Secondary, Transfer
from gslb.model.values import Family, WhenAllDown
from tests.kit.controlled import (
    NOW,
    REFUSED,
    RELAY1,
    RELAY2,
    SPARE,
    ZONE,
    Clock,
    Controlled,
    placed,
    seen,
    target,
    to_its_end,
    two_tiers,
)
from tests.kit.fetched import fetched
from tests.kit.signed import signed_estate

MANIFEST = Manifest(generation=9, names="n", parts=("p",), carries_health=True, written=NOW)


@pytest.fixture
def made(tmp_path: Path) -> Controlled:
    """An owner that has not started."""
    return Controlled(placed(two_tiers(), tmp_path))


def mode(made: Controlled, service: str = "smtp") -> Mode:
    """The mode of a service's A answers."""
    return made.owner.pipeline.decisions[ZONE, service, Family.IPV4].mode


async def test_the_first_table_says_starting(made: Controlled) -> None:
    """Without memory a table is published that knows nothing, and announced."""
    made.owner.start(None)
    await made.owner.publisher.publish()

    assert mode(made) is Mode.STARTING
    assert made.told == [PolicyReady(), TableReady(generation=1)]
    assert made.owner.greeting() == (PolicyReady(), TableReady(generation=1))


def test_a_table_with_health_is_not_replaced_by_one_without(made: Controlled) -> None:
    """What a dead control left behind stands until the first round is over."""
    made.owner.start(MANIFEST)

    assert not made.owner.publisher._wanted.is_set()
    assert made.owner.greeting() == (PolicyReady(), TableReady(generation=9))
    made.round()
    assert made.owner.publisher._wanted.is_set()


async def test_saved_verdicts_count_at_once(tmp_path: Path, made: Controlled) -> None:
    """A restart decides on what was saved, and replaces even a table that stands; until then workers serve that."""
    made.owner.start(None)
    made.round(lambda address: REFUSED if address == RELAY1 else seen(address).outcome)
    await made.owner.keeper.save()

    again = Controlled(made.config)
    again.owner.start(MANIFEST)

    assert [view.member.name for view in again.owner.pipeline.decisions[ZONE, "smtp", Family.IPV4].chosen] == ["relay2"]
    assert again.owner.publisher._wanted.is_set()
    assert again.owner.publisher.first_health == MANIFEST.generation


async def test_what_decisions_remember_outlives_a_restart(made: Controlled) -> None:
    """A service that waits for its operator waits behind a restart as well, however old the verdicts are by then."""
    zone = made.config.zones[0]
    services = {**zone.services, "smtp": replace(zone.services["smtp"], failback=inf)}
    manual = replace(made.config, zones=(replace(zone, services=services),))
    first = Controlled(manual)
    first.owner.start(None)
    first.round(lambda address: seen(address).outcome if address == SPARE else REFUSED)
    await first.owner.keeper.save()

    again = Controlled(manual, clock=Clock(NOW + 3600))
    again.owner.start(None)
    again.round()

    assert again.owner.pipeline.decisions[ZONE, "smtp", Family.IPV4].tier == 2


async def test_junk_in_what_decisions_remember_is_told(made: Controlled) -> None:
    """What cannot be read of it is ignored, and said."""
    made.owner.start(None)
    made.round()
    await made.owner.keeper.save()
    path = made.config.node.state_dir / "verdicts.json"
    path.write_text(path.read_text().replace('"pasts":[]', '"pasts":[7]'))

    with capture_logs() as told:
        Controlled(made.config)

    assert any("what decision 1 remembered cannot be read" in str(line) for line in told)


async def test_old_verdicts_do_not_count(made: Controlled) -> None:
    """More than five minutes after their last save nothing is believed."""
    made.owner.start(None)
    made.round()
    await made.owner.keeper.save()

    again = Controlled(made.config)
    again.clock.now = NOW + 301
    later = Controlled(made.config, clock=again.clock)
    later.owner.start(None)

    assert mode(later) is Mode.STARTING


def test_a_refusing_state_dir_is_no_obstacle(tmp_path: Path) -> None:
    """Control starts without its state_dir, and tells."""
    estate = placed(two_tiers(), tmp_path)
    estate = replace(estate, node=replace(estate.node, state_dir=tmp_path / "none"))
    made = Controlled(estate)
    made.owner.start(None)

    assert made.owner.keeper.errors == 1
    assert made.desk.status().memory.error


def test_a_probe_that_outlived_its_target_counts_for_nothing(made: Controlled) -> None:
    """What a reload took away is not observed any more."""
    assert made.owner.observe(seen("203.0.113.9")) == GONE


def test_a_ttl_alone_waits_for_the_tick(made: Controlled) -> None:
    """The first failure asks for the next batch, which the tick prints."""
    estate = replace(made.config, zones=(replace(made.config.zones[0], min_ttl=1),))
    made = Controlled(estate)
    made.owner.start(None)
    made.round()
    made.owner.publisher._wanted.clear()
    made.owner.observe(seen(RELAY1, REFUSED))
    assert not made.owner.publisher._wanted.is_set()

    made.owner.tick()

    assert made.owner.publisher._wanted.is_set()


def test_a_round_cut_short_by_the_end_publishes_nothing(made: Controlled) -> None:
    """A stopping control does not make the unknown count."""
    made.owner.start(None)
    made.owner.stopping = True

    to_its_end(made.owner.first_round_over(complete=False))

    assert mode(made) is Mode.STARTING


def test_an_accepted_configuration_gets_its_serial(made: Controlled) -> None:
    """Serials rise with each configuration and are kept; results of what is gone are not."""
    made.owner.start(None)
    made.round()
    before = made.owner.serials[ZONE].serial

    made.owner.accept(replace(made.config, digest="other", targets={}, zones=made.config.zones))

    assert made.owner.serials[ZONE].serial == before + 1
    assert Memory(made.config.node.state_dir).serials() == made.owner.serials
    assert repr(made.owner.recent) == "<Recent 0 targets>"


async def test_a_reload_is_worked_out_beside_what_runs(made: Controlled) -> None:
    """What was prepared is taken where serials are still the same; what has moved since is decided on it."""
    made.owner.start(None)
    made.round()
    for number in range(2):
        other = replace(made.config, digest=f"other{number}")
        await made.owner.prepare(other)
        made.owner.observe(seen(RELAY1, REFUSED))
        prepared = made.owner._heir
        assert prepared is not None

        made.owner.accept(other)

        assert made.owner._heir is None
        assert made.owner.pipeline.decisions is prepared.pipeline.decisions
        assert made.owner.serials[ZONE].serial == prepared.serials[ZONE]


async def test_a_serial_that_rose_meanwhile_wins(made: Controlled) -> None:
    """Entries made under a serial that is no longer the next one are made again."""
    made.owner.start(None)
    made.round()
    other = replace(made.config, digest="other")
    await made.owner.prepare(other)
    prepared = made.owner._heir
    risen = made.owner.serials[ZONE].serial + 10
    made.owner.serials[ZONE] = replace(made.owner.serials[ZONE], serial=risen)

    made.owner.accept(other)

    assert prepared is not None
    assert made.owner.pipeline.decisions is not prepared.pipeline.decisions
    assert made.owner.serials[ZONE].serial == risen + 1


async def test_workers_are_heard(made: Controlled) -> None:
    """Each kind of message has its effect."""
    await made.serving()
    with capture_logs() as lines:
        for message in (
            Hello(worker=2, pid=5),
            Ack(worker=2, generation=1),
            Refused(worker=2, generation=2, why="digest"),
            Tally(worker=2, totals={"queries_udp": 3}),
            Counts(generation=1, part=0, pairs=((0, 4),)),
            LogLine(worker=2, level="warning", event="odd packet", facts={"event": "x", "size": "3"}),
            LogLine(worker=2, level="nonsense", event="told", facts={}),
            Stamp(at=1.0),
        ):
            made.owner.hear(2, message)
    made.owner.lost(2)

    worker = made.owner.workers.all()[1]
    assert (worker.refused, worker.totals, worker.left) == ("digest", {"queries_udp": 3}, NOW)
    assert [line["event"] for line in lines] == [
        "a worker refused a table", "odd packet", "told", "an odd message on the channel",
    ]  # fmt: skip
    assert "<Owner <Pipeline ready" in repr(made.owner)


def test_an_open_relay_and_a_prober_cut_off_are_alarms(tmp_path: Path) -> None:
    """Each has its line in the log, once; what is believed of a check can be told."""
    estate = two_tiers()
    probing = replace(estate.node.probing, canary=(target(SPARE),))
    made = Controlled(placed(replace(estate, node=replace(estate.node, probing=probing)), tmp_path))
    made.owner.start(None)
    made.round()
    relaying = Degraded(Phase.COMMAND, Reason.OPEN_RELAY_SUSPECTED)
    with capture_logs() as lines:
        for outcome in (relaying, relaying, relaying):
            made.owner.observe(seen(RELAY1, outcome))
        made.owner.observe(seen(SPARE, REFUSED))
        made.owner.observe(seen(SPARE))
    told = [line["event"] for line in lines if line["log_level"] in ("error", "warning")]

    assert told[0] == "open relay suspected"
    assert [event.partition(":")[0] for event in told[1:]] == ["this prober seems cut off", "verdicts move again"]
    assert not made.owner.believe("smtp")


def test_a_suspicion_is_told_and_ended_by_the_operator(made: Controlled) -> None:
    """The alarm, and the operator's word."""
    made.owner.start(None)
    made.round()
    made.owner.pipeline.ledger.doubts.suspected["smtp"] = NOW
    with capture_logs() as lines:
        assert made.owner.believe("smtp")
        diary.suspected(Suspicion(check="smtp", began=True))

    assert [(line["event"].partition(":")[0], line["check"]) for line in lines] == [
        ("check no longer suspected", "smtp"),
        ("check suspected", "smtp"),
    ]


async def test_a_zone_with_keys_is_signed_from_the_first_table_on(tmp_path: Path) -> None:
    """Keys that are found later sign the next one; what was signed is kept once; a reload signs nothing anew."""
    config = signed_estate(tmp_path)
    made = Controlled(config)
    await made.serving()
    first = made.owner.notary.signatures.made
    await made.owner.keep_signatures()
    await made.owner.keep_signatures()
    kept = (config.node.state_dir / "signatures").stat().st_size

    made.owner.accept(replace(config, digest="fedcba9876543210"))
    await made.owner.publisher.publish()

    assert first > 10
    expires = exposition.number(made.owner.pipeline.expires)
    assert f"\ngslb_signatures_expire_time_seconds {expires}\n" in (await made.desk.metrics_text()).decode()
    assert made.owner.pipeline.expires > NOW
    assert kept > 100 * first
    assert made.owner.notary.signatures.made - first < 5


async def test_a_zone_without_keys_is_told(tmp_path: Path) -> None:
    """It is served unsigned until there are some."""
    config = signed_estate(tmp_path)
    for path in (config.node.state_dir / "keys").iterdir():
        path.unlink()

    with capture_logs() as logs:
        Controlled(config).owner.start(None)

    assert [line["remedy"] for line in logs if "unsigned" in line["event"]] == [f"gslb keys generate {ZONE}"]


def fetchable(folder: Path) -> Config:
    """The estate, whose zone others may fetch; it answers SERVFAIL when all are down."""
    estate = placed(two_tiers(), folder)
    (zone,) = estate.zones
    services = {name: replace(one, when_all_down=WhenAllDown.SERVFAIL) for name, one in zone.services.items()}
    to = Secondary(address=ip_address("127.0.0.1"), port=1)
    return replace(estate, zones=(replace(zone, services=services, transfer=Transfer(notify=(to,))),))


def addresses(folder: Path) -> set[str]:
    """What a secondary that fetches now answers for smtp."""
    zone = fetched(open_table(folder / "run"))
    return {str(one) for one in zone.find_rdataset("smtp.mail.example.com.", "A")}


async def test_what_others_fetch_follows_health(tmp_path: Path) -> None:
    """A member that goes down is gone from the transfer under the next serial, which is kept and told of."""
    control = Controlled(fetchable(tmp_path))
    await control.serving()
    first = control.owner.serials[ZONE].serial
    assert addresses(tmp_path) == {RELAY1, RELAY2}
    assert "1 waiting" in repr(control.owner.notifier)

    control.clock.now += 60
    for _ in range(3):
        control.owner.observe(seen(RELAY2, REFUSED))
    await control.owner.publisher.publish()
    await control.owner.keeper.save()

    assert addresses(tmp_path) == {RELAY1}
    assert control.owner.serials[ZONE].serial == int(control.clock.now) > first
    assert Memory(tmp_path / "state").serials() == control.owner.serials
    again = Controlled(fetchable(tmp_path))
    again.clock.now = control.clock.now
    await again.serving()
    assert again.owner.serials[ZONE].serial == int(control.clock.now) + 1


async def test_all_down_is_serve_all_to_others(tmp_path: Path) -> None:
    """Whatever a service answers when all are down, secondaries have all members."""
    control = Controlled(fetchable(tmp_path))
    await control.serving()
    control.clock.now += 60
    for address in (RELAY1, RELAY2, SPARE):
        for _ in range(3):
            control.owner.observe(seen(address, REFUSED))
    await control.owner.publisher.publish()
    assert addresses(tmp_path) == {RELAY1, RELAY2}

    control.clock.now += 60
    for _ in range(2):
        control.owner.observe(seen(SPARE))
    await control.owner.publisher.publish()
    assert addresses(tmp_path) == {SPARE}


async def test_a_serial_that_waits_comes_with_the_next_tick(tmp_path: Path) -> None:
    """What changes within the second of the last serial is published at once, and carried soon."""
    control = Controlled(fetchable(tmp_path))
    await control.serving()
    for _ in range(3):
        control.owner.observe(seen(RELAY2, REFUSED))
    await control.owner.publisher.publish()
    assert addresses(tmp_path) == {RELAY1, RELAY2}

    control.clock.now += 1
    control.owner.tick()
    await control.owner.publisher.publish()

    assert addresses(tmp_path) == {RELAY1}


async def test_transfer_files_outlast_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that could not be written is written with the next table; a file that nothing names goes."""
    control = Controlled(fetchable(tmp_path))
    await control.serving()
    control.clock.now += 60
    for _ in range(3):
        control.owner.observe(seen(RELAY2, REFUSED))
    with monkeypatch.context() as patch:
        patch.setattr("gslb.control.publisher.publish", refuse)
        await control.owner.publisher.publish()
    assert addresses(tmp_path) == {RELAY1, RELAY2}

    await control.owner.publisher.publish()

    assert addresses(tmp_path) == {RELAY1}
    assert len([*(tmp_path / "run").glob("transfer-*.tbl")]) == 1
    control.owner.accept(replace(control.owner.config, zones=two_tiers().zones, digest="f" * 16))
    await control.owner.publisher.publish()
    assert not [*(tmp_path / "run").glob("transfer-*.tbl")]


def refuse(*_: object) -> None:
    """A disk that is full."""
    raise OSError(28, "No space left on device")
