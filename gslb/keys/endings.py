"""How keys end: when the parent's DS has changed, when a roll is called off, when a zone is to be unsigned.

As in `rolls`: every function gives the keys that change, and raises KeysError for a step that must not be taken now.
"""

from dataclasses import replace

from gslb.errors import KeysError
from gslb.keys.keyfile import StoredKey, show_date
from gslb.keys.rolls import Keys, Lags, live, signs_data, signs_keys
from gslb.model.keys import Role


def ds_seen(keys: Keys, now: float, lags: Lags) -> Keys:
    """The parent shows the DS of the newest key, and no longer its predecessor's: note it, and end the latter."""
    alive = live(keys, now)
    new = max((key for key in alive if signs_keys(key)), key=lambda key: key.times.sync_publish or 0.0, default=None)
    if new is None or new.times.sync_publish is None:
        raise KeysError("no key is in use whose DS the parent should have")
    if new.times.sync_publish > now:
        raise KeysError(
            f"too early: the DS of key {new.tag} belongs to the parent from {show_date(new.times.sync_publish)} on; "
            "until then caches may hold what it does not cover"
        )
    seen = now if new.times.ds_publish is None else new.times.ds_publish
    noted = replace(new, times=replace(new.times, ds_publish=seen))
    ended = (_followed(key, noted, seen + lags.ds_gone, lags) for key in alive if key != new and not is_ending(key))
    return (noted, *(key for key in ended if key is not None))


def _followed(old: StoredKey, new: StoredKey, free: float, lags: Lags) -> StoredKey | None:
    """The key with its end, if `new` takes its place. `free`: no cache leads to it by a DS from then on.

    An algorithm leaves the zone before it stops signing (RFC 6781 section 4.1.4).
    """
    if old.algorithm is not new.algorithm:
        return _with_end(old, stop=free + lags.keys_gone, gone=free)
    return _relieved(old, new, free, lags) if signs_keys(old) else None


def _relieved(old: StoredKey, heir: StoredKey, free: float, lags: Lags) -> StoredKey:
    """With an end that leaves its work to a key of the same algorithm, which may have begun to sign only now."""
    if not signs_data(old):
        return _with_end(old, stop=free, gone=free)
    since = heir.times.active or free
    stop = max(free, since, (heir.times.publish or free) + lags.keys_gone)
    return _with_end(old, stop=stop, gone=max(stop, since + lags.data_gone))


def _with_end(key: StoredKey, *, stop: float, gone: float) -> StoredKey:
    return replace(key, times=replace(key.times, retire=stop, remove=gone))


def is_ending(key: StoredKey) -> bool:
    """Whether its end is planned, or past."""
    return key.times.retire is not None or key.times.remove is not None


def retire(keys: Keys, tag: int, now: float, lags: Lags) -> Keys:
    """Take one key out of use: call off the roll that brought it, or leave its work to another that is there."""
    alive = live(keys, now)
    key = next((each for each in alive if each.tag == tag), None)
    if key is None:
        raise KeysError(f"no key {tag} is in use; gslb keys list shows those that are")
    fresh = _brought_with(key, alive)
    old = _predecessors(fresh, alive)
    if old and _may_be_called_off(fresh, old, now):
        return _called_off(fresh, old, now, lags)
    heirs = [each for each in alive if each != key and not is_ending(each) and each.algorithm is key.algorithm]
    heir = next((each for each in heirs if each.role is key.role and _has_begun(each, now)), None)
    if heir is None:
        raise KeysError(f"nothing else does the work of key {tag}: gslb keys roll makes a successor")
    if signs_keys(key) and heir.times.ds_publish is None:
        raise KeysError(f"the parent may hold the DS of key {tag} alone; gslb keys roll --ds-seen says that it changed")
    free = now if heir.times.ds_publish is None else max(now, heir.times.ds_publish + lags.ds_gone)
    return (_relieved(key, heir, free, lags),)


def _has_begun(key: StoredKey, now: float) -> bool:
    return key.times.active is not None and key.times.active <= now


def _brought_with(key: StoredKey, alive: Keys) -> Keys:
    """A roll of the algorithm is called off as a whole."""
    if all(each.algorithm is key.algorithm for each in alive):
        return (key,)
    return tuple(each for each in alive if each.algorithm is key.algorithm)


def _predecessors(fresh: Keys, alive: Keys) -> Keys:
    roles, since = {key.role for key in fresh}, min(map(_start, fresh))
    return tuple(key for key in alive if key not in fresh and key.role in roles and _start(key) < since)


def _start(key: StoredKey) -> float:
    dates = [date for date in (key.times.publish, key.times.active) if date is not None]
    return min(dates)


def _may_be_called_off(fresh: Keys, old: Keys, now: float) -> bool:
    """Nobody depends on it: no DS was asked for, no data is signed by it alone."""
    asked = any(signs_keys(key) and (key.times.sync_publish or now) <= now for key in fresh)
    alone = any(key.role is Role.ZSK and key.algorithm is old[0].algorithm and _has_begun(key, now) for key in fresh)
    return not asked and not alone


def _called_off(fresh: Keys, old: Keys, now: float, lags: Lags) -> Keys:
    """The old keys go on as if nothing had been planned. An algorithm that was seen signs until it is forgotten."""
    seen = [key for key in fresh if key.is_published(now) and key.algorithm is not old[0].algorithm]
    stop = now + lags.keys_gone if seen else now
    gone = (_with_end(replace(key, times=replace(key.times, sync_publish=None)), stop=stop, gone=now) for key in fresh)
    stay = (replace(key, times=replace(key.times, retire=None, remove=None, sync_delete=None)) for key in old)
    return (*gone, *stay)


def leave(keys: Keys, now: float) -> Keys:
    """Ask the parent, by CDS and CDNSKEY, to drop every DS; nothing else changes until it has (RFC 8078 section 4)."""
    alive = live(keys, now)
    if not alive:
        raise KeysError("no key is in use: the zone is not signed")
    return tuple(replace(key, times=replace(key.times, unsign=now)) for key in alive)


def ds_gone(keys: Keys, now: float, lags: Lags) -> Keys:
    """The parent has no DS any more: every key ends when caches have none either."""
    alive = live(keys, now)
    if not alive or any(key.times.unsign is None for key in alive):
        raise KeysError("nobody asked the parent to drop its DS: gslb keys retire --all does")
    return tuple(_with_end(key, stop=now + lags.ds_gone, gone=now + lags.ds_gone) for key in alive)
