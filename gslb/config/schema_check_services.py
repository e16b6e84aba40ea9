"""Checks of what mail leans on: dns, ldap."""

from typing import Annotated, Literal

from gslb.config.schema_check_common import Certificate, CheckTable, Interval, Limited, Login, Proxied
from gslb.config.schema_check_values import QueryName, QueryType, Rcodes, TextList
from gslb.config.tables import AddressValue, Port
from gslb.config.values import whole_number


class DnsCheck(CheckTable):
    """One question to a name server (RFC 1035)."""

    type: Literal["dns"]
    """The dialogue."""
    port: Port = 53
    """The port to ask at."""
    qname: QueryName
    """The name asked for, one that this server should know."""
    qtype: QueryType = "SOA"
    """The record type asked for; never ANY, AXFR or IXFR."""
    recursion: bool = False
    """Whether recursion is desired: for resolvers."""
    edns: Annotated[int, whole_number(512, 4096)] | None = None
    """The UDP payload size offered in an OPT record; default: no OPT."""
    transport: Literal["udp", "tcp", "both"] = "udp"
    """udp (TCP once where truncated), tcp, or both."""
    expect_rcode: Rcodes = ("NOERROR",)
    """Response codes that pass."""
    authoritative: bool = False
    """Whether the answer must be authoritative."""
    min_answers: Annotated[int, whole_number(0, 1000)] = 0
    """The least number of records in the answer section."""
    answer_must: TextList = ()
    """Texts of record data that must be among the answers, every one."""
    answer_must_not: TextList = ()
    """Texts of record data that must not be among the answers."""
    serial_at_least: Annotated[int, whole_number(0, 4_294_967_295)] | None = None
    """The least SOA serial that passes (RFC 1982); default: any."""
    serial_peer: AddressValue | None = None
    """Another name server of the zone, asked for its serial right after; default: none is."""
    serial_peer_port: Port | None = None
    """The port of serial_peer; default: 53."""
    serial_within: Annotated[int, whole_number(0, 2_147_483_647)] | None = None
    """How far the serial may be from that of serial_peer, either way; one that does not answer is a notice."""


class LdapCheck(CheckTable, Certificate, Login, Proxied, Limited):
    """LDAP (RFC 4511): a bind, anonymous or as `user` (a distinguished name), and a look at the root."""

    type: Literal["ldap"]
    """The dialogue."""
    interval: Interval = 30.0
    """From start to start while all is calm."""
    port: Port | None = None
    """The port to connect to; default: 389, with implicit TLS 636."""
    tls: Literal["none", "starttls", "implicit"] | None = None
    """none, starttls (StartTLS, required) or implicit; default: none, with a user starttls, on port 636 implicit."""
    stage: Literal["bind", "rootdse"] = "rootdse"
    """How deep the dialogue goes."""
