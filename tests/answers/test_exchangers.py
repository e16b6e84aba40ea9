from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.answers.build import Builder
from gslb.answers.orders import ORDERS
from gslb.answers.plan import plan
from gslb.handoff.table import Table
from gslb.model.decisions import Exchanger
from gslb.model.pools import Member
from gslb.model.values import Family, MxMode, RecordType
from gslb.model.zones import SrvOwner
from tests.kit.answered import CIRCLE, Reply, chosen, decision, exchanger, opened, replies, reply, wire
from tests.kit.estate import config, member, pool, service, zone

MAIL = ".mail.example.com."


def answering(
    *exchangers: Exchanger, mx: MxMode = MxMode.RANKED, members: tuple[Member, ...] = (member("r", "192.0.2.1"),)
) -> tuple[Builder, Table]:
    """A builder, and its table, whose service smtp answers MX and SRV with these exchangers."""
    smtp = service("smtp", "relays", records=(RecordType.MX,), mx=mx)
    owned = smtp.__class__(
        **{f: getattr(smtp, f) for f in smtp.__slots__} | {"srv": (SrvOwner(owner=wire("_s._tcp"), port=587),)}
    )
    placed = zone(pool("relays", *members), services=(owned,))
    builder = Builder(plan(config(placed)), {placed.text: 1})
    made = decision(chosen(*placed.pools["relays"].members), family=Family.ANY, exchangers=exchangers, ttl=20)
    builder.update({("mail.example.com", "smtp", Family.ANY): made}, {})
    return builder, opened(builder)


def firsts(found: list[Reply]) -> dict[str, int]:
    """Width by first choice."""
    counted: Counter[str] = Counter()
    for each in found:
        counted[each.rdata[0]] += each.width
    return dict(counted)


def test_ranked_preferences() -> None:
    """Preference is 10 × tier + place; the tier in use is drawn, later ones follow by falling weight."""
    _, table = answering(
        exchanger("a", weight=3, tier=2),
        exchanger("b", weight=1, tier=2),
        exchanger("c", weight=1, tier=3),
        exchanger("d", weight=2, tier=3),
    )

    found = replies(table, "smtp", "MX")

    later = [f"30 d{MAIL}", f"31 c{MAIL}"]
    assert [each.rdata for each in found] == [
        [f"20 a{MAIL}", f"21 b{MAIL}", *later],
        [f"20 b{MAIL}", f"21 a{MAIL}", *later],
    ]
    assert [each.width for each in found] == [CIRCLE * 3 // 4, CIRCLE // 4]
    assert {line.split()[0] for each in found for line in each.answer} == {"20"}


@settings(deadline=None, max_examples=12)
@given(st.lists(st.integers(1, 1000), min_size=1, max_size=16))
def test_ranked_first_places(weights: list[int]) -> None:
    """As written, first choices have the widths of their weights, in at most 64 + members orders of at most ten."""
    _, table = answering(*(exchanger(f"m{number}", weight=weight) for number, weight in enumerate(weights)))

    found = replies(table, "smtp", "MX")

    assert len(found) <= ORDERS + len(weights)
    assert {len(each.rdata) for each in found} == {min(10, len(weights))}
    widths = firsts(found)
    for number, weight in enumerate(weights):
        assert abs(widths[f"10 m{number}{MAIL}"] - CIRCLE * weight / sum(weights)) <= 2


def test_ten_exchangers_of_a_later_tier() -> None:
    """Preferences of one tier never reach into the next."""
    _, table = answering(exchanger("a"), *(exchanger(f"m{number}", weight=99 - number, tier=2) for number in range(12)))

    assert reply(table, "smtp", "MX").rdata == [f"10 a{MAIL}", *(f"{20 + n} m{n}{MAIL}" for n in range(10))]


def test_additional_addresses() -> None:
    """Exchangers whose names we answer for bring the addresses they may be reached at; others are looked up."""
    members = member("r1", "192.0.2.11", "2001:db8::11"), member("r2", "192.0.2.12", hostname="mx.example.net.")
    _, table = answering(
        exchanger("r1.relays", "192.0.2.11", "2001:db8::11"),
        exchanger("mx.example.net.", "192.0.2.12", weight=2),
        exchanger("r2.relays", "192.0.2.12", tier=2),
        members=members,
    )

    for name, rtype in (("smtp", "MX"), ("_s._tcp", "SRV")):
        for each in replies(table, name, rtype):
            assert each.additional == [
                f"r1.relays{MAIL} 20 IN A 192.0.2.11",
                f"r1.relays{MAIL} 20 IN AAAA 2001:db8::11",
                f"r2.relays{MAIL} 20 IN A 192.0.2.12",
            ]


def test_additional_names_are_in_every_answer() -> None:
    """Of more than ten exchangers, only those that no answer leaves out bring addresses."""
    members = tuple(member(f"m{number}", f"192.0.2.{number + 1}") for number in range(12))
    heavy = [100_000 if number == 0 else 1 for number in range(12)]
    _, table = answering(
        *(exchanger(f"m{n}.relays", f"192.0.2.{n + 1}", weight=weight) for n, weight in enumerate(heavy)),
        members=members,
    )

    for each in replies(table, "smtp", "MX"):
        named = {line.split()[1] for line in each.rdata}
        assert {line.split()[0] for line in each.additional} <= named


def test_equal_preferences() -> None:
    """One RRset with one preference for each tier, read from each exchanger on."""
    _, table = answering(exchanger("a", weight=9), exchanger("b"), exchanger("c", tier=2), mx=MxMode.EQUAL)

    found = replies(table, "smtp", "MX")

    whole = [f"10 a{MAIL}", f"10 b{MAIL}", f"20 c{MAIL}"]
    assert [each.rdata for each in found] == [whole, whole[1:] + whole[:1], whole[2:] + whole[:2]]
    assert max(each.width for each in found) - min(each.width for each in found) <= 1


@pytest.mark.parametrize(("weight", "told"), [(0, 1), (40, 40), (70_000, 65_535)])
def test_srv(weight: int, told: int) -> None:
    """SRV tells tier, weight (never 0), the port and the hostname, in one answer for all."""
    _, table = answering(exchanger("a", weight=weight), exchanger("b", tier=2))

    assert reply(table, "_s._tcp", "SRV").rdata == [f"1 {told} 587 a{MAIL}", f"2 1 587 b{MAIL}"]


@pytest.mark.parametrize("mx", MxMode)
def test_no_exchangers(mx: MxMode) -> None:
    """Nothing to name is NODATA with SOA."""
    _, table = answering(mx=mx)

    for name, rtype in (("smtp", "MX"), ("_s._tcp", "SRV")):
        assert reply(table, name, rtype).answer == []
        assert "SOA" in reply(table, name, rtype).authority[0]


def counted(builder: Builder, rtype: int) -> list[list[str]]:
    """The members that each variant of smtp's entry counts for."""
    slots = builder.plan.slots[0]
    slot = next(n for n, each in enumerate(slots) if getattr(each, "service", "") == "smtp" and each.rtype == rtype)  # type: ignore[union-attr]
    counters = builder.image(9).counters[0]
    found = [counters.of(number) for number in range(1000)]
    return [[key.member for key in each.members] for each in found if each and each.slot is slots[slot]]


def test_turns_are_counted() -> None:
    """Ranked MX counts for the members behind the first exchanger, equal MX and SRV for all in use."""
    members = (
        member("r1", "192.0.2.11", hostname="mx"),
        member("r2", "192.0.2.12", hostname="mx"),
        member("r3", "192.0.2.13"),
    )
    exchangers = exchanger("mx", weight=2), exchanger("r3.relays"), exchanger("gone", tier=1)

    ranked, _ = answering(*exchangers, members=members)
    equal, _ = answering(*exchangers, members=members, mx=MxMode.EQUAL)

    found = counted(ranked, RecordType.MX)
    assert found == [["r1", "r2"], ["r1", "r2"], ["r3"], ["r3"], [], []]
    assert counted(ranked, RecordType.SRV) == [["r1", "r2", "r3"]]
    assert counted(equal, RecordType.MX) == [["r1", "r2", "r3"]] * 3


def test_weights_too_large_for_srv_keep_their_proportion() -> None:
    """A tier whose weights do not fit into 16 bits is told in proportion to the heaviest; none is told as 0."""
    heavy = exchanger("a", weight=65_535)
    _, table = answering(replace(heavy, load=655_350), replace(exchanger("b"), load=327_675), replace(heavy, load=1))

    weights = [int(rdata.split()[1]) for rdata in reply(table, "_s._tcp", "SRV").rdata]

    assert weights == [65_535, 32_767, 1]
