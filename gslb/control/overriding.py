"""An operator speaks: what it names, what would follow, whether it may be done; and it is done."""

import asyncio
from collections.abc import Iterator, Set
from dataclasses import dataclass

from gslb.answers.build import DecisionKey
from gslb.control.effects import Effects
from gslb.control.override_views import Ending, OverrideOutcome, OverrideRequest
from gslb.control.owner import Owner
from gslb.control.pipeline import Pipeline
from gslb.control.scene import slices
from gslb.control.survey import override_status
from gslb.health.override_targets import members, named, reach, tidy
from gslb.health.overrides import Overrides
from gslb.model.decisions import Decision
from gslb.model.overrides import Forced, Override
from gslb.model.verdicts import MemberKey
from gslb.steering.consequences import Consequence, Consequences, is_known, moved, summed
from gslb.steering.dependents import Dependents

STEP = 100
"""Services, or hosts, thought over or decided in one step: some tens of milliseconds."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """What would be decided of a part, what is decided of it now, and what follows from that for services."""

    of: Dependents
    before: dict[DecisionKey, Decision | None]
    after: dict[DecisionKey, Decision]
    moved: tuple[Consequence, ...]

    def stands(self, pipeline: Pipeline) -> bool:
        """Whether nothing else was decided of it since."""
        return all(pipeline.decisions.get(key) is before for key, before in self.before.items())


async def act(owner: Owner, request: OverrideRequest) -> OverrideOutcome:
    """Do what is asked, or tell why not. Where a service loses its last healthy member, only with `force`.

    It is thought over and done in steps, for a machine may bear thousands of services; one operator after the other,
    and anew where a reload or the end of another override comes between. ValueError for a state that is none.
    """
    async with owner.turn:
        while True:
            planned = _planned(owner, request)
            if isinstance(planned, str):
                return OverrideOutcome(ending=Ending.UNKNOWN, target=request.target, error=planned, lines=(planned,))
            basis = owner.config, owner.pipeline.overrides
            await asyncio.sleep(0)
            welcome = reach(owner.config, planned.touched).members if request.at_once else frozenset()
            steps = await _thought_over(owner, planned, welcome)
            if basis == (owner.config, owner.pipeline.overrides):
                break
        again = (each if each.stands(owner.pipeline) else _step(owner, planned, each.of, welcome) for each in steps)
        follows = _summed(steps := list(again))
        ending = Ending.DRY_RUN if request.dry_run else Ending.DONE
        if ending is Ending.DONE and follows.last and not request.force:
            ending = Ending.REFUSED
        if ending is Ending.DONE:
            done = _done(owner, steps, welcome)
            await owner.override(planned.overrides, said=planned.said, cleared=planned.cleared, steps=done)
        return _told(ending, owner, request, planned, follows)


async def _thought_over(owner: Owner, planned: _Plan, welcome: Set[MemberKey]) -> list[_Step]:
    config = owner.config
    steps: list[_Step] = []
    for part in slices(owner.pipeline.bearing(planned.touched), STEP):
        if owner.config is not config:
            break  # all of it is to be thought over again
        steps.append(_step(owner, planned, part, welcome))
        await asyncio.sleep(0)
    return steps


def _step(owner: Owner, planned: _Plan, part: Dependents, welcome: Set[MemberKey]) -> _Step:
    after = owner.pipeline.what_if(planned.overrides, part, owner.clock(), welcome)
    before = {key: owner.pipeline.decisions.get(key) for key in after}
    zones = {zone.text: zone for zone in owner.config.zones}
    pairs = ((zones[key[0]], was, after[key]) for key, was in before.items() if was is not None)
    return _Step(of=part, before=before, after=after, moved=tuple(moved(pairs)))


def _summed(steps: list[_Step]) -> Consequences:
    before = (was for step in steps for was in step.before.values())
    return summed(
        [each for step in steps for each in step.moved], known=all(was is None or is_known(was) for was in before)
    )


def _done(owner: Owner, steps: list[_Step], welcome: Set[MemberKey]) -> Iterator[Effects]:
    """What was thought over is taken as it is, where nothing has moved since."""
    pipeline, config = owner.pipeline, owner.config
    for step in steps:
        if owner.config is not config:
            return  # a reload has decided everything under what stands now
        now, book = owner.clock(), pipeline.overrides
        after = step.after if step.stands(pipeline) else pipeline.what_if(book, step.of, now, welcome)
        yield pipeline.override(book, step.of, now, after)


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
