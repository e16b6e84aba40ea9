"""Every validator at once: whoever holds anything that caches may still hold, from servers that may be behind."""

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from functools import cache
from itertools import product

from gslb.control.keyring import usable
from gslb.keys.keyfile import StoredKey
from gslb.keys.rolls import Lags
from gslb.keys.timing import data_signers, key_signers, published
from gslb.model.keys import ZoneKey


@dataclass(frozen=True)
class World:
    """Keys with their dates, and the parent's DS RRset from each of its changes on (the keys named)."""

    keys: tuple[ZoneKey, ...]
    parent: tuple[tuple[float, frozenset[int]], ...]
    lags: Lags

    def broken(self) -> list[str]:
        """Moments at which somebody, somewhere, cannot validate; with what they hold."""
        dates = sorted(
            {date for key in self.keys for date in astuple(key.times) if date} | {at for at, _ in self.parent}
        )
        lags = (0.0, self.lags.keys_gone, self.lags.data_gone, self.lags.ds_gone)
        moments = sorted({date + lag + just for date in dates for lag in lags for just in (-1, 0)})
        return [fault for moment in moments for fault in self._at(moment, dates)]

    def _at(self, now: float, dates: list[float]) -> Iterator[str]:
        def held(lag: float) -> list[float]:
            return [now - lag, *(date for date in dates if now - lag < date <= now)]

        for seen, data, ds in product(held(self.lags.keys_gone), held(self.lags.data_gone), held(self.lags.ds_gone)):
            fault = self._fault(seen, data, ds)
            if fault:
                yield f"{now:.0f}: {fault} (DNSKEY of {seen:.0f}, data of {data:.0f}, DS of {ds:.0f})"

    def _fault(self, seen: float, data: float, ds: float) -> str:
        trusted = self._ds(ds)
        if not trusted:
            return ""
        shown = published(self.keys, seen)
        anchors = [key for key in key_signers(self.keys, seen) if key.tag in trusted]
        if {key.algorithm for key in anchors} != {key.algorithm for key in self.keys if key.tag in trusted}:
            return "no key that the DS names signs the keys"
        proved = {key.algorithm for key in data_signers(self.keys, data) if key in shown}
        return "" if proved == {key.algorithm for key in shown} else "no published key signs the data"

    def _ds(self, when: float) -> frozenset[int]:
        return max(((at, tags) for at, tags in self.parent if at <= when), default=(0.0, frozenset[int]()))[1]


@cache
def _usable(key: StoredKey) -> ZoneKey:
    return usable(key)


def world(keys: Iterable[StoredKey], lags: Lags, *parent: tuple[float, StoredKey | None]) -> World:
    """Of keys as files hold them; `parent`: when it took the DS of which key alone, None for no DS."""
    changes = tuple((at, frozenset({key.tag} if key else ())) for at, key in parent)
    return World(keys=tuple(map(_usable, keys)), parent=changes, lags=lags)


def after(keys: Iterable[StoredKey], changed: Iterable[StoredKey]) -> tuple[StoredKey, ...]:
    """The keys once the changed ones are written."""
    known = {key.tag: key for key in keys} | {key.tag: key for key in changed}
    return tuple(known.values())
