"""Checks of web pages: http, webaccess."""

from typing import Annotated, Literal

from gslb.config.schema_check_common import Certificate, CheckTable
from gslb.config.schema_check_values import Headers, HostHeader, Statuses, TextList, UrlPath
from gslb.config.tables import Port
from gslb.config.values import whole_number


class _WebCheck(CheckTable, Certificate):
    """One HTTP/1.1 request, judged by status and body."""

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
    body_must: TextList = ()
    """Texts the body must hold, every one."""
    body_must_any: TextList | None = None
    """Texts of which the body must hold one; default for webaccess: loginForm, GroupWise."""
    body_must_not: TextList = ()
    """Texts the body must not hold."""
    header_must: Headers = ()
    """Response headers that must hold these texts, by name."""
    redirects: Annotated[int, whole_number(0, 5)] = 0
    """Redirects followed, on the same host only."""
    body_limit: Annotated[int, whole_number(1, 4_194_304)] = 262_144
    """Octets of the body that are read."""


class HttpCheck(_WebCheck):
    """One HTTP/1.1 request, judged by status and body."""

    type: Literal["http"]
    """The dialogue."""


class WebaccessCheck(_WebCheck):
    """GroupWise WebAccess: its login page over HTTPS."""

    type: Literal["webaccess"]
    """The dialogue."""
