"""What every table of the schema shares, and the annotations they are written with."""

from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from gslb.config import values
from gslb.config.described import descriptions
from gslb.config.networks import parse_country, parse_network
from gslb.config.values import DAY, Parsed
from gslb.model.pools import MinHealthy
from gslb.model.settings import Endpoint
from gslb.model.transfers import Secondary
from gslb.model.values import Address, Network, WhenAllDown


class Table(BaseModel):
    """A table of the configuration: no unknown keys, no silent conversions, described key by key."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        arbitrary_types_allowed=True,
        defer_build=True,  # most configurations use few of these tables
    )

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Pydantic's hook: each key with what it says of itself."""
        schema = handler(core)
        for key, told in handler.resolve_ref_schema(schema).get("properties", {}).items():
            said = descriptions(cls)[key]
            if handler.resolve_ref_schema(told).get("description") != said:  # else its own table says so
                told["description"] = said
        return schema

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_default(cls, table: object) -> object:
        # `dns:` with every key below it commented out means what no `dns:` means.
        if not isinstance(table, dict) or None not in table.values():
            return table
        return {key: value for key, value in table.items() if value is not None or key not in cls.model_fields}


def _string(parse: Any, format_: str) -> Parsed:
    return Parsed(parse, (("type", "string"), ("format", format_)))


AddressValue: TypeAlias = Annotated[Address, _string(values.parse_address, "ip")]
MemberAddress: TypeAlias = Annotated[Address, _string(values.parse_member_address, "ip")]
IPv4Value: TypeAlias = Annotated[IPv4Address, _string(values.parse_ipv4, "ipv4")]
IPv6Value: TypeAlias = Annotated[IPv6Address, _string(values.parse_ipv6_source, "ipv6")]
CountryValue: TypeAlias = Annotated[str, _string(parse_country, "country")]
NetworkValue: TypeAlias = Annotated[Network, _string(parse_network, "network")]
EndpointValue: TypeAlias = Annotated[Endpoint, _string(values.parse_endpoint, "address:port")]
SecondaryValue: TypeAlias = Annotated[Secondary, _string(values.parse_secondary, "address or address:port")]
Label: TypeAlias = Annotated[str, _string(values.parse_label, "label")]
ServiceName: TypeAlias = Annotated[str, _string(values.parse_service_name, "label or @")]
CheckName: TypeAlias = Annotated[str, _string(values.parse_check_name, "check name")]
Domain: TypeAlias = Annotated[str, _string(values.parse_domain, "domain name")]
Hostname: TypeAlias = Annotated[str, _string(values.parse_hostname, "host name")]
NameServerName: TypeAlias = Annotated[str, _string(values.parse_nameserver, "domain name")]
Contact: TypeAlias = Annotated[str, _string(values.parse_contact, "mailbox")]
SrvOwnerName: TypeAlias = Annotated[str, _string(values.parse_srv_owner, "_service._proto")]
Port: TypeAlias = Annotated[int, values.PORT]
Ttl: TypeAlias = Annotated[int, values.duration(1, DAY, whole=True)]
Timer: TypeAlias = Annotated[int, values.duration(1, 365 * DAY, whole=True)]
Failback: TypeAlias = Annotated[
    float, Parsed(values.parse_failback, (("type", ["string", "number"]), ("x-format", "immediate, manual or 5m")))
]
AllDown: TypeAlias = Annotated[
    WhenAllDown | tuple[Address, ...],
    Parsed(
        values.parse_when_all_down,
        (("type", ["string", "array"]), ("x-format", "serve_all, last_good, nodata, servfail, refused or addresses")),
    ),
]
Trickle: TypeAlias = Annotated[
    float, Parsed(values.parse_trickle, (("type", ["number", "string"]), ("x-format", "0 to 1, or 10%")))
]
Window: TypeAlias = Annotated[float, values.duration(0, DAY)]
Least: TypeAlias = Annotated[
    MinHealthy, Parsed(values.parse_min_healthy, (("type", ["integer", "string"]), ("x-format", "3 or 50%")))
]
Answers: TypeAlias = Annotated[
    int, Parsed(values.parse_answers, (("type", ["integer", "string"]), ("x-format", "1, 2, … or all")))
]
Percent: TypeAlias = Annotated[float, Parsed(values.parse_percent, (("type", "string"), ("x-format", "50%")))]
Text: TypeAlias = Annotated[str, Parsed(values.parse_text, (("type", "string"), ("minLength", 1)))]
