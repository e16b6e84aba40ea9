"""The dialogue of LDAP (RFC 4511, 4513, probes.md 1.13; section 6, number 25)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.model.checks import LdapSettings, TlsSettings
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.model.values import TlsMode
from gslb.probes.dialogue.ldap import ldap
from gslb.probes.dialogue.ldap_message import bind, root_dse, start_tls, unbind
from gslb.probes.dialogue.login import Held, Login
from tests.kit.directory import BIND, DONE, EXTENDED, REFERENCE, entry, result
from tests.kit.script import Script

PLAIN = LdapSettings()
STARTTLS = LdapSettings(tls=TlsSettings(mode=TlsMode.STARTTLS))
TRY = LdapSettings(tls=TlsSettings(mode=TlsMode.TRY))
BUSY = {phase: Degraded(phase, Reason.BUSY, load=True) for phase in Phase}


def script(settings=PLAIN):
    """A fresh conversation."""
    return Script(ldap(settings))


def failed(reason, phase=Phase.HELLO):
    """A failure."""
    return Failed(phase, reason)


def test_a_polite_session():
    """Bind, the root DSE, unbind, and the server's end."""
    done = script().wrote(bind(1)).receives(result(1)).wrote(root_dse(2)).receives(entry(2) + result(2, op=DONE))

    done.concludes(Passed()).wrote(unbind(3)).hangs_up().ends()
    assert (done.concluded.code, done.phases) == ("0", [Phase.HELLO, Phase.COMMAND, Phase.QUIT])


def test_an_upgraded_session():
    """StartTLS first, and then all the rest."""
    done = script(STARTTLS).wrote(start_tls(1)).receives(result(1, op=EXTENDED)).encrypts()

    done.wrote(bind(2)).receives(result(2)).wrote(root_dse(3)).receives(entry(3) + result(3, op=DONE))
    done.concludes(Passed()).wrote(unbind(4))


def test_the_bind_stage_asks_no_more():
    """`stage: bind`."""
    script(replace(PLAIN, stage="bind")).wrote(bind(1)).receives(result(1)).concludes(Passed()).wrote(unbind(2))


@pytest.mark.parametrize("code", [2, 53])
def test_starttls_that_is_not_offered(code):
    """Fails where required, is a notice under try."""
    answer = result(1, code, op=EXTENDED)

    script(STARTTLS).receives(answer).concludes(failed(Reason.TLS_NOT_OFFERED, Phase.STARTTLS))
    done = script(TRY).receives(answer + result(2) + entry(3) + result(3, op=DONE))
    done.concludes(Passed(), Reason.TLS_NOT_OFFERED)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(52, BUSY[Phase.STARTTLS]), (1, failed(Reason.STARTTLS_REFUSED, Phase.STARTTLS))],
)
def test_starttls_refused(code, outcome):
    """Later, or never."""
    script(TRY).receives(result(1, code, op=EXTENDED)).concludes(outcome)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (51, BUSY[Phase.HELLO]),
        (52, BUSY[Phase.HELLO]),
        (8, failed(Reason.AUTH_UNAVAILABLE)),
        (13, failed(Reason.AUTH_UNAVAILABLE)),
        (49, failed(Reason.PERM_REPLY)),
        (53, failed(Reason.PERM_REPLY)),
        (10, failed(Reason.PERM_REPLY)),
    ],
)
def test_a_bind_refused(code, outcome):
    """The table of result codes; the farewell is said all the same."""
    done = script().receives(result(1, code, b"why")).concludes(outcome).wrote(bind(1) + unbind(2))

    assert (done.concluded.code, done.concluded.text) == (str(code), "why")


def test_a_server_without_anonymous_binds_has_answered():
    """Code 48 passes with a notice, and nothing more is asked."""
    done = script().receives(result(1, 48)).concludes(Passed(), Reason.ANONYMOUS_REFUSED)

    done.wrote(bind(1) + unbind(2))


@pytest.mark.parametrize(
    ("data", "outcome"),
    [
        (result(2, 51, op=DONE), BUSY[Phase.COMMAND]),
        (result(2, 32, op=DONE), failed(Reason.PERM_REPLY, Phase.COMMAND)),
        (result(2, op=DONE), failed(Reason.ANSWER_MISMATCH, Phase.COMMAND)),
        (entry(2, REFERENCE) + result(2, op=DONE), failed(Reason.ANSWER_MISMATCH, Phase.COMMAND)),
        (entry(2) * 10, failed(Reason.BOUNDS_EXCEEDED, Phase.COMMAND)),
        (entry(3), failed(Reason.PROTOCOL_ERROR, Phase.COMMAND)),
        (result(2, op=BIND), failed(Reason.PROTOCOL_ERROR, Phase.COMMAND)),
    ],
)
def test_a_search_gone_wrong(data, outcome):
    """Refused, empty, referred elsewhere, endless, another's."""
    script().receives(result(1) + data).concludes(outcome)


@pytest.mark.parametrize(
    ("data", "outcome"),
    [
        ("3084ffffffff", failed(Reason.BOUNDS_EXCEEDED)),
        ("30850000000001", failed(Reason.BOUNDS_EXCEEDED)),
        ("3083010001", failed(Reason.BOUNDS_EXCEEDED)),
        ("3080", failed(Reason.PROTOCOL_ERROR)),
        ("3000", failed(Reason.PROTOCOL_ERROR)),
        ("301430123010300e300c300a300830063004300230003000", failed(Reason.BOUNDS_EXCEEDED)),
        ("485454502f312e31", failed(Reason.PROTOCOL_ERROR)),
        (result(9).hex(), failed(Reason.PROTOCOL_ERROR)),
        (result(0, 52, op=EXTENDED).hex(), BUSY[Phase.HELLO]),
        (result(0, 2, op=EXTENDED).hex(), failed(Reason.EOF_MID_SESSION)),
        ("300c", failed(Reason.EOF_MID_SESSION)),
        ("", failed(Reason.EOF_MID_SESSION)),
    ],
)
def test_servers_gone_wrong(data, outcome):
    """Lengths without measure, nesting, another protocol, a foreign number, a notice of disconnection, the end."""
    script().receives(bytes.fromhex(data)).hangs_up().concludes(outcome)


IMPLICIT = replace(PLAIN, tls=TlsSettings(mode=TlsMode.IMPLICIT))
LOGIN = Login("cn=probe", "hush")


def logs_in(settings=IMPLICIT, entry=LOGIN):
    """A conversation with a login."""
    return Script(ldap(settings, entry))


def test_a_login_binds_over_tls():
    """A simple bind with name and password; the root is looked at by who logged in."""
    done = logs_in().wrote(bind(1, b"cn=probe", b"hush")).receives(result(1)).wrote(root_dse(2))

    done.receives(entry(2) + result(2, op=DONE)).concludes(Passed()).wrote(unbind(3))
    assert done.phases[0] is Phase.AUTH


def test_without_tls_no_password_is_sent():
    """Neither where none was asked for, nor where none was offered."""
    expected = failed(Reason.AUTH_UNAVAILABLE, Phase.AUTH)

    logs_in(PLAIN).concludes(expected).wrote(unbind(1))
    done = logs_in(TRY).receives(result(1, 2, op=EXTENDED)).concludes(expected, Reason.TLS_NOT_OFFERED)
    done.wrote(start_tls(1) + unbind(2))


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (49, Degraded(Phase.AUTH, Reason.AUTH_REJECTED)),
        (52, BUSY[Phase.AUTH]),
        (48, failed(Reason.PERM_REPLY, Phase.AUTH)),
        (8, failed(Reason.AUTH_UNAVAILABLE, Phase.AUTH)),
    ],
)
def test_a_login_refused(code, outcome):
    """A wrong password is something to mend, and no fault of the member."""
    logs_in().receives(result(1, code)).concludes(outcome)


@pytest.mark.parametrize(
    ("held", "outcome"),
    [(Held.REJECTED, Degraded(Phase.AUTH, Reason.AUTH_REJECTED)), (Held.WAITING, Passed())],
)
def test_a_login_that_is_held_back_leaves_the_rest(held, outcome):
    """The anonymous dialogue runs all the same."""
    done = logs_in(entry=held).wrote(bind(1)).receives(result(1) + entry(2) + result(2, op=DONE))

    done.concludes(outcome, Reason.AUTH_HELD).wrote(root_dse(2) + unbind(3))


GOOD = result(1, op=EXTENDED) + result(2) + entry(3) + result(3, op=DONE)


@given(st.integers(0, len(GOOD)), st.binary(max_size=100), st.data())
def test_segments_do_not_matter(kept, noise, data):
    """Part of a good session and then any bytes: one verdict, whatever the split."""
    whole = GOOD[:kept] + noise
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))

    split = script(STARTTLS)
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        split.receives(whole[start:end])
    at_once = script(STARTTLS).receives(whole)
    assert split.hangs_up().told() == at_once.hangs_up().told()
    assert split.returned == split.concluded
    assert split.returned is not None
