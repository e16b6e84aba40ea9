"""Images still to be made."""

from gslb.answers.build import Builder
from gslb.answers.plan import plan
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


def test_long_ones_are_told() -> None:
    """The first, with its names file, is long in the making; a changed part is not, and no change is nothing."""
    builder = Builder(plan(estate()), {ZONE: 7})
    assert builder.pressing(1).is_long
    builder.update(*decided(estate()))

    pressing = builder.pressing(2)

    assert not pressing.is_long
    assert len(pressing.sheets) == 1
    pressing.image()
    assert builder.pressing(3).sheets == ()
