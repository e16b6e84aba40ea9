from dataclasses import replace

from gslb.answers.build import Builder
from gslb.answers.image import Image
from gslb.answers.plan import plan
from gslb.control.answered import KEPT, Answered
from gslb.handoff.messages import Counts
from gslb.model.verdicts import MemberKey
from tests.kit.answered import decided
from tests.kit.controlled import ZONE, two_tiers
from tests.kit.estate import healths

RELAY1 = MemberKey(ZONE, "relays", "relay1")


def image() -> Image:
    """A table of the small estate, all up."""
    builder = Builder(plan(two_tiers()), {ZONE: 1})
    builder.update(*decided(two_tiers(), healths()))
    return builder.image(5)


def every_counter(made: Image, sent: int = 1) -> Counts:
    """Each counter of the table, sent so many times."""
    total = next(n for n in range(10_000) if made.counters[0].of(n) is None)
    return Counts(generation=5, part=0, pairs=tuple((n, sent) for n in range(total)))


def test_counts_are_put_to_names() -> None:
    """What a worker counted reaches members and services; totals from before go on."""
    answered, made = Answered({RELAY1: 100}), image()
    answered.publish(made)

    answered.count(every_counter(made, sent=2))

    assert answered.members[RELAY1] > 100
    assert {"smtp", "mx", "relays", "spares"} == {service for _, service, _ in answered.services}
    assert answered.services[ZONE, "smtp", "MX"] >= 2
    assert answered.strayed == 0


def test_counts_of_unknown_tables_stray() -> None:
    """Counts for a table, part or counter that nobody knows are counted as such."""
    answered, made = Answered({}), image()
    answered.publish(made)

    answered.count(Counts(generation=4, part=0, pairs=((0, 3),)))
    answered.count(Counts(generation=5, part=7, pairs=((0, 2),)))
    answered.count(Counts(generation=5, part=0, pairs=((99_999, 1),)))

    assert answered.strayed == 6
    assert repr(answered) == "<Answered 0 turns of 0 members>"


def test_old_tables_are_forgotten() -> None:
    """Only the latest tables' counters are kept."""
    answered, made = Answered({}), image()
    for generation in range(KEPT + 1):
        answered.publish(replace(made, generation=generation, made=(generation,)))

    answered.count(Counts(generation=0, part=0, pairs=((0, 1),)))

    assert answered.strayed == 1


def test_a_part_that_stays_is_known_as_long() -> None:
    """Counts of a part are understood in every table that it stands in, however many there were."""
    answered, made = Answered({}), image()
    for generation in range(5, KEPT + 10):
        answered.publish(replace(made, generation=generation))

    answered.count(every_counter(made))

    assert answered.strayed == 0
