"""Laws of steering, over generated pools, services with every feature, views, stories of health, and overrides."""

import json
from collections import Counter
from dataclasses import replace
from math import inf, isclose

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gslb.answers.build import Builder, decision_key
from gslb.answers.plan import plan
from gslb.handoff.layout import STICKY_SLOTS
from gslb.handoff.table import Table
from gslb.health.overrides import Overrides
from gslb.model.decisions import LIVE, Decision, MemberView, Mode
from gslb.model.overrides import Forced
from gslb.model.pasts import NEW, WHOLE, Past, Spot
from gslb.model.values import Family, MxMode, RecordType
from gslb.model.verdicts import Health
from gslb.model.zones import ALL, EVERYBODY
from gslb.steering.explain import FAMILIES as FAMILY_OF
from gslb.steering.explain import explain
from gslb.steering.saved_pasts import from_plain, to_plain
from tests.kit.answered import CIRCLE, Reply, entry_at, opened, replies
from tests.kit.controlled import NOW
from tests.kit.estate import ZONE, config, zone
from tests.kit.estates import MOSTLY_UP, Estate, estates
from tests.kit.spoken_for import said
from tests.kit.views import view, with_views

GRAIN = 0.04
"""Five standard deviations of a half, drawn 4,096 times."""

OUT = (Forced.DRAINED, Forced.FORCED_DOWN)
FAMILIES = st.sampled_from(list(Family))
VIEWS = st.sampled_from([EVERYBODY, "east"])
SLOT_OF = {EVERYBODY: 0, "east": 1}


def by_tier(decision: Decision) -> dict[int, list[MemberView]]:
    """Those chosen, by their tier."""
    found: dict[int, list[MemberView]] = {}
    for one in decision.chosen:
        found.setdefault(one.tier, []).append(one)
    return found


def limit_of(estate: Estate, one: MemberView) -> float:
    """The most that a member may have of its tier: its capacity ÷ the weights configured in the pool."""
    members = estate.site.pools[one.pool].members
    ordinary = [each.weight for each in members if not each.standby]
    whole = sum(ordinary) or sum(each.weight for each in members)
    return inf if one.member.capacity is None else one.member.capacity / whole


def divided(pulls: list[float], limits: list[float]) -> list[float]:
    """Parts of one by pulls, none above its limit while others have room: step by step, as one would by hand."""
    held: dict[int, float] = {}
    while True:
        free = [n for n in range(len(pulls)) if n not in held]
        left, whole = 1 - sum(held.values()), sum(pulls[n] for n in free)
        above = {n: limits[n] for n in free if left * pulls[n] / whole > limits[n] * (1 + 1e-9)}
        if len(above) == len(free):
            return [pull / sum(pulls) for pull in pulls]
        if not above:
            return [held[n] if n in held else left * pulls[n] / whole for n in range(len(pulls))]
        held |= above


@settings(deadline=None, max_examples=60)
@given(estates(), FAMILIES, VIEWS)
def test_shares_sum_to_one_and_go_by_weight(estate: Estate, family: Family, view: str) -> None:
    """Each is the weight, as lowered for now, over the weights of those that answer with it, held to its capacity."""
    made = estate.decided(family=family, view=view)
    assert not made.chosen or isclose(sum(one.share for one in made.chosen), 1)
    if made.mode not in LIVE:  # a last good set is one, whatever tiers it was of
        return
    for tier, members in by_tier(made).items():
        part = made.tiers[tier - 1].share
        levels = [made.past.levels.get(Spot(one.pool, one.member.name)) for one in members]
        tenths = [level.tenths if level else WHOLE for level in levels]
        pulls = [one.member.weight * each for one, each in zip(members, tenths, strict=True)]
        fair = divided(list(pulls), [limit_of(estate, one) for one in members])
        assert all(isclose(one.share, part * each, rel_tol=1e-6) for one, each in zip(members, fair, strict=True))


@settings(deadline=None, max_examples=60)
@given(estates(), FAMILIES, VIEWS)
def test_nobody_is_answered_who_should_not_be(estate: Estate, family: Family, view: str) -> None:
    """No weight 0, nobody drained, forced down or asking for nothing, whatever the mode; nobody down while any lives;
    no standby beside an ordinary member that is healthy."""
    made = estate.decided(family=family, view=view)
    listed = {address for one in made.exchangers for address in one.addresses}

    for one in made.members:
        taken_out = estate.said_of(one) in OUT or one.member.weight == 0
        assert not (one.chosen and taken_out)
        assert not (taken_out and listed.intersection(one.member.addresses))
        if one.chosen:
            assert one.addresses
            forced = estate.said_of(one) is Forced.FORCED_UP
            assert all(forced or estate.weather[address].factor > 0 for address in one.addresses)
        if one.chosen and made.mode in LIVE:
            unknown = not forced and any(estate.weather[at].health is Health.UNKNOWN for at in one.addresses)
            assert not (unknown and somebody_is_known_good(estate, made))
            assert unknown or all(estate.healthy(one, address) for address in one.addresses)
            beside = {each.member.standby for each in made.chosen if each.tier == one.tier}
            assert len(beside) == 1


def somebody_is_known_good(estate: Estate, made: Decision) -> bool:
    """Any member that may be chosen, in the decision's family."""
    return any(
        estate.healthy(one, address)
        for one in made.members
        for address in one.member.of_family(made.family)
        if one.member.weight and estate.said_of(one) is not Forced.DRAINED
    )


@settings(deadline=None, max_examples=60)
@given(estates(), FAMILIES, VIEWS)
def test_a_mode_says_what_it_is(estate: Estate, family: Family, view: str) -> None:
    """All down only where nobody eligible is healthy in any family; otherwise nobody's word on it is asked."""
    made = estate.decided(family=family, view=view)
    eligible = [
        address
        for one in made.members
        for address in one.member.addresses
        if one.member.weight and estate.said_of(one) not in OUT and estate.healthy(one, address)
    ]

    assert not (made.mode is Mode.ALL_DOWN and eligible)
    assert (made.action is not None) == (made.mode is Mode.ALL_DOWN)


@settings(deadline=None, max_examples=60)
@given(estates(), FAMILIES, VIEWS)
def test_nobody_caches_beyond_what_is_bound_to_come(estate: Estate, family: Family, view: str) -> None:
    """The TTL is the zone's at most, its min_ttl at least, and ends with the next step, failback or turn between."""
    made = estate.decided(family=family, view=view)
    coming = [change.at - NOW for change in made.changes if change.at is not None]

    assert estate.site.min_ttl <= made.ttl <= estate.site.ttl
    assert all(made.ttl <= max(estate.site.min_ttl, left) for left in coming)
    assert made.due > NOW


@settings(deadline=None, max_examples=60)
@given(estates(), FAMILIES, VIEWS, st.sampled_from(list(Forced)))
def test_a_word_on_one_service_changes_no_other(estate: Estate, family: Family, view: str, state: Forced) -> None:
    """However its tiers fail."""
    spoken = replace(estate, book=said("smtp", state=state, over=estate.book))

    assert spoken.decided("other", family, view) == estate.decided("other", family, view)


@settings(deadline=None, max_examples=60)
@given(estates(), FAMILIES)
def test_a_failing_tier_changes_no_service_without_it(estate: Estate, family: Family) -> None:
    """All of the first pool going down is nothing to a service that begins behind it, whatever it does itself."""
    pools = tuple(estate.site.pools.values())
    assume(len(pools) > 1)
    smtp = estate.site.services["smtp"]
    rest = replace(smtp, name="rest", pools=smtp.pools[1:], views={})
    before = replace(estate, site=zone(*pools, services=(smtp, rest)))
    after = before
    for one in pools[0].members:
        after = after.without((pools[0].name, one.name))

    assert after.decided("rest", family) == before.decided("rest", family)


@settings(deadline=None, max_examples=60)
@given(estates(), VIEWS)
def test_two_nodes_with_one_input_decide_alike(estate: Estate, view: str) -> None:
    """Nothing but the input decides: not the order in which anything came in, nor that one node was restarted."""
    words = Overrides(dict(reversed(estate.book.by_target.items())))
    other = replace(estate, weather=dict(reversed(estate.weather.items())), book=words)
    ours, theirs = {}, {}
    for family in Family:
        past = estate.past("smtp", family, view)
        ours[family] = estate.now("smtp", family, view, past)
        theirs[family] = other.now("smtp", family, view, restarted(past))
        assert theirs[family] == ours[family]
        assert theirs[family].past == ours[family].past
        assert theirs[family].changes == ours[family].changes

    assert table(estate, ours, view).parts[0].data == table(other, theirs, view).parts[0].data


def restarted(past: Past) -> Past:
    """As it is read back from disk."""
    if past == NEW:
        return past
    key = (ZONE, "smtp", Family.IPV4)
    ((_, found),) = from_plain(json.loads(json.dumps(to_plain({key: past}))), NOW)[0].items()
    return found


def table(estate: Estate, made: dict[Family, Decision], at: str = EVERYBODY) -> Table:
    """The table of these decisions of smtp, those of one view."""
    builder = Builder(plan(with_views(config(estate.site), view("east", "10.1.0.0/16"))), {ZONE: 1})
    builder.update({decision_key(ZONE, "smtp", family, at): each for family, each in made.items()}, {})
    return opened(builder)


@settings(deadline=None, max_examples=60)
@given(estates(sticky=False, healths=MOSTLY_UP), st.sampled_from([RecordType.A, RecordType.AAAA]), VIEWS)
def test_explained_shares_are_the_thresholds_of_the_table(estate: Estate, rtype: RecordType, at: str) -> None:
    """What is told is what is drawn by, to a place of the circle: appearances ÷ k, where k members can bear it."""
    made = estate.decided(family=FAMILY_OF[rtype], view=at)
    assume(made.chosen and not made.last_resort)
    told = explain(estate.site, estate.site.services["smtp"], rtype, made)
    drawn = [(reply.width / CIRCLE, set(reply.rdata)) for reply in of_smtp(estate, made, rtype)]

    assert set().union(*(found for _, found in drawn)) == {str(at) for one in made.chosen for at in one.addresses}
    for tier in told.tiers:
        members = [line for line in tier.members if line.chosen]
        part = 1.0 if tier.share is None else tier.share
        for line, one in zip(members, by_tier(made).get(tier.tier, ()), strict=True):
            assert line.share is not None
            seen = sum(width for width, found in drawn if found.issuperset(line.addresses))
            if made.answers == ALL or made.answers >= len(members):
                wanted = part * (one.presence if made.answers == ALL else 1.0)
            elif max(made.answers * each.share / part for each in members if each.share is not None) > 1:
                continue  # the heaviest stands in every answer, and others have what is left
            else:
                wanted = made.answers * line.share
            assert isclose(seen, wanted, abs_tol=1e-8)


def of_smtp(estate: Estate, made: Decision, rtype: RecordType) -> list[Reply]:
    """What the table answers by this decision, in its view."""
    return replies(table(estate, {made.family: made}, made.view), "smtp", rtype.name, SLOT_OF[made.view])


@settings(deadline=None, max_examples=40)
@given(estates(sticky=False, mx=MxMode.RANKED, healths=MOSTLY_UP), VIEWS)
def test_explained_shares_are_first_places_of_mail(estate: Estate, at: str) -> None:
    """Of ranked MX each member's share is the part of draws whose answer names it first."""
    made = estate.decided(family=Family.ANY, view=at)
    assume(made.chosen and not made.last_resort)
    told = explain(estate.site, estate.site.services["smtp"], RecordType.MX, made)
    first: Counter[str] = Counter()
    for reply in of_smtp(estate, made, RecordType.MX):
        first[reply.rdata[0].split()[1]] += reply.width

    for tier in told.tiers:
        for line in tier.members:
            drawn = first[f"{line.name}.{tier.pool}.{ZONE}."] / CIRCLE
            assert isclose(drawn, line.share or 0.0, abs_tol=1e-8)


@settings(deadline=None, max_examples=40)
@given(estates(sticky=True, spill_over=False, healths=MOSTLY_UP, capacities=(None,), words=1, least=3), VIEWS)
def test_taking_one_member_down_moves_only_its_own_clients(estate: Estate, at: str) -> None:
    """Under sticky every other slot keeps its first address, where the others divide what is theirs as before."""
    before = estate.decided(view=at)
    for lost in before.chosen:
        after = estate.without((lost.pool, lost.member.name)).decided(view=at)
        if after.chosen and divide_alike(before, after, lost):
            both = zip(firsts(estate, before), firsts(estate, after), strict=True)
            assert {was for was, now in both if was != now} <= {str(address) for address in lost.addresses}


def divide_alike(before: Decision, after: Decision, lost: MemberView) -> bool:
    """Whether all but one are in as they were, and tiers, and members of a tier among themselves, share as they did."""
    rest = [one for one in before.chosen if one is not lost]
    return (
        [(one.pool, one.member.name) for one in rest] == [(one.pool, one.member.name) for one in after.chosen]
        and [tier.share for tier in before.tiers] == [tier.share for tier in after.tiers]
        and same_ratios(rest, after.chosen)
    )


def same_ratios(before: list[MemberView], after: tuple[MemberView, ...]) -> bool:
    """Whether the members of each tier share among themselves as they did."""
    factors: dict[int, list[float]] = {}
    for was, now in zip(before, after, strict=True):
        factors.setdefault(was.tier, []).append(now.share / was.share)
    return all(isclose(factor, each[0], rel_tol=1e-6) for each in factors.values() for factor in each)


@settings(deadline=None, max_examples=40)
@given(estates(sticky=True, healths=MOSTLY_UP))
def test_slots_of_clients_go_by_explained_shares(estate: Estate) -> None:
    """What is told of a sticky service is its members' part of all slots, within the grain of 4,096 of them."""
    made = estate.decided()
    assume(made.chosen and not made.last_resort)
    counted = Counter(firsts(estate, made))

    for one in made.chosen:
        assert abs(counted[str(one.addresses[0])] / STICKY_SLOTS - one.share) < GRAIN


def firsts(estate: Estate, made: Decision) -> list[str]:
    """The address that each slot of clients is told first."""
    served = table(estate, {Family.IPV4: made}, made.view)
    part, entry = entry_at(served, "smtp", "A", SLOT_OF[made.view])
    texts = [reply.rdata[0] for reply in replies(served, "smtp", "A", SLOT_OF[made.view])]
    if len(texts) == 1:
        return texts * STICKY_SLOTS
    return [texts[part.in_slot(entry, slot)] for slot in range(STICKY_SLOTS)]
