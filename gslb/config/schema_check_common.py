"""What the tables of several check types share: cadence, certificates, capabilities, logins, the PROXY protocol."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from gslb.config import values
from gslb.config.schema_check_values import Caps, EnvironmentName, Secret
from gslb.config.schema_node import SourceTable
from gslb.config.tables import CheckName, Hostname, Table, Text
from gslb.config.values import Parsed, duration, whole_number
from gslb.model.limits import LIMITS

Interval: TypeAlias = Annotated[float, duration(0.1, 7 * values.DAY)]
Count: TypeAlias = Annotated[int, whole_number(1, 1000)]


def _check_names(value: object) -> tuple[str, ...]:
    return tuple(values.parse_check_name(name) for name in (value if isinstance(value, list) else [value]))


CheckNames: TypeAlias = Annotated[
    tuple[str, ...], Parsed(_check_names, (("type", ["string", "array"]), ("items", {"type": "string"})))
]


class CheckTable(Table):
    """What all types share: cadence, thresholds, source."""

    interval: Interval = 15.0
    """From start to start while all is calm."""
    fast_interval: Interval | None = None
    """From start to start from the first surprise to the verdict; default: 3s, or the interval where that is less."""
    down_interval: Interval | None = None
    """From start to start while the target is down; default: 30s, for relay the interval."""
    timeout: Annotated[float, duration(0.05, 120)] | None = None
    """For the whole probe, always under the interval; default per type, at most 80 % of the interval."""
    rise: Count = 2
    """Successes in a row that bring a down target up."""
    fall: Count = 3
    """Failures that take an up target down; one success does not forget them."""
    forgive: Count = 6
    """Successes in a row that clear the failure count."""
    min_hold: Annotated[float, duration(0, values.DAY)] = 20.0
    """The least time a target that went down stays down; never delays going down."""
    slow_after: Annotated[float, duration(0.001, 120)] | None = None
    """A run that passed but took longer is degraded; default: never."""
    temp_fail_after: Count = 6
    """So many answers of "later" in a row (busy, temporary) count as failures from then on, until a good one."""
    stale_after: Annotated[float, duration(1, 30 * values.DAY)] | None = None
    """Without a conclusive run for so long a verdict is flagged stale, and stands; default: five intervals."""
    stage_every: Count | None = None
    """The deep stage (a login, a recipient) on each Nth probe, a shallow one between; default: 4 for a login, or 1."""
    depends_on: CheckNames = ()
    """Checks on the same member; while one is down, this one's failures do not count, and the member is out."""
    damping: bool = False
    """true: a target that goes up and down too often is left out after its return until it has calmed down."""
    group: CheckName | None = None
    """The group whose cap in probing.groups holds, too: for hosts behind one firewall or NAT; default: none."""
    gate: Literal["hard", "soft", "none"] = "hard"
    """hard: a member whose check is down is out; soft: it is degraded at most; none: the check only tells."""
    source: SourceTable = Field(default_factory=SourceTable)
    """The local addresses this check probes from; default: those of probing.source."""


TlsWord: TypeAlias = Literal["none", "try", "starttls", "implicit"]


class Certificate(Table):
    """How the peer's certificate is judged."""

    server_name: Hostname | None = None
    """SNI and the name verified; default: the member's hostname where given, else no SNI and no name check."""
    verify: Literal["report", "full", "chain", "none"] = "report"
    """report: a bad certificate is degraded with a notice; full: it fails; chain: as full, whatever the name; none."""
    ca_file: Text | None = None
    """PEM file of the authorities trusted; relative to the configuration directory; default: the system's."""
    legacy: bool = False
    """true: TLS 1.0 and 1.1 and their ciphers are let in, with a notice; for agents nobody can renew."""
    client_certificate: Text | None = None
    """PEM file of a certificate of our own, for servers that ask for one; default: none."""
    client_key: Text | None = None
    """PEM file of its key; default: it stands in client_certificate."""
    expiring: Annotated[float, duration(0, 10 * 365 * values.DAY)] = 21 * values.DAY
    """So long before a certificate ends it is a notice; 0s: never."""
    expiring_critical: Annotated[float, duration(0, 10 * 365 * values.DAY)] | None = None
    """So long before, it is one of a higher severity; default: a third of expiring."""


class Proxied(Table):
    """What a listener behind a proxy wants to hear first."""

    proxy_protocol: Literal["none", "v1", "v2"] = "none"
    """The PROXY header sent before anything else: none, v1, or v2 (LOCAL, without addresses)."""


class LimitsTable(Table):
    """How long each part of a dialogue may take, within the timeout of the whole, and how much may come."""

    connect: Annotated[float, duration(0.05, 120)] = LIMITS.connect
    """Until the connection stands."""
    handshake: Annotated[float, duration(0.05, 120)] = LIMITS.handshake
    """Of a TLS handshake."""
    greeting: Annotated[float, duration(0.05, 60)] = LIMITS.greeting
    """Until the greeting has ended; smtp, submission, lmtp and relay keep a second of the timeout for the rest."""
    farewell: Annotated[float, duration(0, 3)] = LIMITS.farewell
    """For the reply to QUIT or LOGOUT, after the verdict and beside the timeout."""
    session: Annotated[int, whole_number(1024, 4_194_304)] = LIMITS.session
    """Octets that may come in all; of http the body has body_limit."""


class Limited(Table):
    """What a check over TCP bounds."""

    limits: LimitsTable = Field(default_factory=LimitsTable)
    """Bounds of the parts of a dialogue; what a server may put into one reply is fixed."""


class Capable(Table):
    """What a server must and must not offer."""

    require_caps: Caps = ()
    """Capabilities that must be offered: a list, or lists under pre_tls, post_tls and any."""
    forbid_caps: Caps = ()
    """Capabilities that must not be offered: a list, or lists under pre_tls, post_tls and any."""
    assert_severity: Literal["notice", "fail"] = "notice"
    """notice: a breach is degraded with a notice; fail: it fails."""


class Login(Table):
    """Who logs in. The secret stands in a file or in the environment, and here only where that is allowed."""

    user: Text | None = None
    """The user who logs in, over verified TLS only; default: nobody does."""
    password_file: Text | None = None
    """File with the password, readable by its owner only; relative to the configuration directory."""
    password_env: EnvironmentName | None = None
    """Environment variable with the password, in place of password_file."""
    password: Secret | None = None
    """The password itself; only with allow_inline_secrets: true beside it, since whoever reads the file reads it."""
    allow_inline_secrets: bool = False
    """true: a password may stand here, in the configuration."""
