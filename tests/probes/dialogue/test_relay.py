"""Is this an open relay? (probes.md 1.6.4)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.model.checks import RelaySettings, TlsSettings
from gslb.model.observations import Degraded, Failed, Inconclusive, Passed, Phase, Reason
from gslb.model.values import TlsMode
from gslb.probes.dialogue.relay import envelope_of, form_of, relay
from tests.kit.script import Script

VARIANTS = ("percent", "quoted", "bang", "at", "null_sender")
SETTINGS = RelaySettings(
    tls=TlsSettings(mode=TlsMode.NONE), foreign_domain="foreign.example", sender_domain="ours.example"
)
LOCAL = replace(SETTINGS, local_domain="local.example", variants=VARIANTS)
INSIDE = replace(SETTINGS, expect="accept")
SUSPECTED = Degraded(Phase.COMMAND, Reason.OPEN_RELAY_SUSPECTED)
UNEXPECTED = Degraded(Phase.COMMAND, Reason.STATUS_UNEXPECTED)
LATER = Inconclusive(Phase.COMMAND, Reason.TEMP_REPLY)


def script(settings=SETTINGS, turn=0):
    """A script that has heard EHLO's answer."""
    return Script(relay(settings, "probe.example.com", turn)).hears(b"220 mx", b"250 mx")


def test_a_good_server_refuses_the_recipient():
    """And the envelope is dropped; DATA is never said."""
    done = script().says(b"EHLO probe.example.com", b"MAIL FROM:<relay-probe@ours.example>").hears(b"250 ok")

    done.says(b"RCPT TO:<relay-probe@foreign.example>").hears(b"554 5.7.1 Relay access denied").concludes(Passed())
    done.says(b"RSET").hears(b"250 ok").says(b"QUIT").hears(b"221").ends()
    assert done.concluded.code == "554"


@pytest.mark.parametrize(
    ("reply", "outside", "inside", "notices"),
    [
        (b"554 5.7.1 no", Passed(), UNEXPECTED, ()),
        (b"550 relay not permitted", Passed(), UNEXPECTED, ()),
        (b"550 Denied by policy", Passed(), UNEXPECTED, ()),
        (b"550 5.1.2 no such domain", Passed(), UNEXPECTED, (Reason.WEAK_REFUSAL,)),
        (b"450 4.1.2 later", LATER, LATER, ()),
        (b"421 later", LATER, LATER, ()),
        (b"250 ok", SUSPECTED, Passed(), ()),
        (b"251 will forward", SUSPECTED, Passed(), ()),
        (b"354 what", LATER, LATER, ()),
    ],
)
def test_what_a_reply_to_the_recipient_means(reply, outside, inside, notices):
    """From outside, and from inside where relaying is the service."""
    script().hears(b"250 ok", reply).concludes(outside, *notices)
    script(INSIDE).hears(b"250 ok", reply).concludes(inside, *notices)


def test_an_open_relay_fails_where_it_is_to_be_withdrawn():
    """And nothing else does."""
    withdrawn = replace(SETTINGS, withdraw=True)

    script(withdrawn).hears(b"250 ok", b"250 ok").concludes(Failed(Phase.COMMAND, Reason.OPEN_RELAY_SUSPECTED))
    script(withdrawn).hears(b"250 ok", b"554 5.7.1 no").concludes(Passed())
    script(withdrawn).hears(b"250 ok", b"450 later").concludes(LATER)


def test_a_refused_sender_is_a_weak_refusal():
    """The relay rule was never reached."""
    script().hears(b"550 5.7.1 no relay").concludes(Passed(), Reason.WEAK_REFUSAL)
    script().hears(b"450 later").concludes(LATER)


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        ((b"554 no",), Inconclusive(Phase.GREETING, Reason.GREETING_REJECTED)),
        ((b"421 busy",), Inconclusive(Phase.GREETING, Reason.BUSY)),
        ((b"220 mx", b"550 no"), Inconclusive(Phase.HELLO, Reason.PERM_REPLY)),
    ],
)
def test_a_question_that_cannot_be_asked_tells_nothing(lines, outcome):
    """That is the smtp check's business."""
    Script(relay(SETTINGS, "p")).hears(*lines).concludes(outcome)
    Script(relay(SETTINGS, "p")).hangs_up().concludes(Inconclusive(Phase.GREETING, Reason.EOF_BEFORE_GREETING))


@pytest.mark.parametrize(
    ("turn", "sender", "recipient"),
    [
        (0, "relay-probe@ours.example", "relay-probe@foreign.example"),
        (1, "relay-probe@ours.example", "relay-probe%foreign.example@local.example"),
        (2, "relay-probe@ours.example", '"relay-probe@foreign.example"@local.example'),
        (3, "relay-probe@ours.example", "foreign.example!relay-probe@local.example"),
        (4, "relay-probe@ours.example", "relay-probe@foreign.example@local.example"),
        (5, "", "relay-probe@foreign.example"),
        (6, "relay-probe@ours.example", "relay-probe@foreign.example"),
    ],
)
def test_forms_take_turns(turn, sender, recipient):
    """One per run."""
    assert envelope_of(LOCAL, form_of(LOCAL, turn)) == (sender, recipient)


def test_forms_that_need_a_local_domain_are_left_out_without_one():
    """A bang path can do without."""
    settings = replace(SETTINGS, variants=VARIANTS)

    assert [form_of(settings, turn) for turn in range(4)] == ["plain", "bang", "null_sender", "plain"]
    assert envelope_of(settings, "bang")[1] == "foreign.example!relay-probe"


@given(
    st.integers(0, 6), st.lists(st.sampled_from([b"220 x", b"250 x", b"354 x", b"450 x", b"550 x", b"?"]), max_size=9)
)
def test_data_is_never_said(turn, lines):
    """Whatever the server answers, whichever the form."""
    done = Script(relay(LOCAL, "p", turn)).hears(*lines).hangs_up()

    assert b"DATA" not in done.told()[-1]
    assert done.returned == done.concluded
