"""What outlives this process, in files of state_dir: verdicts and totals, zone serials, and operators' overrides.

Every write is atomic (written aside, synced, renamed into place) and carries a format version. Reading distrusts what
it finds: junk is ignored and told, it never stops the start. Writing raises OSError; the caller logs it and goes on.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gslb.health.overrides import Overrides, from_plain, to_plain
from gslb.model.settings import Config
from gslb.model.verdicts import MemberKey

VERDICTS = "verdicts.json"
SERIALS = "serials.json"
OVERRIDES = "overrides.json"
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What was found. `ledger` is for Ledger.restore, which judges it, as `pasts` are for steering.saved_pasts;
    `answered`: answers given, by member.

    `ignored` holds a sentence for each thing that could not be used.
    """

    ledger: object = None
    pasts: object = None
    answered: Mapping[MemberKey, int] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Serial:
    """The serial of a zone, and the digest of the configuration it was given for."""

    serial: int
    digest: str


class Memory:
    """The files of one state_dir."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir

    def __repr__(self) -> str:
        return f"<Memory {self.state_dir}>"

    def recall(self) -> Remembered:
        """Verdicts and totals as they were last saved."""
        data, why = _read(self.state_dir / VERDICTS)
        if data is None:
            return Remembered(ignored=(why,) if why else ())
        answered, ignored = _answered_from(data.get("answered"))
        ledger = data.get("ledger")
        pasts = ledger.get("pasts") if isinstance(ledger, dict) else None
        return Remembered(ledger=ledger, pasts=pasts, answered=answered, ignored=ignored)

    def save(self, ledger: object, answered: Mapping[MemberKey, int]) -> None:
        """Keep verdicts (Ledger.export) and answer totals. Raises OSError."""
        totals = [[*key, count] for key, count in answered.items()]
        _write(self.state_dir / VERDICTS, {"format": FORMAT, "ledger": ledger, "answered": totals})

    def serials(self) -> dict[str, Serial]:
        """The serial of each zone, by its text; empty where nothing usable is kept."""
        data, _ = _read(self.state_dir / SERIALS)
        zones = data.get("zones") if data else None
        if not isinstance(zones, dict):
            return {}
        return {
            zone: Serial(serial=entry["serial"], digest=entry["digest"])
            for zone, entry in zones.items()
            if isinstance(entry, dict) and _is_count(entry.get("serial")) and isinstance(entry.get("digest"), str)
        }

    def keep_serials(self, serials: Mapping[str, Serial]) -> None:
        """Keep every zone's serial. Raises OSError."""
        zones = {zone: {"serial": each.serial, "digest": each.digest} for zone, each in serials.items()}
        _write(self.state_dir / SERIALS, {"format": FORMAT, "zones": zones})

    def overrides(self) -> tuple[Overrides, tuple[str, ...]]:
        """What operators have said, and a sentence for each thing that cannot be read."""
        data, why = _read(self.state_dir / OVERRIDES)
        if data is None:
            return Overrides(), (why,) if why else ()
        return from_plain(data.get("overrides"))

    def keep_overrides(self, overrides: Overrides) -> None:
        """Keep what operators have said. Raises OSError."""
        _write(self.state_dir / OVERRIDES, {"format": FORMAT, "overrides": to_plain(overrides)})


def next_serials(known: Mapping[str, Serial], config: Config, now: float) -> dict[str, Serial]:
    """The serials once `config` is accepted: max(previous + 1, Unix time); the same for the same configuration.

    Zones that are gone keep theirs, so that one which comes back does not go backwards (RFC 1982).
    """
    serials = dict(known)
    for zone in config.zones:
        before = known.get(zone.text)
        if before is None or before.digest != config.digest:
            previous = before.serial if before else 0
            serials[zone.text] = Serial(serial=max(previous + 1, int(now)) % 2**32, digest=config.digest)
    return serials


def _read(path: Path) -> tuple[dict[str, object] | None, str]:
    """The file's mapping, or None and why not; there is nothing to say of a file that does not exist yet."""
    try:
        data = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None, ""
    except OSError as error:
        return None, f"{path}: {error.strerror}"
    except (ValueError, RecursionError):
        return None, f"{path}: is not JSON; ignored"
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        return None, f"{path}: is not of format {FORMAT}; ignored"
    return data, ""


def _write(path: Path, data: object) -> None:
    aside = path.with_name(path.name + ".new")
    try:
        with aside.open("w", encoding="utf-8") as file:
            file.writelines(_pieces(data))
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except OSError:
        _forget(aside)
        raise


def _pieces(value: object) -> Iterator[str]:
    """JSON in pieces: with the encoder's fast code, which `json.dump` goes without, and with turns between them for
    other threads, control's loop among them, which one `json.dumps` of everything leaves none.
    """
    if isinstance(value, dict):
        for number, (key, inner) in enumerate(value.items()):
            yield f"{',' if number else '{'}{json.dumps(key)}:"
            yield from _pieces(inner)
        yield "}" if value else "{}"
    elif isinstance(value, list) and len(value) > _AT_ONCE:
        for first in range(0, len(value), _AT_ONCE):
            yield ("," if first else "[") + _dumps(value[first : first + _AT_ONCE])[1:-1]
        yield "]"
    else:
        yield _dumps(value)


_AT_ONCE = 500
"""Items of a list encoded in one go, some milliseconds."""
_dumps = json.JSONEncoder(separators=(",", ":")).encode


def _forget(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        pass  # the disk that refused the write may refuse this too


def _answered_from(plain: object) -> tuple[dict[MemberKey, int], tuple[str, ...]]:
    if plain is None:
        return {}, ()
    if not isinstance(plain, list):
        return {}, ("saved answer totals are no list; ignored",)
    totals = {MemberKey(*entry[:3]): entry[3] for entry in plain if _is_total(entry)}
    ignored = len(plain) - len(totals)
    return totals, (f"{ignored} saved answer totals cannot be read; ignored",) if ignored else ()


def _is_total(entry: object) -> bool:
    return (
        isinstance(entry, list)
        and len(entry) == 4
        and all(isinstance(word, str) for word in entry[:3])
        and _is_count(entry[3])
    )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
