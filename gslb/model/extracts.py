"""Numbers that are read from a page."""

from dataclasses import dataclass

_SPECIAL = frozenset("\\.^$*+?{}[]|()")
_QUANTIFIERS = ("*", "+", "?", "{")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """A number on a page: the one group of `pattern`. At or above `warn` it is a notice, at or above `crit` load."""

    name: str
    pattern: str
    warn: float | None = None
    crit: float | None = None

    @property
    def anchor(self) -> str:
        """The plain text that the pattern begins with: it is looked for first, and the pattern tried only there."""
        length = next((at for at, char in enumerate(self.pattern) if char in _SPECIAL), len(self.pattern))
        return self.pattern[: length - 1 if self.pattern[length : length + 1] in _QUANTIFIERS else length]
