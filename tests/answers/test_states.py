"""State over DNS: what it tells, to whom, and that the zone knows nothing of it."""

from dataclasses import replace
from ipaddress import ip_address, ip_network

import dns.message
import pytest

from gslb.answers.build import Builder
from gslb.answers.plan import plan
from gslb.answers.states import state_slots
from gslb.dns.networks import Networks
from gslb.dns.reply import Facts
from gslb.dns.respond import respond
from gslb.handoff.layout import STATE_KEY
from gslb.handoff.table import Table, in_memory
from gslb.model.settings import Config
from gslb.model.values import RecordType
from tests.kit.answered import decided
from tests.kit.estate import ZONE, config, healths, member, pool, service, zone

A, MX = RecordType.A, RecordType.MX
INSIDE, OUTSIDE = ip_address("192.0.2.200").packed, ip_address("198.51.100.1").packed
FACTS = Facts(state=Networks(["192.0.2.0/24"]))


def estate(*, open_to: str = "192.0.2.0/24") -> Config:
    """Two relays in front of a spare, behind a service and the apex."""
    relays = pool("relays", member("r1", "192.0.2.11", weight=60), member("r2", "192.0.2.12", weight=40))
    apex = service("@", alias_of="smtp", records=(MX,))
    smtp = service("smtp", "relays", "dr", records=(A, MX), answers=1)
    made = config(zone(relays, pool("dr", member("d1", "192.0.2.21")), services=(smtp, apex)))
    return replace(made, node=replace(made.node, state_txt=(ip_network(open_to),) if open_to else ()))


def table(made: Config, *, down: tuple[str, ...] = (), known: bool = True) -> Table:
    """The table of this estate, with these addresses down."""
    builder = Builder(plan(made), {ZONE: 7})
    if known:
        builder.update(*decided(made, healths(down=down)))
    image = builder.image(1)
    assert image.names is not None
    return in_memory(image.names, image.parts)


def ask(name: str, rtype: str = "TXT", *, address: bytes = INSIDE, of: Table | None = None) -> tuple[int, list[str]]:
    """Rcode and answers."""
    packet = dns.message.make_query(f"{name}.{ZONE}", rtype).to_wire()
    response = respond(packet, of or table(estate()), lambda _key: 0, FACTS, address)
    assert response is not None
    reply = dns.message.from_wire(response.data)
    assert all(rrset.ttl == 0 for rrset in reply.answer)
    return reply.rcode(), sorted(str(one).strip('"') for rrset in reply.answer for one in rrset)


def test_a_service() -> None:
    """Mode, tier, shares and TTL, family by family, also under another spelling."""
    rcode, texts = ask("SMTP._GSLB")

    assert rcode == 0
    assert "ipv4 normal, tier 1 (relays), r1=0.600 r2=0.400, ttl 30" in texts[1]
    assert texts[0].startswith("any normal")


def test_a_service_in_trouble() -> None:
    """What health moves is told with the next table."""
    of = table(estate(), down=("192.0.2.11", "192.0.2.12"))

    assert any("ipv4 normal, tier 2 (dr), d1=1.000" in text for text in ask("smtp._gslb", of=of)[1])
    assert any("all_down" in text for text in ask("relays._gslb", of=of)[1])


def test_a_member() -> None:
    """In or out, its share, its addresses and why."""
    of = table(estate(), down=("192.0.2.12",))
    inside, outside = ask("r1.relays._gslb", of=of)[1], ask("r2.relays._gslb", of=of)[1]

    assert any(text.startswith("ipv4 in 1.000 192.0.2.11 ") for text in inside)
    assert any(text.startswith("ipv4 out 0.000") for text in outside)


def test_the_node_and_the_apex() -> None:
    """The node says who it is and what it runs; the apex has a label of its own."""
    assert ask("_gslb")[1] == [f"node {estate().node.name}, configuration {estate().digest}"]
    assert ask("_apex._gslb") == ask("smtp._gslb")


@pytest.mark.parametrize("name", ["_gslb", "smtp._gslb", "r1.relays._gslb"])
def test_others_hear_nothing(name: str) -> None:
    """For a network that is not named these names do not exist, nor for anybody where none is."""
    assert ask(name, address=OUTSIDE) == (3, [])
    assert ask(name, of=table(estate(open_to=""))) == (3, [])


def test_what_is_not_there() -> None:
    """Other types are NODATA, ANY is TXT, other names below are the zone's to deny."""
    assert ask("smtp._gslb", "A") == (0, [])
    assert ask("smtp._gslb", "ANY") == ask("smtp._gslb")
    assert ask("nothing._gslb") == (3, [])


def test_before_the_first_decision() -> None:
    """Until something is decided, that is what is told."""
    assert ask("smtp._gslb", of=table(estate(), known=False)) == (0, ["not decided yet"])


def test_the_zone_knows_nothing_of_it() -> None:
    """No zone's order, which is what denial and transfers walk, holds a state name; nor do the plan's nodes."""
    names = table(estate()).names
    order = [names.name(number) for number in names.in_order(names.zone(0))]

    assert order == [node.name for node in plan(estate()).nodes]
    assert not any(name.startswith(STATE_KEY) or b"_gslb" in name for name in order)


def test_names_too_long_are_left_out() -> None:
    """What does not fit into a key of the table is not told."""
    long = (b"\x3f" + b"x" * 63) * 3 + b"\x30" + b"y" * 48 + b"\0"
    made = estate()
    zones = (replace(made.zones[0], name=long),)

    assert [len(key) for key, _ in state_slots(made, zones[0])] == [249, 254, 255, 252, 255]
