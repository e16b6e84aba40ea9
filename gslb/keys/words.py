"""What keys do, in words: their state, the dates before them, and what somebody has to do."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gslb.keys.keyfile import show_date
from gslb.keys.rolls import AnyKey, K, is_over, live, signs_data, signs_keys
from gslb.model.keys import is_between


class Step(NamedTuple):
    """One date of one key (Unix seconds), and what happens then."""

    at: float
    tag: int
    what: str


_STEPS = (
    ("publish", "enters the zone"),
    ("active", "begins to sign"),
    ("sync_publish", "may have its DS at the parent; CDS and CDNSKEY ask for it"),
    ("sync_delete", "is no longer asked for by CDS and CDNSKEY"),
    ("retire", "signs no more"),
    ("remove", "leaves the zone"),
)


def steps(keys: Iterable[AnyKey], now: float) -> tuple[Step, ...]:
    """The dates after `now`, in their order."""
    found = (Step(at, key.tag, what) for key in keys for at, what in _dates(key) if at > now)
    return tuple(sorted(found, key=lambda step: step.at))


def _dates(key: AnyKey) -> Iterator[tuple[float, str]]:
    for name, what in _STEPS:
        at = getattr(key.times, name)
        if at is not None:
            yield at, what


def state(key: AnyKey, now: float) -> str:
    """One or two words for what a key does now."""
    times = key.times
    seen = is_between(times.publish, now, times.remove)
    signing = is_between(times.active, now, times.retire)
    if is_over(times, now):
        return "removed"
    if seen and signing:
        return "active"
    if seen:
        return "retired" if times.retire is not None and times.retire <= now else "published"
    if signing:
        return "signs unseen"
    return "planned" if times.publish is not None or times.active is not None else "without dates"


def to_do(keys: Iterable[K], now: float) -> tuple[str, ...]:
    """What an operator has to do, or should know; nothing while all is well."""
    return tuple(_to_do(live(keys, now), now))


def _to_do(alive: tuple[AnyKey, ...], now: float) -> Iterator[str]:
    if not alive:
        yield "no key is in use: the zone is not signed; gslb keys generate makes one"
        return
    if any(key.times.unsign is not None for key in alive):
        yield "the parent is asked to drop every DS; once it has, say gslb keys retire --all --ds-gone"
        return
    yield from _missing(alive, now)
    waiting = [key for key in alive if signs_keys(key) and is_waiting(key, now)]
    for key in waiting:
        yield f"the parent should hold the DS of key {key.tag} alone; once it does, say gslb keys roll --ds-seen"


def is_waiting(key: AnyKey, now: float) -> bool:
    """Whether its DS may be at the parent, and nobody has said that it is."""
    times = key.times
    return times.sync_publish is not None and times.sync_publish <= now and times.ds_publish is None and not _ends(key)


def _missing(alive: tuple[AnyKey, ...], now: float) -> Iterator[str]:
    for duty, word in ((signs_keys, "keys"), (signs_data, "data")):
        able = [key for key in alive if duty(key)]
        if not any(is_between(key.times.active, now, key.times.retire) for key in able):
            yield f"no key signs the {word} now"
        elif able and all(_ends(key) for key in able):
            last = max(key.times.retire or key.times.remove or now for key in able)
            yield f"nothing signs the {word} after {show_date(last)}: the last key that does has no successor"


def _ends(key: AnyKey) -> bool:
    return key.times.retire is not None or key.times.remove is not None
