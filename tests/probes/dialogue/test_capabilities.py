"""What sessions offer, against the rules of a check (probes.md 1.6.3)."""

import pytest

from gslb.model.capabilities import capability_rules
from gslb.model.checks import CapRule
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.model.values import CapWhen, TlsMode
from gslb.probes.dialogue.capabilities import Offers, asserted, breaches, marked
from gslb.probes.dialogue.commands import StartTls
from gslb.probes.dialogue.endings import passed, politely
from tests.kit.script import Script

PRE, POST, ANY = CapWhen.PRE_TLS, CapWhen.POST_TLS, CapWhen.ANY


def rule(name, required=True, when=ANY, fails=False):
    """One rule."""
    return CapRule(name=name, required=required, when=when, fails=fails)


@pytest.mark.parametrize(
    ("name", "caps", "offered"),
    [
        ("STARTTLS", ("PIPELINING", "starttls"), True),
        ("STARTTLS", (), False),
        ("AUTH", ("AUTH PLAIN LOGIN",), True),
        ("AUTH", ("AUTH",), False),
        ("AUTH=LOGIN", ("AUTH PLAIN LOGIN",), True),
        ("AUTH=LOGIN", ("AUTH=LOGIN PLAIN",), True),
        ("AUTH=PLAIN", ("AUTH=PLAIN",), True),
        ("auth=plain", ("AUTH=LOGIN",), False),
        ("SASL", ("SASL",), False),
        ("SASL", ("SASL PLAIN",), True),
        ("SASL=PLAIN", ("SASL PLAIN",), True),
        ("AUTH=PLAIN|AUTH=LOGIN", ("AUTH LOGIN",), True),
        ("SIZE>=1000", ("SIZE 1000",), True),
        ("SIZE>=1000", ("SIZE 999",), False),
        ("SIZE>=1000", ("SIZE 0",), True),
        ("SIZE>=1000", ("SIZE",), True),
        ("SIZE>=1000", ("SIZE x",), False),
        ("SIZE>=1000", ("",), False),
        ("IMAP4REV1", ("IMAP4rev1",), True),
    ],
)
def test_what_counts_as_offered(name, caps, offered):
    """Keywords, mechanisms, sizes and alternatives, without case."""
    assert (breaches([rule(name)], caps, None) == ()) is offered
    assert (breaches([rule(name, required=False)], caps, None) == ()) is not offered


@pytest.mark.parametrize(
    ("when", "plain", "tls", "broken"),
    [
        (PRE, ("A",), ("B",), False),
        (PRE, ("B",), ("A",), True),
        (PRE, None, ("B",), False),
        (POST, ("A",), ("B",), True),
        (POST, ("B",), None, False),
        (ANY, ("B",), ("A",), False),
        (ANY, ("B",), None, True),
        (ANY, None, None, False),
    ],
)
def test_a_rule_looks_in_the_list_of_its_time(when, plain, tls, broken):
    """What was never listed breaks none."""
    assert bool(breaches([rule("A", when=when)], plain, tls)) is broken


def steps(rules, mode=TlsMode.STARTTLS):
    """Offers AUTH, encrypts, offers nothing, and is judged."""
    offers = Offers(mode)
    yield from offers.listed(("STARTTLS", "AUTH PLAIN"), Phase.HELLO)
    assert offers.offers("AUTH=PLAIN")
    yield from offers.upgrade()
    assert offers.current is None
    assert not offers.offers("AUTH")
    yield from offers.listed(("AUTH PLAIN",), Phase.HELLO2)
    found = yield from asserted(rules, offers)
    return marked(passed(b"hi"), found, offers)


def farewell():
    """No words."""
    yield from ()


def verdict(*rules):
    """What comes of a session with these rules."""
    return Script(politely(steps(rules), farewell()))


def test_a_kept_rule_leaves_the_pass_alone():
    """And no notice."""
    done = verdict(rule("STARTTLS", when=PRE)).concludes(Passed())

    assert done.upgrades == 1
    assert done.caps == [("STARTTLS", "AUTH PLAIN"), ("AUTH PLAIN",)]
    assert isinstance(StartTls(), StartTls)


def test_broken_rules_are_told_in_words():
    """The first decides the reason."""
    done = verdict(rule("AUTH", required=False, when=PRE), rule("SIZE>=1", when=POST))

    done.concludes(Degraded(Phase.HELLO2, Reason.CAP_FORBIDDEN), Reason.CAP_FORBIDDEN, Reason.CAP_MISSING)
    assert done.concluded.text == "AUTH offered before TLS, SIZE>=1 missing after TLS"


def test_a_rule_that_fails_ends_the_session():
    """Before anybody logs in."""
    broken = verdict(rule("X"), rule("AUTH", required=False, fails=True))

    broken.concludes(Failed(Phase.HELLO2, Reason.CAP_FORBIDDEN), Reason.CAP_MISSING, Reason.CAP_FORBIDDEN)


def test_the_sets_tell_a_good_store_from_a_bad_one():
    """Dovecot before TLS and after it, and one that takes passwords in the clear."""
    rules = capability_rules("mailstore", "pop3")

    assert breaches(rules, ("STLS", "SASL"), ("USER", "SASL PLAIN")) == ()
    assert [breach.reason for breach in breaches(rules, ("USER", "SASL PLAIN"), None)] == [
        Reason.CAP_MISSING,
        Reason.CAP_FORBIDDEN,
        Reason.CAP_FORBIDDEN,
    ]
