"""Where a zone's keys are, and how long others may hold what was: what every `gslb keys` command begins with."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gslb.cli.options import load_zone
from gslb.config.schema_zone import DnssecTable
from gslb.control import keyring
from gslb.keys.rolls import Keys, Lags, lags_of
from gslb.model.zones import Dnssec, Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A zone with its key files. `dnssec` holds the defaults where the zone is not signed yet."""

    zone: Zone
    dnssec: Dnssec
    now: float

    def keys(self) -> Keys:
        """The keys as their files are now."""
        return keyring.stored_keys(self.dnssec.keys, self.zone.name)

    def lags(self, *, ds: int, delay: int) -> Lags:
        """How long others may hold what was, by the zone's TTLs."""
        return lags_of(self.zone, ds=ds, delay=delay)

    @contextmanager
    def writing(self) -> Iterator[Keys]:
        """The keys, while nobody else may change them."""
        with keyring.locked(self.dnssec.keys):
            yield self.keys()

    def write(self, keys: Keys) -> None:
        """Keep these keys' files."""
        keyring.write_keys(self.dnssec.keys, keys, self.zone.static_ttl)


def place_of(directory: Path, name: str) -> Place:
    """The zone of this name; key files hold whole seconds, so does `now`."""
    config, zone = load_zone(directory, name)
    dnssec = zone.dnssec or Dnssec(keys=config.node.state_dir / DnssecTable().keys)
    return Place(zone=zone, dnssec=dnssec, now=float(int(time.time())))
