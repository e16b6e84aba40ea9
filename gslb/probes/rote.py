"""Sessions known by heart: what a dialogue did when a server said this before, it does again.

A dialogue has no clock, no chance and no memory (gslb.probes.dialogue.commands): the same words get the same replies,
notices and verdict. Most servers say the same at every probe, so what was done is kept by what was heard, as a tree of
steps from one wait to the next. A session goes down the tree while the server keeps to known words; at the first that
are new the dialogue itself takes over, told all answers so far. That halves the work of a probe.

Only whole replies are kept, as they came from an empty buffer to an empty buffer. Nothing with a secret or a random
tag in it is: who probes with those asks for no first step.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from gslb.model.checks import CheckSettings
from gslb.probes.dialogue.commands import Answer, Command, Dialogue

Words: TypeAlias = bytes | None
"""All that waited in the buffer; None where nothing was waited for: at the start, after a handshake."""

Act: TypeAlias = tuple[Callable[[Any, Any], None], Command]
"""What the shell does, and the command that it does it for."""

MOST: Final = 30_000
"""Steps kept in all, at about a kilobyte each; beyond that all are forgotten and learned anew."""

LONGEST: Final = 4096
"""Octets of words that are kept."""


class Step:
    """From one wait to the next: the answers given, what was done, the lines taken, and what is asked for then.

    `asks` None: the dialogue is over. `then`: the steps that may follow, by words.
    """

    __slots__ = ("acts", "answers", "asks", "lines", "then")

    def __init__(
        self, answers: tuple[Answer, ...] = (), acts: tuple[Act, ...] = (), lines: int = 0, asks: Command | None = None
    ) -> None:
        self.answers = answers
        self.acts = acts
        self.lines = lines
        self.asks = asks
        self.then: dict[Words, Step] = {}


class Session:
    """The way of one session down the tree from `first`; with None nothing is known or kept."""

    def __init__(self, begin: Callable[[], Dialogue], first: Step | None = None) -> None:
        self._begin = begin
        self._at = first
        self._answers: list[Answer] = []
        self._dialogue: Dialogue | None = None

    def recall(self, words: Words) -> Step | None:
        """What follows these words, where that is known."""
        if self._at is None or self._dialogue is not None:
            return None
        step = self._at.then.get(words)
        if step is not None:
            self._at = step
            self._answers += step.answers
        return step

    def dialogue(self, instant: Mapping[type, object]) -> Dialogue:
        """The dialogue itself, as far as the session is. `instant`: the commands that get no answer."""
        if self._dialogue is None:
            self._dialogue = self._begin()
            for answer in self._answers:
                while type(self._dialogue.send(answer)) in instant:
                    answer = None  # noqa: PLW2901 - instant commands follow, and are not answered
        return self._dialogue

    def keep(self, words: Words, step: Step) -> None:
        """Remember what followed these words."""
        if self._at is None or (words is not None and len(words) > LONGEST):
            self.lose()
        else:
            self._at.then[words] = step
            self._at = step
            _book.count += 1

    def lose(self) -> None:
        """Not to remember more of this session."""
        self._at = None


class _Book:
    """First steps, by settings and the name said; by identity first, since a hash of settings costs a dialogue."""

    def __init__(self) -> None:
        self.count = 0
        self.near: dict[tuple[int, str], tuple[CheckSettings, Step]] = {}
        self.firsts: dict[tuple[CheckSettings, str], Step] = {}

    def clear(self) -> None:
        """Begin anew."""
        self.count = 0
        self.near.clear()
        self.firsts.clear()


_book = _Book()


def first_step(settings: CheckSettings, name: str) -> Step:
    """Where sessions under these settings begin, with this name said in EHLO."""
    if _book.count > MOST:
        forget()
    found = _book.near.get((id(settings), name))
    if found is None:
        first = _book.firsts.setdefault((settings, name), Step())
        found = _book.near[id(settings), name] = (settings, first)  # held, so that the identity stays its own
    return found[1]


def forget() -> None:
    """Learn everything anew."""
    _book.clear()
