"""A table whose services answer some clients otherwise than others."""

from gslb.handoff.table import Table
from gslb.model.values import RecordType
from tests.kit.answered import built
from tests.kit.estate import config, member, pool, service
from tests.kit.estate import zone as zone_of
from tests.kit.views import seen_by, view, with_views


def viewed() -> Table:
    """smtp for everybody and for two views, the second of which has no IPv6; what is static has no views."""
    everywhere = pool("all", member("all1", "192.0.2.11", "2001:db8::11"))
    east = pool("east", member("east1", "192.0.2.21", "2001:db8::21"))
    site = pool("site", member("site1", "192.0.2.31"))
    smtp = service("smtp", "all", records=(RecordType.A, RecordType.AAAA, RecordType.MX))
    made = zone_of(everywhere, east, site, services=(seen_by(smtp, site="site", east="east"), service("other", "all")))
    return built(
        with_views(
            config(made),
            view("east", "10.1.0.0/16", ecs=["203.0.113.0/24"]),
            view("site", "10.1.2.0/24"),
            view("other", "10.1.2.3/32"),
        )
    )
