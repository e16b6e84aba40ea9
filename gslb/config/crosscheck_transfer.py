"""Rules of zone transfers: somebody must be allowed, files of keys must be sound, a key's name means one secret."""

from collections.abc import Callable
from typing import TypeAlias

from gslb.config.drafts import ZoneDraft
from gslb.model.transfers import TsigKey

ReadKeys: TypeAlias = Callable[[str], tuple[TsigKey, ...]]
"""The keys of a file, by its path as written; raises ValueError."""


def check_transfers(zones: list[ZoneDraft], read_keys: ReadKeys) -> None:
    """Judge `transfer` of every zone; faults go to the documents."""
    known: dict[bytes, tuple[TsigKey, str]] = {}
    for zone in zones:
        table = zone.table.transfer
        if table is None:
            continue
        if not table.to and table.key is None and not zone.document.is_damaged(("transfer",)):
            message = "nobody may fetch the zone: write networks (to), a key, or both"
            zone.document.fault(("transfer",), message)
        if table.key is not None:
            _keys(zone, table.key, read_keys, known)


def _keys(zone: ZoneDraft, file: str, read_keys: ReadKeys, known: dict[bytes, tuple[TsigKey, str]]) -> None:
    path = ("transfer", "key")
    try:
        keys = read_keys(file)
    except ValueError as error:
        zone.document.fault(path, str(error))
        return
    for key in keys:
        other, where = known.setdefault(key.name, (key, file))
        if other != key:
            zone.document.fault(path, f"a key of this file has the name of another one in {where}: rename one of them")
