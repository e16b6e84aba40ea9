"""gslb.yaml, views: named groups of clients."""

from pydantic import Field

from gslb.config.tables import CountryValue, NetworkValue, Table


class ViewTable(Table):
    """A named group of clients; needs networks or countries."""

    networks: list[NetworkValue] = Field(default_factory=list)
    """Networks of clients; without ECS these are the networks of their resolvers."""
    countries: list[CountryValue] = Field(default_factory=list)
    """Countries of clients, by two letters (ISO 3166-1), looked up in geoip; wider than any network written down."""
    ecs: list[NetworkValue] = Field(default_factory=list)
    """Networks of resolvers trusted to tell whose question it is (RFC 7871); for them the network told counts."""
