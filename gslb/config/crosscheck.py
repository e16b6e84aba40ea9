"""Rules between files: names defined twice or nowhere, files that are missing."""

from collections.abc import Callable
from typing import TypeAlias

from gslb.config.crosscheck_check import check_check
from gslb.config.crosscheck_dependencies import check_dependencies
from gslb.config.crosscheck_names import check_names
from gslb.config.crosscheck_views import check_views
from gslb.config.crosscheck_zone import check_zone
from gslb.config.documents import Document
from gslb.config.drafts import CheckDraft, ZoneDraft
from gslb.config.hints import did_you_mean
from gslb.config.positions import Path
from gslb.config.schema_check_common import Login
from gslb.config.schema_node import NodeFile
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
    check_views(*node, zones)
    _defined_once(zones, checks)
    for check in checks:
        check_check(check)
    known = _known_checks(checks, files)
    check_dependencies(checks, known)
    if zones:  # checks alone are judged alone
        _groups(node[1], checks)
    for index, canary in enumerate(node[1].probing.canary):
        if canary.check not in known:
            node[0].fault(
                ("probing", "canary", index), f"no check is named {canary.check}{did_you_mean(canary.check, known)}"
            )
    inner = _inner_zones(zones)
    for zone in zones:
        check_zone(zone, known)
        check_names(zone, inner)
        _gates(zone, checks)
        _names_to_verify(zone, checks)


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


def _groups(node: NodeFile, checks: list[CheckDraft]) -> None:
    """A group stands in gslb.yaml with its cap: a mistyped one would have none."""
    groups = node.probing.groups
    for check in checks:
        name = check.table.group
        if name is not None and name not in groups:
            told = f"no group is named {name} in probing.groups{did_you_mean(name, groups)}"
            check.refuse(f"{told}; write probing: {{groups: {{{name}: 4}}}} in gslb.yaml", "group")


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
    for check in checks:
        tables = ((check.name, *inner) for inner in ((), ("imap",)))
        named += [(check.document, (*at, key), _named(check.table, (*at[1:], key))) for at in tables for key in _FILES]
    for holder, path, file in named:
        if file is not None and not exists(file):
            holder.fault(path, f"no such file: {file}")


_FILES = ("ca_file", "client_certificate", "client_key")


def _named(table: object, path: tuple[str, ...]) -> str | None:
    for key in path:
        table = getattr(table, key, None)
    return table if isinstance(table, str) else None


def _known_checks(checks: list[CheckDraft], files: list[Document]) -> set[str]:
    """Every name that is written as a check: one that is wrong inside is told there, not where it is used."""
    written = (document.value for document in files if isinstance(document.value, dict))
    return {check.name for check in checks}.union(*(value.keys() for value in written))


def _names_to_verify(zone: ZoneDraft, checks: list[CheckDraft]) -> None:
    """A login goes to who proves a name: that of the check, or that of the member (probes.md 1.5)."""
    nameless = {
        check.name
        for check in checks
        if isinstance(check.table, Login) and check.table.user is not None and _server_name(check) is None
    }
    for pool in zone.pools.values():
        for check in sorted(nameless.intersection(pool.checks.names)):
            for name, member in pool.members.items():
                if member.hostname is None:
                    message = (
                        f"{check} logs in, and its certificate must be for a name: write the member's hostname, "
                        "or server_name in the check"
                    )
                    zone.document.fault((*pool.path, "members", name), message)


def _gates(zone: ZoneDraft, checks: list[CheckDraft]) -> None:
    """Of a check that takes nobody out, none can be counted as needed."""
    open_gates = {check.name: check.table.gate for check in checks if check.table.gate != "hard"}
    for pool in zone.pools.values():
        for index, name in enumerate(pool.checks.names if pool.checks.key else ()):
            if name in open_gates:
                message = (
                    f"{name} has gate: {open_gates[name]}: it takes nobody out, so it cannot be one of those needed"
                )
                zone.document.fault((*pool.checks.path(pool.path), index), message)


def _server_name(check: CheckDraft) -> str | None:
    name: str | None = getattr(check.table, "server_name", None)
    return name


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
