"""What `gslb validate` says of the keys of signed zones."""

from collections.abc import Iterator, Mapping

from gslb.control.keyring import load_keys
from gslb.errors import ConfigError, Fault, KeysError
from gslb.keys import words
from gslb.model.keys import ZoneKey
from gslb.model.settings import Config


def keys_of(config: Config) -> dict[str, tuple[ZoneKey, ...]]:
    """The keys of each zone that is to be signed, by its text. Raises ConfigError with all that cannot be used."""
    found: dict[str, tuple[ZoneKey, ...]] = {}
    faults: list[Fault] = []
    for zone in config.zones:
        if zone.dnssec is not None:
            try:
                found[zone.text] = load_keys(zone.dnssec.keys, zone.name)
            except KeysError as error:
                faults.append(Fault(path=zone.path, key="dnssec", message=str(error)))
    if faults:
        raise ConfigError(tuple(faults))
    return found


def key_warnings(config: Config, keys: Mapping[str, tuple[ZoneKey, ...]], now: float) -> Iterator[Fault]:
    """What somebody has to do about keys at `now` (Unix seconds)."""
    for zone in config.zones:
        if zone.dnssec is not None:
            for told in words.to_do(keys[zone.text], now):
                yield Fault(path=zone.path, key="dnssec", message=told)
