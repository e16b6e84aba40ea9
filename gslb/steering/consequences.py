"""What would follow: the decisions before and after something is done, compared. "Safe to drain?" is asked here.

    last          a service that answers a family would have no healthy member for it left
    short         a tier would no longer have its min_healthy
    safe          neither

The names that pools have by themselves are passed over: nobody's service depends on them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from gslb.model.decisions import LIVE, Decision, Mode
from gslb.model.values import Family
from gslb.model.zones import Zone

ANSWERS = {Family.IPV4: "A", Family.IPV6: "AAAA", Family.ANY: "MX and SRV"}

TOLD = 200
"""Services told one by one, the worst first; the rest is a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A member's share (0 to 1) before and after."""

    pool: str
    member: str
    before: float
    after: float

    def __str__(self) -> str:
        return f"{self.pool}/{self.member} {self.before:.1%} → {self.after:.1%}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """For one service in one family, seen in one view (empty: everybody's). Tiers count from 1, TTLs in seconds.

    `last`: its last healthy member goes. `short`: the tiers that fall short, each with why. `ttl`: of answers given
    now; `longest_ttl`: the most that any answer of the zone may have.
    """

    zone: str
    service: str
    view: str
    answers: str
    mode_before: str
    mode_after: str
    tier_before: int | None
    tier_after: int | None
    shares: tuple[Moved, ...]
    last: bool
    short: tuple[str, ...]
    ttl: int
    longest_ttl: int

    def __str__(self) -> str:
        told = [", ".join(map(str, self.shares)) or "the same shares"]
        if self.tier_before != self.tier_after:
            told.append(f"tier {self.tier_before or 'none'} → tier {self.tier_after or 'none'}")
        if self.mode_before != self.mode_after:
            told.append(f"{self.mode_before} → {self.mode_after}")
        told += [f"{each} falls short" for each in self.short]
        return f"{self.subject} {self.answers}: {'; '.join(told)}"

    @property
    def subject(self) -> str:
        """The service, and the view where there is one."""
        return f"{self.zone}/{self.service}{f' for {self.view}' if self.view else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """All of them. `verdict` in a sentence; `let_go`: seconds until no cache that keeps to TTLs holds an old answer.

    `left_off`: services that change, and are not among `services`.
    """

    safe: bool
    last: bool
    verdict: str
    services: tuple[Consequence, ...]
    ttl: int = 0
    let_go: int = 0
    left_off: int = 0

    @property
    def lines(self) -> tuple[str, ...]:
        """For people."""
        told = [self.verdict, *(f"  {each}" for each in self.services)]
        if self.left_off:
            told.append(f"  and {self.left_off} more")
        if self.let_go:
            told.append(
                f"resolvers' caches let go of the old answers within {self.let_go} s"
                f" (answers now live {self.ttl} s, at most {self.let_go} s)"
            )
        return tuple(told)


def consequences(changes: Iterable[tuple[Zone, Decision, Decision]]) -> Consequences:
    """Of decisions before and after, each with its zone."""
    every = tuple(changes)
    return summed(moved(every), known=all(is_known(before) for _, before, _ in every))


def moved(changes: Iterable[tuple[Zone, Decision, Decision]]) -> list[Consequence]:
    """Those of them that answer otherwise."""
    return [
        _consequence(*change)
        for change in changes
        if not change[0].services[change[1].service].pool_name and _answered(change[1]) != _answered(change[2])
    ]


def is_known(before: Decision) -> bool:
    """Whether anything can be told of what follows it."""
    return before.mode is not Mode.STARTING


def summed(found: list[Consequence], *, known: bool) -> Consequences:
    """All that `moved` found, in one word. `known`: of every decision before, moved or not."""
    found.sort(key=lambda each: (not each.last, not each.short, each.zone, each.service, each.view, each.answers))
    last = any(each.last for each in found)
    return Consequences(
        safe=not last and not any(each.short for each in found) and known,
        last=last,
        verdict=_verdict(found) if known else "not known yet: the first round of probes is not over",
        services=tuple(found[:TOLD]),
        ttl=max((each.ttl for each in found), default=0),
        let_go=max((each.longest_ttl for each in found), default=0),
        left_off=len(found[TOLD:]),
    )


def _verdict(found: list[Consequence]) -> str:
    lost = dict.fromkeys(f"{each.subject} ({each.answers})" for each in found if each.last)
    if lost:
        return f"not safe: the last healthy member of {', '.join(list(lost)[:5])} goes"
    short = dict.fromkeys(f"{each.subject}, {why}" for each in found for why in each.short)
    if short:
        return f"not safe: min_healthy falls short: {'; '.join(list(short)[:5])}"
    return "safe: every tier in use keeps what it needs" if found else "safe: no answer changes"


def _consequence(zone: Zone, before: Decision, after: Decision) -> Consequence:
    return Consequence(
        zone=zone.text,
        service=before.service,
        view=before.view,
        answers=ANSWERS[before.family],
        mode_before=before.mode.value,
        mode_after=after.mode.value,
        tier_before=before.tier,
        tier_after=after.tier,
        shares=_moved(before, after),
        last=_serves(before) and not _serves(after),
        short=tuple(
            f"tier {then.tier} {then.pool} ({then.why})"
            for now, then in zip(before.tiers, after.tiers, strict=True)
            if now.holds and not then.holds
        ),
        ttl=before.ttl,
        longest_ttl=zone.ttl,
    )


def _moved(before: Decision, after: Decision) -> tuple[Moved, ...]:
    """Decisions of one service list the same members in the same order."""
    return tuple(
        Moved(pool=now.pool, member=now.member.name, before=now.share, after=then.share)
        for now, then in zip(before.members, after.members, strict=True)
        if now.share != then.share
    )


def _serves(decision: Decision) -> bool:
    return decision.mode in LIVE and bool(decision.chosen)


def _answered(decision: Decision) -> tuple[object, ...]:
    chosen = tuple((view.pool, view.member.name, view.addresses, view.share) for view in decision.chosen)
    return decision.mode, decision.tier, decision.action, decision.exchangers, chosen, [t.holds for t in decision.tiers]
