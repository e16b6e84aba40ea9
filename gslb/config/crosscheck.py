"""Rules between files: names defined twice or nowhere; and the rules within one check."""

from collections.abc import Callable
from typing import TypeAlias

from gslb.config.crosscheck_names import check_names
from gslb.config.crosscheck_zone import check_zone
from gslb.config.documents import Document
from gslb.config.drafts import CheckDraft, ZoneDraft
from gslb.config.positions import Path
from gslb.config.schema_check import HttpCheck, SmtpCheck, TcpCheck, WebaccessCheck
from gslb.config.schema_node import NodeFile
from gslb.config.values import show_duration
from gslb.model import names

Exists: TypeAlias = Callable[[str], bool]
"""Whether a file named in the configuration is there, by its path as written."""


def crosscheck(
    node: tuple[Document, NodeFile],
    zones: list[ZoneDraft],
    checks: list[CheckDraft],
    files: list[Document],
    exists: Exists,
) -> None:
    """Judge everything together; faults go to the documents. `files` are those of checks/."""
    _node(*node)
    _files_exist(*node, checks, exists)
    _defined_once(zones, checks)
    for check in checks:
        for rule in _CHECK_RULES:
            rule(check)
    known = _known_checks(checks, files)
    inner = _inner_zones(zones)
    for zone in zones:
        check_zone(zone, known)
        check_names(zone, inner)


def _inner_zones(zones: list[ZoneDraft]) -> dict[bytes, str]:
    """Zones that lie in another one, and the file of each."""
    files = {zone.origin: zone.document.path for zone in zones if not zone.document.is_damaged(("zone",))}
    inner = {}
    for origin, file in files.items():
        above = origin
        while above != names.ROOT and origin not in inner:
            above = names.parent(above)
            if above in files:
                inner[origin] = file
    return inner


def _node(document: Document, table: NodeFile) -> None:
    seen = set()
    for index, endpoint in enumerate(table.dns.listen):
        if endpoint in seen:
            document.fault(("dns", "listen", index), f"{endpoint} stands twice")
        seen.add(endpoint)
    if table.http.listen in seen:
        document.fault(("http", "listen"), f"{table.http.listen} is taken by dns.listen, on TCP too")


def _files_exist(document: Document, table: NodeFile, checks: list[CheckDraft], exists: Exists) -> None:
    """Files that are opened later: a server that starts and then finds no certificate is a surprise."""
    tls = table.http.tls
    named: list[tuple[Document, Path, str | None]] = [
        (document, ("http", "token_file"), table.http.token_file),
        (document, ("http", "tls", "certificate"), tls.certificate if tls else None),
        (document, ("http", "tls", "key"), tls.key if tls else None),
    ]
    named += [(check.document, (check.name, "ca_file"), getattr(check.table, "ca_file", None)) for check in checks]
    for holder, path, file in named:
        if file is not None and not exists(file):
            holder.fault(path, f"no such file: {file}")


def _known_checks(checks: list[CheckDraft], files: list[Document]) -> set[str]:
    """Every name that is written as a check: one that is wrong inside is told there, not where it is used."""
    written = (document.value for document in files if isinstance(document.value, dict))
    return {check.name for check in checks}.union(*(value.keys() for value in written))


def _defined_once(zones: list[ZoneDraft], checks: list[CheckDraft]) -> None:
    zone_files: dict[str, str] = {}
    for zone in zones:
        if zone.document.is_damaged(("zone",)):
            continue
        first = zone_files.setdefault(zone.table.zone, zone.document.path)
        if first != zone.document.path:
            zone.document.fault(("zone",), f"{zone.table.zone} is defined in {first} already")
    check_files: dict[str, str] = {}
    for check in checks:
        first = check_files.setdefault(check.name, check.document.path)
        if first != check.document.path:
            check.document.fault((check.name,), f"defined in {first} already")


def _refuse(check: CheckDraft, key: str, message: str) -> None:
    """A fault at one key, unless that key was refused for what it is already."""
    if not check.document.is_damaged((check.name, key)):
        check.document.fault((check.name, key), message)


def _cadence(check: CheckDraft) -> None:
    table, document = check.table, check.document
    if document.is_damaged((check.name, "interval")):
        return
    interval = show_duration(table.interval)
    if table.timeout is not None and table.timeout >= table.interval:
        _refuse(check, "timeout", f"{show_duration(table.timeout)} is not under the interval, {interval}")
    if table.fast_interval is not None and table.fast_interval > table.interval:
        _refuse(check, "fast_interval", f"{show_duration(table.fast_interval)} is above the interval, {interval}")


def _slow_after(check: CheckDraft) -> None:
    table = check.table
    if table.slow_after is not None and table.timeout is not None and table.slow_after >= table.timeout:
        limit = show_duration(table.timeout)
        _refuse(check, "slow_after", f"not under the timeout, {limit}: a run cannot take that long")


def _certificate(check: CheckDraft) -> None:
    if getattr(check.table, "tls", None) != "none":
        return
    for key in ("server_name", "verify", "ca_file"):
        if key in check.table.model_fields_set:
            _refuse(check, key, "without TLS nothing is verified: tls is none")


def _recipient(check: CheckDraft) -> None:
    table, document = check.table, check.document
    if not isinstance(table, SmtpCheck) or document.is_damaged((check.name, "stage")):
        return
    if table.stage == "rcpt" and not table.rcpt:
        _refuse(check, "rcpt", "required with stage rcpt: a mailbox to ask about")
    needed = {"sender": ("mail", "rcpt"), "rcpt": ("rcpt",), "expect_rcpt": ("rcpt",)}
    for key, stages in needed.items():
        if key in table.model_fields_set and table.stage not in stages:
            _refuse(check, key, f"needs stage {' or '.join(stages)}, and the stage is {table.stage}")


def _body(check: CheckDraft) -> None:
    table = check.table
    if not isinstance(table, HttpCheck | WebaccessCheck) or table.method != "HEAD":
        return
    for key in ("body_must", "body_must_any", "body_must_not"):
        if getattr(table, key):
            _refuse(check, key, "HEAD has no body to judge: use GET")
    if isinstance(table, WebaccessCheck) and table.body_must_any is None:
        _refuse(check, "method", "HEAD has no body, and webaccess is judged by it: use GET")


def _octets(check: CheckDraft) -> None:
    table = check.table
    if isinstance(table, TcpCheck) and (b"" in table.expect or b"" in table.reject):
        check.document.fault((check.name,), "an empty text in expect or reject is found in anything: leave it out")


_CHECK_RULES: tuple[Callable[[CheckDraft], None], ...] = (
    _cadence,
    _slow_after,
    _certificate,
    _recipient,
    _body,
    _octets,
)
