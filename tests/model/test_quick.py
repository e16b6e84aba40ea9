import pickle
from dataclasses import FrozenInstanceError, dataclass, field

import pytest

from gslb.model.quick import quick


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A frozen dataclass as they are in the model."""

    text: str
    times: int = 1
    seen: dict[str, int] = field(default_factory=dict)


make = quick(Word)


def test_what_is_made_quickly_is_the_same() -> None:
    """Equal, of one class, with its defaults, hashed and pickled as its own constructor makes it."""
    made = make(text="a", times=2)
    assert made == Word(text="a", times=2)
    assert type(made) is Word
    assert make(text="b").seen == {}
    assert pickle.loads(pickle.dumps(made)) == made


def test_what_is_made_quickly_is_frozen() -> None:
    """The guard is there again when it is whole."""
    with pytest.raises(FrozenInstanceError):
        make(text="a").times = 3  # type: ignore[misc]  # it is what is tried


def test_arguments_are_those_of_the_constructor() -> None:
    """One that is missing or unknown is refused."""
    with pytest.raises(TypeError, match="text"):
        make(times=1)  # type: ignore[call-arg]  # it is what is tried
    with pytest.raises(TypeError, match="more"):
        make(text="a", more=1)  # type: ignore[call-arg]  # it is what is tried


def test_a_dataclass_that_does_more_than_hold_its_fields_is_refused() -> None:
    """What its own constructor would do besides is not left out unseen."""

    @dataclass(frozen=True, slots=True)
    class Judged:
        text: str

        def __post_init__(self) -> None:
            raise ValueError(self.text)

    with pytest.raises(TypeError, match="more than its fields"):
        quick(Judged)
