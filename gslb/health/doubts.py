"""What makes an outcome count for nothing: a parent that is down, a check under suspicion, a prober that is cut off.

Kept beside the book of verdicts and fed with every outcome that is folded into it. No clock, no IO.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from operator import itemgetter

from gslb.health.isolation import Isolation, heard, is_frozen, renamed
from gslb.health.machine import Signal, signal
from gslb.health.suspicion import CONTENT, Sight, is_suspect
from gslb.model.observations import Failed, Outcome
from gslb.model.settings import Config
from gslb.model.values import Address
from gslb.model.verdicts import State, Verdict, VerdictKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """A check has come under suspicion (`began`), or is believed again."""

    check: str
    began: bool


@dataclass(frozen=True, slots=True)
class _Failing:
    """A verdict whose target fails for content: since when, and the verdict before."""

    since: float
    before: Verdict


class Doubts:
    """For one configuration; `replace` takes over another."""

    def __init__(self, config: Config, keys: Collection[VerdictKey]) -> None:
        """`keys`: every verdict that the configuration names, each once."""
        self.suspected: dict[str, float] = {}
        self._dismissed: set[str] = set()
        self._failing: dict[str, dict[VerdictKey, _Failing]] = {}
        self._isolation = Isolation()
        self.replace(config, keys)

    def replace(self, config: Config, keys: Collection[VerdictKey]) -> None:
        """Take over a configuration; what was heard of checks and canaries that stay is kept."""
        self._config = config
        self._parents = _parents(config)
        self._counts = Counter(map(_CHECK, keys))
        self._pools: dict[VerdictKey, frozenset[tuple[str, str]]] = {}
        self._at: dict[Address, list[VerdictKey]] = {}
        self._failing = {
            check: {key: one for key, one in failing.items() if key in keys}
            for check, failing in self._failing.items()
            if check in config.checks
        }
        self.suspected = {check: at for check, at in self.suspected.items() if check in config.checks}
        self._dismissed &= config.checks.keys()
        self._isolation = renamed(self._isolation, frozenset(config.node.probing.canary))

    def frozen(self) -> "Doubts":
        """What is suspected now, for who reads it, or has it take over a configuration, while this goes on."""
        still = copy(self)
        still.suspected = dict(self.suspected)
        still._failing = {check: dict(failing) for check, failing in self._failing.items()}
        still._dismissed = set(self._dismissed)
        return still

    def is_isolated(self, now: float) -> bool:
        """Whether verdicts are frozen because the canaries fail."""
        return is_frozen(self._isolation, now)

    def is_quiet(self, target: str) -> bool:
        """Whether a pass of this target is just a pass: no guard waits for it."""
        return not self.suspected and self._isolation.since is None and target not in self._isolation.canaries

    def canary(self, target: str, outcome: Outcome, now: float) -> None:
        """Hear of any target whether it is a canary."""
        self._isolation = heard(self._isolation, target, outcome, now)

    def parents_down(self, key: VerdictKey, book: Mapping[VerdictKey, Verdict]) -> bool:
        """Whether a check that this one depends on is down at the same address."""
        return any(book[parent].state is State.DOWN for parent in self._parents.get(key, ()))

    def discounts(
        self, key: VerdictKey, outcome: Outcome, heard_as: Signal, book: Mapping[VerdictKey, Verdict]
    ) -> bool:
        """Whether a bad outcome counts for nothing at this key."""
        if heard_as is not Signal.BAD:
            return False
        return (key.check in self.suspected and _is_content(outcome)) or self.parents_down(key, book)

    def hear(
        self, key: VerdictKey, outcome: Outcome, before: Verdict, book: Mapping[VerdictKey, Verdict], now: float
    ) -> Suspicion | None:
        """An outcome was folded, and stood at `before` until then; a suspicion that begins or ends with it."""
        failing = self._failing.setdefault(key.check, {})
        if _is_content(outcome):
            failing.setdefault(key, _Failing(now, before))
            return self._suspect(key.check, book, now)
        if signal(outcome) is Signal.VOID:
            return None
        failing.pop(key, None)
        if signal(outcome) is not Signal.GOOD:
            return None
        self._dismissed.discard(key.check)
        return self._believe(key.check)

    def dismiss(self, check: str) -> Suspicion | None:
        """The operator says that the check is right: it is believed until it has passed somewhere again."""
        self._dismissed.add(check)
        return self._believe(check)

    def held(self, check: str) -> dict[VerdictKey, Verdict]:
        """The last verdicts before a check began to fail everywhere, by key."""
        return {key: one.before for key, one in self._failing.get(check, {}).items()}

    def _suspect(self, check: str, book: Mapping[VerdictKey, Verdict], now: float) -> Suspicion | None:
        failing, count = self._failing[check], self._counts[check]
        if check in self.suspected or check in self._dismissed or len(failing) < count:
            return None
        targets = self._config.targets
        if not self._at:
            self._pools = _pools(self._config)
            self._at = self._by_address()
        sights = [
            Sight(address=targets[key.target].address, pools=self._pools[key], since=one.since)
            for key, one in failing.items()
        ]

        def good_elsewhere(address: Address) -> bool:
            return any(key.check != check and _does_well(book[key]) for key in self._at[address])

        interval = self._config.checks[check].timing.interval
        if not is_suspect(sights, count, good_elsewhere=good_elsewhere, interval=interval, now=now):
            return None
        self.suspected[check] = now
        return Suspicion(check=check, began=True)

    def _by_address(self) -> dict[Address, list[VerdictKey]]:
        """Which verdicts each address has; made when a check first fails everywhere, which is rare."""
        at: dict[Address, list[VerdictKey]] = {}
        for key in self._pools:
            at.setdefault(self._config.targets[key.target].address, []).append(key)
        return at

    def _believe(self, check: str) -> Suspicion | None:
        if self.suspected.pop(check, None) is None:
            return None
        self._failing.pop(check, None)
        return Suspicion(check=check, began=False)


_CHECK = itemgetter(0)


def _is_content(outcome: Outcome) -> bool:
    return isinstance(outcome, Failed) and outcome.reason in CONTENT


def _does_well(verdict: Verdict) -> bool:
    return verdict.last is not None and signal(verdict.last) is Signal.GOOD


def _lists(config: Config) -> Iterator[tuple[tuple[str, str], tuple[VerdictKey, ...]]]:
    """For each address of each member its pool, and its verdicts."""
    for zone in config.zones:
        for pool in zone.pools.values():
            whose = zone.text, pool.name
            for member in pool.members:
                for keys in member.verdicts.values():
                    yield whose, keys


def _pools(config: Config) -> dict[VerdictKey, frozenset[tuple[str, str]]]:
    """The pools that use each verdict; made when a check first fails everywhere, which is rare."""
    pools: dict[VerdictKey, frozenset[tuple[str, str]]] = {}
    alone: frozenset[tuple[str, str]] = frozenset()
    for whose, keys in _lists(config):
        if whose not in alone:
            alone = frozenset((whose,))  # one for all of a pool that are in no other
        for key in keys:
            held = pools.setdefault(key, alone)
            if held is not alone:
                pools[key] = held | alone
    return pools


def _parents(config: Config) -> dict[VerdictKey, tuple[VerdictKey, ...]]:
    """For each verdict those it depends on, at the same address of the same member."""
    parents: dict[VerdictKey, dict[VerdictKey, None]] = {}
    if any(check.depends_on for check in config.checks.values()):
        for _, keys in _lists(config):
            _note(keys, config, parents)
    return {key: tuple(found) for key, found in parents.items()}


def _note(keys: Iterable[VerdictKey], config: Config, parents: dict[VerdictKey, dict[VerdictKey, None]]) -> None:
    by_check = {key.check: key for key in keys}
    for key in by_check.values():
        for parent in config.checks[key.check].depends_on:
            if parent in by_check:
                parents.setdefault(key, {})[by_check[parent]] = None
