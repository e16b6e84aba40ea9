"""Logins on web pages, against a WebAccess that answers 200 whatever happens."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gslb.model.checks import Credentials, FormLogin, HttpSettings, Timing, TlsSettings
from gslb.model.observations import Degraded, Failed, Inconclusive, Passed, Phase, Reason
from gslb.model.targets import Target
from gslb.model.values import TlsMode, Verify
from gslb.probes.journal import Journal
from gslb.probes.logins import Logins
from gslb.probes.run import probe
from tests.kit.certificates import authority, mint
from tests.kit.hostile import serving
from tests.kit.raw_http import response
from tests.kit.raw_http import serving as raw
from tests.kit.webaccess import BAD, COOKIE, INSIDE, NAME, PASSWORD, USER, webaccess

REJECTED = Degraded(Phase.AUTH, Reason.AUTH_REJECTED)


class Site:
    """A certificate for the name, the authority to trust, and the password in a file."""

    def __init__(self, directory, names=(NAME,)):
        root = authority()
        self.tls = mint(*names, issuer=root).server(directory)
        (directory / "ca.pem").write_bytes(root.pem)
        self.trust = TlsSettings(mode=TlsMode.IMPLICIT, verify=Verify.FULL, ca_file=str(directory / "ca.pem"))
        self.file = directory / "password"
        self.password(PASSWORD)

    def password(self, text):
        """What stands in the file."""
        self.file.write_text(text)
        self.file.chmod(0o600)

    @property
    def credentials(self):
        """Who logs in."""
        return Credentials(user=USER, password_file=str(self.file))

    def target(self, port, tls=None, **keys):
        """A login at the fake WebAccess."""
        form = FormLogin(
            credentials=self.credentials,
            **{
                "form": "loginForm",
                "user_field": "User.id",
                "password_field": "User.password",
                "fields": (("action", "User.Login"),),
                "success_regex": "userId",
                "failure_regex": "password is wrong",
                "logout_path": "/gw/webacc?action=logout",
                **keys,
            },
        )
        page = HttpSettings(port=port, tls=tls or self.trust, host=NAME, path="/gw/webacc", login=form)
        return Target(id="t", address=IPv4Address("127.0.0.1"), settings=page, timing=Timing(timeout=5.0))


@pytest.fixture
def site(tmp_path):
    """What both sides need."""
    return Site(tmp_path)


async def look(target, *, logins=None, transcript=None):
    """One probe."""
    return await probe(target, name=None, logins=logins, transcript=transcript)


async def test_a_login_that_works_passes_and_is_ended(site):
    """The form's hidden fields and the cookie come along, and no session is left behind."""
    async with webaccess(site.tls) as server:
        seen = await look(site.target(server.port))

    assert seen.outcome == Passed()
    assert server.requests == ["GET /gw/webacc", "POST /gw/webacc", "GET /gw/webacc?action=logout"]
    assert server.posted == [
        {"csrf": "t1", "error": "login", "action": "User.Login", "User.id": USER, "User.password": PASSWORD}
    ]
    assert server.sessions == set()
    assert seen.tls.verified


async def test_a_wrong_password_degrades_though_the_status_is_200(site):
    """It is something to mend, and no fault of the member."""
    site.password("wrong")
    async with webaccess(site.tls) as server:
        seen = await look(site.target(server.port))

    assert (seen.outcome, seen.code) == (REJECTED, "200")
    assert server.requests[-1].startswith("POST")


async def test_after_two_rejections_nobody_tries_until_the_password_changes(site):
    """The page is still looked at; the account is left alone; a new password is tried at once."""
    logins = Logins()
    site.password("wrong")
    async with webaccess(site.tls) as server:
        target = site.target(server.port)
        seen = [await look(target, logins=logins) for _ in range(4)]
        tried = len(server.posted)
        site.password(PASSWORD)
        again = await look(target, logins=logins)

    assert ([each.outcome for each in seen], tried) == ([REJECTED] * 4, 2)
    assert Reason.AUTH_HELD in seen[3].notices
    assert again.outcome == Passed()


@pytest.mark.parametrize(
    ("answer", "keys", "outcome"),
    [
        (response(b"<p>maintenance"), {}, Failed(Phase.AUTH, Reason.BODY_MISMATCH)),
        (response(b"", status="500 Oops"), {}, Failed(Phase.AUTH, Reason.BODY_MISMATCH)),
        (response(b"later", status="429 Busy"), {}, Degraded(Phase.AUTH, Reason.AUTH_TEMP, load=True)),
        (response((BAD + INSIDE).encode()), {}, REJECTED),
        (response(BAD.encode(), status="401 No"), {}, REJECTED),
        (response(INSIDE.encode(), status="500 Oops"), {}, Passed()),
        (response(b"x" * 300_000), {}, Failed(Phase.AUTH, Reason.BOUNDS_EXCEEDED)),
        (response(status="302 Found", headers=["Location: /mail?t=1"]), {"success_location": "^/mail"}, Passed()),
        (response(b"", headers=["Set-Cookie: auth=1"]), {"success_cookie": "auth"}, Passed()),
        (
            response(status="302 Found", headers=["Location: /x", "Set-Cookie: auth=1"]),
            {"success_cookie": "auth"},
            Passed(),
        ),
        (
            response(b"", headers=["Set-Cookie: auth="]),
            {"success_cookie": "auth"},
            Failed(Phase.AUTH, Reason.BODY_MISMATCH),
        ),
        (response(BAD.encode(), headers=["Set-Cookie: auth=1"]), {"success_cookie": "auth"}, REJECTED),
        (
            response(status="302 Found", headers=["Location: https://other.example.com/"]),
            {},
            Failed(Phase.AUTH, Reason.REDIRECT_BLOCKED),
        ),
        (
            response(status="302 Found", headers=[f"Location: http://{NAME}/"]),
            {},
            Failed(Phase.AUTH, Reason.REDIRECT_BLOCKED),
        ),
        (
            response(status="302 Found", headers=["Location: https://[::1/"]),
            {},
            Failed(Phase.AUTH, Reason.REDIRECT_BLOCKED),
        ),
        (response(status="307 Again", headers=["Location: /gw/inside"]), {}, Failed(Phase.AUTH, Reason.BODY_MISMATCH)),
    ],
)
async def test_what_the_page_after_a_login_may_say(site, answer, keys, outcome):
    """Failure is looked for first, then success; the status is no evidence; nothing is followed elsewhere."""
    async with webaccess(site.tls, answer=answer) as server:
        assert (await look(site.target(server.port, **keys))).outcome == outcome
    assert [each.split(" ")[0] for each in server.requests].count("POST") == 1


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 302 x\r\nLocation: "]))
async def test_no_answer_to_a_login_is_a_bug_of_ours(site, rest, start):
    """Whatever comes, there is one outcome, and it is the server's."""
    async with webaccess(site.tls, answer=start + rest) as server:
        seen = await look(site.target(server.port))

    assert not seen.reason.startswith("local")
    assert seen.outcome != Passed() or b"userId" in rest


async def test_a_cookie_of_before_the_login_shows_nothing(site):
    """Every page gives this server's session cookie: only a new value would tell."""
    async with webaccess(site.tls, answer=response(b"?")) as server:
        seen = await look(site.target(server.port, success_cookie="pre"))

    assert seen.outcome == Failed(Phase.AUTH, Reason.BODY_MISMATCH)


async def test_a_redirect_after_the_login_is_followed_with_its_cookie(site):
    """The page behind it is the one that tells."""
    moved = response(status="302 Found", headers=["Location: /gw/inside", f"Set-Cookie: {COOKIE}=s1; Path=/"])
    async with webaccess(site.tls, answer=moved) as server:
        server.sessions.add("s1")
        seen = await look(site.target(server.port))

    assert seen.outcome == Passed()
    assert server.requests[1:3] == ["POST /gw/webacc", "GET /gw/inside"]


async def test_redirects_without_end_after_the_login(site):
    """Five, and no more."""

    async def turning(peer):
        head = await peer.reader.readuntil(b"\r\n\r\n")
        asked.append(head.split(b" ")[1])
        page = response(b'<form id="loginForm" action="/x">')
        await peer.say(page if len(asked) == 1 else response(status="302 Found", headers=["Location: /y"]))

    asked = []
    async with serving(turning, tls=site.tls) as port:
        seen = await look(site.target(port))

    assert seen.outcome == Failed(Phase.AUTH, Reason.REDIRECT_LOOP)
    assert asked == [b"/gw/webacc", b"/x", *[b"/y"] * 5]


@pytest.mark.parametrize("action", ["https://other.example.com/", f"http://{NAME}/", "https://[::1", "javascript:x"])
async def test_a_form_that_leads_elsewhere_gets_no_password(site, action):
    """Same host, and https, or nothing is posted."""
    async with webaccess(site.tls, action=action) as server:
        seen = await look(site.target(server.port))

    assert seen.outcome == Failed(Phase.AUTH, Reason.REDIRECT_BLOCKED)
    assert server.posted == []


async def test_the_operator_may_name_the_action_and_no_form(site):
    """Then nothing is read from the page, and without an action the page itself is posted to."""
    async with webaccess(site.tls, action="https://other.example.com/", answer=response(b"userId")) as server:
        named = await look(site.target(server.port, action="/login"))
        plain = await look(site.target(server.port, form=None))

    assert (named.outcome, plain.outcome) == (Passed(), Passed())
    assert [each for each in server.requests if each.startswith("POST")] == ["POST /login", "POST /gw/webacc"]
    assert "csrf" not in server.posted[1]


async def test_a_page_without_the_form_gets_no_password(site):
    """The markup is another than the operator thinks."""
    async with webaccess(site.tls) as server:
        seen = await look(site.target(server.port, form="other"))

    assert (seen.outcome, seen.text) == (Failed(Phase.AUTH, Reason.BODY_MISMATCH), "no form other")
    assert server.posted == []


async def test_a_page_that_fails_is_not_logged_in_to(site):
    """The page is judged first."""
    async with webaccess(site.tls) as server:
        target = site.target(server.port)
        seen = await look(replace(target, settings=replace(target.settings, body_must=("welcome",))))

    assert seen.outcome == Failed(Phase.BODY, Reason.BODY_MISMATCH)
    assert server.posted == []


async def test_no_way_out_is_no_fault(site):
    """The verdict stands whatever comes of the logout, and the run ends within its grace."""
    async with webaccess(site.tls) as server:
        elsewhere = await look(site.target(server.port, logout_path="https://other.example.com/logout"))
        none = await look(site.target(server.port, logout_path=None))

    assert (elsewhere.outcome, none.outcome) == (Passed(), Passed())
    assert len(server.requests) == 4


async def test_a_logout_that_breaks_is_nobody_s_matter(site):
    """The session will expire by itself."""

    async def breaks(peer):
        head = await peer.reader.readuntil(b"\r\n\r\n")
        if b"logout" not in head:
            await peer.say(response(b"userId" if head.startswith(b"POST") else b'<form id="loginForm">'))

    async with serving(breaks, tls=site.tls) as port:
        assert (await look(site.target(port))).outcome == Passed()


async def test_a_logout_that_hangs_is_cut_short(site):
    """One second of grace, outside the verdict and its time."""

    async def hangs(peer):
        head = await peer.reader.readuntil(b"\r\n\r\n")
        if b"logout" in head:
            await peer.silence()
        await peer.say(response(b"userId" if head.startswith(b"POST") else b'<form id="loginForm">'))

    async with serving(hangs, tls=site.tls) as port:
        seen = await look(site.target(port))

    assert seen.outcome == Passed()
    assert dict(seen.timings)[Phase.TOTAL] < 1.0
    assert 0.9 < dict(seen.timings)[Phase.QUIT] < 1.5


@pytest.mark.parametrize("names", [("other.example.com",), ()])
async def test_a_certificate_in_disorder_gets_no_password(tmp_path, names):
    """The handshake itself fails: not even the page is asked for."""
    site = Site(tmp_path, names)
    async with webaccess(site.tls) as server:
        seen = await look(site.target(server.port))

    assert seen.outcome == Failed(Phase.TLS, Reason.CERT_NAME)
    assert server.requests == []


async def test_an_authority_nobody_trusts_gets_no_password(site, tmp_path):
    """Whatever `verify` says."""
    (tmp_path / "other.pem").write_bytes(authority().pem)
    async with webaccess(site.tls) as server:
        tls = replace(site.trust, ca_file=str(tmp_path / "other.pem"), verify=Verify.REPORT)
        seen = await look(site.target(server.port, tls=tls))

    assert (seen.outcome, server.requests) == (Failed(Phase.TLS, Reason.CERT_UNTRUSTED), [])


async def test_without_https_nothing_is_asked(site):
    """A password in plain text would be our own fault."""
    async with webaccess(None) as server:
        seen = await look(site.target(server.port, tls=TlsSettings()))

    assert seen.outcome == Inconclusive(Phase.AUTH, Reason.LOCAL_CONFIG)
    assert server.requests == []


async def test_an_unreadable_password_is_our_own_fault(site):
    """Nothing is learned of the server."""
    site.file.chmod(0o644)
    async with webaccess(site.tls) as server:
        seen = await look(site.target(server.port))

    assert (seen.outcome, server.requests) == (Inconclusive(Phase.AUTH, Reason.LOCAL_CONFIG), [])


async def test_no_transcript_and_no_text_holds_password_or_session(site):
    """Not even where the server repeats them."""
    lines = []
    site.password("ge heim")
    echo = response(
        status="302 Found", headers=["Location: https://a.example.org/?p=ge+heim", "X-Said: ge heim ge%20heim"]
    )
    async with webaccess(site.tls, answer=echo) as server:
        seen = await look(site.target(server.port), transcript=lines.append)

    assert seen.text.startswith("to https://a.example.org/?p=")
    assert not any("heim" in line or "=t1" in line for line in (seen.text, *lines))
    assert any("pre=…" in line for line in lines)


# Basic authentication


def basic(site, port, **keys):
    """The console of an agent, with a password."""
    console = HttpSettings(port=port, tls=site.trust, host=NAME, credentials=site.credentials, **keys)
    return Target(id="t", address=IPv4Address("127.0.0.1"), settings=console, timing=Timing(timeout=5.0))


async def test_basic_sends_the_password_and_hides_it(site):
    """RFC 7617, in UTF-8, and never in a transcript."""
    lines = []
    async with raw(response(b"Outbound 3"), tls=site.tls) as server:
        seen = await look(basic(site, server.port), transcript=lines.append)

    assert seen.outcome == Passed()
    assert b"\r\nAuthorization: Basic cHJvYmU6YyLDpHQgJiA9MQ==\r\n" in server.requests[0]
    assert not any("cHJvYmU6" in line for line in lines)


async def test_basic_that_is_refused_degrades_and_is_given_up(site):
    """Two attempts; then the server is asked without a password, and its 401 is still no fault of the member."""
    logins = Logins()
    async with raw(response(status="401 No", headers=['WWW-Authenticate: Basic realm="x"']), tls=site.tls) as server:
        seen = [await look(basic(site, server.port), logins=logins) for _ in range(3)]

    assert [each.outcome for each in seen] == [REJECTED] * 3
    assert [b"Authorization" in each for each in server.requests] == [True, True, False]


async def test_while_others_try_a_password_the_page_alone_is_looked_at(site):
    """Two may find out whether it is right; the third does not wait for them."""
    logins = Logins()
    async with webaccess(site.tls) as server:
        target = site.target(server.port)
        with (
            logins.entry(target, site.credentials, Journal(1.0)),
            logins.entry(target, site.credentials, Journal(1.0)),
        ):
            seen = await look(target, logins=logins)
            bare = await look(basic(site, server.port), logins=logins)

    assert (seen.outcome, bare.outcome) == (Passed(), Passed())
    assert Reason.AUTH_HELD in seen.notices
    assert server.posted == []
