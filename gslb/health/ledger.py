"""The book of verdicts: the one thing in this room that changes. Control owns the only one; no clock, no IO.

A verdict belongs to a check on a target, so several members, pools and zones may read the same one, and one
observation of a target moves the verdict of every check that uses it.

What survives a reload is decided here, in this order, for each verdict the new configuration names:

1. the same check on the same target: the verdict as it is, whatever became of intervals and thresholds;
2. the same target under another check (renamed, or added beside it): that verdict, counters and all;
3. another target in the same place (zone, pool, member, address, check): its belief, provisionally;
4. nothing: unknown, as at start.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from copy import copy
from dataclasses import replace
from typing import NamedTuple

from gslb.health import cadence
from gslb.health.doubts import Doubts, Suspicion
from gslb.health.machine import asked, escalated, is_settled, settled, step
from gslb.health.members import address_health, is_calm
from gslb.health.saved import Saved, from_plain, to_plain
from gslb.model.checks import Check
from gslb.model.observations import Degraded, Failed, Inconclusive, Observation, Outcome, Passed, Reason
from gslb.model.plain import AgentSettings
from gslb.model.pools import Member
from gslb.model.settings import Config
from gslb.model.values import Address
from gslb.model.verdicts import AddressHealth, State, Transition, Verdict, VerdictKey

STALE_AFTER = 5
"""Intervals without a conclusive outcome after which a verdict is flagged stale."""


class Place(NamedTuple):
    """Where a verdict is used: what stays the same when the dialogue of a check changes."""

    zone: str
    pool: str
    member: str
    address: Address
    check: str


class Ledger:
    """Every verdict the configuration names. Unknown until observed, restored or inherited."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._book: dict[VerdictKey, Verdict] = dict.fromkeys((key for _, key in _keys(config)), _UNKNOWN)
        self._keys = _by_target(self._book)
        self._resumed_at = 0.0
        self.doubts = Doubts(config, self._book)
        self._suspicions: list[Suspicion] = []
        self._relays: list[VerdictKey] = []

    def __repr__(self) -> str:
        counts = {state.value: 0 for state in State}
        for verdict in self._book.values():
            counts[verdict.state.value] += 1
        return f"<Ledger {len(self._keys)} targets, verdicts {counts}>"

    def fold_quietly(self, observation: Observation, now: float) -> bool:
        """Fold what says the same as ever of a target that is up; False, and nothing done, for anything else."""
        if observation.weight_factor not in (None, 1.0) or not self.doubts.is_quiet(observation.target):
            return False
        keys = self._keys.get(observation.target, ())
        book, outcome = self._book, observation.outcome
        for key in keys:
            if not is_settled(book[key], outcome):
                return False
        for key in keys:
            book[key] = settled(book[key], now)
        return True

    def fold(self, observation: Observation, now: float) -> tuple[Transition, ...]:
        """Let one observation move every verdict on its target; the changes of belief, if any.

        An observation of a target that is no longer configured moves nothing, and while the prober is cut off none
        does. Where the outcome makes the check suspected, the verdicts from before it failed everywhere come back.
        """
        self.doubts.canary(observation.target, observation.outcome, now)
        if self.doubts.is_isolated(now):
            return ()
        transitions: list[Transition] = []
        for key in self._keys.get(observation.target, ()):
            before = self._book[key]
            check = self._config.checks[key.check]
            said = escalated(before, observation.outcome, check.temp_fail_after)
            if self.doubts.discounts(key, observation.outcome, said, self._book):
                continue
            after = step(before, observation.outcome, check.thresholds, now, check.temp_fail_after)
            after = asked(after, observation.outcome, observation.weight_factor)
            self._book[key] = after
            if _confirms_relay(observation, before, after):
                self._relays.append(key)
            suspicion = self.doubts.hear(key, observation.outcome, before, self._book, now)
            if suspicion is not None:
                self._suspicions.append(suspicion)
            if suspicion is not None and suspicion.began:
                transitions += self._hold(suspicion.check, key, observation, now)
            elif after.state is not before.state:
                transitions.append(_transition(key, before, after, observation, now))
        return tuple(transitions)

    def _hold(self, check: str, deciding: VerdictKey, observation: Observation, now: float) -> Iterator[Transition]:
        """Put back the verdicts a suspected check has moved; the changes of belief that were told already."""
        for key, verdict in self.doubts.held(check).items():
            stands = self._book[key]
            self._book[key] = replace(verdict, failures=0)
            if key != deciding and stands.state is not verdict.state:
                yield _transition(key, stands, verdict, observation, now)

    def counted(self, observation: Observation, now: float) -> Observation:
        """The observation as it is to be recorded and folded.

        It is `unreachable` where what its checks depend on is down, and `stale`, a notice that asks for nothing, where
        an agent has said nothing for too long: its last word no longer counts (probes.md 1.14).
        """
        outcome = observation.outcome
        keys = self._keys.get(observation.target, ())
        if isinstance(outcome, Inconclusive) and any(self._has_expired(key, outcome, now) for key in keys):
            silence = Degraded(outcome.phase, Reason.STALE)
            return replace(observation, outcome=silence, notices=(*observation.notices, outcome.reason))
        if not isinstance(outcome, Failed) or not keys:
            return observation
        if not all(self.doubts.parents_down(key, self._book) for key in keys):
            return observation
        return replace(observation, outcome=Inconclusive(outcome.phase, Reason.UNREACHABLE))

    def suspicions(self) -> tuple[Suspicion, ...]:
        """What came under suspicion, or is believed again, since this was last asked."""
        found, self._suspicions = tuple(self._suspicions), []
        return found

    def open_relays(self) -> tuple[VerdictKey, ...]:
        """What was seen twice in a row to relay for strangers, and was not known to, since this was last asked."""
        found, self._relays = tuple(self._relays), []
        return found

    def dismiss(self, check: str) -> bool:
        """The operator says that a suspected check is right; False when it was not suspected."""
        suspicion = self.doubts.dismiss(check)
        if suspicion is not None:
            self._suspicions.append(suspicion)
        return suspicion is not None

    def frozen(self) -> "Ledger":
        """The book as it stands now, for who reads it while this one goes on."""
        still = copy(self)
        still._book = dict(self._book)
        still.doubts = self.doubts.frozen()
        return still

    def moved_since(self, before: "Ledger") -> set[str]:
        """The targets of which another book of the same configuration believes something else."""
        return {key.target for key, verdict in self._book.items() if before.verdict(key) != verdict}

    def verdict(self, key: VerdictKey) -> Verdict:
        """What is believed; unknown for a key the configuration does not name."""
        return self._book.get(key, _UNKNOWN)

    def verdicts(self) -> Mapping[VerdictKey, Verdict]:
        """Every verdict as it stands now: a copy."""
        return dict(self._book)

    def unknown(self) -> tuple[VerdictKey, ...]:
        """The verdicts still without a conclusive outcome, saved or seen."""
        unknown = State.UNKNOWN
        return tuple([key for key, verdict in self._book.items() if verdict.state is unknown])

    @property
    def size(self) -> int:
        """How many verdicts there are, known or not."""
        return len(self._book)

    def interval(self, target: str) -> float:
        """Seconds from one start to the next for a target: the most eager of its checks. KeyError if not configured."""
        keys = self._keys.get(target)
        if keys is None:  # a canary that stands in no pool
            return self._config.targets[target].timing.interval
        checks = self._config.checks
        if len(keys) == 1:
            return _pace(self._book[keys[0]], checks[keys[0].check])
        return min([_pace(self._book[key], checks[key.check]) for key in keys])

    def health_of(self, now: float) -> Callable[[Member, Address], AddressHealth]:
        """What steering asks: the combined health of one address of one member, as of `now`.

        Looked up once for each, however many families, views and hostnames ask: not to be kept beyond the next fold.
        What is up and has nothing else to say is the same for all that the same checks look at, at one pace.
        """
        checks, book, sharing = self._config.checks, self._book, self._keys
        # Addresses are found by identity, for their hash is slow; kept beside what is known, none can take another's.
        known: dict[tuple[int, int], tuple[Member, Address, AddressHealth]] = {}
        calm: dict[tuple[str, float], AddressHealth] = {}

        def worked_out(member: Member, address: Address) -> AddressHealth:
            return address_health(
                member, address, verdict_of=self.verdict, pace_of=self.interval, checks=checks, now=now
            )

        def look(member: Member, address: Address) -> AddressHealth:
            keys = member.verdicts.get(address, ())
            if len(keys) == 1 and member.requirement is None and is_calm(verdict := book.get(keys[0], _UNKNOWN)):
                check, target = keys[0]
                alone = len(sharing[target]) == 1
                alike = check, _pace(verdict, checks[check]) if alone else self.interval(target)
                health = calm.get(alike)
                if health is None:
                    health = calm[alike] = worked_out(member, address)
                return health
            place = (id(member), id(address))
            found = known.get(place)
            if found is None:
                found = known[place] = member, address, worked_out(member, address)
            return found[2]

        return look

    def mark_stale(self, now: float) -> tuple[VerdictKey, ...]:
        """Flag verdicts without a conclusive outcome for `stale_after`; those newly flagged. The belief stands."""
        self._resumed_at = min(self._resumed_at, now)
        if self.doubts.is_isolated(now):
            self._resumed_at = now
            return ()
        checks, resumed = self._config.checks.items(), self._resumed_at
        # nothing is overdue before: what was heard since then, of hundreds of thousands, is passed over at once
        since = {name: now - _least_patience(check) for name, check in checks}
        stale = tuple(
            key
            for key, verdict in tuple(self._book.items())
            if (max(verdict.last_at, resumed) < since[key.check] or verdict.last_at > now)
            and self._is_overdue(key, verdict, now)
        )
        for key in stale:
            self._book[key] = replace(self._book[key], stale=True)
        return stale

    def _has_expired(self, key: VerdictKey, outcome: Inconclusive, now: float) -> bool:
        """Whether a word is too old to count, and not for a fault of our own. An agent never heard has none."""
        check, verdict = self._config.checks[key.check], self._book[key]
        if not isinstance(check.settings, AgentSettings) or outcome.reason.startswith("local_"):
            return False
        if verdict.state is State.UNKNOWN or (verdict.last is not None and _reason_of(verdict.last) is Reason.STALE):
            return True
        most = check.agent_max_age
        patience = STALE_AFTER * check.timing.interval if most is None else most
        return now - max(min(verdict.last_at, now), self._resumed_at) > patience

    def _is_overdue(self, key: VerdictKey, verdict: Verdict, now: float) -> bool:
        if verdict.stale or verdict.state is State.UNKNOWN or self.doubts.parents_down(key, self._book):
            return False
        if verdict.last_at > now:  # the clock was set back: silence is counted from now
            self._book[key] = replace(verdict, last_at=now)
            return False
        check = self._config.checks[key.check]
        patience = check.stale_after
        if patience is None:
            patience = STALE_AFTER * max(check.timing.interval, self.interval(key.target))
        # Time in which this process was not there to probe does not make a verdict stale.
        return now - max(verdict.last_at, self._resumed_at) > patience

    def replace(self, config: Config, now: float) -> None:
        """Take over a new configuration; what survives is told at the top of this file."""
        old, twins, old_places = self._book, self._keys, dict(_places(self._config))
        self._config = config
        book: dict[VerdictKey, Verdict] = {}
        for place, key in _places(config):
            if key not in book or book[key].state is State.UNKNOWN:
                book[key] = _inherited(key, old, twins) or _provisional(old_places.get(place), old) or _UNKNOWN
        self._book = book
        self._keys = _by_target(book)
        self.doubts.replace(config, book)
        self._resumed_at = min(self._resumed_at, now)

    def export(self, now: float) -> dict[str, object]:
        """Plain values for `restore` (health.saved), stamped with `now`."""
        return to_plain(self._book, now)

    def restore(self, data: object, now: float) -> tuple[str, ...]:
        """Take over saved verdicts where nothing is known yet; a sentence for each thing that was ignored.

        Anything at all may stand in `data`, and what `from_plain` has made of it a moment ago. Verdicts saved more than
        5 minutes ago are ignored.
        """
        saved = data if isinstance(data, Saved) else from_plain(data, now)
        known = saved.verdicts
        twins = {} if known.keys() >= self._book.keys() else _by_target(known)
        unknown = State.UNKNOWN
        for key, verdict in self._book.items():
            if verdict.state is unknown:
                self._book[key] = known.get(key) or _inherited(key, known, twins) or verdict
        self._resumed_at = now
        return saved.ignored


def _least_patience(check: Check) -> float:
    """Seconds of silence that no verdict of a check is stale for, whatever its pace now."""
    return STALE_AFTER * check.timing.interval if check.stale_after is None else check.stale_after


def _pace(verdict: Verdict, check: Check) -> float:
    return cadence.interval(verdict, check.timing, check.thresholds.rise)


_UNKNOWN = Verdict()


def _reason_of(outcome: Outcome) -> Reason:
    return Reason.OK if isinstance(outcome, Passed) else outcome.reason


def _transition(key: VerdictKey, before: Verdict, after: Verdict, observation: Observation, now: float) -> Transition:
    return Transition(
        key=key, before=before.state, after=after.state, at=now, reason=observation.reason, text=observation.text
    )


def _confirms_relay(observation: Observation, before: Verdict, after: Verdict) -> bool:
    """Whether an open relay was suspected once, and now is known: flagged, or withdrawn where the check says so."""
    if observation.reason is not Reason.OPEN_RELAY_SUSPECTED:
        return False
    flagged = after.degraded and not before.degraded
    return flagged or (after.state is State.DOWN and before.state is not State.DOWN)


def _keys(config: Config) -> Iterator[tuple[tuple[str, str, str, Address], VerdictKey]]:
    """Every verdict named, with the zone, pool, member and address that name it."""
    for zone in config.zones:
        for pool in zone.pools.values():
            for member in pool.members:
                for address, keys in member.verdicts.items():
                    for key in keys:
                        yield (zone.text, pool.name, member.name, address), key


def _places(config: Config) -> Iterator[tuple[Place, VerdictKey]]:
    return ((Place(*where, key.check), key) for where, key in _keys(config))


def _by_target(book: Collection[VerdictKey]) -> dict[str, tuple[VerdictKey, ...]]:
    alone: dict[str, tuple[VerdictKey, ...]] = {key.target: (key,) for key in book}
    if len(alone) == len(book):  # as nearly always
        return alone
    keys: dict[str, list[VerdictKey]] = {}
    for key in book:
        keys.setdefault(key.target, []).append(key)
    return {target: tuple(sharing) for target, sharing in keys.items()}


def _inherited(
    key: VerdictKey, book: Mapping[VerdictKey, Verdict], twins: Mapping[str, tuple[VerdictKey, ...]]
) -> Verdict | None:
    """The verdict of this very key, else of another check on the same target."""
    if key in book:
        return book[key]
    sharing = twins.get(key.target)
    return book[sharing[0]] if sharing else None


def _provisional(key: VerdictKey | None, book: Mapping[VerdictKey, Verdict]) -> Verdict | None:
    """The belief alone of the verdict that stood in the same place."""
    if key is None or book[key].state is State.UNKNOWN:
        return None
    return replace(book[key], successes=0, failures=0, degraded_run=0, provisional=True)
