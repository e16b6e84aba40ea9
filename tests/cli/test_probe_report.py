from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

from gslb.cli.probe_report import as_dict, plugin_line, plugin_status, summary
from gslb.model.checks import SmtpSettings, Timing
from gslb.model.observations import (
    Degraded,
    Failed,
    Inconclusive,
    Observation,
    Outcome,
    Passed,
    Phase,
    Reason,
    TlsFacts,
)
from gslb.model.targets import Target

DAY = 86_400
TARGET = Target(id="t", address=IPv4Address("192.0.2.1"), settings=SmtpSettings(), timing=Timing(), slow_after=5)


def seen(outcome: Outcome = Passed(), **keys: Any) -> Observation:  # noqa: B008 - frozen
    """A run of a tenth of a second."""
    timings = ((Phase.CONNECT, 0.025), (Phase.TOTAL, 0.1))
    return Observation(target="t", outcome=outcome, started=0, timings=timings, **keys)


def test_each_outcome_has_its_exit_code() -> None:
    """OK, WARNING, CRITICAL, UNKNOWN."""
    outcomes = (
        Passed(),
        Degraded(Phase.GREETING, Reason.BUSY, load=True),
        Failed(Phase.CONNECT, Reason.CONNECT_REFUSED),
        Inconclusive(Phase.CONNECT, Reason.LOCAL_NO_ROUTE),
    )

    assert [plugin_status(seen(outcome)) for outcome in outcomes] == [0, 1, 2, 3]


def test_a_certificate_that_ends_soon_is_critical_though_the_member_is_up() -> None:
    """Whether it decided the verdict or, under `tls: try`, is a notice."""
    reason = Reason.CERT_EXPIRING_CRITICAL
    ending = (seen(Degraded(Phase.TLS, reason)), seen(notices=(reason,)))

    assert [plugin_status(each) for each in ending] == [2, 2]
    assert plugin_line(TARGET, ending[0]).startswith("SMTP CRITICAL: cert_expiring_critical in tls")


def test_a_plugin_line_has_a_whole_text_and_perfdata() -> None:
    """Notices are told, bars in the server's text are none, thresholds and days stand where graphs look for them."""
    facts = TlsFacts(version="TLSv1.3", cipher="x", leaf_not_after=10.5 * DAY)
    observation = seen(
        code="250",
        text="250 a|b",
        notices=(Reason.GREET_DELAY,),
        tls=facts,
        weight_factor=0.25,
        metrics=(("queue 'in'", 12.0),),
    )

    assert plugin_line(TARGET, observation) == (
        "SMTP OK: ok: 250 a/b (notices: greet_delay) | total=0.100000s;5;;0;10 connect=0.025000s"
        " certificate_days=10 weight=25% 'queue in'=12"
    )


def test_people_read_why_and_how_long() -> None:
    """The outcome first, then notices, trust, capabilities, and each phase in milliseconds."""
    facts = TlsFacts(version="TLSv1.3", cipher="x", leaf_not_after=10.5 * DAY, problem=Reason.CERT_NAME)
    failed = Failed(Phase.COMMAND, Reason.PERM_REPLY)
    observation = seen(failed, code="550", text="no", tls=facts, caps_plain=("STARTTLS",), notices=(Reason.BARE_LF,))

    assert summary(observation) == [
        "FAILED (perm_reply in command): 550 no",
        "notices: bare_lf",
        "tls: TLSv1.3 x, not verified (cert_name), certificate until 1970-01-11 (10 days)",
        "capabilities before TLS: STARTTLS",
        "phases: connect 25.0 ms, total 100.0 ms",
    ]


def test_people_read_what_a_machine_said_of_itself() -> None:
    """The weight it asks for and the numbers of a plugin."""
    lines = summary(seen(weight_factor=0.5, metrics=(("load", 1.5),), tls=TlsFacts(verified=True)))

    assert lines[-3:-1] == ["weight asked for: 50 %", "metrics: load 1.5"]


def test_programs_get_plain_values() -> None:
    """Outcome, reason and phase as words, addresses as text, timings and metrics by name."""
    told = as_dict(replace(seen(metrics=(("load", 1.5),)), peer=IPv4Address("192.0.2.1")))

    assert (told["outcome"], told["reason"], told["phase"], told["peer"]) == ("passed", "ok", None, "192.0.2.1")
    assert (told["timings"], told["metrics"]) == ({"connect": 0.025, "total": 0.1}, {"load": 1.5})
