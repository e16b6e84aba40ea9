"""The whole configuration as the rest of the project sees it: resolved, checked, frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gslb.errors import Fault
from gslb.model.checks import Check
from gslb.model.clients import NO_VIEWS, ClientTable, View
from gslb.model.targets import Target
from gslb.model.values import Address, Network
from gslb.model.zones import Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A listening address and port."""

    address: Address
    port: int

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if self.address.version == 6 else f"{self.address}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpListener:
    """The HTTP endpoint. `token_file`: the bearer token of writes and of reads from elsewhere."""

    listen: Endpoint
    token_file: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Probing:
    """Bounds and names of the prober; times in seconds. `name`: said in EHLO unless a check says otherwise.

    `canary`: ids of targets; while all of them fail, this prober is taken to be cut off. `groups`: probes in flight at
    once over all targets of checks in that group, by its name.
    """

    concurrency: int = 500
    per_host: int = 4
    source_ipv4: Address | None = None
    source_ipv6: Address | None = None
    name: str | None = None
    startup_wait: float = 30.0
    canary: tuple[str, ...] = ()
    groups: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """Response rate limiting: replies of one kind to one network of clients, of all workers together; 0: off.

    `slip`: every which limited reply is sent as a stub, 0 for none. `exempt`: networks that are never limited.
    """

    responses_per_second: float = 0.0
    slip: int = 2
    exempt: tuple[Network, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """This node: gslb.yaml. `cookie_secrets`: the file of DNS cookies' secrets, None for one of our own.

    `state_txt`: networks that may ask for state over DNS. `worker_cpus`: CPUs that workers keep to, in turn; empty: to
    none.
    """

    name: str
    listen: tuple[Endpoint, ...]
    workers: int
    nsid: str
    http: HttpListener
    state_dir: Path
    run_dir: Path
    probing: Probing = Probing()
    log_format: str | None = None
    log_level: str = "info"
    cookie_secrets: Path | None = None
    rate_limit: RateLimit = RateLimit()
    state_txt: tuple[Network, ...] = ()
    worker_cpus: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything, accepted as a whole. `digest`: 16 hex digits over the files' bytes. `warnings` never refuse.

    `targets` is keyed by Target.id, `checks` by name. `views` are numbered from 1 in `clients`, which sorts every
    address into them.
    """

    node: Node
    zones: tuple[Zone, ...]
    checks: Mapping[str, Check]
    targets: Mapping[str, Target]
    directory: Path
    digest: str
    warnings: tuple[Fault, ...] = ()
    views: tuple[View, ...] = ()
    clients: ClientTable = NO_VIEWS
