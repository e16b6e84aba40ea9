"""Events -> effects: the whole of what control decides, without a clock, a loop or a file.

    observation, tick, first round, reload
        -> verdicts (health.ledger) -> decisions (steering) -> entries (answers.build)
        -> Effects: what to log, count, save and publish

The one object that owns verdicts, decisions and entries. Only what a target has a say in is decided again, and only
decisions that differ are built again. Times are Unix seconds.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from math import inf
from typing import TypeAlias

from gslb.answers.build import Builder, DecisionKey, decision_key
from gslb.answers.dnssec.signatures import Signatures
from gslb.answers.dnssec.work import Done, Work
from gslb.answers.image import Image, Pressing
from gslb.answers.transfers import Past as Carried
from gslb.control.deciding import HostKey, Terms, carried_of, hosts_of, services_of
from gslb.control.effects import NONE, Effects, Publish, urgency
from gslb.control.scene import Scene, everything, keys_of, parted, scene_of, steps
from gslb.control.turns import Stand, Turn, stand_of, turns
from gslb.health.damping import is_damped
from gslb.health.ledger import Ledger
from gslb.health.machine import hold_left
from gslb.health.override_targets import reach
from gslb.health.overrides import Overrides
from gslb.model.decisions import Decision, HostDecision
from gslb.model.keys import ZoneKey
from gslb.model.observations import Observation
from gslb.model.overrides import Override
from gslb.model.pasts import NEW, Past
from gslb.model.pools import Member
from gslb.model.settings import Config
from gslb.model.values import Address
from gslb.model.verdicts import AddressHealth, MemberKey, State, VerdictKey
from gslb.steering.dependents import NOTHING, Dependents, joined, of_members
from gslb.steering.motion import CALM

NO_OVERRIDES = Overrides()
NO_PASTS: Mapping[DecisionKey, Past] = {}

STEP = 500
"""Services, or hosts, decided in one step of many: some tens of milliseconds."""

STALE_EVERY = 5.0
"""Seconds between two looks for verdicts that went stale: a walk over all of them."""

Keys: TypeAlias = Mapping[str, Sequence[ZoneKey]]
"""The keys of each zone that is to be signed, by its text."""

NO_KEYS: Keys = {}

Seat: TypeAlias = tuple[str, str, str]
"""From where a service is seen: view, zone (text), service."""


class Pipeline:
    """Starts from a ledger of that configuration. `serials`: SOA serial by zone text.

    `ready`: the ledger holds saved verdicts, so that a table may carry health before the first round is over.
    `carried`: what transfers of another pipeline carried last. `scene`: that of the configuration, if it is made.
    """

    def __init__(
        self,
        config: Config,
        ledger: Ledger,
        *,
        serials: Mapping[str, int],
        now: float,
        ready: bool = False,
        overrides: Overrides = NO_OVERRIDES,
        pasts: Mapping[DecisionKey, Past] = NO_PASTS,
        signatures: Signatures | None = None,
        carried: Mapping[str, Carried] | None = None,
        scene: Scene | None = None,
    ) -> None:
        self.ledger = ledger
        self.overrides = overrides
        self.ready = ready
        self.decisions: dict[DecisionKey, Decision] = {}
        self.hosts: dict[HostKey, HostDecision] = {}
        self.stands: dict[Seat, Stand] = {}
        self._pasts = pasts
        self._due: dict[DecisionKey, float] = {}
        self._ticked = now
        self._held: set[str] = set()
        self.left = NOTHING  # to be decided with the next tick
        self._stale_looked = now
        self._isolated = False
        scene = scene_of(config) if scene is None else scene
        self._builder = Builder(scene.plan, serials, signatures, carried)
        self._scene = replace(scene, plan=self._builder.plan)

    def __repr__(self) -> str:
        state = "ready" if self.ready else "starting"
        return f"<Pipeline {state} {len(self.decisions)} decisions, {len(self.hosts)} hosts, {self.ledger}>"

    @property
    def config(self) -> Config:
        """The configuration that runs."""
        return self._scene.config

    def image(self, generation: int, now: float = 0.0) -> Image:
        """The table as decided now, as bytes of this generation. Signs what `work` has left."""
        return self.pressing(generation, now).image()

    def pressing(self, generation: int, now: float = 0.0) -> Pressing:
        """The same, still to be made: anywhere, before the next is asked for."""
        return self._builder.pressing(generation, now, renewed=0, ready=self.ready)

    def raise_serials(self, now: float) -> bool:
        """Let the next table have new serials for zones that others fetch and that have changed; whether it will."""
        return self.ready and bool(self._builder.raise_serials(now))

    def serials(self) -> dict[str, int]:
        """The serials of zones that others fetch, by their text."""
        return self._builder.transfers.serials()

    def sign(self, keys: Keys, now: float) -> Effects:
        """Each zone (by its text) has these keys from now on; their dates say what they do."""
        return Effects(publish=Publish.SOON) if self._builder.sign(keys, now) else NONE

    def work(self, now: float, renewed: int) -> Work:
        """What is to be signed before the next table, and so many entries that can wait. Any thread may do it."""
        return self._builder.work(now, renewed)

    def accept(self, done: Done) -> None:
        """Take over what was signed; what has changed meanwhile is to be signed again."""
        self._builder.accept(done)

    def waiting(self) -> tuple[int, int]:
        """How many entries are to be signed before the next table, and how many can wait."""
        return self._builder.ahead.waiting

    @property
    def expires(self) -> float:
        """When the first signature of the table ends, Unix time; 0 where nothing is signed."""
        return self._builder.ahead.expires

    def prune(self, now: float) -> None:
        """Forget signatures that were not needed for long."""
        self._builder.ahead.prune(now)

    def on_start(self, now: float) -> Effects:
        """Decide for the first time, before any other event: on saved verdicts, or that nothing is known."""
        return replace(self._decide(everything(self._scene), now), publish=Publish.NOW)

    def on_observation(self, observation: Observation, now: float) -> Effects:
        """One probe has ended."""
        if self.ledger.fold_quietly(observation, now):
            return NONE
        places = self._scene.places(observation.target)
        before = self._healths(places, now)
        transitions = self.ledger.fold(observation, now)
        self._watch_hold(observation.target, now)
        told = Effects(
            transitions=transitions,
            suspicions=self.ledger.suspicions(),
            isolated=self._isolation_turned(now),
            open_relays=self.ledger.open_relays(),
        )
        if told.suspicions:
            return self._reconsidered(told, now)
        # Until the first round is over all answers are those of a start: they are decided once, at its end.
        if not self.ready or self._healths(places, now) == before:
            return told if told != NONE else NONE
        touched = self._scene.dependents_of(observation.target)
        if observation.target in self._scene.crowded:
            self.left = joined((self.left, touched))
            return told
        effects = self._decide(touched, now)
        return replace(effects, transitions=transitions, isolated=told.isolated, open_relays=told.open_relays)

    def on_tick(self, now: float) -> Effects:
        """A second has passed: holds run down, verdicts go stale."""
        isolated = self._isolation_turned(now)
        touched = set(self._held)
        for target in touched:
            self._watch_hold(target, now)
        stale: tuple[VerdictKey, ...] = ()
        if not 0 <= now - self._stale_looked < STALE_EVERY:
            self._stale_looked = now
            stale = self.ledger.mark_stale(now)
            touched |= {key.target for key in stale}
        overruled, ended = self._run_down(now)
        self.left = joined((self.left, self.bearing(overruled)))
        some, self.left = parted(self.left, STEP)  # a machine may bear thousands: the rest comes with the next ticks
        set_back, self._ticked = now < self._ticked, now  # where it was, all that waits for a time is looked at
        due = frozenset(key[:2] for key, at in self._due.items() if at <= now or set_back)
        signed = Publish.SOON if self._builder.look(now) else Publish.NOT
        if not touched and some == NOTHING and not due:
            return NONE if isolated is None and not signed else Effects(isolated=isolated, publish=signed)
        met = joined((self._together(touched), some, Dependents(services=due)))
        effects = self._decide(met, now)
        return replace(effects, stale=stale, isolated=isolated, ended=ended, publish=max(effects.publish, signed))

    def override(
        self,
        overrides: Overrides,
        touched: Dependents,
        now: float,
        decided: Mapping[DecisionKey, Decision] | None = None,
    ) -> Effects:
        """The operator has spoken: other overrides stand; what they bear on, or a part of it, is decided again.

        `decided`: what `what_if` has just said of that part, where it was asked.
        """
        self.overrides = overrides
        return self._decide(touched, now, decided)

    def what_if(
        self, overrides: Overrides, touched: Dependents, now: float, welcome: Set[MemberKey] = frozenset()
    ) -> dict[DecisionKey, Decision]:
        """What would be decided of these services under these overrides; nothing changes.

        `welcome`: members that have all of their weight when they come back, whatever slow_start says.
        """
        return dict(services_of(self._terms(now, overrides), touched, welcome))

    def _run_down(self, now: float) -> tuple[tuple[str, ...], tuple[Override, ...]]:
        """Let overrides end. The targets to decide for: those that ended, and those whose end lowers TTLs."""
        self.overrides, ended = self.overrides.expired(now)
        return self.overrides.closing(now, self._scene.longest_ttl) + tuple(each.target for each in ended), ended

    def bearing(self, targets: Iterable[str]) -> Dependents:
        """What overrides of these targets bear on."""
        found = reach(self.config, targets)
        return of_members(self.config, found.members, found.services)

    def failback(self, zone: str, service: str, now: float) -> Effects | None:
        """The operator has a service come back to an earlier tier that holds again; None where none waits."""
        waiting = {
            key: made for key, made in self.decisions.items() if key[:2] == (zone, service) and made.past.holding
        }
        if not waiting:
            return None
        for key, made in waiting.items():
            self.decisions[key] = replace(made, past=replace(made.past, seat=None))
        return self._decide(Dependents(services=frozenset({(zone, service)})), now)

    def dismiss(self, check: str, now: float) -> Effects | None:
        """The operator says that a suspected check is right; None when it was not suspected."""
        if not self.ledger.dismiss(check):
            return None
        return self._reconsidered(Effects(suspicions=self.ledger.suspicions()), now)

    def first_round(self, now: float) -> Iterator[Effects]:
        """Every target has been probed once, or the wait for it is over: health counts from now on.

        In steps, none of them long; between two of them no table is to be published. Where health counted from the
        start, each observation has been decided on already.
        """
        before, self.ready, scene = self.ready, True, self._scene
        for step in () if before else steps(scene, STEP):
            if self._scene is scene:  # else a reload has decided everything
                yield self._decide(step, now)
        yield Effects(publish=Publish.NOW)

    def heir(
        self, config: Config, *, serials: Mapping[str, int], now: float, keys: Keys = NO_KEYS
    ) -> Callable[[], "Pipeline"]:
        """Makes what this one is to become under another configuration, from all that is believed now: in any thread,
        while this one goes on."""
        ledger, pasts, carried = self.ledger.frozen(), self.pasts(), self._builder.transfers.pasts()
        known, ready, overrides = self._builder.ahead.known, self.ready, self.overrides

        def make() -> Pipeline:
            ledger.replace(config, now)
            made = Pipeline(
                config, ledger, serials=serials, now=now, ready=ready, overrides=overrides, pasts=pasts,
                signatures=known, carried=carried,
            )  # fmt: skip
            made.sign(keys, now)
            made.on_start(now)
            return made

        return make

    def on_reload(
        self,
        config: Config,
        *,
        serials: Mapping[str, int],
        now: float,
        keys: Keys = NO_KEYS,
        heir: "Pipeline | None" = None,
    ) -> Effects:
        """Another configuration takes over; what it shares with the old one keeps its verdicts. `heir`: what was made
        for it, with these serials; what has moved since is decided again."""
        made = heir or self.heir(config, serials=serials, now=now, keys=keys)()
        self.ledger.replace(config, now)
        moved = self.ledger.moved_since(made.ledger)
        self._scene, self._builder, self._due = made._scene, made._builder, made._due
        self._pasts, self.decisions, self.hosts = made._pasts, made.decisions, made.hosts
        self._held = {target for target in self._held if target in config.targets}
        self.left = NOTHING
        self._builder.sign(keys, now)
        touched = joined((self._together(moved), self.bearing(self.overrides.differing(made.overrides))))
        again = self._decide(touched if self.ready is made.ready else everything(self._scene), now)
        seats = {(each.view, key[0], key[1]) for key, each in self.decisions.items()}
        turned = (*again.turns, *self._turn(seats))
        self.stands = {seat: stand for seat, stand in self.stands.items() if seat in seats}
        return Effects(turns=turned, decided=len(self.decisions) + len(self.hosts), publish=Publish.NOW)

    def pasts(self) -> dict[DecisionKey, Past]:
        """What decisions remember beyond what the next ones see for themselves."""
        return {key: made.past for key, made in self.decisions.items() if made.past not in (NEW, CALM)}

    def members_of(self, target: str) -> tuple[MemberKey, ...]:
        """The members that a target judges."""
        return self._scene.members_of(target)

    def _isolation_turned(self, now: float) -> bool | None:
        isolated = self.ledger.doubts.is_isolated(now)
        if isolated is self._isolated:
            return None
        self._isolated = isolated
        return isolated

    def _reconsidered(self, told: Effects, now: float) -> Effects:
        """Decide again for every target of the checks that are doubted, or no longer."""
        doubted = {suspicion.check for suspicion in told.suspicions}
        targets = {key.target for key in self.ledger.verdicts() if key.check in doubted}
        for target in targets:
            self._watch_hold(target, now)
        effects = self._decide(self._together(targets), now)
        return replace(effects, transitions=told.transitions, suspicions=told.suspicions, isolated=told.isolated)

    def _healths(self, places: tuple[tuple[Member, Address], ...], now: float) -> list[AddressHealth]:
        look = self.ledger.health_of(now)
        return [look(member, address) for member, address in places]

    def _watch_hold(self, target: str, now: float) -> None:
        """Note targets that are held down, or damped: their answers change with time alone."""
        checks = self.config.checks
        for key in keys_of(self._scene.places(target), target):
            verdict = self.ledger.verdict(key)
            check = checks[key.check]
            held = verdict.state is State.DOWN and hold_left(verdict, check.thresholds, now) > 0
            if held or (check.damping and is_damped(verdict, now)):
                self._held.add(target)
                return
        self._held.discard(target)

    def _together(self, targets: Iterable[str]) -> Dependents:
        return joined([self._scene.dependents_of(target) for target in targets])

    def _decide(
        self, touched: Dependents, now: float, decided: Mapping[DecisionKey, Decision] | None = None
    ) -> Effects:
        terms = self._terms(now)  # one look at health for services and hostnames alike
        decisions = dict(services_of(terms, touched)) if decided is None else decided
        found_hosts = dict(hosts_of(terms, touched))
        new = {key: made for key, made in decisions.items() if self.decisions.get(key) != made}
        new_hosts = {key: made for key, made in found_hosts.items() if self.hosts.get(key) != made}
        publish = max(
            (
                *(urgency(self.decisions.get(key), made) for key, made in new.items()),
                *(urgency(self.hosts.get(host), made) for host, made in new_hosts.items()),
            ),
            default=Publish.NOT,
        )
        self.decisions.update(decisions)
        for key, made in decisions.items():
            if made.due < inf:
                self._due[key] = made.due
            else:
                self._due.pop(key, None)
        self.hosts.update(new_hosts)
        differs = self._builder.update(new, new_hosts, dict(carried_of(terms, decisions)))
        return Effects(
            turns=tuple(self._turn({(made.view, key[0], key[1]) for key, made in new.items()})),
            decided=len(decisions) + len(found_hosts),
            publish=publish if differs else Publish.NOT,
        )

    def _past(self, key: DecisionKey) -> Past:
        made = self.decisions.get(key)
        return self._pasts.get(key, NEW) if made is None else made.past

    def _terms(self, now: float, overrides: Overrides | None = None) -> Terms:
        said = (self.overrides if overrides is None else overrides).of(now)
        return Terms(self._scene, self.ledger.health_of(now), said, self._past, self.ready, now)

    def _turn(self, seen: set[Seat]) -> Iterator[Turn]:
        for seat in sorted(seen):
            view, zone, service = seat
            families = self._scene.families[zone, service]
            stand = stand_of([self.decisions[decision_key(zone, service, family, view)] for family in families])
            yield from turns(zone, service, self.stands.get(seat), stand, view=view)
            self.stands[seat] = stand
