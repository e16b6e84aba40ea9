"""Shares of every service, type and view: by the decision, and by the thresholds beside them."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.health.overrides import Overrides
from gslb.model.overrides import Forced
from gslb.model.pools import Member
from gslb.model.values import Address, RecordType
from gslb.model.verdicts import AddressHealth, Health
from gslb.simulation.changes import Word, supposed
from gslb.simulation.pictures import Picture, Question, Sight, picture
from tests.kit.configs import accepted
from tests.kit.pictured import POOLS, ZONE, pictured, services, shares

A, AAAA, MX, SRV = RecordType.A, RecordType.AAAA, RecordType.MX, RecordType.SRV


def by_thresholds(sight: Sight) -> dict[str, float]:
    """What the table gives each member, in points."""
    found = dict.fromkeys((key.member for key, _ in sight.shares), 0.0)
    for (before, end), load in zip(pairwise((-1, *sight.thresholds)), sight.loads, strict=True):
        for number, part in load:
            found[sight.shares[number][0].member] += 100 * part * (end - before) / 2**32
    return {name: round(share, 2) for name, share in found.items()}


def test_weights_are_shares_of_every_type() -> None:
    """A, ranked MX and SRV by weight; equal MX alike, whatever the weights."""
    seen = pictured(
        services(
            "smtp: {records: [MX, A], pools: [relays], answers: 1, srv: {_smtp._tcp: 25}}\n"
            "even: {records: [MX], pools: [relays], mx: equal}"
        )
    )

    for rtype in (A, MX, SRV):
        assert shares(seen, "smtp", rtype) == {"r1": 60, "r2": 40}
    assert shares(seen, "even", MX) == {"r1": 50, "r2": 50}


def test_pools_names_and_types_not_answered_are_passed_over() -> None:
    """An alias is a service of its own; nobody's AAAA is asked where there is none."""
    seen = pictured(services("smtp: {records: [A], pools: [relays], answers: 1}\nmx: {alias: smtp, records: [MX]}"))

    assert [str(question) for question in seen.sights] == [f"{ZONE}/smtp A", f"{ZONE}/mx MX"]
    assert shares(seen, "mx", MX) == {"r1": 60, "r2": 40}


def test_a_view_has_shares_of_its_own() -> None:
    """Its chain takes the place of the service's."""
    seen = pictured(
        services(
            "smtp: {records: [A], pools: [relays], answers: 1, views: {east: [dr]}}",
            node="views: {east: {networks: [10.0.0.0/8]}}",
        )
    )

    assert shares(seen, "smtp", A) == {"r1": 60, "r2": 40}
    assert shares(seen, "smtp", A, "east") == {"d1": 100}
    assert str(Question(ZONE, "smtp", A, "east")) == f"{ZONE}/smtp A for east"


@pytest.mark.parametrize(
    ("answers", "weights", "expected"),
    [
        ("1", (60, 30, 10), {"m0": 60, "m1": 30, "m2": 10}),
        ("2", (60, 30, 10), {"m0": 50, "m1": 37.5, "m2": 12.5}),
        ("all", (60, 30, 10), {"m0": 33.33, "m1": 33.33, "m2": 33.33}),
        ("7", (60, 30), {"m0": 50, "m1": 50}),
    ],
)
def test_more_members_in_an_answer(answers: str, weights: tuple[int, ...], expected: dict[str, float]) -> None:
    """Appearances over the members of an answer, none in more than every one (contract, "Weights")."""
    found = _of(weights, answers)

    assert shares(found, "smtp", A) == expected
    assert by_thresholds(found.sights[Question(ZONE, "smtp", A, "")]) == pytest.approx(expected, abs=0.01)


def _of(weights: tuple[int, ...], answers: str) -> Picture:
    members = "".join(f"      m{n}: {{address: 192.0.2.{n + 1}, weight: {w}}}\n" for n, w in enumerate(weights))
    text = f"smtp: {{records: [A, MX], pools: [relays], answers: {answers}}}"
    return pictured(services(text, f"pools:\n  relays:\n    members:\n{members}"))


@settings(max_examples=25)
@given(
    weights=st.lists(st.integers(0, 100), min_size=1, max_size=5).filter(any),
    answers=st.sampled_from(["1", "2", "all"]),
)
def test_expected_shares_are_those_of_the_thresholds(weights: list[int], answers: str) -> None:
    """For any weights and sizes of answers, of A and of MX; and they sum to one."""
    for sight in _of(tuple(weights), answers).sights.values():
        expected = {key.member: 100 * share for key, share in sight.shares}

        assert sum(expected.values()) == pytest.approx(100)
        assert by_thresholds(sight) == pytest.approx(expected, abs=0.02)


def test_members_missing_from_some_answers_of_all() -> None:
    """At a tenth of its weight a member stands in a tenth of answers: clients take it in half of those."""

    def loaded(member: Member, _address: Address) -> AddressHealth:
        health = Health.DEGRADED if member.name == "m1" else Health.UP
        return AddressHealth(health=health, loaded=health is Health.DEGRADED)

    members = "      m0: {address: 192.0.2.1}\n      m1: {address: 192.0.2.2}\n"
    pools = f"pools:\n  relays:\n    checks: [c]\n    degraded_weight: 10%\n    members:\n{members}"
    config = accepted(
        f"{pools}services:\n  smtp: {{records: [A], pools: [relays]}}\n", check="c: {type: tcp, port: 25}"
    )

    assert shares(picture(config, health_of=loaded), "smtp", A) == {"m0": 95, "m1": 5}


def test_members_behind_one_hostname_are_one_exchanger() -> None:
    """Equal MX gives each exchanger as much, and those behind it their shares of that."""
    found = services(
        "smtp: {records: [MX], pools: [relays], mx: equal}",
        "pools:\n  relays:\n    members:\n"
        "      a: {address: 192.0.2.1, hostname: mx1.example.com}\n"
        "      b: {address: 192.0.2.2, hostname: mx1.example.com}\n"
        "      c: {address: 192.0.2.3, hostname: mx2.example.com}\n",
    )

    assert shares(pictured(found), "smtp", MX) == {"a": 25, "b": 25, "c": 50}


def test_nobody_answers() -> None:
    """NODATA, and a service whose members are all down, have no shares; nor has a list of addresses."""
    found = services(
        "smtp: {records: [A], pools: [relays], when_all_down: nodata}\n"
        "list: {records: [A], pools: [relays], when_all_down: [192.0.2.99]}"
    )
    seen = pictured(found, supposed(found, Overrides(), [Word(target=f"{ZONE}/relays", state=Forced.FORCED_DOWN)]))

    for name in ("smtp", "list"):
        sight = seen.sights[Question(ZONE, name, A, "")]
        assert (sight.mode, sight.shares, sight.thresholds, sight.loads) == ("all_down", (), (), ())


def test_only_what_is_wanted() -> None:
    """Services by a condition, types by a list."""
    found = services("smtp: {records: [A, MX], pools: [relays], answers: 1}\nimap: {records: [A], pools: [dr]}", POOLS)
    seen = picture(found, wanted=lambda _, service: service.name == "smtp", types=(MX,))

    assert [question.service for question in seen.sights] == ["smtp"]


def test_tiers_that_share_answers() -> None:
    """A trickle of a tenth to the next tier, in every type and for answers of several members."""
    text = """\
smtp: {records: [MX, A], pools: [relays, dr], trickle: 10%, answers: 1}
two: {records: [A], pools: [relays, dr], trickle: 10%, answers: 2}
even: {records: [MX], pools: [relays, dr], trickle: 10%, mx: equal}
"""
    seen = pictured(services(text))

    assert shares(seen, "smtp", A) == shares(seen, "smtp", MX) == {"r1": 54, "r2": 36, "d1": 10}
    assert shares(seen, "two", A) == shares(seen, "even", MX) == {"r1": 45, "r2": 45, "d1": 10}
    for sight in seen.sights.values():
        assert by_thresholds(sight) == pytest.approx({k.member: 100 * s for k, s in sight.shares}, abs=0.01)


def test_sticky_services_have_slots() -> None:
    """4,096 of them, each a member's, by weight; an answer of several is led by each in turn."""
    seen = pictured(
        services(
            "smtp: {records: [A], pools: [relays], answers: 1, sticky: true}\n"
            "all: {records: [A], pools: [relays], answers: all, sticky: true}"
        )
    )
    one, every = seen.sights.values()

    assert (len(one.thresholds), one.thresholds[-1]) == (4096, 2**32 - 1)
    assert by_thresholds(one) == pytest.approx({"r1": 60, "r2": 40}, abs=3)
    assert shares(seen, "all", A) == {"r1": 50, "r2": 50}
    assert every.sticky_key is not None
