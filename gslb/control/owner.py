"""The one owner of control's state: takes events in, has the pipeline decide, and sees to what follows.

Everything here runs on one loop and returns at once; waiting is done in `service`. What the faces ask is in `desk`.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from gslb.answers.image import Image, Pressing
from gslb.control import diary
from gslb.control.answered import Answered
from gslb.control.effects import NONE, Effects, Publish, together
from gslb.control.handed import Handed
from gslb.control.keeper import Keeper
from gslb.control.memory import Memory, Remembered, Serial, next_serials
from gslb.control.metrics import Metrics
from gslb.control.notary import Notary
from gslb.control.notifier import Notifier, news_of
from gslb.control.pipeline import Pipeline
from gslb.control.policies import Policies
from gslb.control.publisher import Publisher
from gslb.control.recent import Recent
from gslb.control.scene import Scene
from gslb.control.watch import Doing, Watch
from gslb.control.workers import Workers
from gslb.handoff.messages import Ack, Counts, Hello, LogLine, Message, Refused, TableReady, Tally
from gslb.handoff.table import Manifest
from gslb.health.ledger import Ledger
from gslb.health.override_targets import words_on
from gslb.health.overrides import Overrides
from gslb.model.observations import Observation
from gslb.model.overrides import Override
from gslb.model.settings import Config
from gslb.model.verdicts import MemberKey
from gslb.steering import saved_pasts


class Heir(NamedTuple):
    """What was made for a configuration that is to be accepted: as of `now`, with these serials."""

    config: Config
    now: float
    serials: dict[str, int]
    pipeline: Pipeline


GONE = 60.0
"""Seconds until the next probe of a target that a reload took away while it was probed: there is none."""


class Owner:
    """State and its events. `tell` sends a message to every worker; `clock` gives Unix time.

    `moved` is set when a table was announced, or a worker has taken one or gone. `turn` is held while something is
    decided in steps.

    Reads state_dir when made; `handed`: what was made of both already.
    """

    def __init__(
        self,
        config: Config,
        *,
        tell: Callable[[Message], None],
        clock: Callable[[], float] = time.time,
        handed: Handed | None = None,
    ) -> None:
        self.clock = clock
        self._tell = tell
        self.started = self.loaded_at = clock()
        self.metrics = Metrics()
        self.recent = Recent()
        self.watch = Watch(self.metrics)
        self.workers = Workers()
        self.all_down_entered: Counter[tuple[str, str]] = Counter()
        self.stopping = False
        self.loop_lag = 0.0
        self.moved = asyncio.Event()
        self.turn = asyncio.Lock()
        memory = Memory(config.node.state_dir)
        known, scene = handed.spend() if handed else (None, None)
        remembered = known or memory.recall()
        self.answered = Answered(remembered.answered)
        self.keeper = Keeper(memory, snapshot=self._snapshot, metrics=self.metrics, serials=lambda: self.serials)
        self.serials: dict[str, Serial] = memory.serials()
        self.policies = Policies(config.node.run_dir, tell)
        self.notifier = Notifier(self.workers.serve, self.metrics)
        self.notary = Notary(config, clock)
        self.pipeline = self._first_pipeline(config, remembered, scene)
        self._heir: Heir | None = None
        self.publisher = Publisher(
            config.node.run_dir,
            press=self._press,
            prepare=self._prepare,
            facts=lambda: (self.pipeline.ready, self.config.digest),
            announce=self._announce,
            metrics=self.metrics,
            clock=clock,
        )

    def __repr__(self) -> str:
        return f"<Owner {self.pipeline} {self.publisher} {self.workers}>"

    @property
    def config(self) -> Config:
        """The configuration that runs."""
        return self.pipeline.config

    def start(self, standing: Manifest | None) -> None:
        """Decide for the first time. A table that carries health is not replaced by one that knows nothing.

        Workers serve it, so this node may be sent queries as soon as they say so.
        """
        self.policies.accept(self.config)
        self.new_keys()
        effects = self.pipeline.on_start(self.clock())
        if standing is not None:
            self.publisher.adopt(standing)
            if not self.pipeline.ready:
                diary.adopted(standing)
                effects = replace(effects, publish=Publish.NOT)
        self._see_to(effects)

    def observe(self, observation: Observation) -> float:
        """A probe has ended. Returns the interval now in use for its target, in seconds."""
        target = self.config.targets.get(observation.target)
        if target is None:
            return GONE
        observation = self.pipeline.ledger.counted(observation, self.clock())
        before = self.recent.last(target.id)
        self.recent.note(observation)
        self.metrics.observed(target, observation)
        if self.config.node.log_level == "debug":  # a thousand lines a second that nobody reads are not even made
            diary.observed(target, observation)
        effects = self.pipeline.on_observation(observation, self.clock())
        if effects is NONE and (before is None or before.reason is observation.reason):
            return self.pipeline.ledger.interval(target.id)
        if before is not None and before.reason is not observation.reason and not effects.transitions:
            diary.other_reason(target, self.pipeline.members_of(target.id), before, observation)
        self._see_to(effects, observation)
        return self.pipeline.ledger.interval(target.id)

    def tick(self, lag: float = 0.0, doing: Doing | None = None) -> None:
        """A second has passed; the loop was `lag` seconds late for it. `doing`: what the prober says of itself."""
        self.loop_lag = lag
        if doing is not None:
            self.watch.look(doing, self.clock())
        self.catch_up()
        self.publisher.tick()
        self.policies.tick()

    def catch_up(self) -> None:
        """Decide what time has moved, and what was left for later."""
        self._see_to(self.pipeline.on_tick(self.clock()))

    async def first_round_over(self, *, complete: bool) -> None:
        """Every target has been probed once, or (not `complete`) the wait for it is over."""
        if self.stopping:
            return  # it was cut short, and what it does not know is not to be published
        diary.first_round(complete=complete, unknown=self.pipeline.ledger.unknown())
        async with self.turn:
            await self._in_steps(self.pipeline.first_round(self.clock()))
        self.keeper.ask()

    async def _in_steps(self, steps: Iterable[Effects]) -> None:
        """The loop turns between them, and no table goes out before the last."""
        self.publisher.hold()
        made = []
        try:
            for step in steps:
                made.append(step)
                await asyncio.sleep(0)
        finally:
            self.publisher.release()
        self._see_to(together(made))

    async def prepare(self, config: Config) -> None:
        """Make what `accept` puts in place, in a thread, while what runs runs on."""
        now = self.clock()
        serials = {zone: each.serial for zone, each in next_serials(self.serials, config, now).items()}
        make = self.pipeline.heir(config, serials=serials, now=now, keys=self.notary.keys)
        self._heir = Heir(config, now, serials, await asyncio.to_thread(make))

    def accept(self, config: Config) -> None:
        """Put another configuration in place of the one that runs."""
        heir, self._heir = self._heir, None
        now = heir.now if heir is not None and heir.config is config else self.clock()
        self._renew_serials(config, now)
        self.notary.accept(config)
        diary.keys(self.notary.keys, now)
        serials = self._serial_numbers()
        fits = heir is not None and heir.config is config and heir.serials == serials
        reloaded = self.pipeline.on_reload(
            config,
            serials=serials,
            now=self.clock(),
            keys=self.notary.keys,
            heir=heir.pipeline if heir is not None and fits else None,
        )
        self._see_to(reloaded)
        self.policies.accept(config)
        self.recent.keep_only(config.targets)
        self.loaded_at = now
        self.keeper.ask()

    def new_keys(self) -> None:
        """Key files say something new."""
        now = self.clock()
        diary.keys(self.notary.keys, now)
        self._see_to(self.pipeline.sign(self.notary.keys, now))

    async def keep_signatures(self) -> None:
        """Save what was signed, where there is something new."""
        if self.notary.has_news:
            self.pipeline.prune(self.clock())
            await self.notary.save()

    async def override(
        self,
        overrides: Overrides,
        *,
        said: tuple[Override, ...],
        cleared: tuple[Override, ...],
        steps: Iterable[Effects] = (),
    ) -> None:
        """The operator has spoken: `overrides` stand from now on, which differ by what was said and cleared.

        `steps`: deciding again, bit by bit.
        """
        for each in said:
            self.metrics.overridden(each, "set")
        for each in cleared:
            self.metrics.overridden(each, "cleared")
        diary.overridden("override", said)
        diary.overridden("override cleared", cleared)
        self.pipeline.overrides = overrides
        self._keep_overrides()
        await self._in_steps(steps)

    def _ended(self, overrides: tuple[Override, ...]) -> None:
        if overrides:
            for each in overrides:
                self.metrics.overridden(each, "expired")
            diary.overridden("override over", overrides)
            self._keep_overrides()

    def _keep_overrides(self) -> None:
        try:
            self.keeper.memory.keep_overrides(self.pipeline.overrides)
        except OSError as error:
            self.keeper.failed(error)

    def believe(self, check: str) -> bool:
        """The operator says that a suspected check is right; False when it was not suspected."""
        effects = self.pipeline.dismiss(check, self.clock())
        if effects is None:
            return False
        self._see_to(effects)
        return True

    def failback(self, zone: str, service: str) -> bool:
        """The operator has a service come back to an earlier tier; False where none waits."""
        effects = self.pipeline.failback(zone, service, self.clock())
        if effects is None:
            return False
        diary.failed_back(zone, service)
        self._see_to(effects)
        self.keeper.ask()
        return True

    def hear(self, link: int, message: Message) -> None:
        """A worker has said something."""
        match message:
            case Hello():
                self.workers.hello(link, message)
            case Ack():
                self.workers.ack(message, self.clock())
                self.moved.set()
                self.notifier.moved()
            case Refused():
                self.workers.refused(message)
                diary.refused(message)
            case Counts():
                self.answered.count(message)
            case Tally():
                self.workers.tally(message)
            case LogLine():
                diary.worker_line(message)
            case _:
                diary.nonsense(link, message)

    def lost(self, link: int) -> None:
        """A worker's link has ended."""
        self.workers.lost(link, self.clock())
        self.moved.set()
        self.notifier.moved()

    def greeting(self) -> tuple[Message, ...]:
        """What a worker is told when it connects."""
        generation = self.publisher.generation
        told = (TableReady(generation=generation),) if generation else ()
        return (*self.policies.greeting(), *told)

    def _first_pipeline(self, config: Config, remembered: Remembered, scene: Scene | None) -> Pipeline:
        """Ready at once where saved verdicts are young enough, or where nothing is probed."""
        now = self.clock()
        overrides, unread = self.keeper.memory.overrides()
        pasts, amiss = saved_pasts.from_plain(remembered.pasts, now)  # however old, unlike verdicts
        for sentence in (*remembered.ignored, *unread, *amiss):
            diary.ignored(sentence)
        ledger = Ledger(config)
        if remembered.ledger is not None:
            for sentence in ledger.restore(remembered.ledger, now):
                diary.ignored(sentence)
        known = ledger.size - len(ledger.unknown())
        diary.started(config, known)
        self._renew_serials(config, now)
        ready = known > 0 or not config.targets
        return Pipeline(
            config,
            ledger,
            serials=self._serial_numbers(),
            now=now,
            ready=ready,
            overrides=overrides,
            pasts=pasts,
            signatures=self.notary.signatures,
            scene=scene,
        )

    def _renew_serials(self, config: Config, now: float) -> None:
        self.serials = next_serials(self.serials, config, now)
        try:
            self.keeper.memory.keep_serials(self.serials)
        except OSError as error:
            self.keeper.failed(error)

    def _serial_numbers(self) -> dict[str, int]:
        return {zone: each.serial for zone, each in self.serials.items()}

    def _see_to(self, effects: Effects, observation: Observation | None = None) -> None:
        for transition in effects.transitions:
            self.metrics.changed(transition)
            self.recent.turned(transition)
            target = self.config.targets[transition.key.target]
            judged = target, self.pipeline.members_of(target.id)
            said = words_on(self.config, self.pipeline.overrides.of(self.clock()), judged[1])
            diary.changed(transition, self.pipeline.ledger.verdict(transition.key), judged, observation, said)
        for turn in effects.turns:
            self.metrics.turned(turn)
            self.all_down_entered[turn.zone, turn.service] += turn.enters_all_down and not turn.view
            diary.turned(turn)
        for key in effects.stale:
            diary.stale(key)
        for key in effects.open_relays:
            self.metrics.relays(key)
            if observation is not None:
                diary.relaying(self.config.targets[key.target], self.pipeline.members_of(key.target), observation)
        for suspicion in effects.suspicions:
            self.metrics.suspected(suspicion)
            diary.suspected(suspicion)
        if effects.isolated is not None:
            self.metrics.isolated(begins=effects.isolated)
            diary.isolated(begins=effects.isolated)
        self._ended(effects.ended)
        if effects.transitions:
            self.keeper.ask()
        if effects.publish is Publish.NOW:
            self.publisher.ask_now()
        elif effects.publish is Publish.SOON:
            self.publisher.ask_soon()

    async def _prepare(self) -> bool:
        """Sign what the next table needs, its new serials too; whether something is left that can wait."""
        left = await self.notary.prepare(self.pipeline)
        if self.pipeline.raise_serials(self.clock()):
            left |= await self.notary.prepare(self.pipeline)
        return left

    def _press(self, generation: int) -> Pressing:
        pressing = self.pipeline.pressing(generation, self.clock())
        if pressing.transfers:
            for zone, serial in self.pipeline.serials().items():
                self.serials[zone] = replace(self.serials[zone], serial=serial)
            self.keeper.ask()
        return pressing

    def _announce(self, image: Image) -> None:
        self.answered.publish(image)
        self._tell(TableReady(generation=image.generation))
        self.notifier.changed(news_of(self.config, self.policies.keys, image))
        self.moved.set()

    def _snapshot(self) -> tuple[object, Mapping[MemberKey, int]]:
        ledger = self.pipeline.ledger.export(self.clock())
        return {**ledger, "pasts": saved_pasts.to_plain(self.pipeline.pasts())}, self.answered.members
