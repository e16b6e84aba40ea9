"""Checks of web pages: http, webaccess."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, model_validator

from gslb.config.hints import did_you_mean, listed
from gslb.config.patterns import NumberPattern, Pattern, Patterns
from gslb.config.presets import PRESETS, applied
from gslb.config.schema_check_common import Certificate, CheckTable, Limited, Login, Proxied
from gslb.config.schema_check_values import FormFields, FormName, Headers, HostHeader, Statuses, TextList, UrlPath
from gslb.config.tables import Port, Table, Text
from gslb.config.values import Parsed, number, shown, whole_number

LEAST_LOGIN_INTERVAL = 60.0
"""Between two logins on a page: each leaves a session in the server for a while, and a line in its log."""

_LOGIN_CADENCE = {
    "interval": "5m",
    "fast_interval": "1m",
    "down_interval": "5m",
    "timeout": "10s",
    "rise": 1,
    "fall": 2,
    "stage_every": 1,
}


def _preset(value: object) -> str:
    if not isinstance(value, str) or value not in PRESETS:
        raise ValueError(f"{shown(value)} is not one of {listed(PRESETS)}{did_you_mean(value, PRESETS)}")
    return value


PresetName: TypeAlias = Annotated[str, Parsed(_preset, (("enum", list(PRESETS)),))]
Limit: TypeAlias = Annotated[float, number(0, 1e12)]


class ExtractTable(Table):
    """A number on the page, and from where it is a matter of concern."""

    pattern: NumberPattern
    """The text before the number, and one group around it: Outbound[^0-9]*([0-9]+)."""
    warn: Limit | None = None
    """At or above: degraded, with a notice; default: never."""
    crit: Limit | None = None
    """At or above: degraded, as under load; default: never."""


class FormLoginTable(Login):
    """A login through a form: over verified https, on the page's own host, once in a run."""

    form: FormName | None = None
    """Id, name or index (from 0) of the form whose hidden fields come along; default: none."""
    action: Text | None = None
    """Where the form is posted; default: what the form says, else the page itself."""
    user_field: Text = "username"
    """The name of the field that holds the user."""
    password_field: Text = "password"  # noqa: S105 - the name of a field, and no password
    """The name of the field that holds the password."""
    fields: FormFields = ()
    """Further fields, by name."""
    success_regex: Pattern | None = None
    """A pattern on the page behind the login."""
    success_location: Pattern | None = None
    """A pattern of the Location the login leads to."""
    success_cookie: Text | None = None
    """The name of a cookie that a login sets."""
    failure_regex: Pattern | None = None
    """A pattern on the page of a refused login; looked for before success."""
    logout_path: UrlPath | None = None
    """Asked for after a login, outside the verdict; default: the session expires by itself."""


class _WebCheck(CheckTable, Certificate, Proxied, Login, Limited):
    """One HTTP/1.1 request, judged by status and body."""

    preset: PresetName | None = None
    """Keys made ready for a product, below those written here."""
    port: Port | None = None
    """The port to connect to; default: 80, with implicit TLS 443."""
    tls: Literal["none", "implicit"] | None = None
    """none or implicit; default: none for http except on port 443, implicit for webaccess."""
    host: HostHeader | None = None
    """The Host header; default: the public name of the pool."""
    method: Literal["GET", "HEAD"] = "GET"
    """The method; HEAD has no body to judge."""
    path: UrlPath | None = None
    """What is asked for; default: / for http, /gw/webacc for webaccess."""
    headers: Headers = ()
    """Further request headers, by name."""
    expect_status: Statuses | None = None
    """Statuses that pass, single or as ranges; default: 200-299 for http, 200 for webaccess."""
    realm_regex: Pattern | None = None
    """With 401 in expect_status: a 401 whose realm holds this pattern passes, its body unread."""
    server_regex: Pattern | None = None
    """With 401 in expect_status: so does one whose Server header holds this."""
    drain_on_404: bool = False
    """true: a member that answers 404 asks to be drained (degraded, weight factor 0), as it would for HAProxy."""
    body_must: TextList = ()
    """Texts the body must hold, every one."""
    body_must_any: TextList | None = None
    """Texts of which the body must hold one; default for webaccess: loginForm, GroupWise."""
    body_must_not: TextList = ()
    """Texts the body must not hold."""
    body_must_regex: Patterns = ()
    """Patterns the body must hold, every one; those of Rust's regex crate."""
    body_must_not_regex: Patterns = ()
    """Patterns the body must not hold."""
    body_degraded_regex: Patterns = ()
    """Patterns by which a page that passes says that it is under load: degraded."""
    header_must: Headers = ()
    """Response headers that must hold these texts, by name."""
    extract: dict[Text, ExtractTable] = Field(default_factory=dict)
    """Numbers on the page, by name."""
    redirects: Annotated[int, whole_number(0, 5)] = 0
    """Redirects followed, on the same host only."""
    body_limit: Annotated[int, whole_number(1, 4_194_304)] = 262_144
    """Octets of the body that are read."""
    login: FormLoginTable | None = None
    """A login through a form on the page; then interval is 5m, fast_interval 1m, timeout 10s, fall 2 and rise 1."""

    @model_validator(mode="before")
    @classmethod
    def _with_what_goes_without_saying(cls, table: dict[str, Any]) -> dict[str, Any]:
        keys = applied(table)
        if keys.get("login") is None:
            return keys
        return {**_LOGIN_CADENCE, **{key: value for key, value in keys.items() if value is not None}}


class HttpCheck(_WebCheck):
    """One HTTP/1.1 request, judged by status and body."""

    type: Literal["http"]
    """The dialogue."""


class WebaccessCheck(_WebCheck):
    """GroupWise WebAccess: its login page over HTTPS."""

    type: Literal["webaccess"]
    """The dialogue."""
