"""What the tools of other people's servers find in zones of ours: nothing, but what is explained."""

from collections.abc import Iterator
from fnmatch import fnmatch

import pytest

from tests.compliance.conftest import Internet
from tests.kit.internet.child import SERVER
from tests.kit.internet.explained import explained
from tests.kit.internet.parents import anchor
from tests.kit.internet.resolvers import Unbound
from tests.kit.internet.tools import Tools, transferred, walked
from tests.kit.internet.zones import KINDS, Kind

LEADING = ("smtp", "equal", "web", "half", "every", "down-serve", "down-nodata", "down-list", "mixed", "inbox")
ASKED = (
    ("", "SOA"), ("", "MX"), ("", "DNSKEY"), ("", "CDS"), ("smtp", "A"), ("smtp", "AAAA"), ("smtp", "MX"),
    ("smtp", "TXT"), ("equal", "MX"), ("_submission._tcp.equal", "SRV"), ("web", "HTTPS"), ("half", "A"),
    ("half", "AAAA"), ("down-serve", "A"), ("down-nodata", "A"), ("down-list", "MX"), ("any.wild", "TXT"),
    ("any.wild", "MX"), ("www", "A"), ("deep", "A"), ("nothing", "A"), ("nothing.smtp", "A"), ("mixed", "TYPE65280"),
)  # fmt: skip
each_zone = pytest.mark.parametrize("zone", KINDS, ids=lambda each: each.name.partition(".")[0])


@pytest.fixture(scope="module")
def tools(internet: Internet) -> Iterator[Tools]:
    """With a resolver behind those that ask one."""
    with Unbound(internet.folder / "tools-unbound", anchor()) as resolver:
        yield Tools(internet.folder / "tools", anchor(), resolver.address, SERVER)


def names(zone: Kind) -> list[tuple[str, str]]:
    """What the tools that judge one answer are asked."""
    return [(f"{name}.{zone.name}".lstrip("."), rtype) for name, rtype in ASKED]


@each_zone
def test_zonemaster(tools: Tools, zone: Kind) -> None:
    """zonemaster-cli has no error and no warning, but those that the table explains."""
    assert tools.zonemaster(zone.name) <= {each.says for each in explained("zonemaster-cli")}


@each_zone
def test_dnsviz(tools: Tools, zone: Kind) -> None:
    """dnsviz, from the root down, marks everything of the zone and of its names as good."""
    assert tools.dnsviz(zone.name, tuple(f"{name}.{zone.name}" for name in LEADING)) == []


@each_zone
def test_delv(tools: Tools, zone: Kind) -> None:
    """delv calls every answer, and every absence, fully validated."""
    assert [said for name, rtype in names(zone) if (said := tools.delv(name, rtype))] == []


@each_zone
def test_drill(tools: Tools, zone: Kind) -> None:
    """drill chases the signatures of what is there up to the root, and traces them down from it."""
    there = [(f"{name}.{zone.name}", rtype) for name, rtype in (("smtp", "A"), ("equal", "MX"), ("web", "HTTPS"))]

    assert [said for name, rtype in there if (said := tools.drill(name, rtype))] == []
    assert [said for name, rtype in there if (said := tools.trace(name, rtype))] == []


@pytest.mark.parametrize("zone", [kind for kind in KINDS if kind.denial == "nsec"], ids=lambda each: each.algorithm)
@pytest.mark.parametrize("tool", ["ldns-verify-zone", "dnssec-verify"])
def test_the_zone_as_it_is_walked(tools: Tools, zone: Kind, tool: str) -> None:
    """Asked from NSEC to NSEC, the zone is whole: its chain, its bitmaps, its signatures; but what is explained."""
    found = tools.verify(zone.name, walked(SERVER, zone.name), *line(tool, zone))

    reasons = explained(tool)
    assert [each for each in found if not any(fnmatch(each, reason.says) for reason in reasons)] == []


@each_zone
@pytest.mark.parametrize("tool", ["ldns-verify-zone", "dnssec-verify"])
def test_the_zone_as_it_is_transferred(tools: Tools, zone: Kind, tool: str) -> None:
    """A secondary's copy is whole as well, with NSEC and NSEC3."""
    assert tools.verify(zone.name, transferred(SERVER, zone.name), *line(tool, zone)) == []


def line(tool: str, zone: Kind) -> tuple[str, ...]:
    """How the tool is called."""
    return ("dnssec-verify", "-x", "-o", zone.name) if tool == "dnssec-verify" else (tool,)
