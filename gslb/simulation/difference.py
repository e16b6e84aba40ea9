"""Two pictures beside each other: every service's shares per type and view, before and after."""

from collections.abc import Iterator
from dataclasses import dataclass

from gslb.model.decisions import LIVE
from gslb.simulation.pictures import Picture, Question, Sight
from gslb.steering.consequences import Consequences, Moved, consequences

GONE, NEW, CHANGED = "gone", "new", "changed"
_HEALTHY = frozenset(mode.value for mode in LIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One question that is answered otherwise. `shares`: of each member that stands in either; equal ones are told,
    too.

    `lost`: it was answered with healthy members, and is so no more. `let_go`: seconds until no cache that keeps to TTLs
    holds an old answer.
    """

    question: Question
    what: str
    mode_before: str
    mode_after: str
    tier_before: int | None
    tier_after: int | None
    shares: tuple[Moved, ...]
    lost: bool
    let_go: int

    def __str__(self) -> str:
        told = [", ".join(str(each) for each in self.shares if each.before != each.after) or "the same shares"]
        if self.tier_before != self.tier_after and self.what == CHANGED:
            told.append(f"tier {self.tier_before or 'none'} → tier {self.tier_after or 'none'}")
        if self.mode_before != self.mode_after and self.what == CHANGED:
            told.append(f"{self.mode_before} → {self.mode_after}")
        word = "" if self.what == CHANGED else f"{self.what}: "
        return f"{self.question}: {word}{'; '.join(told)}"


def difference(before: Picture, after: Picture) -> tuple[Change, ...]:
    """What changes, those that lose all that was healthy first, then by name."""
    found = list(_changes(before, after))
    found.sort(key=lambda change: (not change.lost, change.question))
    return tuple(found)


def _changes(before: Picture, after: Picture) -> Iterator[Change]:
    for question in {**before.sights, **after.sights}:
        then, now = before.sights.get(question), after.sights.get(question)
        if then is None or now is None or _answered(then) != _answered(now):
            yield _change(question, then, now)


def _answered(sight: Sight) -> tuple[object, ...]:
    return sight.mode, sight.tier, sight.shares, sight.thresholds, sight.loads


def _change(question: Question, then: Sight | None, now: Sight | None) -> Change:
    what = NEW if then is None else GONE if now is None else CHANGED
    return Change(
        question=question,
        what=what,
        mode_before="" if then is None else then.mode,
        mode_after="" if now is None else now.mode,
        tier_before=None if then is None else then.tier,
        tier_after=None if now is None else now.tier,
        shares=tuple(_moved(then, now)),
        lost=_serves(then) and not _serves(now),
        let_go=0 if then is None else then.longest_ttl,
    )


def _moved(then: Sight | None, now: Sight | None) -> Iterator[Moved]:
    before, after = ({} if sight is None else dict(sight.shares) for sight in (then, now))
    for key in {**before, **after}:
        yield Moved(pool=key.pool, member=key.member, before=before.get(key, 0.0), after=after.get(key, 0.0))


def _serves(sight: Sight | None) -> bool:
    return sight is not None and sight.mode in _HEALTHY and bool(sight.shares)


def verdict(before: Picture, after: Picture) -> Consequences | None:
    """Whether it is safe, as for a drain: of two pictures whose services have the same members; else None."""
    pairs = [
        (before.zones[key[0]], then, after.decisions[key])
        for key, then in before.decisions.items()
        if key in after.decisions
    ]
    alike = all(
        [(view.pool, view.member.name) for view in then.members]
        == [(view.pool, view.member.name) for view in now.members]
        for _, then, now in pairs
    )
    return consequences(pairs) if alike and len(pairs) == len(before.decisions) == len(after.decisions) else None
