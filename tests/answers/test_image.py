"""Images still to be made."""

from gslb.answers.build import Builder
from gslb.answers.image import SHORT, Pressing
from gslb.answers.parts import Parts, Sheet
from gslb.answers.plan import plan
from gslb.handoff.blocks import block
from gslb.handoff.specs import EntrySpec
from tests.answers.test_states import estate
from tests.kit.answered import decided
from tests.kit.estate import ZONE


def test_an_image_is_of_the_moment_it_was_asked_for() -> None:
    """What is decided while it is made is in the next one."""
    builder, twin = (Builder(plan(estate()), {ZONE: 7}) for _ in range(2))
    pressing = builder.pressing(1)
    builder.update(*decided(estate()))

    assert pressing.image().parts == twin.image(1).parts
    assert builder.image(2).made == (2,)


def test_nothing_new_is_nothing_to_make() -> None:
    """The first image is of all parts, and brings the names; the next of those that changed; few are not long."""
    builder = Builder(plan(estate()), {ZONE: 7})
    first = builder.pressing(1)
    first.image()
    builder.update(*decided(estate()))

    second = builder.pressing(2)
    second.image()

    assert first.names is not None
    assert second.names is None
    assert (len(second.sheets), second.is_long) == (1, False)
    assert builder.pressing(3).sheets == ()


def test_many_entries_are_long_in_the_making() -> None:
    """Beyond some number the loop is not to wait for it."""
    sheet = Sheet(0, (), dict.fromkeys(range(SHORT + 1), block(EntrySpec())), ())
    parts = Parts(((),))

    assert Pressing(1, None, parts, (sheet,), {}, waits=False).is_long
