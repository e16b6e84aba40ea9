"""From a journal to an observation."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from gslb.model.checks import Pop3Settings, SmtpSettings, Timing
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason, TlsFacts
from gslb.model.targets import Target
from gslb.probes.dialogue.commands import Conclusion
from gslb.probes.journal import Journal
from gslb.probes.reporting import observation_of

HERE = IPv4Address("127.0.0.1")
POP3 = Target(id="t", address=HERE, settings=Pop3Settings(), timing=Timing(), slow_after=1.0)
SMTP = replace(POP3, settings=SmtpSettings())
BUSY = Degraded(Phase.HELLO, Reason.BUSY, load=True)
LIMITED = Degraded(Phase.GREETING, Reason.PER_CLIENT_LIMIT)
FAILED = Failed(Phase.HELLO, Reason.PERM_REPLY)
SLOW = Degraded(Phase.GREETING, Reason.SLOW, load=True)


def seen(target, outcome, *, greeting=1.5, hello=0.1, tls=None):
    """The observation of a run that took this long."""
    journal = Journal(10.0)
    journal.timings = {Phase.GREETING: greeting, Phase.HELLO: hello}
    journal.total = greeting + hello
    journal.conclusion = Conclusion(outcome=outcome, code="220", text="hi")
    journal.tls = tls
    journal.notices = [Reason.BARE_LF]
    return observation_of(target, journal, 1000.0)


@pytest.mark.parametrize(
    ("target", "outcome", "verdict", "notices"),
    [
        (POP3, Passed(), SLOW, ()),
        (POP3, LIMITED, SLOW, (Reason.PER_CLIENT_LIMIT,)),
        (POP3, BUSY, BUSY, (Reason.SLOW,)),
        (POP3, FAILED, FAILED, ()),
        (SMTP, Passed(), Passed(), ()),
        (replace(POP3, slow_after=2.0), Passed(), Passed(), ()),
        (replace(POP3, slow_after=None), Passed(), Passed(), ()),
    ],
)
def test_over_slow_after_a_pass_is_load(target, outcome, verdict, notices):
    """In its slowest phase; the greeting of SMTP does not count, its delay is policy."""
    observed = seen(target, outcome)

    assert (observed.outcome, observed.notices) == (verdict, (Reason.BARE_LF, *notices))


def test_a_slow_smtp_dialogue_counts():
    """Less the greeting."""
    assert seen(SMTP, Passed(), hello=1.2).outcome == replace(SLOW, phase=Phase.GREETING)


def test_the_record_holds_what_was_learned():
    """Times with the total last, the facts of TLS, the text."""
    facts = TlsFacts(problem=Reason.CERT_NAME, leaf_not_after=2e9)
    observed = seen(replace(POP3, slow_after=None), Passed(), tls=facts)

    assert observed.outcome == Degraded(Phase.TLS, Reason.CERT_NAME)
    assert [phase for phase, _ in observed.timings] == [Phase.GREETING, Phase.HELLO, Phase.TOTAL]
    assert (observed.target, observed.started, observed.code, observed.text) == ("t", 1000.0, "220", "hi")
    assert (observed.peer, observed.source, observed.tls) == (HERE, None, facts)
