"""gslb.yaml: this node. Every key is optional."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from gslb.config.schema_views import ViewTable
from gslb.config.tables import (
    CheckName,
    Domain,
    EndpointValue,
    IPv4Value,
    IPv6Value,
    Label,
    NetworkValue,
    Table,
    Text,
)
from gslb.config.tables import Hostname as HostnameValue
from gslb.config.values import Parsed, duration, parse_address, parse_check_name, shown, whole_number
from gslb.model.values import Address


@dataclass(frozen=True, slots=True)
class Canary:
    """A target that tells whether this host is cut off."""

    check: str
    address: Address


def _canaries(value: object) -> tuple[Canary, ...]:
    if not isinstance(value, list):
        raise ValueError(f'{shown(value)} is no list: write ["CHECK ADDRESS"]')
    return tuple(_canary(item) for item in value)


def _canary(value: object) -> Canary:
    words = value.split() if isinstance(value, str) else []
    if len(words) != 2:
        raise ValueError(f'{shown(value)} is no target: write "CHECK ADDRESS", like "gateway 192.0.2.1"')
    return Canary(parse_check_name(words[0]), parse_address(words[1]))


def _cpus(value: object) -> tuple[int, ...] | Literal["auto"] | None:
    if value in ("none", "auto"):
        return "auto" if value == "auto" else None
    if not isinstance(value, list) or not value or not all(type(item) is int and item >= 0 for item in value):
        raise ValueError(f"{shown(value)} is no choice of CPUs: write none, auto or their numbers, like [0, 1]")
    return tuple(value)


class SourceTable(Table):
    """The local addresses probes leave from."""

    ipv4: IPv4Value | None = None
    """The IPv4 address probes are sent from; default: the system's choice."""
    ipv6: IPv6Value | None = None
    """The IPv6 address probes are sent from; default: the system's choice."""


class CookiesTable(Table):
    """DNS cookies (RFC 7873, RFC 9018): clients that show one back are known to receive at their address."""

    secret_file: Text | None = None
    """File with 1 to 4 secrets, the same on all nodes, mode 0600 or 0640, 32 hexadecimal digits a line; the first makes cookies, all check them. Relative to the configuration directory. Default: a random secret per start."""  # noqa: E501 - one sentence for `gslb schema`


class RateLimitTable(Table):
    """Response rate limiting per network of clients (IPv4 /24, IPv6 /56) and kind of answer; clients over TCP, and those with a valid cookie, are never limited."""  # noqa: E501 - one sentence for `gslb schema`

    responses_per_second: Annotated[int, whole_number(0, 1_000_000)] = 0
    """Replies of one kind (answer, no data, no such name, referral, error) a second to one network; each worker enforces its part. 0: no limit."""  # noqa: E501 - one sentence for `gslb schema`
    slip: Annotated[int, whole_number(0, 10)] = 2
    """Every which limited reply is sent truncated, so that real clients come by TCP or with a cookie; 0: none."""
    exempt: list[NetworkValue] = Field(default=["127.0.0.0/8"], validate_default=True)
    """Networks that are never limited."""


class DnsTable(Table):
    """Where and by how many processes queries are answered."""

    listen: Annotated[list[EndpointValue], Field(min_length=1)] = Field(
        default=["127.0.0.1:5300", "[::1]:5300"], validate_default=True
    )
    """Addresses and ports, UDP and TCP on each."""
    workers: Annotated[int, whole_number(0, 256)] = 0
    """Answering processes; 0: one per CPU core."""
    worker_cpus: Annotated[
        tuple[int, ...] | Literal["auto"] | None,
        Parsed(_cpus, (("type", ["string", "array"]), ("x-format", "none, auto or [0, 1]"))),
    ] = None
    """CPUs that workers keep to, one each, in turn: none (the system's choice), auto (those this server may use) or their numbers: [0, 1]."""  # noqa: E501 - one sentence for `gslb schema`
    nsid: Text | None = None
    """What NSID (RFC 5001) tells; default: the node's name."""
    cookies: CookiesTable = Field(default_factory=CookiesTable)
    """DNS cookies, and the file of their secrets."""
    rate_limit: RateLimitTable = Field(default_factory=RateLimitTable)
    """How many replies one network of clients gets."""
    state_txt: list[NetworkValue] = Field(default=[])
    """Networks that may ask for state as TXT under _gslb names; for all others these names do not exist. Default: nobody."""  # noqa: E501 - one sentence for `gslb schema`


class TlsFilesTable(Table):
    """The certificate of the HTTP endpoint."""

    certificate: Text
    """PEM file with the certificate and its chain; relative to the configuration directory."""
    key: Text
    """PEM file with the private key; relative to the configuration directory."""


class HttpTable(Table):
    """Status, metrics and control over HTTP."""

    listen: EndpointValue = Field(default="127.0.0.1:8053", validate_default=True)
    """Address and port of the HTTP endpoint."""
    token_file: Text | None = None
    """File with the bearer token that writes need, and reads from other hosts; default: /etc/gslb/http.token if it is there. Without a token TCP answers reads from loopback only."""  # noqa: E501 - one sentence for `gslb schema`
    tls: TlsFilesTable | None = None
    """Serve HTTPS with this certificate; default: plain HTTP."""


class ProbingTable(Table):
    """Bounds and names of the prober."""

    concurrency: Annotated[int, whole_number(1, 20_000)] = 500
    """Probes in flight at once."""
    per_host: Annotated[int, whole_number(1, 100)] = 4
    """Probes in flight at once to one address."""
    source: SourceTable = Field(default_factory=SourceTable)
    """The local addresses probes leave from, unless a check says otherwise."""
    name: HostnameValue | None = None
    """The name said in EHLO unless a check says otherwise; default: this host's full name, else its address."""
    startup_wait: Annotated[float, duration(0, 600)] = 30.0
    """How long the first round of probes may hold back readiness."""
    canary: Annotated[tuple[Canary, ...], Parsed(_canaries, (("type", "array"), ("items", {"type": "string"})))] = ()
    """Targets written as "CHECK ADDRESS"; while all of them fail, this host is taken to be cut off, and verdicts stand still for 5 minutes at most."""  # noqa: E501 - one sentence for `gslb schema`
    groups: dict[CheckName, Annotated[int, whole_number(1, 20_000)]] = Field(default_factory=dict)
    """How many probes may be in flight at once in each group of checks, by the name that checks give as `group`."""


class LogTable(Table):
    """What is logged and how."""

    format: Literal["json", "console"] | None = None
    """json or console; default: console when stderr is a terminal, else json."""
    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least level that is logged."""


class NodeFile(Table):
    """gslb.yaml: listeners, workers, HTTP, state and probing of this node."""

    node: Domain | None = None
    """The node's name; default: the host name."""
    dns: DnsTable = Field(default_factory=DnsTable)
    """Where and by how many processes queries are answered."""
    http: HttpTable = Field(default_factory=HttpTable)
    """Status, metrics and control over HTTP."""
    state_dir: Text = "/var/lib/gslb"
    """Directory of verdicts that outlive a restart."""
    run_dir: Text = "/run/gslb"
    """Directory of control.sock and the published table."""
    views: dict[Label, ViewTable] = Field(default_factory=dict)
    """Named groups of clients; a service may answer each from pools of its own."""
    geoip: Text | None = None
    """A MaxMind country file for views.*.countries, read at start and at each reload; relative to the configuration directory."""  # noqa: E501 - one sentence for `gslb schema`
    probing: ProbingTable = Field(default_factory=ProbingTable)
    """Bounds and names of the prober."""
    log: LogTable = Field(default_factory=LogTable)
    """What is logged and how."""
