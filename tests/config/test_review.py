import re
from dataclasses import replace
from pathlib import Path

import pytest

from gslb.config.files import load_texts
from gslb.config.review import mta_sts_lines, signature_octets
from gslb.model.zones import Dnssec
from tests.kit.configs import CHECK, HEAD, POOL, accepted, texts, warnings

SERVICE = POOL + "services:\n  smtp: {records: [MX, A], pools: [relays]%s}\n"
PLACE = re.compile(r"zones/z\.yaml:\d+:\d+: \S+: ")
UNEQUAL = SERVICE.replace("192.0.2.11}", "192.0.2.11, weight: 9}")
SECOND = "  second: {checks: [smtp], members: {a: {address: 192.0.2.21}, b: {address: 192.0.2.22}}}\n"


def members(count: int, **fields: str) -> str:
    """So many members."""
    rest = "".join(f", {key}: {value}" for key, value in fields.items())
    return ", ".join(f"m{n}: {{address: 10.0.{n // 250}.{n % 250}{rest}}}" for n in range(1, count + 1))


BEHIND_AN_ALIAS = "}, '@': {alias: s, records: [MX]}}\n"
LONG = ", ".join(
    f"m{n}: {{address: 10.0.0.{n}, hostname: {'x' * 60}.{'y' * 60}{n}.mail.example.com}}" for n in range(10)
)


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        pytest.param(
            SERVICE % ", when_all_down: nodata",
            "services.smtp.when_all_down: nodata on a service with MX: senders find no",
            id="nodata_with_mx",
        ),
        pytest.param(
            SERVICE % ", when_all_down: refused",
            "refused on a service with MX: every name server looks lame; servfail makes",
            id="refused_with_mx",
        ),
        pytest.param(
            f"pools: {{p: {{checks: [smtp], members: {{{members(1)}}}}}}}\n",
            "pools.p.members: one member only: nothing stands",
            id="one_member",
        ),
        pytest.param(
            f"services: {{s: {{checks: [smtp], members: {{{members(1)}}}}}}}\n",
            "services.s.members: one member only",
            id="one_member_of_the_short_form",
        ),
        pytest.param(
            f"pools: {{p: {{checks: [smtp], members: {{{members(2, machine='esx1')}}}}}}}\n",
            "pools.p.members: all members run on the machine esx1",
            id="one_machine",
        ),
        pytest.param(
            "ttl: 9\n" + POOL,
            "pools.relays.checks[0]: smtp may take 10s, longer than an answer lives: ttl is 9s",
            id="timeout_above_ttl",
        ),
        pytest.param(
            UNEQUAL % ", answers: all",
            "services.smtp.answers: all, but the weights in relays differ: shares cannot hold",
            id="all_with_unequal_weights",
        ),
        pytest.param(
            UNEQUAL % ", answers: 2",
            "services.smtp.answers: 2 answers at these weights in relays: the heaviest would need to",
            id="heaviest_above_one",
        ),
        pytest.param(
            SERVICE % ", slow_start: 1m",
            "services.smtp.slow_start: 1m lasts 135s: nine steps, one each min_ttl (15s)",
            id="slow_start_too_short",
        ),
        pytest.param(
            UNEQUAL % ", mx: equal",
            "services.smtp.mx: equal, but the weights in relays differ: senders share mail evenly",
            id="equal_with_unequal_weights",
        ),
        pytest.param(
            (POOL + SECOND + "services: {s: {pools: [relays, second]}}\n").replace("    checks: [smtp]\n", ""),
            "services.s.pools[1]: never reached: relays before it has no check, so it never fails",
            id="tier_behind_one_that_never_fails",
        ),
        pytest.param(
            f"pools: {{p: {{checks: [smtp], members: {{{members(2, weight='0')}}}}}}}\n"
            "services: {s: {pools: [p]}}\n",
            "services.s.pools[0]: never answers: every weight in p is 0",
            id="every_weight_zero",
        ),
        pytest.param(
            (SERVICE % "").replace("192.0.2.11}", "192.0.2.11, hostname: mx.example.net}"),
            "pools.relays.members.relay1.hostname: outside the zone mail.example.com: its addresses are",
            id="hostname_outside",
        ),
        pytest.param(
            SERVICE.replace("[MX, A]", "[MX, A, AAAA]") % "",
            "services.smtp.records: AAAA, but no member has an IPv6 address: no data",
            id="no_address_of_the_family",
        ),
        pytest.param(
            f"services: {{s: {{checks: [smtp], records: [MX], members: {{{members(11)}}}}}}}\n",
            "services.s.pools[0]: 11 exchangers in s: an answer holds 10 of a tier",
            id="too_many_exchangers",
        ),
        pytest.param(
            f"services: {{s: {{checks: [smtp], records: [MX], mx: equal, answers: 1, members: {{{members(40)}}}}}}}\n",
            "services.s: an answer to MX may take",
            id="large_equal_mx",
        ),
        pytest.param(
            f"services: {{s: {{checks: [smtp], records: [HTTPS], members: {{{members(300)}}}}}}}\n",
            "services.s: an answer to HTTPS may take 1296 octets",
            id="large_https",
        ),
        pytest.param(
            f"services: {{s: {{checks: [smtp], records: [A], members: {{{members(90)}}}}}}}\n",
            "services.s: an answer to A may take 1500 octets, above 1232: resolvers come again over TCP",
            id="large_answer",
        ),
        pytest.param(
            "services: {s: {checks: [smtp], records: [A], srv: {_a._tcp: 1}, answers: 1,"
            f" members: {{{members(40)}}}}}}}\n",
            "services.s: an answer to SRV may take",
            id="large_srv",
        ),
        pytest.param(
            "records: |\n" + "".join(f"  a TXT {'x' * 250}{n}\n" for n in range(5)),
            "zones/z.yaml:4:1: records: an answer to type 16 of a.mail.example.com. may take",
            id="large_static",
        ),
        pytest.param(
            (UNEQUAL % ", mx: equal").replace("[MX, A]", "[A]") + "  '@': {alias: smtp, records: [MX]}\n",
            "services.smtp.mx: equal, but the weights in relays differ: senders share mail evenly; ranked holds them",
            id="equal_with_unequal_weights_behind_an_alias",
        ),
        pytest.param(
            f"services: {{s: {{checks: [smtp], members: {{{members(11)}}}}}, '@': {{alias: s, records: [MX]}}}}\n",
            "services.s.pools[0]: 11 exchangers in s: an answer holds 10 of a tier; split it in tiers",
            id="too_many_exchangers_behind_an_alias",
        ),
        pytest.param(
            f"pools: {{p: {{checks: [smtp], members: {{{members(11)}}}}}}}\n"
            "services: {'@': {alias: p, records: [MX]}}\n",
            "services.@.alias: 11 exchangers in p: an answer holds 10 of a tier; split it in tiers",
            id="too_many_exchangers_of_a_pool_behind_an_alias",
        ),
        pytest.param(
            f"services: {{s: {{checks: [smtp], records: [A], members: {{{LONG}}}}}}}\n".replace(
                "}}\n", BEHIND_AN_ALIAS
            ),
            "services.@: an answer to MX may take",
            id="large_answer_behind_an_alias",
        ),
        pytest.param(
            (SERVICE % "").replace("[MX, A]", "[A]").replace("192.0.2.11}", "192.0.2.11, hostname: mx.example.net}")
            + "  '@': {alias: smtp, records: [MX]}\n",
            "pools.relays.members.relay1.hostname: outside the zone mail.example.com: its addresses are",
            id="hostname_outside_behind_an_alias",
        ),
    ],
)
def test_traps_are_warned_of(zone: str, told: str) -> None:
    """Each trap of contract section 5 that a file can tell has one warning: its place, what is wrong, and a remedy."""
    found = warnings(texts(zone))

    assert len(found) == 1, found
    assert told in found[0]
    assert PLACE.match(found[0]), "no place"
    assert "; " in found[0], "no remedy"


@pytest.mark.parametrize(
    ("check", "told"),
    [
        ("type: smtp, interval: 0.5", "checks/c.yaml:1:17: x.interval: 500ms is under 1s: each probe is a line in the"),
        ("type: smtp, fast_interval: 500ms", "x.fast_interval: 500ms is under 1s"),
        ("type: smtp, stage: mail", "x.stage: stage mail every 15s: each leaves a queue id and a line in the server's"),
        ("type: lmtp, stage: rcpt, rcpt: a@b.c, stage_every: 3", "x.stage: stage rcpt every 45s: each leaves a queue"),
        (
            "type: relay, foreign_domain: a.invalid, sender_domain: b.example.net",
            "x.foreign_domain: a name under .invalid may be refused because it does not resolve, before any rule",
        ),
        ("type: smtp, helo_name: localhost", "x.helo_name: localhost is what any host is to itself"),
        (
            "type: smtp, helo_name: MX1.example.com, server_name: mx1.example.com",
            "x.helo_name: MX1.example.com is the server's own name, and many refuse",
        ),
        ("type: tcp, port: 25", "x.port: port 25 speaks mail: a bare connection proves little and leaves"),
    ],
)
def test_checks_are_warned_of(check: str, told: str) -> None:
    """Cadence that floods a log, and a bare connection to a mail port."""
    assert told in warnings(texts("", f"x: {{{check}}}"))[0]


@pytest.mark.parametrize(
    "zone",
    [
        SERVICE % "",
        SERVICE % ", when_all_down: servfail",
        UNEQUAL % "",
        SERVICE % ", answers: 2",
        (SERVICE % "")
        .replace("records: [MX, A]", "records: [A]")
        .replace("192.0.2.11}", "192.0.2.11, hostname: a.b.c}"),
        POOL + "services: {s: {pools: [relays], when_all_down: nodata}}\n",
        POOL + "services: {s: {pools: [relays]}}\n",
    ],
)
def test_what_holds_is_not_warned_of(zone: str) -> None:
    """No warning where there is no trap."""
    assert warnings(texts(zone)) == []


def test_a_name_server_without_its_final_dot() -> None:
    """It lies in the zone then, which is hardly meant."""
    (found,) = warnings(texts(head=HEAD.replace("ns1:", "ns1.example.net:")))

    assert "nameservers.ns1.example.net: means ns1.example.net.mail.example.com.: a whole name ends in a dot" in found


def test_an_alias_with_mx_makes_its_service_one() -> None:
    """`@` with MX is where mail enters, so its service is judged as one with MX."""
    zone = POOL + "services: {s: {pools: [relays], when_all_down: nodata}, '@': {alias: s, records: [MX]}}\n"

    assert "nodata on a service with MX" in warnings(texts(zone))[0]


def test_a_rare_envelope_is_fine() -> None:
    """Every minute, by the interval or by every fourth run."""
    assert warnings(texts("", "x: {type: smtp, stage: mail, stage_every: 4}")) == []


def test_a_quiet_tcp_check_of_a_mail_port_that_listens_is_fine() -> None:
    """With something expected it is no bare connection."""
    assert warnings(texts("", "x: {type: tcp, port: 25, expect: '220'}")) == []


def test_an_mta_sts_policy_names_every_exchanger() -> None:
    """The names MX answers can give, sorted, each once, by the name that is asked; an alias with MX is one too."""
    services = (SERVICE % "") + "  '@': {alias: smtp}\n  web: {alias: smtp, records: [A]}\n"
    zone = accepted(services.replace("192.0.2.11}", "192.0.2.11, hostname: mx.mail.example.com}")).zones[0]
    lines = ("mx: mx.mail.example.com", "mx: relay2.relays.mail.example.com")

    assert mta_sts_lines(zone) == {"smtp.mail.example.com": lines, "mail.example.com": lines}


def test_a_signature_counts() -> None:
    """An RRSIG beside the records: its fields, the signer's name, and 64 octets."""
    zone = accepted(SERVICE % "").zones[0]

    assert signature_octets(zone) == 0
    assert signature_octets(replace(zone, dnssec=Dnssec(keys=Path("keys")))) == 12 + 18 + 18 + 64


CHAIN = "services: {s: {pools: [%s], records: [A, AAAA]%s}}\n"
POOLS = """\
pools:
  checked: {checks: [smtp], members: {a: {address: 192.0.2.11}, b: {address: 192.0.2.12}}}
  soft: {checks: [smtp, gentle], members: {a: {address: 192.0.2.21}, b: {address: 192.0.2.22}}}
  gentle: {checks: [gentle], members: {a: {address: 192.0.2.31}, b: {address: 192.0.2.32}}}
  four: {members: {a: {address: 192.0.2.41}, b: {address: 192.0.2.42}}}
  six: {members: {a: {address: "2001:db8::51"}, b: {address: "2001:db8::52"}}}
  both: {members: {a: {addresses: [192.0.2.61, "2001:db8::61"]}, b: {addresses: [192.0.2.62, "2001:db8::62"]}}}
"""


@pytest.mark.parametrize(
    ("chain", "more", "unreached"),
    [
        ("checked, four, both", "", ["both"]),
        ("soft, checked", "", []),
        ("gentle, checked", "", ["checked"]),
        ("four, checked", ", spill_over: true", ["checked"]),
        ("four, checked", ", trickle: 0.1", []),
        ("four, both, checked", ", trickle: 0.1", ["checked"]),
        ("four, six, both", ", trickle: 0.1", []),
        ("six, four, checked", ", trickle: 0.1", ["checked"]),
    ],
)
def test_a_tier_is_never_reached_behind_one_that_never_fails(chain: str, more: str, unreached: list[str]) -> None:
    """Without a check that takes members out a pool never fails; a trickle still reaches the next of the family."""
    pools = chain.split(", ")
    check = CHECK + "gentle: {type: smtp, gate: soft}\n"
    found = [one for one in warnings(texts(POOLS + CHAIN % (chain, more), check)) if "never reached" in one]

    assert [pools[int(one.split("pools[")[1][0])] for one in found] == unreached


SEEN = SERVICE.replace("%s", ", answers: 2, views: {east: %s}")
THIRD = "  third: {members: {a: {address: 192.0.2.31, weight: 7}, b: {address: 192.0.2.32}}}\n"


def test_the_chains_of_views_are_looked_at_as_well() -> None:
    """A tier that no client of the view can reach, weights that cannot hold, and exchangers for MTA-STS."""
    zone = (SEEN % "[third, relays]").replace("services:", THIRD + "services:")
    files = texts(zone, node="views: {east: {networks: [10.1.0.0/16]}}\n")
    found = "\n".join(warnings(files))

    assert "services.smtp.views.east[1]: never reached: third before it has no check, so it never fails" in found
    assert "services.smtp.answers: 2 answers at these weights in third: the heaviest would need" in found
    lines = mta_sts_lines(load_texts(files).zones[0])["smtp.mail.example.com"]
    assert "mx: a.third.mail.example.com" in lines


def test_the_service_itself_may_be_an_exchanger() -> None:
    """Where a list is answered when all are down, an MTA-STS policy must know the name that MX gives then."""
    text = (SERVICE % ", when_all_down: [192.0.2.9]") + "  '@': {alias: smtp, records: [MX]}\n"
    lines = mta_sts_lines(accepted(text).zones[0])

    assert "mx: smtp.mail.example.com" in lines["smtp.mail.example.com"]
    assert "mx: smtp.mail.example.com" in lines["mail.example.com"]
