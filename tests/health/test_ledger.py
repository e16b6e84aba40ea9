import json
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.health.ledger import Ledger
from gslb.health.members import address_health
from gslb.model.checks import Check, ImapSettings, SmtpSettings
from gslb.model.observations import Degraded, Failed, Inconclusive, Observation, Outcome, Passed, Phase, Reason
from gslb.model.plain import AgentSettings
from gslb.model.pools import Requirement
from gslb.model.settings import Config
from gslb.model.targets import target_id
from gslb.model.verdicts import Health, State, Transition, Verdict, VerdictKey
from tests.kit.estate import check, config, member, pool, zone

NOW = 1_700_000_000.0
PASSED = Passed()
FAILED = Failed(Phase.CONNECT, Reason.CONNECT_REFUSED)
VOID = Inconclusive(Phase.CONNECT, Reason.LOCAL_NO_ROUTE)

SMTP = check("smtp", interval=15.0, fast_interval=3.0, down_interval=30.0)
RELAY1 = target_id(SMTP.settings, ip_address("192.0.2.11"))
RELAY2 = target_id(SMTP.settings, ip_address("192.0.2.12"))
KEY1, KEY2 = VerdictKey("smtp", RELAY1), VerdictKey("smtp", RELAY2)


def estate(*checks: Check) -> Config:
    """Two relays, each judged by all of `checks`."""
    checks = checks or (SMTP,)
    relays = (member("relay1", "192.0.2.11", checks=checks), member("relay2", "192.0.2.12", checks=checks))
    return config(zone(pool("relays", *relays)), checks=checks)


def seen(outcome: Outcome, target: str = RELAY1) -> Observation:
    """One probe run of a target."""
    return Observation(target=target, outcome=outcome, started=NOW, text="said so")


def ledger(*outcomes: Outcome, of: Config | None = None) -> Ledger:
    """A ledger that saw these outcomes of relay1, one a second from NOW on."""
    book = Ledger(of or estate())
    for number, outcome in enumerate(outcomes):
        book.fold(seen(outcome), NOW + number)
    return book


AGENT = check("load", settings=AgentSettings(port=1), interval=5.0)


def silent(book: Ledger, at: float, reason: Reason = Reason.CONNECT_REFUSED) -> Outcome:
    """What becomes of an agent that cannot be asked."""
    target = next(iter(book.verdicts())).target
    heard = book.counted(seen(Inconclusive(Phase.CONNECT, reason), target), at)
    book.fold(heard, at)
    return heard.outcome


def test_an_agent_s_last_word_counts_for_a_while() -> None:
    """Then it asks for nothing more, with a notice, until it speaks again; our own faults let no word expire."""
    book = Ledger(estate(AGENT))
    key = next(iter(book.verdicts()))
    word = seen(Degraded(Phase.COMMAND, Reason.DRAIN, load=True), key.target)
    book.fold(replace(word, weight_factor=0.0), NOW)

    assert silent(book, NOW + 25).kind == "inconclusive"
    assert book.verdict(key).factor == 0.0
    assert silent(book, NOW + 26, Reason.LOCAL_NO_ROUTE).kind == "inconclusive"
    assert [silent(book, NOW + later) for later in (26, 27)] == [Degraded(Phase.CONNECT, Reason.STALE)] * 2
    assert (book.verdict(key).factor, book.verdict(key).loaded) == (1.0, False)
    book.fold(replace(word, weight_factor=0.0), NOW + 28)
    assert silent(book, NOW + 40).kind == "inconclusive"


def test_an_agent_that_was_never_heard_keeps_nobody_out() -> None:
    """It has no word to wait for; how long one counts may be said."""
    book = Ledger(estate(replace(AGENT, agent_max_age=7.0)))
    key = next(iter(book.verdicts()))

    assert silent(book, NOW) == Degraded(Phase.CONNECT, Reason.STALE)
    assert book.verdict(key).state is State.UP
    book.fold(seen(PASSED, key.target), NOW)
    assert [silent(book, NOW + later).kind for later in (7, 8)] == ["inconclusive", "degraded"]


def test_all_is_unknown_at_first() -> None:
    """Nothing is believed of any target before its first outcome."""
    book = ledger()

    assert book.unknown() == (KEY1, KEY2)
    assert book.verdicts() == {KEY1: Verdict(), KEY2: Verdict()}


def test_transition_tells_what_made_it() -> None:
    """A change of belief carries key, both states, time, reason and text; no other outcome makes one."""
    book = ledger(PASSED, FAILED, FAILED)

    assert book.fold(seen(FAILED, RELAY2), NOW + 2)[0].before is State.UNKNOWN
    assert book.fold(seen(FAILED), NOW + 3) == (
        Transition(
            key=KEY1,
            before=State.UP,
            after=State.DOWN,
            at=NOW + 3,
            reason=Reason.CONNECT_REFUSED,
            text="said so",
        ),
    )
    assert book.fold(seen(FAILED), NOW + 4) == ()


def test_inconclusive_moves_nothing() -> None:
    """Our own fault leaves every verdict as it was."""
    book = ledger(PASSED, FAILED)
    before = book.verdicts()

    assert book.fold(seen(VOID), NOW + 9) == ()
    assert book.verdicts() == before


def test_one_observation_moves_every_check_on_its_target() -> None:
    """Two checks with one dialogue share a target, and each counts by its own thresholds."""
    book = ledger(PASSED, of=estate(SMTP, check("quick", fall=1)))

    (transition,) = book.fold(seen(FAILED), NOW + 1)
    assert transition.key == VerdictKey("quick", RELAY1)
    assert book.verdict(KEY1).failures == 1


def test_wound_12_unknown_target_moves_nothing() -> None:
    """A probe that ends after its target was taken out of the configuration changes nothing."""
    book = ledger()

    assert book.fold(seen(PASSED, "ffffffffffffffff"), NOW) == ()
    assert book.verdict(VerdictKey("smtp", "ffffffffffffffff")) == Verdict()


def test_interval_is_the_most_eager() -> None:
    """A target shared by two checks is probed at the pace of the more eager one."""
    book = ledger(PASSED, of=estate(SMTP, check("slow", interval=60.0)))

    assert book.interval(RELAY1) == 15.0


def test_interval_of_nothing_is_a_bug() -> None:
    """Asking for the pace of a target that is not configured raises KeyError."""
    with pytest.raises(KeyError):
        ledger().interval("ffffffffffffffff")


def test_health_for_steering() -> None:
    """Steering gets each address's health with the pace now in use."""
    estate_now = estate()
    book = ledger(PASSED, FAILED, of=estate_now)
    relay1, relay2 = estate_now.zones[0].pools["relays"].members
    look = book.health_of(NOW + 2)

    first, second = look(relay1, relay1.addresses[0]), look(relay2, relay2.addresses[0])
    assert (first.health, first.changes_in, first.changes_by) == (Health.UP, 6.0, "smtp")
    assert second.health is Health.UNKNOWN


OUTCOMES = st.lists(
    st.sampled_from([PASSED, FAILED, VOID, Degraded(Phase.GREETING, Reason.BUSY, load=True)]), max_size=4
)


@settings(deadline=None, max_examples=60)
@given(OUTCOMES, OUTCOMES, st.sampled_from([None, Requirement(at_least=1, of=("smtp", "imap"))]))
def test_what_addresses_share_is_what_each_has(
    one: list[Outcome], other: list[Outcome], requirement: Requirement | None
) -> None:
    """Health that is worked out once for many is what each of them would have by itself."""
    imap = check("imap", settings=ImapSettings(), interval=10.0, fall=3)
    checks = {"smtp": SMTP, "imap": imap}
    estate_now = estate(SMTP, imap)
    book = Ledger(estate_now)
    for number, target in enumerate(estate_now.targets):
        for outcome in one if number % 2 else other:
            book.fold(seen(outcome, target), NOW)
    look = book.health_of(NOW)

    for member_now in estate_now.zones[0].pools["relays"].members:
        asked = replace(member_now, requirement=requirement)
        assert look(asked, asked.addresses[0]) is look(asked, asked.addresses[0])
        assert look(asked, asked.addresses[0]) == address_health(
            asked, asked.addresses[0], verdict_of=book.verdict, pace_of=book.interval, checks=checks, now=NOW
        )


def test_stale_is_a_flag_set_once() -> None:
    """After 5 intervals without a conclusive outcome a verdict is flagged, once, and stands."""
    book = ledger(PASSED)

    assert book.mark_stale(NOW + 75) == ()
    assert book.mark_stale(NOW + 76) == (KEY1,)
    assert book.mark_stale(NOW + 77) == ()
    assert (book.verdict(KEY1).state, book.verdict(KEY1).stale) == (State.UP, True)


def test_slow_pace_is_not_stale() -> None:
    """While down, the longer down_interval counts."""
    book = ledger(FAILED)

    assert book.mark_stale(NOW + 149) == ()
    assert book.mark_stale(NOW + 151) == (KEY1,)


def test_stale_as_soon_as_the_check_says() -> None:
    """`stale_after` stands in place of five intervals, whatever the pace."""
    smtp = replace(check("smtp"), stale_after=20.0)
    book = ledger(FAILED, of=estate(smtp))

    assert book.mark_stale(NOW + 20) == ()
    assert book.mark_stale(NOW + 21) == (KEY1,)


def test_stale_after_clock_set_back() -> None:
    """With the clock set back, silence is counted from then on."""
    book = ledger(PASSED)

    assert book.mark_stale(NOW - 10_000) == ()
    assert book.mark_stale(NOW - 9_900) == (KEY1,)


def test_stop_is_no_silence() -> None:
    """The time the server itself was stopped makes no verdict stale."""
    data = ledger(PASSED).export(NOW + 200)
    book = Ledger(estate())
    book.restore(data, NOW + 201)

    assert book.mark_stale(NOW + 201) == ()


def test_wound_11_equal_reload_is_invisible() -> None:
    """A reload with an equal configuration changes no verdict, counter or pace."""
    book = ledger(PASSED, FAILED)
    before = book.verdicts()
    book.replace(estate(), NOW + 5)

    assert book.verdicts() == before
    assert book.interval(RELAY1) == 3.0


def test_reload_with_other_thresholds_keeps_counters() -> None:
    """New thresholds and intervals apply to the counters as they stand."""
    book = ledger(PASSED, FAILED)
    book.replace(estate(check("smtp", fall=2, interval=60.0)), NOW + 5)

    assert book.verdict(KEY1).failures == 1
    assert book.fold(seen(FAILED), NOW + 6)[0].after is State.DOWN


def test_renamed_check_keeps_its_verdicts() -> None:
    """A target is known by its dialogue, not by the name of the check."""
    book = ledger(PASSED, FAILED)
    before = book.verdict(KEY1)
    book.replace(estate(check("mx")), NOW + 5)

    assert book.verdict(VerdictKey("mx", RELAY1)) == before
    assert book.verdict(KEY1) == Verdict()


def test_changed_target_keeps_its_decision_until_its_first_outcome() -> None:
    """Another dialogue in the same place: the belief stands, without counters, and one outcome decides."""
    book = ledger(PASSED, FAILED)
    changed = check("smtp", settings=SmtpSettings(port=2525))
    key = VerdictKey("smtp", target_id(changed.settings, ip_address("192.0.2.11")))
    book.replace(estate(changed), NOW + 5)

    kept = book.verdict(key)
    assert (kept.state, kept.failures, kept.provisional) == (State.UP, 0, True)
    assert book.fold(seen(FAILED, key.target), NOW + 6)[0].after is State.DOWN


def test_changed_target_of_the_unknown_stays_unknown() -> None:
    """A target that was unknown leaves nothing to its successor."""
    book = ledger()
    book.replace(estate(check("smtp", settings=SmtpSettings(port=2525))), NOW)

    assert all(verdict == Verdict() for verdict in book.verdicts().values())


def test_added_member_is_as_at_start_and_removed_one_is_gone() -> None:
    """A reload adds members unknown and forgets those that left."""
    book = ledger(PASSED)
    book.replace(config(zone(pool("relays", member("relay3", "192.0.2.13"), member("relay2", "192.0.2.12")))), NOW)

    assert RELAY1 not in {key.target for key in book.verdicts()}
    assert set(book.verdicts().values()) == {Verdict()}


def test_member_shared_by_two_pools_keeps_one_verdict() -> None:
    """A target used in two places is one verdict, known in both after a reload that adds the second."""
    relay = member("relay1", "192.0.2.11", checks=(SMTP,))
    book = ledger(PASSED, of=config(zone(pool("relays", relay)), checks=(SMTP,)))
    book.replace(config(zone(pool("edge", relay), pool("relays", relay)), checks=(SMTP,)), NOW)

    assert list(book.verdicts()) == [KEY1]
    assert book.verdict(KEY1).state is State.UP


def test_restart_keeps_verdicts_and_counters() -> None:
    """Saved verdicts come back with their counters, marked as saved."""
    data: Any = json.loads(json.dumps(ledger(PASSED, FAILED).export(NOW + 2)))
    book = Ledger(estate())

    assert book.restore(data, NOW + 200) == ()
    assert (book.verdict(KEY1).failures, book.verdict(KEY1).saved) == (1, True)
    assert (book.unknown(), book.size) == ((KEY2,), 2)


def test_restart_with_renamed_check() -> None:
    """Saved verdicts belong to targets, whatever their check is called by now."""
    book = Ledger(estate(check("mx")))
    book.restore(ledger(PASSED).export(NOW), NOW)

    assert book.verdict(VerdictKey("mx", RELAY1)).state is State.UP


def test_restore_never_overrules_what_was_seen() -> None:
    """A verdict already made by a probe of this process stands against a saved one."""
    book = ledger(FAILED)
    book.restore(ledger(PASSED).export(NOW), NOW)

    assert book.verdict(KEY1).state is State.DOWN


def test_restore_tells_what_it_ignored() -> None:
    """Junk changes nothing and is told."""
    book = ledger()

    assert book.restore("junk", NOW) == ("saved verdicts are not of format 2",)
    assert book.unknown() == (KEY1, KEY2)


def test_repr_is_a_status_line() -> None:
    """The ledger shows how many targets it has and how they stand."""
    assert repr(ledger(PASSED)) == "<Ledger 2 targets, verdicts {'unknown': 1, 'up': 1, 'down': 0}>"


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.sampled_from([RELAY1, RELAY2]), st.sampled_from([PASSED, FAILED, VOID])), max_size=30))
def test_same_input_same_book(events: list[tuple[str, Outcome]]) -> None:
    """Two ledgers that see the same, one of them through reloads and restarts in between, believe the same."""
    straight, troubled = Ledger(estate()), Ledger(estate())
    for number, (target, outcome) in enumerate(events):
        straight.fold(seen(outcome, target), NOW + number)
        troubled.fold(seen(outcome, target), NOW + number)
        troubled.replace(estate(), NOW + number)
        restarted = Ledger(estate())
        restarted.restore(troubled.export(NOW + number), NOW + number)
        troubled = restarted

    states = [
        {key: (v.state, v.failures, v.successes, v.since) for key, v in book.verdicts().items()}
        for book in (straight, troubled)
    ]
    assert states[0] == states[1]


def test_most_outcomes_are_folded_quietly() -> None:
    """More of the same of what has long been up moves counters as ever; anything else is left to `fold`."""
    book, twin = ledger(PASSED), ledger(PASSED)

    assert book.fold_quietly(seen(PASSED), NOW + 1)
    twin.fold(seen(PASSED), NOW + 1)
    assert book.verdicts() == twin.verdicts()
    assert not book.fold_quietly(seen(FAILED), NOW + 2)
    assert not book.fold_quietly(seen(PASSED, RELAY2), NOW + 2)
    assert book.verdicts() == twin.verdicts()


def test_an_open_relay_is_told_once_it_is_confirmed() -> None:
    """One sight is no alarm; a second is, and a third tells nothing new."""
    relaying = Degraded(Phase.COMMAND, Reason.OPEN_RELAY_SUSPECTED)
    book = ledger(PASSED, relaying)
    assert book.open_relays() == ()

    book.fold(seen(relaying), NOW + 60)
    assert book.open_relays() == (KEY1,)
    book.fold(seen(relaying), NOW + 120)
    assert book.open_relays() == ()
    assert book.verdict(KEY1).state is State.UP


def test_an_open_relay_that_is_withdrawn_is_told_when_it_goes() -> None:
    """With the second look, and once."""
    relaying = Failed(Phase.COMMAND, Reason.OPEN_RELAY_SUSPECTED)
    book = ledger(PASSED, relaying, of=estate(check("smtp", fall=2, rise=1)))
    assert book.open_relays() == ()

    book.fold(seen(relaying), NOW + 60)
    book.fold(seen(relaying), NOW + 120)
    assert (book.verdict(KEY1).state, book.open_relays()) == (State.DOWN, (KEY1,))
