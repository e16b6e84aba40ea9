"""Files as far as they are understood: what crosscheck judges and resolve makes the model of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from gslb.config import hints
from gslb.config.combined import Checks
from gslb.config.documents import Document
from gslb.config.hints import did_you_mean, listed
from gslb.config.masterfile import PlacedRecord
from gslb.config.positions import NOWHERE, Path, Place
from gslb.config.schema_check import TYPES, AnyCheck
from gslb.config.schema_check_common import CheckTable
from gslb.config.schema_node import NodeFile
from gslb.config.schema_zone import MemberTable, PoolTable, ServiceTable, ZoneFile
from gslb.config.values import parse_check_name, shown
from gslb.errors import Fault, WireError
from gslb.model import names
from gslb.model.values import Address

ReadText: TypeAlias = Callable[[str], str]
"""The text of a records file, by its path as written; raises OSError or UnicodeError."""

INLINE_REFUSED = (
    "no secret stands in the configuration: write it into a file of mode 0600 and name that in password_file, "
    "or name a variable of the environment in password_env"
)

_ZONE_STAND_INS: dict[str, object] = {
    "zone": "zone.invalid",
    "contact": "hostmaster@zone.invalid",
    "nameservers": {"ns.zone.invalid.": []},
}


@dataclass(slots=True)
class PoolDraft:
    """A pool as declared, or as a short form declares it; `path` is where its keys stand."""

    name: str
    path: Path
    checks: Checks
    table: PoolTable | ServiceTable
    members: Mapping[str, MemberTable]
    short_form: bool


@dataclass(slots=True)
class ZoneDraft:
    """One zone file: its document, its table, its name on the wire, its static records with their places."""

    document: Document
    table: ZoneFile
    origin: bytes
    pools: dict[str, PoolDraft]
    records: list[tuple[PlacedRecord, Path]] = field(default_factory=list)

    def fault_at_record(self, placed: PlacedRecord, message: str) -> None:
        """Refuse a static record, wherever it is written."""
        _record_fault(self.document, self.table, placed.line, placed.column, message)


@dataclass(slots=True)
class CheckDraft:
    """One check and the document it stands in."""

    name: str
    document: Document
    table: AnyCheck

    def refuse(self, message: str, *keys: str) -> None:
        """A fault at a key below the check, unless something there was refused already."""
        if not self.document.is_damaged((self.name, *keys)):
            self.document.fault((self.name, *keys), message)


def node_draft(document: Document) -> NodeFile:
    """gslb.yaml as a table; defaults stand for what is wrong."""
    return document.model("gslb", NodeFile, {}) or NodeFile()


def check_drafts(document: Document) -> list[CheckDraft]:
    """The checks of one file, each judged by its type's table."""
    if not document.readable:
        return []
    document.refuse_unavailable("checks")
    if document.value is None:
        return []
    if not isinstance(document.value, dict):
        document.fault((), f"{shown(document.value)} is no table of checks: write NAME: {{type: smtp}}")
        return []
    drafts = (_check_draft(document, name, value) for name, value in document.value.items())
    return [draft for draft in drafts if draft is not None]


def _check_draft(document: Document, name: str, value: object) -> CheckDraft | None:
    try:
        parse_check_name(name)
    except ValueError as error:
        document.fault((name,), str(error))
    if not isinstance(value, dict):
        document.fault((name,), f"{shown(value)} is no table of keys: {_remedy(name)}")
        return None
    word = value.get("type")
    model = TYPES.get(word) if isinstance(word, str) else None
    if model is None:
        if not document.is_damaged((name, "type")):
            _refuse_type(document, name, value)
        return None
    value = _without_secrets(document, (name,), value)
    table = document.validated(value, model, (name,), {"type": word})
    return None if table is None else CheckDraft(name, document, table)


def _remedy(name: str) -> str:
    if name in CheckTable.model_fields or name in ("type", "port"):
        return "the keys of a check stand below its name, NAME: {type: smtp}"
    return f"a check needs at least its type, {name}: {{type: smtp}}"


def _without_secrets(document: Document, path: Path, table: dict[str, Any]) -> dict[str, Any]:
    """A check without passwords, unless it insists: a configuration is copied, shown and kept in too many places."""
    allowed = table.get("allow_inline_secrets") is True
    if "password" in table and not allowed:
        document.fault((*path, "password"), INLINE_REFUSED)
    kept = {key: value for key, value in table.items() if key != "password" or allowed}
    for inner in ("login", "imap"):
        if isinstance(kept.get(inner), dict):
            kept[inner] = _without_secrets(document, (*path, inner), kept[inner])
    return kept


def _refuse_type(document: Document, name: str, table: dict[str, Any]) -> None:
    word = table.get("type")
    if word is None and name == "checks" and any(isinstance(inner, dict) for inner in table.values()):
        document.fault((name,), "the names of checks stand at the top: leave out this line and the indentation below")
        return
    if word is None:
        document.fault((name, "type"), f"required: one of {listed(TYPES)}")
        return
    near = hints.meant(("type",), word) or did_you_mean(word, TYPES)
    document.fault((name, "type"), f"{shown(word)} is not one of {listed(TYPES)}{near}")


def whole_name(draft: "ZoneDraft", text: str, origin: bytes, path: Path) -> bytes | None:
    """A name of the zone in wire form; None, and a fault, where labels good by themselves are too long together."""
    try:
        return names.to_wire(text, origin)
    except WireError as error:
        draft.document.fault(path, str(error))
        return None


def zone_draft(document: Document, read_text: ReadText) -> ZoneDraft | None:
    """One zone file, with its static records parsed."""
    table = document.model("zone", ZoneFile, _ZONE_STAND_INS)
    document.value = None  # of many services it is large, and all of it is in the table
    if table is None:
        return None
    draft = ZoneDraft(document, table, names.to_wire(table.zone + "."), _pools(table))
    _read_records(draft, read_text)
    return draft


def _pools(table: ZoneFile) -> dict[str, PoolDraft]:
    pools = {
        name: PoolDraft(name, ("pools", name), pool.checks, pool, pool.members, short_form=False)
        for name, pool in table.pools.items()
    }
    for name, service in table.services.items():
        if service.members is not None and name not in pools:
            path: Path = ("services", name)
            pools[name] = PoolDraft(name, path, service.checks or Checks(), service, service.members, short_form=True)
    return pools


def _read_records(draft: ZoneDraft, read_text: ReadText) -> None:
    document, table = draft.document, draft.table
    if document.is_damaged(("zone",)):
        return
    text, path = table.records, ("records",)
    if table.records_file is not None:
        path = ("records_file",)
        if table.records:
            document.fault(path, "records stand in this file already: use one of records and records_file")
            return
        try:
            text = read_text(table.records_file)
        except (OSError, UnicodeError) as error:
            document.fault(path, f"{table.records_file} cannot be read: {_why(error)}")
            return
    if not text:
        return
    from gslb.config import records  # dnspython is for those who have some

    parsed = records.parse(text, draft.origin, table.static_ttl)
    for line, column, message in parsed.faults:
        _record_fault(document, table, line, column, message)
    for line, column, message in parsed.doubts:
        _record_doubt(document, table, line, column, message)
    draft.records = [(placed, path) for placed in parsed.records]


def _why(error: OSError | UnicodeError) -> str:
    return str(error.strerror) if isinstance(error, OSError) and error.strerror else str(error)


def _record_fault(document: Document, table: ZoneFile, line: int, column: int, message: str) -> None:
    if table.records_file is not None:
        document.faults.append(Fault(path=table.records_file, line=line, column=column, message=message))
        return
    document.fault(("records",), message, place=_place_in_block(document, table.records, line, column))


def _record_doubt(document: Document, table: ZoneFile, line: int, column: int, message: str) -> None:
    if table.records_file is not None:
        document.warnings.append(Fault(path=table.records_file, line=line, column=column, message=message))
        return
    document.warn(("records",), message, place=_place_in_block(document, table.records, line, column))


def _place_in_block(document: Document, block: str, line: int, column: int) -> Place | None:
    """Where a line of `records: |` stands in the file: below the indicator, behind the indentation."""
    if ("records",) not in document.places.blocks:
        return None
    begins = document.places.values.get(("records",), NOWHERE)
    blank = len(block) - len(block.lstrip("\n"))
    first = block[blank:].partition("\n")[0]
    indent = len(document.lines[begins.line + blank]) - len(first) if begins.line + blank < len(document.lines) else 0
    return Place(begins.line + line, column + max(indent, 0))


def addresses_of(member: MemberTable) -> list[Address]:
    """The addresses a member answers, however they are written."""
    if member.address is not None:
        return [member.address]
    return member.addresses or []
