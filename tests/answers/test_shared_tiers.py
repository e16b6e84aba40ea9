"""Tiers that share answers, as they stand in the table."""

from collections import Counter

from gslb.answers.build import Builder
from gslb.answers.plan import plan
from gslb.model.values import Family, MxMode, RecordType
from gslb.model.zones import ALL, SrvOwner
from tests.kit.answered import CIRCLE, Reply, opened, replies, wire
from tests.kit.clock import Clock
from tests.kit.estate import ZONE, config, member, pool, service, zone


def drawn(rtype: str, *, answers: int = 1, mx: MxMode = MxMode.RANKED) -> list[Reply]:
    """What a service answers that sends a quarter to its second tier."""
    smtp = service(
        "smtp",
        "relays",
        "near",
        records=(RecordType.A, RecordType.MX),
        srv=(SrvOwner(owner=wire("_x._tcp"), port=25),),
        answers=answers,
        mx=mx,
        trickle=0.25,
    )
    relays = pool("relays", member("r1", "192.0.2.1"), member("r2", "192.0.2.2"))
    site = zone(relays, pool("near", member("n1", "198.51.100.1"), member("n2", "198.51.100.2")), services=(smtp,))
    builder = Builder(plan(config(site)), {ZONE: 1})
    builder.update({(ZONE, "smtp", family): Clock(site, family).after(0) for family in Family}, {})
    return replies(opened(builder), "_x._tcp" if rtype == "SRV" else "smtp", rtype)


def widths(found: list[Reply]) -> dict[str, float]:
    """The part of draws by first record."""
    counted: Counter[str] = Counter()
    for each in found:
        counted[each.rdata[0]] += each.width
    return {first: round(width / CIRCLE, 3) for first, width in counted.items()}


def test_one_address_is_drawn_from_all_tiers() -> None:
    """Each tier has its part of the draws."""
    assert widths(drawn("A")) == {
        "192.0.2.1": 0.375, "192.0.2.2": 0.375, "198.51.100.1": 0.125, "198.51.100.2": 0.125,
    }  # fmt: skip


def test_an_answer_never_mixes_tiers() -> None:
    """With all members in one answer, it is all of one tier's."""
    found = drawn("A", answers=ALL)

    assert {frozenset(each.rdata) for each in found} == {
        frozenset({"192.0.2.1", "192.0.2.2"}),
        frozenset({"198.51.100.1", "198.51.100.2"}),
    }
    assert sum(each.width for each in found if "192.0.2.1" in each.rdata) == CIRCLE * 3 // 4


def test_ranked_exchangers_of_the_tier_drawn_come_without_earlier_ones() -> None:
    """Mail would go to the lower preference: an answer drawn for the second tier does not name the first."""
    found = drawn("MX")

    assert widths(found) == {
        "10 r1.relays.mail.example.com.": 0.375,
        "10 r2.relays.mail.example.com.": 0.375,
        "20 n1.near.mail.example.com.": 0.125,
        "20 n2.near.mail.example.com.": 0.125,
    }
    assert {len(each.rdata) for each in found} == {2, 4}
    assert [line.split()[-1] for line in found[0].additional] == ["198.51.100.1", "198.51.100.2"]


def test_equal_exchangers_and_srv_are_drawn_by_tier_as_well() -> None:
    """Three quarters of the answers begin with the first tier, the others leave it out."""
    equal, srv = drawn("MX", mx=MxMode.EQUAL), drawn("SRV")

    assert sum(each.width for each in equal if len(each.rdata) == 4) == CIRCLE * 3 // 4
    assert [(each.width * 4 // CIRCLE, len(each.rdata)) for each in srv] == [(3, 4), (1, 2)]
