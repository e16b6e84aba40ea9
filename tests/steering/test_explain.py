import json
from ipaddress import ip_address

import pytest

from gslb.answers import orders
from gslb.model.values import Family, MxMode, RecordType, WhenAllDown
from gslb.model.zones import Service
from gslb.steering.decide import decide
from gslb.steering.explain import FAMILIES, PLACES, Explanation, explain, explain_host
from gslb.steering.hosts import decide_host
from tests.kit.estate import healths, member, pool, service, zone

RELAYS = pool(
    "relays",
    member("r1", "192.0.2.1", weight=60),
    member("r2", "192.0.2.2", weight=30),
    member("r3", "192.0.2.3", weight=10),
)
DR = pool("dr", member("d1", "198.51.100.1"))
SMTP = service("smtp", "relays", "dr")
EVERYTHING = ("192.0.2.1", "192.0.2.2", "192.0.2.3", "198.51.100.1")


def told(
    rtype: RecordType = RecordType.A,
    *,
    one: Service = SMTP,
    ready: bool = True,
    **states: tuple[str, ...],
) -> Explanation:
    """The explanation of one service of a site with two tiers."""
    site = zone(RELAYS, DR, services=(SMTP, one))
    chosen = site.services[one.name]
    family = FAMILIES.get(rtype, Family.ANY)
    return explain(site, chosen, rtype, decide(site, chosen, family, healths(**states), ready=ready))


def test_lines_tell_the_whole_decision() -> None:
    """The name, the mode, the answer, each tier with its members, and the TTL, a line each."""
    assert told(down=("192.0.2.2",)).lines() == (
        "smtp.mail.example.com. A: service smtp in zone mail.example.com",
        "mode normal: tier 1, relays: 2 of 3 members healthy, 1 needed",
        "answer: 1 of the 2 members in, by share",
        "tier 1 relays holds, in use: 2 of 3 members healthy, 1 needed",
        "  r1 [192.0.2.1] in 85.7%: smtp up",
        "  r2 out: smtp down",
        "  r3 [192.0.2.3] in 14.3%: smtp up",
        "tier 2 dr holds: 1 of 1 members healthy, 1 needed",
        "  d1 [198.51.100.1] out: tier 1 answers; smtp up",
        "ttl 30 s: the zone's ttl: nothing could change sooner",
    )


def test_exchangers_are_told() -> None:
    """An explanation of MX names each exchanger with tier, weight and addresses."""
    lines = told(RecordType.MX).lines()

    assert lines[2] == "answer: 4 exchangers, those of tier 1 in drawn order"
    assert "exchanger d1.dr.mail.example.com. [198.51.100.1] in: tier 2, weight 1" in lines


def test_alias_is_told() -> None:
    """An alias says whose decision it shows."""
    assert (
        told(one=service("mx", alias_of="smtp"))
        .lines()[0]
        .endswith("service mx, an alias of smtp in zone mail.example.com")
    )


@pytest.mark.parametrize(
    ("count", "down", "answer"),
    [
        (0, (), "all 3 members in"),
        (3, (), "all 3 members in"),
        (2, (), "2 of the 3 members in, by share"),
        (1, EVERYTHING[:2], "the member in"),
    ],
)
def test_answer_tells_how_many(count: int, down: tuple[str, ...], answer: str) -> None:
    """How many members one answer holds is told in words."""
    assert told(one=service("smtp", "relays", "dr", answers=count), down=down).answer == answer


@pytest.mark.parametrize(
    ("action", "answer"),
    [(WhenAllDown.NODATA, "NODATA"), (WhenAllDown.SERVFAIL, "SERVFAIL"), (WhenAllDown.REFUSED, "REFUSED")],
)
def test_all_down_is_told(action: WhenAllDown, answer: str) -> None:
    """What is answered when all are down is told, with the extended error that goes with it."""
    explanation = told(one=service("smtp", "relays", "dr", when_all_down=action), down=EVERYTHING)

    assert explanation.answer == answer
    assert explanation.lines()[-1] == "extended error 0: all members down"


def test_not_ready_is_told() -> None:
    """Before the first round the answer is SERVFAIL with error 14."""
    lines = told(ready=False).lines()

    assert lines[2] == "answer: SERVFAIL"
    assert lines[-1] == "extended error 14"


def test_nodata_is_told() -> None:
    """A family that is not there is told as NODATA."""
    assert told(RecordType.AAAA).answer == "NODATA"


@pytest.mark.parametrize(("rtype", "mode"), [(RecordType.SRV, MxMode.RANKED), (RecordType.MX, MxMode.EQUAL)])
def test_only_ranked_mx_is_drawn(rtype: RecordType, mode: MxMode) -> None:
    """SRV and equal MX hold all exchangers, in no drawn order."""
    assert told(rtype, one=service("smtp", "relays", "dr", mx=mode)).answer == "4 exchangers"


@pytest.mark.parametrize("rtype", [RecordType.A, RecordType.MX])
def test_dict_is_json(rtype: RecordType) -> None:
    """Programs get the same as plain values."""
    plain = json.loads(json.dumps(told(rtype, down=EVERYTHING).as_dict()))

    assert plain["mode"] == "all_down"
    assert plain["extended_error"] == {"code": 0, "text": "all members down"}
    assert plain["tiers"][0]["members"][0]["name"] == "r1"
    assert told(rtype).as_dict()["extended_error"] is None


@pytest.mark.parametrize(
    ("down", "mode", "answer"),
    [((), "normal", "192.0.2.1"), (("192.0.2.1",), "all_down", "192.0.2.1")],
)
def test_host_is_told(down: tuple[str, ...], mode: str, answer: str) -> None:
    """A member's own name tells the health of its addresses and what is answered."""
    site = zone(RELAYS)
    host = site.pools["relays"].members[0].hostname
    explanation = explain_host(site, decide_host(site, host, healths(down=down)), RecordType.A)

    assert (explanation.mode, explanation.answer) == (mode, answer)
    assert explanation.lines()[0] == "r1.relays.mail.example.com. A: host in zone mail.example.com"
    assert "192.0.2.1: smtp" in explanation.reason


def test_host_without_the_family() -> None:
    """A host has NODATA for a type it has no address of."""
    site = zone(RELAYS)
    host = site.pools["relays"].members[0].hostname

    assert explain_host(site, decide_host(site, host, healths()), RecordType.AAAA).answer == "NODATA"


def test_a_list_is_told() -> None:
    """Where a list is answered when all are down, its addresses of the family are told; MX names the service."""
    last_resort = (ip_address("203.0.113.1"), ip_address("2001:db8::9"))
    listed = service("listed", "relays", when_all_down=WhenAllDown.LIST, last_resort=last_resort)

    assert told(one=listed, down=EVERYTHING).answer == "the list: 203.0.113.1"
    assert told(RecordType.MX, one=listed, down=EVERYTHING).answer == (
        "the service's own name, which answers the list: 203.0.113.1, 2001:db8::9"
    )


@pytest.mark.parametrize(("mx", "answer"), [(MxMode.RANKED, "11 of 13 exchangers, those of"), (MxMode.EQUAL, "13 ex")])
def test_exchangers_that_an_answer_cannot_hold(mx: MxMode, answer: str) -> None:
    """Ten of a tier stand in a ranked answer, all in an equal one."""
    many = pool("many", *(member(f"m{n}", f"192.0.2.{n}") for n in range(10, 22)))
    smtp = service("smtp", "many", "dr", records=(RecordType.MX,), mx=mx)
    site = zone(many, DR, services=(smtp,))
    made = explain(site, site.services["smtp"], RecordType.MX, decide(site, smtp, Family.ANY, healths(), ready=True))

    assert made.answer.startswith(answer)
    assert PLACES == orders.PLACES
