"""The book of overrides: every operator's word that stands, by what it stands on. A value; time is an argument.

An override never touches a verdict: probing goes on, and what was believed before comes to light when it ends. One
whose target is gone from the configuration stands, an orphan, until it expires or is cleared: the target may come back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import inf

from gslb.health.override_targets import MACHINE, covers, members
from gslb.model.overrides import Forced, Override, OverrideOf, Standing, nobody
from gslb.model.pools import Member
from gslb.model.settings import Config

LATEST = 1e11
"""Unix time beyond which nothing is meant."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """The words that stand, by target; one per target, the latest."""

    by_target: Mapping[str, Override] = field(default_factory=dict)

    def all(self) -> tuple[Override, ...]:
        """The latest last."""
        return tuple(sorted(self.by_target.values(), key=lambda each: each.number))

    def said(self, targets: Iterable[str], word: Override) -> "Overrides":
        """With `word` on each of these targets, over whatever stood there; its own target and number do not count."""
        number = max((each.number for each in self.by_target.values()), default=0) + 1
        new = {target: replace(word, target=target, number=number) for target in targets}
        return Overrides({**self.by_target, **new})

    def cleared(self, pattern: str, targets: Iterable[str]) -> tuple["Overrides", tuple[Override, ...]]:
        """Without those a tidy TARGET means, be it by what it names now (`targets`) or by their own words."""
        exact = frozenset(targets)
        gone = tuple(each for each in self.all() if each.target in exact or covers(pattern, each.target))
        return self._without(gone), gone

    def expired(self, now: float) -> tuple["Overrides", tuple[Override, ...]]:
        """Without those whose time is over."""
        gone = tuple(each for each in self.all() if each.expires is not None and each.expires <= now)
        return self._without(gone) if gone else self, gone

    def differing(self, other: "Overrides") -> tuple[str, ...]:
        """The targets on which another book says something else, or nothing."""
        ours, theirs = self.by_target, other.by_target
        return tuple(target for target in {**ours, **theirs} if ours.get(target) != theirs.get(target))

    def closing(self, now: float, within: float) -> tuple[str, ...]:
        """The targets of forced states that end so soon that answers must be cached for less."""
        return tuple(
            each.target
            for each in self.by_target.values()
            if each.expires is not None and each.expires - now <= within and each.state is not Forced.DRAINED
        )

    def orphans(self, config: Config) -> frozenset[str]:
        """The targets that nothing in this configuration bears."""
        known = {str(key) for key, _ in members(config)}
        known |= {f"{MACHINE}{member.machine}" for _, member in members(config) if member.machine is not None}
        known |= {f"{zone.text}/{name}" for zone in config.zones for name in zone.services}
        return frozenset(self.by_target.keys() - known)

    def of(self, now: float) -> OverrideOf:
        """What steering asks, as of `now`."""
        book = self.by_target
        if not book:
            return nobody

        def look(zone: str, service: str | None, pool: str, member: Member) -> Standing | None:
            keys = [f"{zone}/{pool}/{member.name}"]
            if member.machine is not None:
                keys.append(f"{MACHINE}{member.machine}")
            if service is not None:
                keys.append(f"{zone}/{service}")
            found = [book[key] for key in keys if key in book]
            if not found:
                return None
            latest = max(found, key=lambda each: each.number)
            return Standing(latest, inf if latest.expires is None else max(0.0, latest.expires - now))

        return look

    def _without(self, gone: tuple[Override, ...]) -> "Overrides":
        targets = {each.target for each in gone}
        return Overrides({target: each for target, each in self.by_target.items() if target not in targets})


def to_plain(overrides: Overrides) -> list[dict[str, object]]:
    """Plain values that any format can hold."""
    return [
        {
            "target": each.target,
            "state": each.state.value,
            "owner": each.owner,
            "reason": each.reason,
            "since": each.since,
            "expires": each.expires,
            "number": each.number,
        }
        for each in overrides.all()
    ]


def from_plain(data: object) -> tuple[Overrides, tuple[str, ...]]:
    """What can be read, and a sentence for each thing that cannot; anything at all may stand in `data`."""
    if not isinstance(data, list):
        return Overrides(), ("saved overrides are no list; ignored",)
    found: dict[str, Override] = {}
    ignored: list[str] = []
    for number, entry in enumerate(data, 1):
        try:
            one = _from_plain(entry)
        except (KeyError, TypeError, ValueError) as error:
            ignored.append(f"saved override {number} cannot be read: {error}")
        else:
            found[one.target] = one
    return Overrides(found), tuple(ignored)


def _from_plain(entry: object) -> Override:
    if not isinstance(entry, dict):
        raise TypeError("not a mapping")
    texts = [entry[name] for name in ("target", "owner", "reason")]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("target, owner and reason are not text")
    number = entry["number"]
    if not isinstance(number, int) or isinstance(number, bool):
        raise TypeError("number is no number")
    return Override(
        target=texts[0],
        state=Forced(entry["state"]),
        owner=texts[1],
        reason=texts[2],
        since=_moment(entry["since"]),
        expires=None if entry["expires"] is None else _moment(entry["expires"]),
        number=number,
    )


def _moment(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LATEST:
        raise TypeError("a time is no time")
    return float(value)
