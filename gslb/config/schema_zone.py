"""zones/*.yaml: one delegated zone each."""

from typing import Annotated, Literal

from pydantic import Field

from gslb.config.combined import Checks, ChecksValue
from gslb.config.tables import (
    AllDown,
    Answers,
    Contact,
    Domain,
    Failback,
    Hostname,
    Label,
    Least,
    MemberAddress,
    NameServerName,
    NetworkValue,
    Percent,
    Port,
    SecondaryValue,
    ServiceName,
    SrvOwnerName,
    Table,
    Text,
    Timer,
    Trickle,
    Ttl,
    Window,
)
from gslb.config.values import Parsed, parse_member_address, whole_number
from gslb.model.values import Address


def _one_or_map(what: str) -> tuple[tuple[str, object], ...]:
    return (("type", [what, "object"]),)


def _probe_address(value: object) -> Address | dict[Address, Address]:
    if not isinstance(value, dict):
        return parse_member_address(value, scoped=True)
    return {
        parse_member_address(answered): parse_member_address(probed, scoped=True) for answered, probed in value.items()
    }


_ONE_PORT = whole_number(1, 65_535)


def _probe_port(value: object) -> int | dict[str, int]:
    if not isinstance(value, dict):
        port: int = _ONE_PORT.parse(value)
        return port
    return {check: _ONE_PORT.parse(port) for check, port in value.items()}


def _master_text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("records are master-file text: write `records: |` and one record to a line below it")
    return value


class MemberTable(Table):
    """One instance of a service."""

    address: MemberAddress | None = None
    """The address answered; one of address and addresses is required."""
    addresses: Annotated[list[MemberAddress], Field(min_length=1)] | None = None
    """The addresses answered, of either family; each is probed for itself."""
    weight: Annotated[int, whole_number(0, 65_535)] = 1
    """The member's part of answers, in proportion to the others; 0: drained, still probed, never chosen."""
    standby: bool = False
    """true: chosen only when no ordinary member of the pool is healthy."""
    capacity: Annotated[int, whole_number(1, 65_535)] | None = None
    """In the unit of weights: its share is held to this ÷ the pool's weights while others have room; default: none."""
    hostname: Hostname | None = None
    """The name MX and SRV answers give; default: MEMBER.POOL.ZONE."""
    machine: Label | None = None
    """The machine it runs on; `gslb validate` warns where all members of a pool share one."""
    probe_address: Annotated[Address | dict[Address, Address] | None, Parsed(_probe_address, _one_or_map("string"))] = (
        None
    )
    """Where to probe when that is not the address answered; with several addresses a table answered: probed."""
    probe_port: Annotated[int | dict[str, int] | None, Parsed(_probe_port, _one_or_map("integer"))] = None
    """The port to probe when it is not the check's; with several checks a table check: port."""


class PoolTable(Table):
    """Members judged by the same checks."""

    checks: ChecksValue = Checks()
    """Checks by name, of which all must pass; or {any_of: […]}; or {at_least: N, of: […]}."""
    min_healthy: Least = Field(default=1, validate_default=True)
    """The least this pool needs to answer as a tier: a number of members, or "50%" of configured weight; default 1."""
    degraded_weight: Percent = Field(default="100%", validate_default=True)
    """The part of its weight that a member keeps while it is degraded by load (not by a notice): "50%"; default all."""
    members: Annotated[dict[Label, MemberTable], Field(min_length=1)]
    """The members by name."""


class HttpsTable(Table):
    """What a service's HTTPS records say to browsers (RFC 9460)."""

    alpn: list[Literal["http/1.1", "h2", "h3"]] = Field(default=["h2"])
    """Protocols beyond HTTP/1.1 that every member speaks; default [h2]; [] says nothing of them."""
    port: Port = 443
    """The port all members listen on."""
    hints: bool = True
    """Whether healthy addresses stand in the record, so that a client may connect before it knows A and AAAA."""


class ServiceTable(Table):
    """An ordered chain of pools behind one name; or, as short form, its one pool; or an alias."""

    records: list[Literal["A", "AAAA", "MX", "HTTPS"]] | None = None
    """The record types answered; default: [A, AAAA], with `https` HTTPS as well; for an alias those of its service."""
    pools: Annotated[list[Label], Field(min_length=1)] | None = None
    """Pools in order: the first that has min_healthy answers. One of pools, members and alias is required."""
    members: Annotated[dict[Label, MemberTable], Field(min_length=1)] | None = None
    """Short form: the members of one pool that bears the service's name."""
    checks: ChecksValue | None = None
    """Short form: the checks of that pool."""
    min_healthy: Least | None = None
    """Short form: the least that pool needs."""
    degraded_weight: Percent | None = None
    """Short form: what a member of that pool keeps of its weight while degraded by load."""
    alias: ServiceName | None = None
    """The service whose answers this name gives as well."""
    views: dict[Label, Annotated[list[Label], Field(min_length=1)]] = Field(default_factory=dict)
    """View → pools in order, for its clients instead of `pools`. Without ECS a view matches the resolver's address."""
    answers: Answers | None = None
    """Members in one answer: 1, 2, … or all; default: all where the configured weights are equal, else 1."""
    mx: Literal["ranked", "equal"] = "ranked"
    """ranked: exchangers in drawn order, each with its own preference; equal: one preference per tier."""
    srv: dict[SrvOwnerName, Port] = Field(default_factory=dict)
    """SRV records: owner relative to the zone, and the port answered."""
    https: HttpsTable | None = None
    """HTTPS records (RFC 9460) and what they say; `https: {}` says the defaults."""
    when_all_down: AllDown = Field(default="serve_all", validate_default=True)
    """While no tier has a healthy member: serve_all, last_good, nodata, servfail, refused, or a list of addresses."""
    failback: Failback = Field(default="immediate", validate_default=True)
    """When an earlier pool that holds again answers again: immediate, after a duration of holding, or manual."""
    sticky: bool = False
    """true: a client's network (/24, /56) is given the same member as long as that is healthy."""
    spill_over: bool = False
    """true: what a pool's healthy weight does not bear (at 72 % it bears all) goes to the next pool that holds."""
    trickle: Trickle = Field(default=0, validate_default=True)
    """The part of answers that goes to the next pool that holds while this one is fine: 0.1, or "10%"."""
    together: bool = False
    """true: A and AAAA of a member are withdrawn together, when it is down in one of them."""
    slow_start: Window = 0
    """How long a member that comes back rises from a tenth of its weight to all of it; 0: not at all."""


class SoaTable(Table):
    """Timers for secondaries."""

    refresh: Timer = 3600
    """How often a secondary asks."""
    retry: Timer = 600
    """How soon it asks again after a failure."""
    expire: Timer = 1_209_600
    """When it gives up answering."""


class DnssecTable(Table):
    """Signing of the zone."""

    keys: Text = "keys/"
    """Directory of the key files; relative to state_dir."""
    algorithm: Literal["ecdsap256sha256", "ed25519"] = "ecdsap256sha256"
    """The algorithm of keys that `gslb keys` makes."""
    denial: Literal["nsec", "nsec3"] = "nsec"
    """How absence is proved; nsec3 hides the names (zero iterations, no salt: RFC 9276)."""


class TransferTable(Table):
    """Who may fetch the zone, and who is told of changes."""

    to: list[NetworkValue] = Field(default=[])
    """Networks that may fetch the zone; with a key they must sign, too. At least one of `to` and `key`."""
    notify: list[SecondaryValue] = Field(default=[])
    """Secondaries that are told at each change: 192.0.2.7, or with a port 192.0.2.7:5353."""
    key: Text | None = None
    """File of 1 to 4 TSIG keys as tsig-keygen prints them, mode 0600 or 0640: whoever fetches must sign with one; the first signs NOTIFY. Relative to the configuration directory."""  # noqa: E501 - one sentence for `gslb schema`


class ZoneFile(Table):
    """zones/*.yaml: one delegated zone."""

    zone: Domain
    """The zone's name, as delegated by its parent."""
    contact: Contact
    """The mailbox of the zone's master, told in the SOA."""
    nameservers: Annotated[dict[NameServerName, list[MemberAddress] | None], Field(min_length=1)]
    """Name servers: names in the zone with their addresses, or absolute names (final dot) with none."""
    ttl: Ttl = 30
    """The most any service answer may be cached."""
    min_ttl: Ttl | None = None
    """The least a service answer is cached, even just before a change; default: half of ttl."""
    negative_ttl: Ttl = 30
    """TTL and minimum of the SOA: how long "no such data" is cached."""
    static_ttl: Ttl = 3600
    """TTL of NS, glue and static records without one of their own."""
    soa: SoaTable = Field(default_factory=SoaTable)
    """Timers for secondaries."""
    dnssec: DnssecTable | None = None
    """Sign the zone with the keys that `gslb keys` made."""
    transfer: TransferTable | None = None
    """Let secondaries fetch the zone as health has it (AXFR, IXFR, NOTIFY); default: nobody may."""
    records: Annotated[str, Parsed(_master_text, (("type", "string"),))] = ""
    """Static records as RFC 1035 master-file text."""
    records_file: Text | None = None
    """A file of static records instead of `records`; relative to the configuration directory."""
    pools: dict[Label, PoolTable] = Field(default_factory=dict)
    """Pools by name."""
    services: dict[ServiceName, ServiceTable] = Field(default_factory=dict)
    """Services by name; `@` is the zone's own name."""
