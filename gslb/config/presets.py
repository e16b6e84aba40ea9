"""Presets of web pages and agent consoles: the keys of a check, by name. Data only.

What a check writes itself stands in place of the preset's key; tables (`login`, `extract`, `headers`, `header_must`,
`login.fields`) are merged key by key, all else is replaced. Markup differs between versions of a product, and no one
has them all: a text or a pattern that does not fit is to be written anew in the check.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_WEBACCESS_LOGIN = {
    "form": "loginForm",
    "user_field": "User.id",
    "password_field": "User.password",
    "fields": {
        "action": "User.Login",
        "error": "login",
        "merge": "main",
        "User.interface": "simple",
    },
    "success_regex": r"\buserId\b",
    "failure_regex": r"(?i)loginForm|(?:user ?name|password)[^<]{0,60}(?:incorrect|invalid|wrong)",
    "logout_path": "/gw/webacc?action=User.Logout",
}

_CONSOLE = {
    "type": "http",
    "expect_status": [200, 401],
    "realm_regex": "(?i)GroupWise",
    "server_regex": "(?i)GroupWise",
    "body_must_any": ["GroupWise"],
    "interval": "30s",
}
"""A console with a password tells in its realm, or its Server header, what asks; one without shows it on the page."""

_EXCHANGE = {
    "type": "http",
    "tls": "implicit",
    "expect_status": 200,
    "body_must_regex": r"^200 OK",
}
"""Managed availability answers without a login, and follows the state of each component."""


def _exchange(application: str) -> Mapping[str, Any]:
    return {**_EXCHANGE, "path": f"/{application}/healthcheck.htm"}


def _queue(name: str, warn: int, crit: int) -> Mapping[str, Any]:
    """A number that stands in the cells behind its name."""
    return {"pattern": rf"{name}[^0-9]*([0-9]+)", "warn": warn, "crit": crit}


def _closed(name: str) -> Mapping[str, Any]:
    """The first digit of the second number behind a name, where the first counts all and the second those closed."""
    return {"pattern": rf"{name}[^0-9]*[0-9]*[^0-9]*([0-9])", "warn": 1}


_GWIA_CLOSED = r"(?i)GroupWise:\s*(?:<[^>]*>\s*)*CLOSED"
"""It takes mail from the internet, and cannot hand it on."""

PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "groupwise-webaccess": {
            "type": "webaccess",
            "path": "/gw/webacc",
            "body_must_any": ["loginForm", "GroupWise"],
        },
        "groupwise-webaccess-login": {
            "type": "webaccess",
            "path": "/gw/webacc",
            "body_must_any": ["loginForm", "GroupWise"],
            "login": _WEBACCESS_LOGIN,
        },
        "gw-poa": {**_CONSOLE, "port": 7181},
        "gw-mta": {**_CONSOLE, "port": 7180},
        "gw-gwia": {**_CONSOLE, "port": 9850},
        "gw-dva": {**_CONSOLE, "port": 8301},
        "gw-monitor": {**_CONSOLE, "port": 8200},
        "gw-gwia-queues": {
            **_CONSOLE,
            "port": 9850,
            "extract": {
                "outbound": _queue("Outbound", 10, 25),
                "inbound": _queue("Inbound", 10, 25),
                "smtp_send": _queue("SMTP Send", 10, 25),
                "smtp_receive": _queue("SMTP Receive", 10, 25),
                "delayed": _queue("Delayed", 25, 50),
            },
            "body_degraded_regex": [_GWIA_CLOSED],
        },
        "gw-mta-links": {
            **_CONSOLE,
            "port": 7180,
            "path": "/home",
            "extract": {
                "closed_domains": _closed("Domains"),
                "closed_post_offices": _closed("Post Offices"),
                "closed_gateways": _closed("Gateways"),
            },
        },
        "exchange": _exchange("owa"),
        "exchange-owa": _exchange("owa"),
        "exchange-ecp": _exchange("ecp"),
        "exchange-ews": _exchange("ews"),
        "exchange-mapi": _exchange("mapi"),
        "exchange-oab": _exchange("oab"),
        "exchange-rpc": _exchange("rpc"),
        "exchange-autodiscover": _exchange("autodiscover"),
        "exchange-activesync": _exchange("Microsoft-Server-ActiveSync"),
        "zimbra": {
            "type": "http",
            "tls": "implicit",
            "path": "/",
            "expect_status": [200, 302],
        },
        "roundcube": {
            "type": "http",
            "tls": "implicit",
            "path": "/?_task=login",
            "expect_status": 200,
            "body_must": ["rcmloginuser"],
        },
        "sogo": {
            "type": "http",
            "tls": "implicit",
            "path": "/SOGo/",
            "expect_status": 200,
            "body_must_any": ["SOGo"],
        },
    }
)


def applied(check: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of a check with those of its preset below them; an unknown preset adds nothing."""
    name = check.get("preset")
    return _merged(PRESETS.get(name, {}) if isinstance(name, str) else {}, check)


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**below, **above}
    for key in below.keys() & above.keys():
        if isinstance(below[key], Mapping) and isinstance(above[key], Mapping):
            merged[key] = _merged(below[key], above[key])
    return merged
