from dataclasses import replace
from ipaddress import ip_address
from math import inf
from typing import Any

import pytest

from gslb.health.members import UNGATED, address_health, describe, health_of, is_calm
from gslb.model.checks import ImapSettings
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.model.pools import Requirement
from gslb.model.values import Gate
from gslb.model.verdicts import AddressHealth, Health, State, Verdict, VerdictKey
from tests.kit.estate import check, member

ADDRESS = ip_address("192.0.2.11")
SMTP, IMAP = check("smtp"), check("imap", settings=ImapSettings(), fall=5)
BOTH = member("gw1", "192.0.2.11", checks=(SMTP, IMAP))

UP = Verdict(state=State.UP, last=Passed())
DEGRADED = Verdict(state=State.UP, degraded=True, last=Degraded(Phase.GREETING, Reason.BUSY, load=True))
DOWN = Verdict(state=State.DOWN, since=1000.0, last=Failed(Phase.GREETING, Reason.GREETING_TIMEOUT))
UNKNOWN = Verdict()


def pace(_target: str) -> float:
    """Each target is probed every 15 s."""
    return 15.0


def combined(smtp: Verdict, imap: Verdict) -> AddressHealth:
    """The health of an address whose two checks stand at these verdicts."""

    def verdict_of(key: VerdictKey) -> Verdict:
        return {"smtp": smtp, "imap": imap}[key.check]

    checks = {"smtp": SMTP, "imap": IMAP}
    return address_health(BOTH, ADDRESS, verdict_of=verdict_of, pace_of=lambda _: 15.0, checks=checks, now=1000.0)


@pytest.mark.parametrize(
    ("smtp", "imap", "health", "why"),
    [
        (UP, UP, Health.UP, "smtp up"),
        (UP, DEGRADED, Health.DEGRADED, "imap degraded: busy"),
        (UNKNOWN, DEGRADED, Health.UNKNOWN, "smtp unknown: no result yet"),
        (UNKNOWN, DOWN, Health.DOWN, "imap down: greeting_timeout"),
        (DOWN, DOWN, Health.DOWN, "smtp down: greeting_timeout"),
    ],
)
def test_wound_18_all_checks_must_pass(smtp: Verdict, imap: Verdict, health: Health, why: str) -> None:
    """Each protocol has a verdict of its own; the worst is the address's, and it is told which."""
    seen = combined(smtp, imap)

    assert (seen.health, seen.why) == (health, why)


@pytest.mark.parametrize(
    ("gate", "imap", "health", "why"),
    [
        (Gate.SOFT, UP, Health.UP, "smtp up"),
        (Gate.SOFT, DOWN, Health.DEGRADED, "imap down: greeting_timeout (soft)"),
        (Gate.SOFT, UNKNOWN, Health.UP, "smtp up"),
        (Gate.NONE, DOWN, Health.UP, "smtp up"),
        (Gate.NONE, replace(UP, factor=0.0), Health.UP, "smtp up"),
    ],
)
def test_a_check_without_a_hard_gate_takes_nobody_out(gate: Gate, imap: Verdict, health: Health, why: str) -> None:
    """Soft: degraded at most, and not unknown; none: as if it were not there, its word on weights included."""
    checks = {"smtp": SMTP, "imap": replace(IMAP, gate=gate)}
    seen = address_health(
        BOTH,
        ADDRESS,
        verdict_of=lambda key: imap if key.check == "imap" else UP,
        pace_of=pace,
        checks=checks,
        now=1000.0,
    )

    assert (seen.health, seen.why, seen.factor, seen.loaded) == (health, why, 1.0, False)


def test_where_no_check_has_a_gate_a_member_is_up() -> None:
    """As where there is none, for ever."""
    checks = {"smtp": replace(SMTP, gate=Gate.NONE), "imap": replace(IMAP, gate=Gate.NONE)}

    assert address_health(BOTH, ADDRESS, verdict_of=lambda _: DOWN, pace_of=pace, checks=checks, now=1000.0) == UNGATED


def test_soonest_change_names_its_check() -> None:
    """An address could change as soon as the first of its checks."""
    seen = combined(replace(UP, failures=2), UP)

    assert (seen.changes_in, seen.changes_by) == (15.0, "smtp")


def test_unprobed_address_is_up_for_ever() -> None:
    """An address without a check is up and nothing could change that."""
    bare = member("gw1", "192.0.2.11", checks=())
    seen = address_health(bare, ADDRESS, verdict_of=lambda _: UP, pace_of=lambda _: 15.0, checks={}, now=0.0)

    assert (seen.health, seen.changes_in) == (Health.UP, inf)


@pytest.mark.parametrize(
    ("verdict", "text"),
    [
        (UP, "smtp up"),
        (replace(UP, stale=True), "smtp up, stale"),
        (replace(DOWN, last=Passed()), "smtp down: now passing"),
        (replace(DOWN, last=None), "smtp down"),
        (replace(DOWN, stale=True), "smtp down: greeting_timeout, stale"),
    ],
)
def test_texts(verdict: Verdict, text: str) -> None:
    """The text names check, health and reason, and no time, so that equal health reads equal."""
    assert describe("smtp", verdict) == text


def test_health_of_one_check() -> None:
    """Up, degraded, down and unknown are told apart for one check."""
    assert [health_of(each) for each in (UP, DEGRADED, DOWN, UNKNOWN)] == [
        Health.UP,
        Health.DEGRADED,
        Health.DOWN,
        Health.UNKNOWN,
    ]


@pytest.mark.parametrize(
    ("at_least", "smtp", "imap", "health"),
    [
        (1, UP, DOWN, Health.UP),
        (1, UP, DEGRADED, Health.UP),
        (1, DEGRADED, DOWN, Health.DEGRADED),
        (1, UNKNOWN, DOWN, Health.UNKNOWN),
        (1, UNKNOWN, UP, Health.UP),
        (1, DOWN, DOWN, Health.DOWN),
        (2, UP, UP, Health.UP),
        (2, UP, DEGRADED, Health.DEGRADED),
        (2, UNKNOWN, UP, Health.UNKNOWN),
        (2, UNKNOWN, DOWN, Health.DOWN),
    ],
)
def test_a_requirement_counts_what_is_good(at_least: int, smtp: Verdict, imap: Verdict, health: Health) -> None:
    """Enough good ones are enough; what is unknown may still turn out good."""
    asked = replace(BOTH, requirement=Requirement(at_least=at_least, of=("smtp", "imap")))
    verdicts = {"smtp": smtp, "imap": imap}
    checks = {"smtp": SMTP, "imap": IMAP}
    seen = address_health(
        asked, ADDRESS, verdict_of=lambda key: verdicts[key.check], pace_of=lambda _: 15.0, checks=checks, now=1000.0
    )

    assert seen.health is health


def test_a_check_is_no_better_than_its_parent() -> None:
    """Under any_of a check whose parent is down does not count; a parent nobody asked for counts no further."""
    asked = replace(BOTH, requirement=Requirement(at_least=1, of=("imap",)))
    checks = {"smtp": SMTP, "imap": replace(IMAP, depends_on=("smtp", "elsewhere"))}
    verdicts = {"smtp": DOWN, "imap": UP}

    def seen() -> AddressHealth:
        return address_health(
            asked, ADDRESS, verdict_of=lambda key: verdicts[key.check], pace_of=lambda _: 15.0, checks=checks, now=1.0
        )

    assert (seen().health, seen().why) == (Health.DOWN, "smtp down: greeting_timeout")
    verdicts["smtp"] = UP
    assert seen().health is Health.UP


def test_load_and_what_is_asked_for_reach_the_address() -> None:
    """Load of any check counts while the address is degraded; of factors of checks that are up the lowest, and one
    that raises where none lowers."""
    loaded = replace(DEGRADED, loaded=True)
    seen = combined(replace(UP, factor=0.8), replace(loaded, factor=0.4))

    assert (seen.loaded, seen.factor, seen.is_answerable) == (True, 0.4, True)
    assert not combined(UP, DEGRADED).loaded
    assert not combined(DOWN, loaded).loaded
    assert combined(replace(DOWN, factor=0.1), UP).factor == 1.0
    assert combined(replace(UP, factor=1.5), UP).factor == 1.5
    assert combined(replace(UP, factor=1.5), replace(UP, factor=0.9)).factor == 0.9
    assert not combined(UP, replace(UP, factor=0.0)).is_answerable


def test_calm() -> None:
    """A verdict is calm while it says "up" and nothing that could be heard in an address's health."""
    moved: list[dict[str, Any]] = [{"failures": 1}, {"factor": 0.5}, {"stale": True}, {"suppressed": True}]

    assert is_calm(UP)
    assert not is_calm(replace(UP, factor=1.5))
    assert not any(is_calm(one) for one in (DEGRADED, DOWN, UNKNOWN, *[replace(UP, **each) for each in moved]))


def test_what_is_asked_for_is_told() -> None:
    """The words say how much of its weight a member asks for."""
    assert describe("agent", replace(UP, factor=0.5)) == "agent up, asks for 50% of its weight"
    assert describe("agent", replace(UP, factor=1.5)) == "agent up, asks for 150% of its weight"
    assert describe("agent", replace(UP, factor=0.0)) == "agent up, asks for nothing new"
