"""Operators speak: what is done, refused, told, kept and ended."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from gslb.control import overriding
from gslb.control.override_views import Ending, OverrideOutcome, OverrideRequest
from gslb.control.pipeline import NO_OVERRIDES
from gslb.model.decisions import Mode
from gslb.model.values import Family
from tests.kit.controlled import (
    NOW,
    REFUSED,
    RELAY1,
    RELAY2,
    ZONE,
    Controlled,
    placed,
    seen,
    to_its_end,
    two_tiers,
)
from tests.kit.estate import service


@pytest.fixture
def made(tmp_path: Path) -> Controlled:
    """Control that knows all members to be up."""
    found = Controlled(placed(two_tiers(), tmp_path))
    found.owner.start(None)
    found.round()
    return found


def ask(made: Controlled, target: str, state: str | None = "drained", **more: Any) -> OverrideOutcome:
    """Anna speaks."""
    return said(made, OverrideRequest(target=f"{ZONE}/{target}", state=state, owner="anna", **more))


def said(made: Controlled, request: OverrideRequest) -> OverrideOutcome:
    """An operator speaks, and nothing comes between."""
    return to_its_end(made.desk.override(request))


def chosen(made: Controlled) -> set[str]:
    """The members in A answers of smtp."""
    return {view.member.name for view in made.owner.pipeline.decisions[ZONE, "smtp", Family.IPV4].chosen}


def test_a_drain_is_done_told_and_published(made: Controlled) -> None:
    """With what follows from it."""
    made.owner.publisher._wanted.clear()
    with capture_logs() as logged:
        outcome = ask(made, "relays/relay1", seconds=7200.0, reason="kernel")

    assert (outcome.ending, chosen(made)) == (Ending.DONE, {"relay2"})
    assert made.owner.publisher._wanted.is_set()
    assert outcome.lines[:3] == (
        "drained by anna until 2027-01-15 10:00 UTC: kernel",
        f"  {ZONE}/relays/relay1",
        "safe: every tier in use keeps what it needs",
    )
    assert [(line["event"], line["targets"]) for line in logged if "targets" in line] == [
        ("override", [f"{ZONE}/relays/relay1"])
    ]


def test_a_dry_run_does_nothing(made: Controlled) -> None:
    """It tells the same."""
    outcome = ask(made, "relays/relay1", dry_run=True)

    assert (outcome.ending, chosen(made)) == (Ending.DRY_RUN, {"relay1", "relay2"})
    assert outcome.lines[0] == "would be drained by anna"
    assert made.owner.pipeline.overrides.all() == ()


def test_the_last_healthy_member_stays_without_force(made: Controlled) -> None:
    """The refusal names the service; with force it is done."""
    ask(made, "spares/*")
    refused = ask(made, "relays")

    assert refused.ending is Ending.REFUSED
    assert refused.error.startswith(f"refused: the last healthy member of {ZONE}/smtp (A)")
    assert chosen(made) == {"relay1", "relay2"}
    assert ask(made, "relays", force=True).ending is Ending.DONE
    assert made.owner.pipeline.decisions[ZONE, "smtp", Family.IPV4].mode is Mode.ALL_DOWN


def test_clearing_may_take_the_last_one_as_well(made: Controlled) -> None:
    """A forced state that alone keeps a service up is not cleared by accident."""
    for each in ("relays/relay1", "spares"):
        ask(made, each)
    ask(made, "relays/relay2", "forced_up")
    for _ in range(3):
        made.owner.observe(seen(RELAY2, REFUSED))

    assert ask(made, "relays/relay2", None).ending is Ending.REFUSED
    assert chosen(made) == {"relay2"}


@pytest.mark.parametrize(("at_once", "share"), [(False, 6 / 46), (True, 0.6)])
def test_a_resume_rises_slowly_or_at_once(tmp_path: Path, at_once: bool, share: float) -> None:
    """Where a service has slow_start, an operator may put a member back with all of its weight."""
    estate = two_tiers()
    (site,) = estate.zones
    services = {**site.services, "smtp": replace(site.services["smtp"], slow_start=300.0)}
    made = Controlled(placed(replace(estate, zones=(replace(site, services=services),)), tmp_path))
    made.owner.start(None)
    made.round()
    ask(made, "relays/relay1")
    outcome = ask(made, "relays/relay1", None, at_once=at_once)
    decision = made.owner.pipeline.decisions[ZONE, "smtp", Family.IPV4]

    assert decision.chosen[0].share == pytest.approx(share)
    assert bool(decision.changes) is not at_once
    assert f"relays/relay1 0.0% → {share:.1%}" in "\n".join(outcome.lines)


def interrupted(made: Controlled, turn: int, meanwhile: Callable[[Controlled], object]) -> bool:
    """relay1 is drained, and at one of the turns in which that is done something happens; False: there is no such."""
    asked = OverrideRequest(
        target=f"{ZONE}/relays/relay1", state="drained", owner="anna", force=meanwhile is not forgets
    )
    work = made.desk.override(asked)
    try:
        for _ in range(turn):
            work.send(None)
    except StopIteration:
        return False
    meanwhile(made)
    assert to_its_end(work).ending is Ending.DONE
    return True


def relay2_fails(made: Controlled) -> None:
    """Three refused connections."""
    for _ in range(3):
        made.owner.observe(seen(RELAY2, REFUSED))


def reloads(made: Controlled) -> None:
    """A service more, the spare gone, and all of it decided anew."""
    made.owner.accept(replace(placed(two_tiers(service("more", "relays")), made.config.directory), digest="f" * 16))


def forgets(made: Controlled) -> None:
    """What was said of the spare comes to its end."""
    made.clock.now += 60
    made.owner.tick()


@pytest.mark.parametrize("meanwhile", [relay2_fails, reloads, forgets])
def test_whatever_happens_while_it_is_done(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[Controlled], object]
) -> None:
    """Many services are thought over and decided in turns of the loop; what comes between them is not lost."""
    monkeypatch.setattr(overriding, "STEP", 1)
    turn = 1
    while True:
        made = Controlled(placed(two_tiers(), tmp_path_factory.mktemp("turn")))
        made.owner.start(None)
        made.round()
        ask(made, "spares/spare1", seconds=60.0)
        if not interrupted(made, turn, meanwhile):
            break
        pipeline = made.owner.pipeline
        everybody = pipeline.bearing([f"{ZONE}/relays/relay1", f"{ZONE}/spares/spare1"])

        assert pipeline.what_if(pipeline.overrides, everybody, made.clock.now).items() <= pipeline.decisions.items()
        assert made.owner.publisher._free.is_set()
        turn += 1
    assert turn > 6


def test_the_last_one_is_asked_about_at_the_end(made: Controlled, monkeypatch: pytest.MonkeyPatch) -> None:
    """A member that fails while it is thought over is no longer one that could stand in."""
    monkeypatch.setattr(overriding, "STEP", 1)
    ask(made, "spares/spare1")
    work = made.desk.override(OverrideRequest(target=f"{ZONE}/relays/relay1", state="drained", owner="anna"))
    for _ in range(1 + len(made.owner.pipeline.bearing([f"{ZONE}/relays/relay1"]).services)):
        work.send(None)
    relay2_fails(made)

    assert to_its_end(work).ending is Ending.REFUSED


def test_no_table_goes_out_before_all_of_it_is_done(made: Controlled, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does another operator come between."""
    monkeypatch.setattr(overriding, "STEP", 1)
    work = made.desk.override(OverrideRequest(target=f"{ZONE}/relays/relay1", state="drained", owner="anna"))
    while made.owner.pipeline.overrides == NO_OVERRIDES:
        work.send(None)

    assert not made.owner.publisher._free.is_set()
    assert made.owner.turn.locked()
    to_its_end(work)
    assert made.owner.publisher._free.is_set()
    assert not made.owner.turn.locked()


def test_what_is_unknown(made: Controlled) -> None:
    """A name that is not here, and a target on which nothing stands."""
    assert ask(made, "relays/relay9").lines == (
        f"nothing is called {ZONE}/relays/relay9 here; did you mean {ZONE}/relays/relay2?",
    )
    assert ask(made, "relays", None).error == f"no override stands on {ZONE}/relays"


def test_clearing_tells_who_is_still_overridden(tmp_path: Path) -> None:
    """By the word on its machine, which stands."""
    estate = two_tiers()
    relays = estate.zones[0].pools["relays"]
    members = tuple(replace(each, machine="esx1") for each in relays.members)
    pools = {**estate.zones[0].pools, "relays": replace(relays, members=members)}
    made = Controlled(placed(replace(estate, zones=(replace(estate.zones[0], pools=pools),)), tmp_path))
    made.owner.start(None)
    made.round()
    ask(made, "relays/relay1")
    said(made, OverrideRequest(target="machine:esx1", state="drained", owner="ben"))
    outcome = ask(made, "relays/relay1", None)

    assert outcome.lines[0] == "cleared: drained by anna"
    assert outcome.notes == (f"{ZONE}/relays/relay1 is still drained by ben (machine:esx1)",)


def test_overrides_outlive_a_restart(made: Controlled) -> None:
    """They are on disk before the operator is answered; verdicts need not be."""
    ask(made, "relays/relay1", seconds=60.0)
    again = Controlled(made.config)
    again.owner.start(None)
    again.round()

    assert chosen(again) == {"relay2"}
    again.clock.now = NOW + 61
    with capture_logs() as logged:
        again.owner.tick()
    assert chosen(again) == {"relay1", "relay2"}
    assert "override over" in [line["event"] for line in logged]
    assert json.loads((made.config.node.state_dir / "overrides.json").read_text())["overrides"] == []


def test_a_state_dir_that_refuses_is_told(made: Controlled, tmp_path: Path) -> None:
    """The override counts all the same, and the operator learns that a restart may forget it."""
    (tmp_path / "state/overrides.json.new").mkdir()
    outcome = ask(made, "relays/relay1")

    assert chosen(made) == {"relay2"}
    assert outcome.notes[0].startswith("a restart may forget this: ")


def test_saved_junk_is_told_and_ignored(made: Controlled) -> None:
    """Half of a file, or another format, stops no start."""
    (made.config.node.state_dir / "overrides.json").write_text('{"format": 1, "overrides": [3]}')
    with capture_logs() as logged:
        Controlled(made.config)

    assert "saved override 1 cannot be read: not a mapping" in [line.get("why") for line in logged]


def test_real_and_effective_stand_side_by_side(made: Controlled) -> None:
    """In the status of members, addresses, pools and services."""
    ask(made, "relays/relay1")
    ask(made, "relays/relay2", "forced_down", force=True)
    ask(made, "smtp", "forced_up")
    status = made.desk.status()
    relays = next(each for each in status.zones[0].pools if each.name == "relays")
    smtp, alias = (next(s for s in status.zones[0].services if s.name == name) for name in ("smtp", "mx"))

    assert [(each.real, each.effective) for each in relays.members] == [("up", "drained"), ("up", "down")]
    assert relays.members[0].addresses[0].why == "drained by anna; smtp up"
    assert (relays.healthy, relays.members[1].override and relays.members[1].override.state) == (0, "forced_down")
    assert smtp.override == alias.override
    assert smtp.override is not None
    assert [each.target for each in status.overrides] == [
        f"{ZONE}/{name}" for name in ("relays/relay1", "relays/relay2", "smtp")
    ]


def test_the_log_tells_what_counts_beside_what_probes_found(made: Controlled) -> None:
    """A member that fails while it is forced up is told as both."""
    ask(made, "relays/relay2", "forced_up")
    with capture_logs() as logged:
        relay2_fails(made)
        for _ in range(3):
            made.owner.observe(seen(RELAY1, REFUSED))

    told = {line["address"]: line.get("overridden") for line in logged if line["event"] == "transition"}
    assert told == {RELAY2: [f"{ZONE}/relays/relay2 forced up by anna"], RELAY1: None}


async def test_metrics_tell_both(made: Controlled) -> None:
    """What counts for all members, what is real where they differ, and how many words stand."""
    ask(made, "relays/relay1")
    text = (await made.desk.metrics_text()).decode()
    labels = f'member="relay1",pool="relays",state="{{}}",zone="{ZONE}"'

    for name, state in (("health", "drained"), ("real_health", "up"), ("override", "drained")):
        assert f"gslb_member_{name}{{{labels.format(state)}}} 1.0" in text
    assert 'gslb_overrides{state="drained"} 1.0' in text
    assert 'gslb_overrides_changed_total{action="set",state="drained"} 1.0' in text


def test_orphans_are_kept_and_told(made: Controlled) -> None:
    """A reload without the member keeps the word; it is cleared by its own name."""
    ask(made, "relays/relay1")
    estate = made.config
    relays = estate.zones[0].pools["relays"]
    pools = {**estate.zones[0].pools, "relays": replace(relays, members=relays.members[1:])}
    made.owner.accept(replace(estate, zones=(replace(estate.zones[0], pools=pools),)))

    assert [each.orphaned for each in made.desk.status().overrides] == [True]
    assert ask(made, "relays/relay1", None).ending is Ending.DONE
