"""What the modes that need a past, or a list, put into the table, type by type."""

from ipaddress import ip_address

import pytest

from gslb.answers.build import Builder, DecisionKey
from gslb.answers.plan import plan
from gslb.handoff.table import Table
from gslb.model.decisions import Decision
from gslb.model.values import Family, MxMode, RecordType, WhenAllDown
from gslb.model.zones import SrvOwner
from tests.kit.answered import built, entry_at, opened, replies, wire
from tests.kit.clock import Clock
from tests.kit.estate import ZONE, config, healths, member, pool, service, zone

ALL = ("192.0.2.1", "192.0.2.2", "2001:db8::2")
LIST = tuple(map(ip_address, ("203.0.113.1", "203.0.113.2", "2001:db8:1::1")))
NAMES = {"SRV": "_x._tcp"}


def table(action: WhenAllDown, mx: MxMode = MxMode.RANKED) -> Table:
    """The table of a service whose members stood for an hour, lost r2's IPv4 address, and are all down."""
    smtp = service(
        "smtp",
        "relays",
        records=(RecordType.A, RecordType.AAAA, RecordType.MX, RecordType.HTTPS),
        srv=(SrvOwner(owner=wire("_x._tcp"), port=25),),
        when_all_down=action,
        mx=mx,
        last_resort=LIST if action is WhenAllDown.LIST else (),
    )
    site = zone(pool("relays", member("r1", "192.0.2.1"), member("r2", "192.0.2.2", "2001:db8::2")), services=(smtp,))
    decisions: dict[DecisionKey, Decision] = {}
    for family in Family:
        clock = Clock(site, family)
        clock.after(0, down=ALL[1:2])
        clock.after(3600, down=ALL[1:2])
        decisions[ZONE, "smtp", family] = clock.after(1, down=ALL)
    builder = Builder(plan(config(site)), {ZONE: 1})
    builder.update(decisions, {})
    return opened(builder)


ANSWERS = {
    (WhenAllDown.LAST_GOOD, "A"): ["192.0.2.1"],
    (WhenAllDown.LAST_GOOD, "AAAA"): ["2001:db8::2"],
    (WhenAllDown.LAST_GOOD, "MX"): ["10 r1.relays.mail.example.com.", "11 r2.relays.mail.example.com."],
    (WhenAllDown.LAST_GOOD, "SRV"): ["1 1 25 r1.relays.mail.example.com.", "1 1 25 r2.relays.mail.example.com."],
    (WhenAllDown.LAST_GOOD, "HTTPS"): ['1 . alpn="h2" ipv4hint="192.0.2.1" ipv6hint="2001:db8::2"'],
    (WhenAllDown.LIST, "A"): ["203.0.113.1", "203.0.113.2"],
    (WhenAllDown.LIST, "AAAA"): ["2001:db8:1::1"],
    (WhenAllDown.LIST, "MX"): ["10 smtp.mail.example.com."],
    (WhenAllDown.LIST, "SRV"): ["1 1 25 smtp.mail.example.com."],
    (WhenAllDown.LIST, "HTTPS"): ['1 . alpn="h2" ipv4hint="203.0.113.1,203.0.113.2" ipv6hint="2001:db8:1::1"'],
}


@pytest.mark.parametrize(("action", "rtype"), ANSWERS)
def test_wound_1_each_mode_answers_each_type(action: WhenAllDown, rtype: str) -> None:
    """The last good set as it was in that family, or the list, which MX and SRV name by the service; and the error."""
    made = table(action)
    name = NAMES.get(rtype, "smtp")
    part, entry = entry_at(made, name, rtype)

    assert replies(made, name, rtype)[0].rdata == ANSWERS[action, rtype]
    assert (entry.ede, part.ede_text(entry)) == (
        (3, b"") if action is WhenAllDown.LAST_GOOD else (0, b"all members down")
    )


@pytest.mark.parametrize("mx", MxMode)
def test_the_list_stands_beside_the_name_that_answers_it(mx: MxMode) -> None:
    """The additional section of MX carries the list, of both families."""
    (made,) = replies(table(WhenAllDown.LIST, mx), "smtp", "MX")

    assert [line.split()[-1] for line in made.additional] == [*map(str, LIST)]


@pytest.mark.parametrize("rtype", [*dict.fromkeys(rtype for _, rtype in ANSWERS)])
def test_below_its_minimum_each_type_holds_the_healthy(rtype: str) -> None:
    """Where every tier falls short, the healthy members of the heaviest one answer, and no error is told."""
    smtp = service(
        "smtp",
        "relays",
        records=(RecordType.A, RecordType.AAAA, RecordType.MX, RecordType.HTTPS),
        srv=(SrvOwner(owner=wire("_x._tcp"), port=25),),
    )
    members = (member(f"r{n}", f"192.0.2.{n}", f"2001:db8::{n}") for n in (1, 2))
    made = built(
        config(zone(pool("relays", *members, at_least=2), services=(smtp,))), healths(down=("192.0.2.2", "2001:db8::2"))
    )
    name = NAMES.get(rtype, "smtp")
    part, entry = entry_at(made, name, rtype)
    text = " ".join(line for reply in replies(made, name, rtype) for line in (*reply.rdata, *reply.additional))

    assert "192.0.2.1" in text or "2001:db8::1" in text
    assert not any(gone in text for gone in ("r2.", "192.0.2.2", "2001:db8::2"))
    assert entry.ede is None
    assert part.ede_text(entry) == b""
