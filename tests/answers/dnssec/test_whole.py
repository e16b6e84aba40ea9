"""The whole zone, judged: every kind of name and type, in every all-down mode, at every step of a member's life."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import permutations, product

import dns.message
import dns.rdatatype
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gslb.answers.slots import DenialSlot
from gslb.model.keys import Algorithm, KeyTimes, Role
from gslb.model.names import canonical_key
from gslb.model.values import RecordType, WhenAllDown
from tests.kit.answered import wire
from tests.kit.estate import config, member, pool, service, zone
from tests.kit.judging import Judge
from tests.kit.signed import ADDRESSES, DS, Server, csk, pair, signed_zone, static
from tests.kit.views import octets, seen_by, view, with_views
from tests.kit.zonekeys import ED25519, NOW, P256, key

SERVICES = ("@", "smtp", "all", "v6", "relays", "dr", "_submission._tcp.all")
HOSTS = ("r1.relays", "r2.relays", "r3.relays", "d1.dr", "v6.six")
STATICS = (
    *("ns1", "Mixed", "MIXED", "naptr", "x._tcp"),
    *("deep", "b.deep", "a.b.deep", "_tcp", "_tcp.all"),
    *("nothing", "x.nothing", "a.deep", "c.b.deep", "zzz", "0", "y._tcp"),
    *("*.wild", "wild", "a.wild", "b.a.wild", "there.wild", "y.there.wild", "a.alias.wild"),
    *("www", "out", "lost", "dn", "b.dn", "a.b.dn", "q.dn"),
    *("sub", "x.sub", "ns.sub", "bare", "x.bare", "ns.bare"),
)
TYPES = (
    *("A", "AAAA", "MX", "TXT", "SRV", "NS", "SOA", "DS", "CNAME", "RRSIG", "ANY"),
    *("DNSKEY", "CDS", "NSEC", "NSEC3", "NSEC3PARAM", "TYPE65535"),
)
MOVING = ["A", "AAAA", "MX", "SRV", "HTTPS", "TXT", "NSEC", "RRSIG", "ANY"]
LIFE = ((), ADDRESSES[:1], ADDRESSES[:3], ADDRESSES[:4], ADDRESSES[:5], ADDRESSES, ADDRESSES[4:], ("2001:db8::12",), ())

DENIALS = pytest.mark.parametrize("denial", ["nsec", "nsec3"])


def judged(server: Server, judge: Judge, names: Iterable[str], types: Iterable[str]) -> set[str]:
    """What the replies to all of these prove; every variant of each."""
    kinds = tuple(types)
    return {
        judge.judge(server.ask(name, rtype, draw=draw))
        for name in names
        for rtype in kinds
        for draw in server.variants(name, rtype)
    }


@DENIALS
@pytest.mark.parametrize(("algorithm", "split"), [(P256, False), (ED25519, True)])
def test_what_is_static(denial: str, algorithm: Algorithm, split: bool) -> None:
    """Names of every kind, asked for every kind of type, under one key and under two, with both algorithms."""
    keys = pair(algorithm) if split else csk(algorithm)
    server, judge = Server(signed_zone(denial), keys), Judge("mail.example.com", keys, NOW)

    assert judged(server, judge, STATICS, TYPES) == {"answer", "nodata", "nxdomain", "referral"}
    assert judged(server, judge, SERVICES[:1], TYPES) == {"answer", "nodata"}


@DENIALS
def test_a_life(denial: str) -> None:
    """Members go and come one after another: every variant is signed, every emptied type is denied, in one swap."""
    server, judge = Server(signed_zone(denial)), Judge("mail.example.com", csk(), NOW)

    for down in LIFE:
        server.down(down)
        assert judged(server, judge, SERVICES + HOSTS, MOVING) == {"answer", "nodata"}


@DENIALS
@pytest.mark.parametrize("mode", [mode for mode in WhenAllDown if mode is not WhenAllDown.SERVE_ALL])
def test_all_down(denial: str, mode: WhenAllDown) -> None:
    """What fails is not signed and not denied; what is empty is denied; the rest is as ever."""
    server, judge = Server(signed_zone(denial, when_all_down=mode)), Judge("mail.example.com", csk(), NOW)

    server.down(ADDRESSES)

    assert "answer" in judged(server, judge, SERVICES + HOSTS, MOVING)
    told = {judge.judge(server.ask("smtp", rtype)) for rtype in ("A", "AAAA", "MX")}
    assert told == (
        {"nodata"} if mode is WhenAllDown.NODATA else {"failure"} if mode.value in ("servfail", "refused") else told
    )


@DENIALS
def test_before_health_is_known(denial: str) -> None:
    """Services fail without signatures, no bitmap denies them, and static records are signed."""
    server, judge = Server(signed_zone(denial), ready=False), Judge("mail.example.com", csk(), NOW)

    assert judged(server, judge, ("smtp",), ("A", "MX")) == {"failure"}
    assert judged(server, judge, ("smtp",), ("TXT",)) == {"nodata"}
    assert listed(server, "smtp", denial) >= {"A", "AAAA", "MX"}
    assert judged(server, judge, ("a.wild", "@"), ("TXT",)) == {"answer"}


def listed(server: Server, name: str, denial: str) -> set[str]:
    """The types in a name's bitmap, as the proof that it has no type NULL shows it."""
    judge = Judge("mail.example.com", csk(), NOW)
    reply = server.ask(name, "NULL")
    judge.judge(reply)
    types = judge.types(reply.question[0].name)
    assert types is not None, f"{name}: {reply}"
    return {dns.rdatatype.to_text(rtype) for rtype in types}


@settings(deadline=None, max_examples=8)
@given(st.sets(st.sampled_from(ADDRESSES)), st.sampled_from(["nsec", "nsec3"]))
def test_bitmaps_list_what_is_there(down: set[str], denial: str) -> None:
    """Whatever is down: a type is listed if and only if asking for it is not answered by "no data"."""
    server, judge = Server(signed_zone(denial)), Judge("mail.example.com", csk(), NOW)
    server.down(down)

    for name in (*SERVICES, *HOSTS, "naptr", "*.wild"):
        types = listed(server, name, denial)
        for rtype in types | set(MOVING) - {"ANY"}:
            assert (judge.judge(server.ask(name, rtype)) == "nodata") == (rtype not in types), f"{name} {rtype} {types}"


def test_the_chain_is_a_ring_of_every_name() -> None:
    """From the apex each NSEC leads to the next name in canonical order, and the last one back."""
    slots = Server(signed_zone()).builder.plan.slots[0]
    links = {slot.owner: slot.following for slot in slots if isinstance(slot, DenialSlot)}
    owners = [wire("@")]

    while links[owners[-1]] not in owners:
        owners.append(links[owners[-1]])

    assert links[owners[-1]] == wire("@")
    assert owners == sorted(links, key=canonical_key)
    assert {wire("*.wild"), wire("sub"), wire("bare")} < links.keys()
    assert not {wire("deep"), wire("ns.sub")} & links.keys()


@DENIALS
@pytest.mark.parametrize("below", [True, False])
def test_a_zone_inside_another(denial: str, below: bool) -> None:
    """The zone above proves what it delegates: DS, or that there is none; and denies no name of the zone below."""
    relays = pool("relays", member("r1", "192.0.2.11"))
    outer = replace(signed_zone(denial), records=(static(f"in DS {DS}"),) if below else ())
    inner = zone(relays, services=(service("smtp", "relays"),), name="in.mail.example.com")
    server, judge = Server(config(outer, inner)), Judge("mail.example.com", csk(), NOW)

    assert judge.judge(server.ask("in", "DS")) == ("answer" if below else "nodata")
    assert judge.judge(server.ask("ia", "A")) == "nxdomain"
    assert judge.judge(server.ask("io", "A")) == "nxdomain"
    assert [str(each.name) for each in server.ask("smtp.in", "A").answer] == ["smtp.in.mail.example.com."]


def test_keys_come_and_go() -> None:
    """Two keys sign together, the second one alone, then none: the zone is as it was before there were keys."""
    first = key(times=KeyTimes(publish=NOW - 9, active=NOW - 9, retire=NOW + 200, remove=NOW + 200))
    second = key(times=KeyTimes(publish=NOW + 50, active=NOW + 100, retire=NOW + 300, remove=NOW + 300), number=1)
    server = Server(signed_zone(), (first, second))
    found = []

    for after in (0, 50, 100, 200, 300):
        server.builder.look(NOW + after)
        server.publish(NOW + after)
        Judge("mail.example.com", (first, second), NOW + after).signed(
            server.ask("@", "DNSKEY").answer[: 2 * (after < 300)]
        )
        found.append(
            [sum(len(each) for each in server.ask(*asked).answer) for asked in (("@", "DNSKEY"), ("www", "CNAME"))]
        )

    assert found == [[2, 2], [3, 2], [4, 3], [2, 2], [0, 1]]
    assert not [each for each in server.ask("nothing", "A").authority if each.rdtype != RecordType.SOA]


@DENIALS
def test_several_nodes_with_one_key(denial: str) -> None:
    """Each signs for itself, at another time; a resolver may take one RRset here and the next one there."""
    here, there = Server(signed_zone(denial)), Server(signed_zone(denial))
    there.builder.look(NOW + 700)
    there.publish(NOW + 700)
    judge = Judge("mail.example.com", csk(), NOW + 900)

    for server in (here, there):
        assert judged(server, judge, ("smtp", "a.wild", "nothing"), ("A", "MX")) == {"answer", "nodata", "nxdomain"}


@DENIALS
def test_nodes_that_differ_are_mixed(denial: str) -> None:
    """Before and after a new ZSK signs, and with other health: keys of one node, data of another, proofs of a third."""
    ksk = key(Role.KSK, number=1)
    old = key(Role.ZSK, times=KeyTimes(publish=NOW - 9, active=NOW - 9, retire=NOW + 100, remove=NOW + 900), number=2)
    new = key(Role.ZSK, times=KeyTimes(publish=NOW - 9, active=NOW + 100), number=3)
    nodes = [Server(signed_zone(denial), (ksk, old, new), now=NOW + after) for after in (99, 101, 101)]
    nodes[2].down(("2001:db8::12", "2001:db8::31"))

    told = set()
    for shows, (negative, positive) in product(nodes, permutations(nodes, 2)):
        judge = Judge("mail.example.com", (ksk, old, new), NOW + 101)
        reply = shows.ask("@", "DNSKEY")
        judge.signed(reply.answer)
        judge.keys = {judge.zone: reply.answer[0]}
        told |= judged(negative, judge, ("smtp", "nothing", "a.wild"), ("TXT", "AAAA"))
        told |= judged(positive, judge, ("smtp", "a.wild"), ("AAAA", "A", "MX"))
        mixed(judge, negative.ask("smtp", "A"), positive.ask("smtp", "A"))
    assert told == {"answer", "nodata", "nxdomain"}


def mixed(judge: Judge, *replies: dns.message.Message) -> None:
    """The RRset of each under the signature of the other, where both drew the same."""
    (here, signed_here), (there, signed_there) = (reply.answer for reply in replies)
    assert here == there
    judge.valid(here, signed_there)
    judge.valid(there, signed_here)


def test_a_turned_order_is_no_second_rrset() -> None:
    """All orders of the same records carry the same signature; what is sent without DO is what comes first with it."""
    server = Server(signed_zone())
    draws = list(server.variants("all", "A"))
    signatures = {str(server.ask("all", "A", draw=draw).answer[1]) for draw in draws}
    orders = {tuple(str(one) for one in server.ask("all", "A", draw=draw, do=False).answer[0]) for draw in draws}

    assert (len(signatures), len(orders)) == (1, 3)
    for draw in draws:
        assert [list(each) for each in server.ask("all", "A", draw=draw).answer[:1]] == [
            list(each) for each in server.ask("all", "A", draw=draw, do=False).answer
        ]


def test_ttls_never_sign_again() -> None:
    """The original TTL is the zone's `ttl`: another TTL takes the signatures that are there."""
    server = Server(signed_zone())
    made = server.builder.ahead.known.made
    before = server.ask("smtp", "A")

    decisions = {each: replace(one, ttl=17) for each, one in server.builder._decisions.items()}
    server.builder.update(decisions, {})
    server.publish()
    after = server.ask("smtp", "A")

    assert [each.ttl for each in after.answer] == [17, 17]
    assert after.answer[1][0] == before.answer[1][0]
    assert after.answer[1][0].original_ttl == 30
    assert server.builder.ahead.known.made == made


def test_what_does_not_fit() -> None:
    """Additional records give way first, and with them their signatures."""
    server = Server(signed_zone(), (*csk(), key(number=1)))

    whole, cut = server.ask("smtp", "MX"), server.ask("smtp", "MX", tcp=False)

    assert any(each.rdtype == RecordType.RRSIG for each in whole.additional)
    assert (cut.answer, cut.additional) == (whole.answer, [])


def test_what_a_node_keeps_for_itself_is_not_answered() -> None:
    """NSEC3 records are owned by hashes; the types that hide them and others are no data of the name."""
    server = Server(signed_zone("nsec3"))

    for rtype in ("TYPE0", "NSEC3", "TYPE65535"):
        assert not server.ask("smtp", rtype).answer


@DENIALS
def test_each_view_has_its_own_bitmaps(denial: str) -> None:
    """What a name has is proved as each client sees it: a view without IPv6 has no AAAA, and nobody else lacks it."""
    dual, four = (pool(name, member("one", *addresses)) for name, addresses in VIEWED.items())
    split = seen_by(service("split", "dual"), east="four")
    made = replace(zone(dual, four, services=(split,)), dnssec=signed_zone(denial).dnssec)
    keys = csk()
    server = Server(with_views(config(made), view("east", "10.0.0.0/8")), keys)
    judge = Judge("mail.example.com", keys, NOW)

    for down in ((), VIEWED["four"], ("192.0.2.1",)):
        server.down(down)
        for address, empty in ((octets("10.1.2.3"), {"AAAA", "TXT"}), (b"", {"TXT"})):
            for rtype in ("A", "AAAA", "TXT"):
                reply = server.ask("split", rtype, address=address)
                assert judge.judge(reply) == ("nodata" if rtype in empty or not reply.answer else "answer")
                assert rtype not in empty or not reply.answer


VIEWED = {"dual": ("192.0.2.1", "2001:db8::1"), "four": ("192.0.2.2",)}
