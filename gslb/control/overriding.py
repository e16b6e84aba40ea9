"""An operator speaks: what it names, what would follow, whether it may be done; and it is done."""

from collections.abc import Iterator
from dataclasses import dataclass

from gslb.answers.build import DecisionKey
from gslb.control.override_views import Ending, OverrideOutcome, OverrideRequest
from gslb.control.owner import Owner
from gslb.control.survey import override_status
from gslb.health.override_targets import members, named, reach, tidy
from gslb.health.overrides import Overrides
from gslb.model.decisions import Decision
from gslb.model.overrides import Forced, Override
from gslb.model.zones import Zone
from gslb.steering.consequences import Consequences, consequences

LISTED = 50
"""Notes and targets told one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """The book as it would be, and what is set and cleared for it."""

    overrides: Overrides
    said: tuple[Override, ...] = ()
    cleared: tuple[Override, ...] = ()

    @property
    def touched(self) -> tuple[str, ...]:
        return tuple(each.target for each in self.said or self.cleared)


def act(owner: Owner, request: OverrideRequest) -> OverrideOutcome:
    """Do what is asked, or tell why not. Where a service loses its last healthy member, only with `force`.

    ValueError for a state that is none.
    """
    planned = _planned(owner, request)
    if isinstance(planned, str):
        return OverrideOutcome(ending=Ending.UNKNOWN, target=request.target, error=planned, lines=(planned,))
    welcome = reach(owner.config, planned.touched).members if request.at_once else frozenset()
    decided = owner.pipeline.what_if(planned.overrides, planned.touched, owner.clock(), welcome)
    zones = {zone.text: zone for zone in owner.config.zones}
    follows = consequences(_changes(zones, owner.pipeline.decisions, decided))
    if request.dry_run:
        return _told(Ending.DRY_RUN, owner, request, planned, follows)
    if follows.last and not request.force:
        return _told(Ending.REFUSED, owner, request, planned, follows)
    owner.override(planned.overrides, said=planned.said, cleared=planned.cleared, decided=decided)
    return _told(Ending.DONE, owner, request, planned, follows)


def _planned(owner: Owner, request: OverrideRequest) -> _Plan | str:
    book = owner.pipeline.overrides
    found = named(owner.config, request.target)
    if request.state is None:
        after, gone = book.cleared(tidy(request.target), found.targets)
        return _Plan(overrides=after, cleared=gone) if gone else f"no override stands on {request.target}"
    if not found.targets:
        return found.why
    now = owner.clock()
    word = Override(
        target=request.target,
        state=Forced(request.state),
        owner=request.owner,
        reason=request.reason,
        since=now,
        expires=None if request.seconds is None else now + request.seconds,
    )
    after = book.said(found.targets, word)
    return _Plan(overrides=after, said=tuple(after.by_target[target] for target in found.targets))


def _changes(
    zones: dict[str, Zone], before: dict[DecisionKey, Decision], after: dict[DecisionKey, Decision]
) -> Iterator[tuple[Zone, Decision, Decision]]:
    for key, then in after.items():
        if key in before:
            yield zones[key[0]], before[key], then


def _told(
    ending: Ending, owner: Owner, request: OverrideRequest, planned: _Plan, follows: Consequences
) -> OverrideOutcome:
    notes = tuple(_notes(owner, request, planned))
    error = f"refused: {follows.verdict.removeprefix('not safe: ')}; force does it nevertheless"
    refused = ending is Ending.REFUSED
    done = planned.said or planned.cleared
    verb = {Ending.DONE: "", Ending.DRY_RUN: "would be ", Ending.REFUSED: "not "}[ending]
    words = f"cleared: {done[0]}" if planned.cleared else str(done[0])
    lines = [error] if refused else [f"{verb}{words}"]
    lines += [f"  {each.target}" for each in done[:LISTED]]
    lines += [f"  and {len(done) - LISTED} more"] * (len(done) > LISTED)
    return OverrideOutcome(
        ending=ending,
        target=request.target,
        error=error if refused else "",
        overrides=tuple(override_status(each) for each in done),
        consequences=follows,
        notes=notes,
        lines=(*lines, *notes, *follows.lines),
    )


def _notes(owner: Owner, request: OverrideRequest, planned: _Plan) -> Iterator[str]:
    """After clearing: whoever is still under another word."""
    if request.state is None:
        freed = reach(owner.config, planned.touched).members
        look = planned.overrides.of(owner.clock())
        still = (
            (key, standing.override)
            for key, member in members(owner.config)
            if key in freed and (standing := look(key.zone, None, key.pool, member)) is not None
        )
        for _, (key, override) in zip(range(LISTED), still, strict=False):
            yield f"{key} is still {override} ({override.target})"
    if owner.keeper.error:
        yield f"a restart may forget this: {owner.keeper.error}"
