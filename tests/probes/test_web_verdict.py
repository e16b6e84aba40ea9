"""What a response is worth."""

from dataclasses import replace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.config.presets import PRESETS
from gslb.model.checks import HttpSettings
from gslb.model.extracts import Extract
from gslb.model.observations import Degraded, Failed, Passed, Phase, Reason
from gslb.probes.web_verdict import Page, follow, judge_body, judge_head, judge_values

HERE = httpx.URL("https://mail.example.com/gw/webacc")


def whole(body):
    """A body read to its end."""
    return Page(body=body, cut=False)


@given(st.integers(200, 599))
def test_every_status_has_its_verdict(status):
    """2xx is good, 'later' is busy, and all else has failed."""
    verdict = judge_head(HttpSettings(), httpx.Response(status))

    if 200 <= status <= 299:
        assert verdict is None
    elif status in (408, 425, 429):
        assert verdict.outcome == Degraded(Phase.FIRST_BYTE, Reason.BUSY, load=True)
    else:
        assert verdict.outcome == Failed(Phase.FIRST_BYTE, Reason.STATUS_UNEXPECTED)
    assert verdict is None or verdict.code == str(status)


@given(st.integers(100, 599))
def test_an_expected_status_is_good_whatever_it_is(status):
    """The operator's word goes before the table, for 401 and 503 too."""
    settings = HttpSettings(expect_status=((status, status),), redirects=3)
    response = httpx.Response(status, headers={"Retry-After": "1", "Location": "/"})

    assert judge_head(settings, response) is None
    assert follow(settings, response, [HERE]) is None


def test_503_with_retry_after_is_busy():
    """A server that says when to come back is alive."""
    verdict = judge_head(HttpSettings(), httpx.Response(503, headers={"Retry-After": "30"}))

    assert verdict.outcome == Degraded(Phase.FIRST_BYTE, Reason.BUSY, load=True)
    assert verdict.text == "503 Service Unavailable"


@pytest.mark.parametrize(("wanted", "good"), [("gunicorn", True), ("", True), ("nginx", False)])
def test_header_must_is_a_part_of_the_value(wanted, good):
    """A header has to be there and to hold the text."""
    settings = HttpSettings(header_must=(("server", wanted),))

    verdict = judge_head(settings, httpx.Response(200, headers={"Server": "gunicorn/20"}))

    assert (verdict is None) is good


def test_a_missing_header_is_named():
    """The text says which header was wanted."""
    verdict = judge_head(HttpSettings(header_must=(("X-Node", "a"),)), httpx.Response(200))

    assert verdict.outcome == Failed(Phase.FIRST_BYTE, Reason.BODY_MISMATCH)
    assert verdict.text == "no header X-Node: a"


@pytest.mark.parametrize(
    ("settings", "reason", "text"),
    [
        (HttpSettings(), Reason.OK, ""),
        (HttpSettings(body_must=("login", "Form")), Reason.OK, ""),
        (HttpSettings(body_must=("login", "logout")), Reason.BODY_MISMATCH, "not found: logout"),
        (HttpSettings(body_must_any=("logout", "Form")), Reason.OK, ""),
        (HttpSettings(body_must_any=("a1", "b2")), Reason.BODY_MISMATCH, "not found: a1 or b2"),
        (HttpSettings(body_must_not=("Form",)), Reason.BODY_MISMATCH, "found: Form"),
        (HttpSettings(body_must_not=("error",)), Reason.OK, ""),
        (HttpSettings(body_must=("Übersicht",)), Reason.OK, ""),
    ],
)
def test_body_texts(settings, reason, text):
    """All of must, one of any, none of must_not."""
    verdict = judge_body(settings, 200, whole("<form id=loginForm>Übersicht".encode()))

    assert (Passed() if reason is Reason.OK else Failed(Phase.BODY, reason)) == verdict.outcome
    assert verdict.text == text


def test_a_text_missing_in_a_cut_body_is_no_mismatch():
    """What was not read cannot be said to lack anything."""
    verdict = judge_body(HttpSettings(body_must=("form",)), 200, Page(body=b"<html>", cut=True))

    assert verdict.outcome == Failed(Phase.BODY, Reason.BOUNDS_EXCEEDED)


def redirect(location, status=302):
    """A redirect to somewhere."""
    return httpx.Response(status, headers={"Location": location} if location else {})


@pytest.mark.parametrize(
    "location", ["/login", "https://mail.example.com/login", "//MAIL.example.com/login", "../login#top"]
)
def test_the_same_host_is_followed(location):
    """Relative or absolute, what stays on the host leads on."""
    url, method = follow(HttpSettings(redirects=1), redirect(location), [HERE])

    assert (str(url), method) == ("https://mail.example.com/login", "GET")


@pytest.mark.parametrize(
    "location",
    [
        "https://other.example.com/",
        "http://mail.example.com/",
        "http://169.254.169.254/latest/meta-data/",
        "https://mail.example.com@192.0.2.9/",
        "https://user@mail.example.com/",
        "javascript:alert(1)",
        "https://[::1/",
        "ftp://mail.example.com/",
        "",
    ],
)
def test_all_else_is_blocked(location):
    """Another host, another scheme, a step down from https, or no place at all: not followed."""
    verdict = follow(HttpSettings(redirects=5), redirect(location), [HERE])

    assert verdict.outcome == Failed(Phase.FIRST_BYTE, Reason.REDIRECT_BLOCKED)


@given(st.text())
def test_no_location_leads_to_another_host(location):
    """Any text is followed on the same host, or blocked."""
    onward = follow(HttpSettings(redirects=5), httpx.Response(302, headers=[(b"location", location.encode())]), [HERE])

    if isinstance(onward, tuple):
        assert (onward[0].host, onward[0].scheme) == ("mail.example.com", "https")
    else:
        assert onward.outcome.reason in (Reason.REDIRECT_BLOCKED, Reason.REDIRECT_LOOP)


def test_a_step_up_to_https_is_followed():
    """http may lead to https on the same host."""
    url, _ = follow(HttpSettings(redirects=1), redirect("https://mail.example.com/"), [HERE.copy_with(scheme="http")])

    assert url.scheme == "https"


def test_without_redirects_a_redirect_is_an_unexpected_status():
    """The default follows nothing and expects 2xx."""
    assert follow(HttpSettings(), redirect("/login"), [HERE]) is None
    assert judge_head(HttpSettings(), redirect("/login")).outcome.reason is Reason.STATUS_UNEXPECTED


@pytest.mark.parametrize("asked", [[HERE], [HERE, HERE.join("/a"), HERE.join("/b")]])
def test_a_loop_and_one_redirect_too_many_are_told(asked):
    """Back where it was, or farther than allowed."""
    target = "/gw/webacc" if len(asked) == 1 else "/c"

    verdict = follow(HttpSettings(redirects=2), redirect(target), asked)

    assert verdict.outcome == Failed(Phase.FIRST_BYTE, Reason.REDIRECT_LOOP)


@pytest.mark.parametrize(
    ("method", "status", "then"), [("POST", 303, "GET"), ("HEAD", 303, "HEAD"), ("HEAD", 302, "HEAD")]
)
def test_the_method_after_a_redirect(method, status, then):
    """303 turns to GET (RFC 9110 section 15.4.4), but HEAD stays HEAD."""
    _, next_method = follow(HttpSettings(redirects=1, method=method), redirect("/x", status), [HERE])

    assert next_method == then


@pytest.mark.parametrize(
    ("challenges", "reason", "text"),
    [
        (['Basic realm="GroupWise Agent"'], Reason.OK, "realm GroupWise Agent"),
        (["Digest nonce=x, realm = GroupWise"], Reason.OK, "realm GroupWise"),
        (["Negotiate", 'Basic realm="GroupWise Agent"'], Reason.OK, "realm GroupWise Agent"),
        (['Basic realm="Router"'], Reason.BODY_MISMATCH, "realm Router"),
        (["Basic"], Reason.BODY_MISMATCH, "no realm"),
        ([], Reason.BODY_MISMATCH, "no realm"),
    ],
)
def test_a_realm_is_a_sign_of_life(challenges, reason, text):
    """401 passes where it comes from whom we think, and needs no secret (probes.md 1.10.2)."""
    settings = HttpSettings(expect_status=((401, 401),), realm_regex="^GroupWise")
    response = httpx.Response(401, headers=[(b"WWW-Authenticate", each.encode()) for each in challenges])

    verdict = judge_head(settings, response)

    assert verdict.outcome == (Passed() if reason is Reason.OK else Failed(Phase.FIRST_BYTE, reason))
    assert (verdict.code, verdict.text) == ("401", text)


def test_404_drains_where_the_check_says_so():
    """HAProxy's idea of a soft stop: nothing new comes, and nothing has failed."""
    verdict = judge_head(HttpSettings(drain_on_404=True), httpx.Response(404))

    assert verdict.outcome == Degraded(Phase.FIRST_BYTE, Reason.DRAIN, load=True)
    assert (verdict.weight_factor, verdict.text) == (0.0, "404 Not Found")
    assert judge_head(HttpSettings(), httpx.Response(404)).weight_factor is None


@pytest.mark.parametrize(
    ("settings", "reason", "text"),
    [
        (HttpSettings(body_regex=("^200 OK",)), Reason.OK, ""),
        (HttpSettings(body_regex=("^200", "^OK")), Reason.BODY_MISMATCH, "not found: ^OK"),
        (HttpSettings(body_not_regex=("(?i)ok$",)), Reason.BODY_MISMATCH, "found: (?i)ok$"),
        (HttpSettings(body_not_regex=("^OK",)), Reason.OK, ""),
    ],
)
def test_body_patterns(settings, reason, text):
    """Every one of regex, none of not_regex."""
    verdict = judge_body(settings, 200, whole(b"200 OK"))

    assert (Passed() if reason is Reason.OK else Failed(Phase.BODY, reason)) == verdict.outcome
    assert verdict.text == text


LIMITS = {"warn": 10.0, "crit": 25.0}


@pytest.mark.parametrize(
    ("numbers", "outcome", "text"),
    [
        ((9, 9), Passed(), ""),
        ((10, 9), Degraded(Phase.BODY, Reason.VALUE_WARNING), "out 10"),
        ((12, 11), Degraded(Phase.BODY, Reason.VALUE_WARNING), "out 12"),
        ((12, 25), Degraded(Phase.BODY, Reason.VALUE_CRITICAL, load=True), "in 25"),
    ],
)
def test_numbers_on_a_page_have_two_thresholds(numbers, outcome, text):
    """At warn a notice, at crit load; the worse one is told."""
    extract = tuple(Extract(name=name, pattern=f"{name}=([0-9]+)", **LIMITS) for name in ("out", "in"))

    values = judge_values(HttpSettings(extract=extract), whole(b"out=%d in=%d" % numbers))

    assert (values.outcome, values.text) == (outcome, text)
    assert values.found == (("out", numbers[0]), ("in", numbers[1]))


def test_a_number_that_is_missing_is_named_and_one_without_limits_is_told():
    """Pages change their markup: nothing fails for it."""
    extract = (Extract(name="up", pattern="up=([0-9]+)"), Extract(name="out", pattern="out=([0-9]+)", **LIMITS))

    values = judge_values(HttpSettings(extract=extract), whole(b"up=4000"))

    assert (values.outcome, values.found, values.missing) == (Passed(), (("up", 4000),), ("out",))


def test_a_page_may_say_that_it_is_ill():
    """A word is load, unless a number says so already."""
    closed = HttpSettings(body_degraded_regex=(r"GroupWise:\s*CLOSED",))
    ill = judge_values(closed, Page(body=b"GroupWise: CLOSED", cut=False))

    assert ill.outcome == Degraded(Phase.BODY, Reason.VALUE_CRITICAL, load=True)
    assert ill.text == r"found: GroupWise:\s*CLOSED"
    assert judge_values(closed, Page(body=b"GroupWise: OPEN", cut=False)).outcome == Passed()
    full = replace(closed, extract=(Extract(name="queue", pattern="Queue ([0-9]+)", crit=5),))
    assert judge_values(full, Page(body=b"Queue 9 GroupWise: CLOSED", cut=False)).text == "queue 9"


def test_a_closed_link_of_an_mta_is_a_notice():
    """The second number behind the name, however many tags lie between."""
    links = tuple(Extract(name=name, **keys) for name, keys in PRESETS["gw-mta-links"]["extract"].items())
    page = "<td>Domains</td><td>12</td><td>%d</td><td>Post Offices</td><td>30</td><td>0</td>"
    verdicts = [judge_values(HttpSettings(extract=links), whole((page % closed).encode())) for closed in (0, 1, 25)]

    notice = Degraded(Phase.BODY, Reason.VALUE_WARNING)
    assert [verdict.outcome for verdict in verdicts] == [Passed(), notice, notice]
    assert verdicts[0].missing == ("closed_gateways",)


@pytest.mark.parametrize(
    ("server", "realm_regex", "reason", "text"),
    [
        ("GroupWise POA 18.5", None, Reason.OK, "server GroupWise POA 18.5"),
        ("GroupWise POA 18.5", "^Router", Reason.OK, "server GroupWise POA 18.5"),
        ("nginx", None, Reason.BODY_MISMATCH, "no realm"),
    ],
)
def test_a_server_header_is_a_sign_of_life(server, realm_regex, reason, text):
    """A console that asks for a password under another realm is known by its Server header (probes.md 1.10.5)."""
    settings = HttpSettings(expect_status=((401, 401),), realm_regex=realm_regex, server_regex="^GroupWise")

    verdict = judge_head(settings, httpx.Response(401, headers={"Server": server}))

    assert verdict.outcome == (Passed() if reason is Reason.OK else Failed(Phase.FIRST_BYTE, reason))
    assert verdict.text == text
