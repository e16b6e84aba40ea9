"""What the dialogues of several check types have in common: TLS, logins, capabilities, PROXY headers, bounds, ports."""

from typing import Any

from gslb.config.schema_check_common import Limited, Login, Proxied
from gslb.model.capabilities import capability_rules
from gslb.model.checks import CapRule, Credentials, TlsSettings
from gslb.model.limits import Limits
from gslb.model.values import ProxyProtocol, TlsMode, Verify


def tls_of(table: Any, mode: str) -> TlsSettings:
    """With a login the certificate is always verified in full (probes.md 1.5)."""
    return TlsSettings(
        mode=TlsMode(mode),
        verify=Verify("full" if getattr(table, "user", None) else table.verify),
        server_name=table.server_name,
        ca_file=table.ca_file,
        legacy=table.legacy,
        client_certificate=table.client_certificate,
        client_key=table.client_key,
        expiring=table.expiring,
        expiring_critical=table.expiring / 3 if table.expiring_critical is None else table.expiring_critical,
    )


def credentials_of(table: Login) -> Credentials | None:
    """Who logs in; None: nobody."""
    if table.user is None:
        return None
    return Credentials(
        user=table.user,
        password_file=table.password_file,
        password_env=table.password_env,
        password=table.password,
    )


def caps_of(table: Any) -> tuple[CapRule, ...]:
    """The demands of a set, and the operator's own; a breach fails where assert_severity says so."""
    fails = table.assert_severity == "fail"
    wanted = ((name, True, when) for name, when in table.require_caps)
    unwanted = ((name, False, when) for name, when in table.forbid_caps)
    own = (
        CapRule(name=name, required=required, when=when, fails=fails) for name, required, when in (*wanted, *unwanted)
    )
    named = getattr(table, "capabilities", None)
    return (*(capability_rules(named, table.type, fails=fails) if named else ()), *own)


def proxy_of(table: Proxied) -> ProxyProtocol:
    """The header that goes before all else."""
    return ProxyProtocol(table.proxy_protocol)


def limits_of(table: Limited) -> Limits:
    """The bounds of its parts."""
    said = table.limits
    return Limits(
        connect=said.connect,
        handshake=said.handshake,
        greeting=said.greeting,
        farewell=said.farewell,
        session=said.session,
    )


def ports_of(table: Any, plain: int, implicit: int, otherwise: str) -> tuple[int, str]:
    """Port and TLS mode, where each stands in for the other that is not written."""
    mode = table.tls or ("implicit" if table.port == implicit else otherwise)
    return table.port or (implicit if mode == "implicit" else plain), mode
