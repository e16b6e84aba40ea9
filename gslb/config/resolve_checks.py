"""Check tables to the model: the defaults of each type, and what a member adds to a dialogue."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gslb.config.resolve_dialogues import dialogue_of
from gslb.config.schema_check import AnyCheck
from gslb.config.schema_check_mail import RelayCheck
from gslb.config.schema_check_roundtrip import RoundtripCheck
from gslb.model.checks import (
    Check,
    CheckSettings,
    FormLogin,
    HttpSettings,
    LmtpSettings,
    Thresholds,
    Timing,
    TlsSettings,
)
from gslb.model.plain import ExecSettings, FileSettings
from gslb.model.roundtrip import RoundtripSettings
from gslb.model.settings import Probing
from gslb.model.stages import logs_in
from gslb.model.values import Gate, TlsMode

FAST_INTERVAL = 3.0
DOWN_INTERVAL = 30.0
CONFIRM_INTERVAL = 60.0
"""Between the suspicion of an open relay and its confirmation (probes.md 1.6.4)."""
MESSAGE_INTERVAL = 300.0
"""Between two messages of a round trip, at least (probes.md 1.15)."""
AROUND_DELIVERY = 30.0
"""What a round trip takes beside the wait for its message."""

TIMEOUTS = {
    "tcp": 5.0,
    "tls": 5.0,
    "smtp": 10.0,
    "submission": 10.0,
    "lmtp": 10.0,
    "imap": 8.0,
    "pop3": 8.0,
    "sieve": 8.0,
    "http": 8.0,
    "webaccess": 8.0,
    "dns": 4.0,
    "ldap": 8.0,
    "exec": 10.0,
    "file": 3.0,
    "agent": 3.0,
    "relay": 15.0,
    "roundtrip": 150.0,
}
LOGIN_EVERY = 4
"""A login on each fourth probe, unless the operator says otherwise (probes.md 2.4)."""

JITTER, RARE_JITTER = 0.1, 0.2
"""The part by which intervals vary; that of a relay test is larger (probes.md 1.6.4)."""

TIMEOUT_PART = 0.8
"""A default timeout is at most this part of the interval."""


@dataclass(frozen=True, slots=True)
class ResolvedCheck:
    """A check, and its dialogue as written: the identity of targets must not hold what this node adds.

    `asks_member`: whether the dialogue is another with each member or pool; `asks_hostname`: with a member's hostname.
    Where neither does, nor a port is given, `for_member` adds nothing.
    """

    check: Check
    written: CheckSettings
    asks_member: bool
    asks_hostname: bool


def resolve_check(name: str, table: AnyCheck, probing: Probing, directory: Path) -> ResolvedCheck:
    """One check with every default of its type and of this node."""
    written = dialogue_of(table)
    check = Check(
        name=name,
        settings=_on_this_node(written, probing, directory),
        timing=timing(table),
        thresholds=Thresholds(rise=table.rise, fall=table.fall, forgive=table.forgive, min_hold=table.min_hold),
        slow_after=table.slow_after,
        stale_after=table.stale_after,
        temp_fail_after=table.temp_fail_after,
        stage_every=table.stage_every or (LOGIN_EVERY if logs_in(written) else 1),
        depends_on=table.depends_on,
        damping=table.damping,
        group=table.group,
        gate=Gate(table.gate),
        agent_max_age=getattr(table, "agent_max_age", None),
        source_ipv4=table.source.ipv4,
        source_ipv6=table.source.ipv6,
    )
    return ResolvedCheck(check, written, _asks_member(check.settings), _asks_hostname(written))


def timing(table: AnyCheck) -> Timing:
    """The cadence of a check. Defaults follow a lowered interval down."""
    interval = table.interval
    timeout = min(_default_timeout(table), TIMEOUT_PART * interval)
    rare = isinstance(table, RelayCheck)
    fast = min(_FAST.get(type(table), FAST_INTERVAL), interval)
    down = interval if type(table) in _FAST else DOWN_INTERVAL
    return Timing(
        interval=interval,
        fast_interval=fast if table.fast_interval is None else table.fast_interval,
        down_interval=down if table.down_interval is None else table.down_interval,
        timeout=timeout if table.timeout is None else table.timeout,
        jitter=RARE_JITTER if rare else JITTER,
    )


_FAST: Mapping[type[Any], float] = {RelayCheck: CONFIRM_INTERVAL, RoundtripCheck: MESSAGE_INTERVAL}


def _default_timeout(table: AnyCheck) -> float:
    if isinstance(table, RoundtripCheck):
        return max(TIMEOUTS[table.type], table.max_latency + AROUND_DELIVERY)
    return TIMEOUTS[table.type]


def says_hello_by_default(table: AnyCheck) -> bool:
    """Whether a check says the node's probing.name."""
    return getattr(table, "helo_name", "") is None


def _on_this_node(settings: CheckSettings, probing: Probing, directory: Path) -> CheckSettings:
    changes: dict[str, Any] = {}
    if getattr(settings, "helo_name", "") is None:
        changes["helo_name"] = probing.name
    for way in ("tls", "fetch_tls"):
        tls = getattr(settings, way, None)
        if tls is None:
            continue
        files = {name: getattr(tls, name) for name in ("ca_file", "client_certificate", "client_key")}
        changes[way] = replace(tls, **{name: str(directory / file) for name, file in files.items() if file})
    for way in ("credentials", "fetch_credentials"):
        credentials = getattr(settings, way, None)
        if credentials is not None and credentials.password_file is not None:
            changes[way] = replace(credentials, password_file=str(directory / credentials.password_file))
    if isinstance(settings, HttpSettings) and settings.login is not None:
        changes["login"] = _form_on_this_node(settings.login, directory)
    if isinstance(settings, FileSettings):
        changes["path"] = str(directory / settings.path)
    if isinstance(settings, LmtpSettings) and settings.socket is not None:
        changes["socket"] = str(directory / settings.socket)
    return _changed(settings, changes)


def _form_on_this_node(login: FormLogin, directory: Path) -> FormLogin:
    file = login.credentials.password_file
    if file is None:
        return login
    return replace(login, credentials=replace(login.credentials, password_file=str(directory / file)))


def for_member(
    settings: CheckSettings, port: int | None, name: str, server_name: str | None, public_name: str
) -> CheckSettings:
    """A dialogue with one member: its port, its name in TLS and for plugins, the pool's public name as HTTP host.

    Where that adds nothing it is the very settings given: of thousands of members that share them, too.
    """
    changes: dict[str, Any] = {}
    if port is not None:
        changes["port"] = port
    tls = _nameless_tls(settings)
    if tls is not None and server_name is not None:
        changes["tls"] = replace(tls, server_name=server_name)
    if isinstance(settings, RoundtripSettings) and settings.fetch_address is None and server_name is not None:
        named = settings.fetch_tls.server_name or server_name
        changes["fetch_tls"] = replace(settings.fetch_tls, server_name=named)
    if _asks_host(settings):
        changes["host"] = public_name
    if _asks_name(settings):
        changes["name"] = server_name or name
    return _changed(settings, changes)


def _asks_member(settings: CheckSettings) -> bool:
    return _asks_host(settings) or _asks_name(settings)


def _asks_hostname(settings: CheckSettings) -> bool:
    fetches = isinstance(settings, RoundtripSettings) and settings.fetch_address is None
    return fetches or _nameless_tls(settings) is not None


def _nameless_tls(settings: CheckSettings) -> TlsSettings | None:
    tls: TlsSettings | None = getattr(settings, "tls", None)
    return tls if tls is not None and tls.mode is not TlsMode.NONE and tls.server_name is None else None


def _asks_host(settings: CheckSettings) -> bool:
    return isinstance(settings, HttpSettings) and settings.host is None


def _asks_name(settings: CheckSettings) -> bool:
    """Else members at one address share the target, whatever they are called."""
    if isinstance(settings, ExecSettings):
        return "{name}" in settings.argv
    return isinstance(settings, FileSettings) and "{name}" in settings.path


def _changed(settings: Any, changes: dict[str, Any]) -> CheckSettings:
    """A copy with other keys, where the settings of all types are asked by name for what only some of them have."""
    changed: CheckSettings = replace(settings, **changes) if changes else settings
    return changed
