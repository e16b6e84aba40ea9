"""From one key to the next without a moment at which nobody could validate (RFC 6781 section 4.1, RFC 7583).

    ZSK        pre-publish: the new key is seen before it signs, the old one until its last signature has left caches
    KSK, CSK   double signature: both sign until the parent's new DS has replaced the old one in every cache
    algorithm  conservative (RFC 6781 section 4.1.4): signatures, keys, DS; and back in the opposite order

Dates follow from TTLs but for one: when the parent has changed its DS, somebody must have looked. Until then the old
key stays as it is, and `endings` has the rest. Every function gives the keys that change, and raises KeysError for a
step that must not be taken now. Seconds everywhere; `now` and `begins` are Unix time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

from gslb.errors import KeysError
from gslb.keys.keyfile import StoredKey, show_date
from gslb.model.keys import KeyTimes, Role, ZoneKey
from gslb.model.zones import Zone

Keys: TypeAlias = tuple[StoredKey, ...]
AnyKey: TypeAlias = StoredKey | ZoneKey
K = TypeVar("K", StoredKey, ZoneKey)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lags:
    """How long others may still hold what was.

    `keys`: TTL of DNSKEY. `data`: the longest TTL in the zone. `ds`: TTL of the DS at the parent. `delay`: until every
    server of a zone answers what was changed; of ours, and of the parent's.
    """

    keys: int
    data: int
    ds: int
    delay: int

    @property
    def keys_gone(self) -> float:
        """Until no cache holds a DNSKEY RRset from before."""
        return self.delay + self.keys

    @property
    def data_gone(self) -> float:
        """Until no cache holds any RRset, or proof of absence, from before."""
        return self.delay + max(self.data, self.keys)

    @property
    def ds_gone(self) -> float:
        """Until no cache holds a DS RRset from before."""
        return self.delay + self.ds


def lags_of(zone: Zone, *, ds: int, delay: int) -> Lags:
    """Those of a zone, with the parent's DS TTL and the delay that its operator states."""
    longest = max(zone.ttl, zone.negative_ttl, zone.static_ttl, *(record.ttl for record in zone.records), 0)
    return Lags(keys=zone.static_ttl, data=longest, ds=ds, delay=delay)


def live(keys: Iterable[K], now: float) -> tuple[K, ...]:
    """Keys that are in use or planned: those not yet both silent and gone."""
    return tuple(key for key in keys if not (key.times.publish is key.times.active is None or is_over(key.times, now)))


def is_over(times: KeyTimes, now: float) -> bool:
    """Whether a key neither signs nor stands in the zone any more, for good."""
    return all(end is not None and end <= now for end in (times.retire, times.remove))


def signs_keys(key: AnyKey) -> bool:
    """Whether a DS may name it."""
    return key.role is not Role.ZSK


def signs_data(key: AnyKey) -> bool:
    """Whether it signs what is not about keys."""
    return key.role is not Role.KSK


def first(keys: Keys, fresh: Keys, begins: float, lags: Lags) -> Keys:
    """The first keys of a zone, or of a duty that no key has. The parent is asked once nothing unsigned is cached."""
    for duty, word in ((signs_keys, "the keys"), (signs_data, "the data")):
        there = [key for key in live(keys, begins) if duty(key)]
        if there and any(map(duty, fresh)):
            raise KeysError(f"key {there[0].tag} signs {word} already: gslb keys roll replaces it")
    return tuple(replace(key, times=_both_at(key, begins, begins + lags.data_gone)) for key in fresh)


def _both_at(key: StoredKey, at: float, asked: float) -> KeyTimes:
    """Seen and signing from one moment, and the parent asked from another."""
    sync = asked if signs_keys(key) else None
    return replace(key.times, publish=at, active=at, sync_publish=sync)


def roll(keys: Keys, fresh: Keys, begins: float, lags: Lags) -> Keys:
    """Let `fresh` keys, one for each role that is rolled, follow those in use, from `begins` on."""
    old = live(keys, begins)
    _demand_calm(keys, begins)
    roles = {key.role for key in old}
    if not fresh or not {key.role for key in fresh} <= roles:
        wanted = ", ".join(sorted(role.upper() for role in {key.role for key in fresh} - roles))
        raise KeysError(f"no {wanted or 'key'} is in use: gslb keys generate makes the first")
    if {key.algorithm for key in fresh} != {key.algorithm for key in old}:
        if {key.role for key in fresh} != roles:
            raise KeysError("another algorithm needs new keys of every role at once: roll without --ksk and --zsk")
        return _new_algorithm(old, fresh, begins, lags)
    changed: list[StoredKey] = []
    for new in fresh:
        before = next(key for key in old if key.role is new.role)
        changed += (
            _pre_publish(before, new, begins, lags) if new.role is Role.ZSK else _double(before, new, begins, lags)
        )
    return tuple(changed)


def _demand_calm(keys: Keys, now: float) -> None:
    waiting = under_way(keys, now)
    if waiting:
        raise KeysError(f"a roll is under way: {waiting}")


def under_way(keys: Keys, now: float) -> str:
    """What is not over yet, in words; empty while no roll is under way."""
    alive = live(keys, now)
    for key in alive:
        if key.times.unsign is not None:
            return "the parent is asked to drop every DS, by gslb keys retire --all"
        if ahead := [date for date in _steps(key.times) if date is not None and date > now]:
            return f"key {key.tag} has its next date on {show_date(min(ahead))}"
    for duty in (signs_keys, signs_data):
        several = [key for key in alive if duty(key)]
        if len(several) > 1:
            return f"key {several[0].tag} and key {several[1].tag} share one work until gslb keys roll --ds-seen"
    return ""


def _steps(times: KeyTimes) -> tuple[float | None, ...]:
    return (times.publish, times.active, times.retire, times.remove, times.sync_publish)


def _pre_publish(old: StoredKey, new: StoredKey, begins: float, lags: Lags) -> Keys:
    """RFC 7583 section 3.2.1."""
    turn = begins + lags.keys_gone
    ends = replace(old.times, retire=turn, remove=turn + lags.data_gone)
    return (replace(new, times=replace(new.times, publish=begins, active=turn)), replace(old, times=ends))


def _double(old: StoredKey, new: StoredKey, begins: float, lags: Lags) -> Keys:
    """RFC 7583 section 3.3.1; a CSK signs the data twice as well, so that no signature hangs on the order of DS."""
    ready = begins + lags.keys_gone
    return (replace(new, times=_both_at(new, begins, ready)), replace(old, times=replace(old.times, sync_delete=ready)))


def _new_algorithm(old: Keys, fresh: Keys, begins: float, lags: Lags) -> Keys:
    """A validator may want signatures of each algorithm that it sees in DNSKEY: so they come first, and go last."""
    seen = begins + lags.data_gone
    ready = seen + lags.keys_gone
    new = tuple(replace(key, times=replace(_both_at(key, begins, ready), publish=seen)) for key in fresh)
    return new + tuple(replace(key, times=replace(key.times, sync_delete=ready)) for key in old if signs_keys(key))
