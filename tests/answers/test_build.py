from dataclasses import replace
from itertools import chain, count, takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.answers.build import Builder
from gslb.answers.image import Image
from gslb.answers.plan import plan
from gslb.answers.slots import ServiceSlot
from gslb.model.settings import Config
from gslb.model.values import Family, MxMode, RecordType, WhenAllDown
from gslb.model.zones import Transfer
from tests.kit.answered import built, decided, entry_at, opened, replies, reply, wire
from tests.kit.estate import config, healths, member, pool, service, zone

A, MX, AAAA = RecordType.A, RecordType.MX, RecordType.AAAA
ADDRESSES = tuple(f"192.0.2.{number}" for number in range(11, 17)) + tuple(f"2001:db8::{n}" for n in range(11, 14))
SERIALS = {"mail.example.com": 7}


def estate(answers: int = 1, mx: MxMode = MxMode.RANKED) -> Config:
    """Two tiers of three, the second one IPv4 only, behind a service and its alias."""
    first = [member(f"r{n}", f"192.0.2.{n}", f"2001:db8::{n}", weight=n) for n in range(11, 14)]
    second = [member(f"d{n}", f"192.0.2.{n}") for n in range(14, 17)]
    return config(
        zone(
            pool("relays", *first, at_least=2),
            pool("dr", *second),
            services=(
                service(
                    "smtp", "relays", "dr", records=(A, MX, AAAA), answers=answers, mx=mx,
                    when_all_down=WhenAllDown.SERVFAIL,
                ),
                service("@", alias_of="smtp", records=(MX,)),
            ),
        )
    )  # fmt: skip


@pytest.mark.parametrize("transfer", [None, Transfer()])
def test_the_same_octets_for_another_member_are_counted_for_that_one(transfer: Transfer | None) -> None:
    """Where a host stands in two tiers and fails in the first, the answer is the same, and who consumes it is not."""
    made = zone(
        pool("first", member("a", "192.0.2.11")),
        pool("second", member("b", "192.0.2.11")),
        services=(service("smtp", "first", "second"),),
    )
    two = config(replace(made, transfer=transfer))
    up, down = healths(), healths(down=("192.0.2.11",))
    builder = Builder(plan(two), SERIALS)
    builder.update(*decided(two))
    before = consumers(builder.image(1))

    moved = {
        key: each
        for key, each in decided(two, lambda one, at: (down if one.name == "a" else up)(one, at))[0].items()
        if key[1] == "smtp"
    }

    assert builder.update(moved, {})
    assert (before, consumers(builder.image(2))) == ({"first"}, {"second"})
    assert not builder.update(moved, {})


def consumers(image: Image) -> set[str]:
    """The pools whose members the answers of smtp are counted for."""
    counted = takewhile(bool, map(image.counters[0].of, count()))
    return {
        key.pool for each in counted if each and getattr(each.slot, "decided_by", "") == "smtp" for key in each.members
    }


DOWN = st.sets(st.sampled_from(ADDRESSES)).map(lambda found: tuple(sorted(found)))


@settings(deadline=None, max_examples=15)
@given(DOWN, st.integers(0, 3), st.sampled_from(MxMode))
def test_no_unhealthy_address_in_any_answer(down: tuple[str, ...], answers: int, mx: MxMode) -> None:
    """Whatever is down, no variant of any service and no additional section holds it."""
    table = built(estate(answers, mx), healths(down=down))

    for name, rtype in (("smtp", "A"), ("smtp", "AAAA"), ("smtp", "MX"), ("@", "MX")):
        for each in replies(table, name, rtype):
            told = {line.split()[-1] for line in chain(each.rdata, each.additional)}
            assert not told & set(down)


@settings(deadline=None, max_examples=10)
@given(DOWN)
def test_health_names_nothing(down: tuple[str, ...]) -> None:
    """Whatever is down, every name exists, every slot has an entry, and the names file is the same."""
    every, some = built(estate()), built(estate(), healths(down=down))

    assert some.names.data == every.names.data
    assert all(some.parts[0].entry(slot) for slot in range(some.parts[0].slot_count))


@settings(deadline=None, max_examples=10)
@given(DOWN, DOWN)
def test_the_same_decisions_give_the_same_bytes(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """A table that came about in steps is the table made at once."""
    steps, once = Builder(plan(estate()), SERIALS), Builder(plan(estate()), SERIALS)
    steps.update(*decided(estate(), healths(down=before)))
    steps.update(*decided(estate(), healths(down=after)))
    once.update(*decided(estate(), healths(down=after)))

    found = steps.image(5), once.image(5)

    assert found[0].parts == found[1].parts
    assert found[0].names == found[1].names


def test_names_are_given_once() -> None:
    """Health never moves them: later images say "as before"."""
    builder = Builder(plan(estate()), SERIALS)

    first, second = builder.image(1), builder.image(2)

    assert first.names is not None
    assert second.names is None
    assert (first.generation, second.generation) == (1, 2)


def test_only_parts_that_changed_are_made_anew() -> None:
    """A part keeps its bytes, and tells in which generation they were made, until something in it changes."""
    builder = Builder(plan(estate(), names_in_part=2), SERIALS)
    builder.update(*decided(estate()))
    first = builder.image(1)
    builder.update(*decided(estate(), healths(down=("192.0.2.11",))))

    second = builder.image(2)

    assert first.made == (1,) * len(first.parts)
    assert set(second.made) == {1, 2}
    for made, before, after in zip(second.made, first.parts, second.parts, strict=True):
        assert (before is after) == (made == 1)


def test_only_what_differs_is_a_change() -> None:
    """The same decisions again, or other reasons for the same answers, change nothing."""
    builder = Builder(plan(estate()), SERIALS)
    decisions, hosts = decided(estate())

    assert builder.update(decisions, hosts)
    assert not builder.update(decisions, hosts)
    other = decided(estate(), healths(degraded=("192.0.2.11",)))
    assert other[0] != decisions
    assert not builder.update(*other)
    assert builder.update(*decided(estate(), healths(down=("192.0.2.11",))))


def test_what_is_not_shown_is_passed_over() -> None:
    """A decision in a family that no record of the service needs is nobody's business."""
    only_a = config(zone(pool("r", member("a", "192.0.2.11")), services=(service("x", "r", records=(A,)),)))
    builder = Builder(plan(only_a), SERIALS)
    decisions, _ = decided(only_a)

    assert not builder.update(
        {("mail.example.com", "x", Family.ANY): decisions["mail.example.com", "x", Family.ANY]}, {}
    )


def test_an_alias_answers_what_its_service_does() -> None:
    """The same records under another owner."""
    table = built(estate())

    assert [(each.width, each.answer) for each in replies(table, "@", "MX")] == [
        (each.width, each.answer) for each in replies(table, "smtp", "MX")
    ]


def test_counters_tell_members() -> None:
    """A counter of the part leads back to its slot and the members answered."""
    table_builder = Builder(plan(estate()), SERIALS)
    table_builder.update(*decided(estate()))
    image = table_builder.image(3)
    table = opened(table_builder, image.names)
    _, entry = entry_at(table, "smtp", "A")

    found = [image.counters[0].of(entry.first_counter + number) for number in range(entry.variant_count)]

    assert [str(key) for each in found if each for key in each.members] == [
        f"mail.example.com/relays/r{n}" for n in (11, 12, 13)
    ]
    assert all(each and isinstance(each.slot, ServiceSlot) and each.slot.owner == wire("smtp") for each in found)


def test_serials_stand_in_the_soa() -> None:
    """Each zone has its own."""
    table = built(config(zone(), zone(name="example.org")), serials={"mail.example.com": 5, "example.org": 6})

    assert [reply(table, name, "SOA").rdata[0].split()[2] for name in ("@", "example.org.")] == ["5", "6"]
