from dataclasses import replace
from ipaddress import ip_address
from math import inf
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.control import pipeline as pipeline_module
from gslb.control.effects import NONE, Effects, Publish, together
from gslb.control.pipeline import Pipeline
from gslb.handoff.table import in_memory
from gslb.health.ledger import Ledger
from gslb.health.overrides import Overrides
from gslb.model.checks import HttpSettings, ImapSettings
from gslb.model.decisions import Mode
from gslb.model.keys import KeyTimes
from gslb.model.observations import Degraded, Failed, Inconclusive, Observation, Outcome, Phase, Reason
from gslb.model.overrides import Forced
from gslb.model.pasts import Spot
from gslb.model.pools import Member
from gslb.model.settings import Config
from gslb.model.targets import target_id
from gslb.model.values import Family, RecordType
from gslb.model.verdicts import MemberKey, State, VerdictKey
from gslb.model.zones import Dnssec
from gslb.steering.dependents import NOTHING
from tests.kit.controlled import NOW, PASSED, REFUSED, RELAY1, RELAY2, SMTP, SPARE, ZONE, seen, target, two_tiers
from tests.kit.estate import check, config, member, pool, service, zone
from tests.kit.spoken_for import said
from tests.kit.zonekeys import key

SERIALS = {ZONE: 7}
ADDRESSES = (RELAY1, RELAY2, SPARE)
VOID = Inconclusive(Phase.CONNECT, Reason.LOCAL_NO_ROUTE)
BUSY = Degraded(Phase.GREETING, Reason.BUSY, load=True)


def pipeline(estate: Config | None = None) -> Pipeline:
    """A pipeline that has started and knows nothing."""
    estate = estate or two_tiers()
    made = Pipeline(estate, Ledger(estate), serials=SERIALS, now=NOW)
    made.on_start(NOW)
    return made


def healthy() -> Pipeline:
    """A pipeline whose first round found everything up."""
    made = pipeline()
    for address in ADDRESSES:
        made.on_observation(seen(address), NOW)
    together(made.first_round(NOW))
    return made


def fail(made: Pipeline, address: str, times: int = 3, now: float = NOW) -> Effects:
    """Refuse connections so many times; the effects of the last."""
    return [made.on_observation(seen(address, REFUSED), now) for _ in range(times)][-1]


def chosen(made: Pipeline, family: Family = Family.IPV4) -> set[str]:
    """The members in the answers of smtp."""
    return {view.member.name for view in made.decisions[ZONE, "smtp", family].chosen}


def test_start_publishes_that_nothing_is_known() -> None:
    """The first table says "starting" for every service."""
    made = Pipeline(two_tiers(), Ledger(two_tiers()), serials=SERIALS, now=NOW)

    assert made.on_start(NOW).publish is Publish.NOW
    assert {decision.mode for decision in made.decisions.values()} == {Mode.STARTING}
    assert "starting" in repr(made)


def test_first_round_makes_health_count() -> None:
    """After it the healthy members of the first tier answer, and a table must go out."""
    made = healthy()

    assert chosen(made) == {"relay1", "relay2"}
    assert together(made.first_round(NOW)).publish is Publish.NOW
    assert "ready" in repr(made)


def test_saved_verdicts_make_it_ready_at_once() -> None:
    """A pipeline over a restored ledger decides on it from the start."""
    ledger = Ledger(two_tiers())
    ledger.restore(healthy().ledger.export(NOW), NOW)
    made = Pipeline(two_tiers(), ledger, serials=SERIALS, now=NOW, ready=True)
    made.on_start(NOW)

    assert chosen(made) == {"relay1", "relay2"}


def test_the_last_failure_is_published_at_once() -> None:
    """The third failure takes the member out of every family, and its transition is told."""
    made = healthy()

    effects = fail(made, RELAY1)

    assert [(each.before, each.after) for each in effects.transitions] == [(State.UP, State.DOWN)]
    assert effects.publish is Publish.NOW
    assert chosen(made) == chosen(made, Family.ANY) == {"relay2"}


def test_changes_of_a_large_pool_are_decided_together() -> None:
    """They are told at once; what follows for a thousand members is worked out once, with the next tick."""
    addresses = [f"192.0.2.{number}" for number in range(1, 131)]
    crowd = pool("crowd", *[member(f"m{place}", address) for place, address in enumerate(addresses)])
    made = pipeline(config(zone(crowd, services=(service("smtp", "crowd"),)), checks=(SMTP,)))
    made.on_start(NOW)
    for address in addresses:
        made.on_observation(seen(address), NOW)
    together(made.first_round(NOW))
    told = [fail(made, address) for address in addresses[:3]]
    before = chosen(made)
    effects = made.on_tick(NOW)

    assert [len(each.transitions) for each in told] == [1, 1, 1]
    assert all(each.publish is Publish.NOT and not each.decided for each in told)
    assert (len(before), len(chosen(made))) == (130, 127)
    assert effects.publish is Publish.NOW
    assert made.left == NOTHING


def test_only_dependents_are_decided_again() -> None:
    """A spare's failure decides smtp, its own pool's name and its own host again, and nothing of the relays."""
    made = healthy()
    before = dict(made.decisions)

    effects = fail(made, SPARE)

    assert effects.decided == 6  # smtp in three families, the pool's name in two, one host
    assert made.decisions[ZONE, "relays", Family.IPV4] is before[ZONE, "relays", Family.IPV4]


def test_an_alias_is_never_decided_for_itself() -> None:
    """Decisions belong to the service an alias leads to."""
    assert {name for _, name, _ in healthy().decisions} == {"smtp", "relays", "spares"}


def test_more_of_the_same_has_no_effect() -> None:
    """A good outcome of a healthy target decides nothing and publishes nothing."""
    assert healthy().on_observation(seen(RELAY1), NOW) is NONE


def test_our_own_fault_has_no_effect() -> None:
    """An inconclusive outcome moves nothing."""
    assert healthy().on_observation(seen(RELAY1, VOID), NOW) is NONE


def test_strangers_have_no_effect() -> None:
    """The outcome of a target that is not configured moves nothing."""
    assert pipeline().on_observation(seen("203.0.113.1"), NOW) is NONE


def test_a_ttl_waits_for_the_next_batch() -> None:
    """The first failure shortens the TTL only: the table can wait for the tick."""
    estate = two_tiers()
    estate = replace(estate, zones=(replace(estate.zones[0], min_ttl=1),))
    made = Pipeline(estate, Ledger(estate), serials=SERIALS, now=NOW)
    for address in ADDRESSES:
        made.on_observation(seen(address), NOW)
    together(made.first_round(NOW))

    effects = fail(made, RELAY1, times=1)

    assert effects.publish is Publish.SOON
    assert made.decisions[ZONE, "smtp", Family.IPV4].ttl == 6


def test_words_alone_are_not_published() -> None:
    """A busy member is told as degraded, but the table holds the same answers."""
    made = healthy()

    effects = [made.on_observation(seen(RELAY1, BUSY), NOW) for _ in range(2)][-1]

    assert effects.decided > 0
    assert effects.publish is Publish.NOT


def test_a_transition_that_changes_no_health_is_still_told() -> None:
    """A target that two checks judge can change its belief without changing the address."""
    other = replace(SMTP, name="other", thresholds=replace(SMTP.thresholds, fall=4))
    both = member("relay1", RELAY1, checks=(SMTP, other))
    estate = config(zone(pool("relays", both)), checks=(SMTP, other))
    made = pipeline(estate)
    made.on_observation(seen(RELAY1), NOW)

    fail(made, RELAY1)
    effects = fail(made, RELAY1, times=1)

    assert [each.key.check for each in effects.transitions] == ["other"]


def test_all_down_is_entered_and_left_once() -> None:
    """The last member's end is a turn of the service, and so is the first one's return."""
    made = healthy()
    fail(made, RELAY1), fail(made, RELAY2)

    entered = [turn for turn in fail(made, SPARE).turns if turn.service == "smtp"]
    left = [made.on_observation(seen(SPARE), NOW + 30 + n).turns for n in range(2)][-1]

    assert [turn.enters_all_down for turn in entered] == [True]
    assert [turn.leaves_all_down for turn in left if turn.service == "smtp"] == [True]


def test_failover_is_a_turn() -> None:
    """A service that answers from its second tier has turned, with the reason."""
    made = healthy()
    fail(made, RELAY1)

    turn = next(turn for turn in fail(made, RELAY2).turns if turn.service == "smtp")

    assert turn.after.tier == 2
    assert "spares" in turn.after.reason


def test_time_alone_moves_a_held_member() -> None:
    """While a member is held down, each tick decides its services again; afterwards none does."""
    made = healthy()
    fail(made, RELAY1)

    assert made.on_tick(NOW + 1).decided > 0
    assert made.on_tick(NOW + 25).decided > 0  # the hold ended in between
    assert made.on_tick(NOW + 26) is NONE


def test_silence_is_told_and_the_verdict_stands() -> None:
    """Five intervals without an outcome flag a verdict as stale; answers stay."""
    made = healthy()

    effects = made.on_tick(NOW + 100)

    assert set(effects.stale) == {VerdictKey("smtp", target(address)) for address in ADDRESSES}
    assert effects.publish is Publish.NOT
    assert chosen(made) == {"relay1", "relay2"}


def test_reload_keeps_what_stays() -> None:
    """A member that stays keeps its verdict, one that is new is left out while another is known good."""
    made = healthy()
    fail(made, RELAY2)
    relays = [member("relay1", RELAY1), member("relay2", RELAY2), member("relay3", "192.0.2.13")]
    smtp = service("smtp", "relays", records=(RecordType.A,))

    effects = made.on_reload(
        config(zone(pool("relays", *relays), services=(smtp,)), checks=(SMTP,)), serials=SERIALS, now=NOW
    )

    assert effects.publish is Publish.NOW
    assert chosen(made) == {"relay1"}
    assert set(made.stands) == {("", ZONE, "smtp"), ("", ZONE, "relays")}
    assert made.on_tick(NOW + 1).decided > 0  # relay2 is still held


EVENTS = st.lists(st.tuples(st.sampled_from(ADDRESSES), st.sampled_from((PASSED, REFUSED, BUSY))), max_size=8)


@settings(deadline=None, max_examples=25)
@given(EVENTS, EVENTS, st.booleans())
def test_an_heir_made_before_decides_as_one_made_now(
    before: list[tuple[str, Outcome]], meanwhile: list[tuple[str, Outcome]], drained: bool
) -> None:
    """Whatever happens between making and taking over: decisions, stands and bytes are those of a reload now."""
    early, late = healthy(), healthy()
    other = two_tiers(service("more", "relays"))
    for made in (early, late):
        for address, outcome in before:
            made.on_observation(seen(address, outcome), NOW)
    heir = early.heir(other, serials=SERIALS, now=NOW)()
    for made in (early, late):
        for address, outcome in meanwhile:
            made.on_observation(seen(address, outcome), NOW)
        if drained:
            book = said("relays/relay1")
            made.override(book, made.bearing(book.by_target), NOW)

    effects = [
        early.on_reload(other, serials=SERIALS, now=NOW, heir=heir),
        late.on_reload(other, serials=SERIALS, now=NOW),
    ]

    assert early.decisions == late.decisions
    assert early.hosts == late.hosts
    assert early.stands == late.stands
    assert {(turn.service, turn.after) for turn in effects[0].turns} == {
        (turn.service, turn.after) for turn in effects[1].turns
    }
    assert early.image(9).parts == late.image(9).parts


def test_the_first_round_in_steps() -> None:
    """What is decided step by step is what is decided at once."""
    steps, once = pipeline(), pipeline()
    for made in (steps, once):
        for address in ADDRESSES:
            made.on_observation(seen(address), NOW)

    found = list(steps.first_round(NOW))
    whole = together(once.first_round(NOW))

    assert found[-1].publish is Publish.NOW
    assert sum(each.decided for each in found) == whole.decided
    assert steps.decisions == once.decisions


def test_a_large_pool_is_a_step_of_its_own() -> None:
    """So that several of them do not hold the loop for as long as all of them take."""
    crowds = [pool(f"p{n}", *[member(f"m{m}", f"10.0.{n}.{m}") for m in range(129)]) for n in range(3)]
    named = tuple(service(f"s{n}", f"p{n}") for n in range(3))
    made = pipeline(config(zone(*crowds, services=named), checks=(SMTP,)))
    steps = list(made.first_round(NOW))

    assert [each.decided for each in steps[:6]] == [2] * 6
    assert steps[-1].publish is Publish.NOW


def test_a_reload_within_the_first_round_decides_what_is_left() -> None:
    """The steps that were to come are those of another configuration."""
    made = pipeline()
    steps = made.first_round(NOW)
    next(steps)
    made.on_reload(two_tiers(service("more", "relays")), serials=SERIALS, now=NOW)
    done = dict(made.decisions)

    assert [each.publish for each in steps] == [Publish.NOW]
    assert made.decisions == done


def test_the_end_of_a_word_on_thousands_is_decided_bit_by_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    """So much with each tick; a reload decides all that is left."""
    monkeypatch.setattr(pipeline_module, "STEP", 1)
    made, other = healthy(), healthy()
    book = said("relays/relay1", lasts=60)
    for each in (made, other):
        each.override(book, each.bearing(book.by_target), NOW)
        assert [one.target for one in each.on_tick(NOW + 60).ended] == list(book.by_target)
    ticks = 0
    while made.on_tick(NOW + 61 + ticks) != NONE:
        ticks += 1
    other.on_reload(two_tiers(), serials=SERIALS, now=NOW + 60)

    assert ticks > 1
    assert chosen(made) == chosen(other) == {"relay1", "relay2"}
    assert other.on_tick(NOW + 61) == NONE


def test_a_target_judges_members_by_name() -> None:
    """What a target stands for is told in the operator's words."""
    assert pipeline().members_of(target(RELAY1)) == (MemberKey(ZONE, "relays", "relay1"),)


def test_a_service_without_checks_is_up() -> None:
    """Nothing probes it, so the table carries it as soon as health counts."""
    bare: Member = member("relay1", RELAY1, checks=())
    made = pipeline(config(zone(pool("relays", bare)), checks=()))

    together(made.first_round(NOW))

    assert [view.member.name for view in made.decisions[ZONE, "relays", Family.IPV4].chosen] == ["relay1"]


@pytest.mark.parametrize("generation", [1, 9])
def test_an_image_is_a_table(generation: int) -> None:
    """The bytes of an image open as a table of its generation."""
    image = healthy().image(generation)

    assert image.names is not None
    assert in_memory(image.names, image.parts).generation == generation


OUTCOMES = st.lists(
    st.tuples(st.sampled_from(ADDRESSES), st.sampled_from([PASSED, REFUSED, VOID, BUSY]), st.integers(0, 40)),
    max_size=40,
)


@settings(deadline=None, max_examples=30)
@given(OUTCOMES)
def test_deciding_in_steps_is_deciding_at_once(outcomes: list[tuple[str, Outcome, int]]) -> None:
    """Whatever is seen in whatever order, the decisions that stand are those of a fresh look at the verdicts."""
    made, now = healthy(), NOW
    for address, outcome, pause in outcomes:
        made.on_observation(seen(address, outcome), now)
        now += pause
    made.on_tick(now)
    fresh = Pipeline(two_tiers(), made.ledger, serials=SERIALS, now=now, ready=True)
    fresh.on_start(now)

    assert made.decisions == fresh.decisions
    assert made.hosts == fresh.hosts


def test_a_hold_is_that_of_one_target() -> None:
    """Of a member that two checks probe on two ports, the held port alone is watched."""
    imap = check("imap", settings=ImapSettings())
    both = member("relay1", RELAY1, checks=(imap, SMTP))
    made = pipeline(config(zone(pool("relays", both)), checks=(imap, SMTP)))

    made.on_observation(seen(RELAY1, REFUSED), NOW)

    assert made.on_tick(NOW + 1).decided > 0


REDESIGNED = Failed(Phase.BODY, Reason.BODY_MISMATCH)
WEB = check("web", settings=HttpSettings())


def web_seen(address: str, outcome: Outcome) -> Observation:
    """One run of the web check."""
    return replace(seen(address, outcome), target=target_id(WEB.settings, ip_address(address)))


def doubtful() -> Pipeline:
    """Everything is judged by two checks, and passed both."""
    members = [member(f"m{n}", address, checks=(SMTP, WEB)) for n, address in enumerate(ADDRESSES)]
    pools = pool("relays", *members[:2]), pool("spares", members[2])
    made = pipeline(config(zone(*pools, services=(service("smtp", "relays", "spares"),)), checks=(SMTP, WEB)))
    for address in ADDRESSES:
        made.on_observation(seen(address), NOW)
        made.on_observation(web_seen(address, PASSED), NOW)
    together(made.first_round(NOW))
    return made


def test_a_suspected_check_gives_back_whom_it_took_out() -> None:
    """The answers are those from before it failed everywhere, until the operator believes it."""
    made = doubtful()
    for address in (RELAY1, RELAY1, RELAY1, RELAY2):
        made.on_observation(web_seen(address, REDESIGNED), NOW)
    assert chosen(made) == {"m1"}
    effects = made.on_observation(web_seen(SPARE, REDESIGNED), NOW)

    assert [suspicion.began for suspicion in effects.suspicions] == [True]
    assert (effects.publish, chosen(made)) == (Publish.NOW, {"m0", "m1"})
    believed = made.dismiss("web", NOW)
    assert believed is not None
    assert [suspicion.began for suspicion in believed.suspicions] == [False]
    assert made.dismiss("web", NOW) is None


def test_a_prober_that_is_cut_off_changes_no_answer() -> None:
    """It is told when it begins, when a canary answers, and when the longest time is over."""
    estate = two_tiers()
    node = replace(estate.node, probing=replace(estate.node.probing, canary=(target(SPARE),)))
    made = pipeline(replace(estate, node=node))
    for address in ADDRESSES:
        made.on_observation(seen(address), NOW)
    together(made.first_round(NOW))

    assert made.on_observation(seen(SPARE, REFUSED), NOW).isolated is True
    assert fail(made, RELAY1) is NONE
    assert made.on_tick(NOW + 301).isolated is False
    assert fail(made, SPARE, now=NOW + 302).transitions[0].after is State.DOWN
    assert made.on_observation(seen(SPARE), NOW + 303).isolated is None


def test_who_flaps_returns_with_time_alone() -> None:
    """A damped member is up and left out; once it has calmed down a tick brings it back."""
    eager = replace(check("smtp", rise=1, fall=1, min_hold=0), damping=True)
    relays = pool("relays", *(member(f"m{n}", at, checks=(eager,)) for n, at in enumerate((RELAY1, RELAY2))))
    made = pipeline(config(zone(relays, services=(service("smtp", "relays"),)), checks=(eager,)))
    for address in (RELAY1, RELAY2):
        made.on_observation(seen(address), NOW)
    together(made.first_round(NOW))
    for outcome in (REFUSED, PASSED, REFUSED, PASSED):
        made.on_observation(seen(RELAY1, outcome), NOW)
    assert chosen(made) == {"m1"}

    assert made.on_tick(NOW + 300) is not NONE
    assert chosen(made) == {"m1"}
    made.on_tick(NOW + 600)
    assert chosen(made) == {"m0", "m1"}


def test_a_drain_is_published_at_once_and_ends_by_itself() -> None:
    """The operator's word decides for what it reaches, its end decides again, and the ledger sees nothing of either."""
    made = healthy()
    book = said("relays/relay1", lasts=60)
    targets = made.bearing(book.by_target)

    assert {view.member.name for view in made.what_if(book, targets, NOW)[ZONE, "smtp", Family.IPV4].chosen} == {
        "relay2"
    }
    assert chosen(made) == {"relay1", "relay2"}
    assert made.override(book, targets, NOW).publish is Publish.NOW
    assert chosen(made) == {"relay2"}
    assert made.on_tick(NOW + 59) == NONE
    over = made.on_tick(NOW + 60)
    assert (over.publish, [each.target for each in over.ended]) == (Publish.NOW, list(book.by_target))
    assert chosen(made) == {"relay1", "relay2"}
    assert made.overrides == Overrides()


def test_ttls_fall_towards_the_end_of_a_forced_state() -> None:
    """Each second anew, with the next batch."""
    made = healthy()
    book = said("relays/relay1", state=Forced.FORCED_UP, lasts=60)
    made.override(book, made.bearing(book.by_target), NOW)

    assert made.on_tick(NOW + 40).publish is Publish.SOON
    assert made.decisions[ZONE, "smtp", Family.IPV4].ttl == 20


def test_overrides_outlive_a_reload() -> None:
    """They stand on names, so that whoever comes back under one is drained again."""
    made = healthy()
    book = said("relays/relay1", "spares/gone")
    made.override(book, made.bearing(book.by_target), NOW)
    made.on_reload(two_tiers(service("more", "relays")), serials=SERIALS, now=NOW)

    assert made.overrides == book
    assert chosen(made) == {"relay2"}


def at_half() -> Pipeline:
    """A pipeline in which relay1 has just begun to move to half of its weight."""
    estate = two_tiers()
    halved = {name: replace(each, degraded_weight=0.5) for name, each in estate.zones[0].pools.items()}
    estate = replace(estate, zones=(replace(estate.zones[0], pools=halved),))
    made = Pipeline(estate, Ledger(estate), serials=SERIALS, now=NOW)
    for address in ADDRESSES:
        made.on_observation(seen(address), NOW)
    together(made.first_round(NOW))
    for _ in range(2):
        made.on_observation(seen(RELAY1, BUSY), NOW)
    return made


def tenths_of(made: Pipeline) -> int:
    """How much of its weight relay1 has."""
    level = made.decisions[ZONE, "smtp", Family.IPV4].past.levels.get(Spot("relays", "relay1"))
    return level.tenths if level else 10


def test_weights_move_with_time_alone() -> None:
    """Nothing but the clock brings a weight where it is going, a step each min_ttl, published at once."""
    made = at_half()

    found = [(made.on_tick(NOW + second).publish, tenths_of(made)) for second in (1, 14, 15, 16, 30, 45, 60, 90)]

    still, moved = Publish.NOT, Publish.NOW
    assert found == [
        (still, 9), (still, 9), (moved, 8), (still, 8), (moved, 7), (moved, 6), (moved, 5), (still, 5),
    ]  # fmt: skip


def test_a_clock_set_back_looks_at_all_that_waits() -> None:
    """What was due at a moment that now lies far ahead is decided at once."""
    made = at_half()

    made.on_tick(NOW - 3600)

    assert tenths_of(made) == 8


def test_what_decisions_remember_outlives_reload_and_restart() -> None:
    """A lowered weight is as low behind another configuration, and in another process."""
    made = at_half()
    made.on_reload(made.config, serials=SERIALS, now=NOW + 1)
    reloaded = tenths_of(made)
    ledger = Ledger(made.config)
    ledger.restore(made.ledger.export(NOW), NOW)
    other = Pipeline(made.config, ledger, serials=SERIALS, now=NOW + 2, ready=True, pasts=made.pasts())
    other.on_start(NOW + 2)

    assert (reloaded, tenths_of(other)) == (9, 9)


def test_signatures_move_with_time() -> None:
    """Keys that begin are seen at the next tick; what they sign is in the next table; a reload keeps signatures."""
    plain = two_tiers()
    estate = replace(plain, zones=tuple(replace(one, dnssec=Dnssec(keys=Path("keys"))) for one in plain.zones))
    made = Pipeline(estate, Ledger(estate), serials=SERIALS, now=NOW, ready=True)
    made.on_start(NOW)
    later = key(times=KeyTimes(publish=NOW + 5, active=NOW + 5))
    assert made.sign({ZONE: (later,)}, NOW) is NONE

    assert made.on_tick(NOW + 4) is NONE
    assert made.on_tick(NOW + 5).publish is Publish.SOON
    assert made.waiting()[0] > 0
    made.accept(made.work(NOW + 5, 0).done())
    assert made.waiting() == (0, 0)
    made.prune(NOW + 5)
    effects = made.on_reload(estate, serials=SERIALS, now=NOW + 6, keys={ZONE: (later,)})

    assert effects.publish is Publish.NOW
    assert not made.work(NOW + 6, 0).done().made
    assert made.sign({ZONE: ()}, NOW + 7).publish is Publish.SOON


def test_wound_16_an_operator_brings_a_service_back() -> None:
    """Where failback is manual the first tier waits, through reload and restart, until somebody says so."""
    estate = two_tiers()
    services = {**estate.zones[0].services, "smtp": replace(estate.zones[0].services["smtp"], failback=inf)}
    estate = replace(estate, zones=(replace(estate.zones[0], services=services),))
    made = Pipeline(estate, Ledger(estate), serials=SERIALS, now=NOW)
    for address in ADDRESSES:
        made.on_observation(seen(address), NOW)
    together(made.first_round(NOW))
    assert made.failback(ZONE, "smtp", NOW) is None
    fail(made, RELAY1)
    fail(made, RELAY2)
    for second in (40, 80):
        made.on_observation(seen(RELAY1), NOW + second)
    made.on_reload(made.config, serials=SERIALS, now=NOW + 90)
    assert chosen(made) == {"spare1"}

    effects = made.failback(ZONE, "smtp", NOW + 100)

    assert effects is not None
    assert effects.publish is Publish.NOW
    assert [(turn.before.tier, turn.after.tier) for turn in effects.turns if turn.before] == [(2, 1)]
    assert chosen(made) == chosen(made, Family.ANY) == {"relay1"}
