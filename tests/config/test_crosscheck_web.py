"""Rules between the keys of a web check."""

from pathlib import Path

import pytest

from gslb.config.files import load_texts
from gslb.model.checks import Credentials, FormLogin, HttpSettings, Timing, TlsSettings
from gslb.model.extracts import Extract
from gslb.model.values import ProxyProtocol, TlsMode, Verify
from tests.kit.configs import faults, texts

LOGIN = "login: {user: u, password_file: /p, success_regex: in}"


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ("type: http, method: HEAD, body_must_regex: x", "x.body_must_regex: HEAD has no body to judge: use GET"),
        (
            "type: http, method: HEAD, extract: {a: {pattern: 'abc([0-9])'}}",
            "x.extract: HEAD has no body to judge: use GET",
        ),
        ("type: http, realm_regex: x", "x.realm_regex: needs 401 in expect_status"),
        ("type: http, server_regex: x", "x.server_regex: needs 401 in expect_status"),
        ("type: http, drain_on_404: true, expect_status: [200, 404]", "x.drain_on_404: 404 stands in expect_status"),
        ("type: http, realm_regex: x, expect_status: 200", "x.realm_regex: needs 401 in expect_status"),
        (
            "type: http, extract: {a: {pattern: 'abc([0-9])', warn: 5, crit: 4}}",
            "x.extract.a.warn: 5 is above crit, 4",
        ),
        ("type: http, extract: {a: {warn: 5}}", "x.extract.a.pattern: required"),
        ("type: http, extract: {a: {pattern: 'abc([0-9])', warn: x}}", "x.extract.a.warn: 'x' is no number"),
        ("type: http, extract: {a: {pattern: 'abc([0-9])', warn: -1}}", "x.extract.a.warn: -1 is out of range"),
        ("type: http, body_must_regex: '('", "x.body_must_regex: '(' is no pattern"),
        (f"type: http, {LOGIN}", "x.tls: a password goes out over https only"),
        (f"type: webaccess, tls: none, {LOGIN}", "x.tls: a password goes out over https only"),
        (f"type: webaccess, verify: report, {LOGIN}", "x.verify: with a password it is always full"),
        (f"type: webaccess, interval: 59s, {LOGIN}", "x.interval: 59s is too often for a login: at least 1m"),
        (f"type: webaccess, fast_interval: 3s, {LOGIN}", "x.fast_interval: 3s is too often"),
        (f"type: webaccess, down_interval: 30s, {LOGIN}", "x.down_interval: 30s is too often"),
        (f"type: webaccess, user: u, password_file: /p, {LOGIN}", "x.user: log in by Basic"),
        ("type: webaccess, login: {user: u, password_file: p}", "x.login: required: success_regex, success_location"),
        ("type: webaccess, login: {user: u, success_regex: x}", "x.login.password_file: required: one of"),
        (
            "type: webaccess, login: {user: u, password_file: p, password_env: P, success_regex: x}",
            "x.login.password_file: required: one of",
        ),
        ("type: webaccess, login: {password_env: P, success_regex: x}", "x.login.user: required"),
        ("type: webaccess, login: {user: u, form: -1}", "x.login.form: -1 is no form"),
        ("type: webaccess, login: {user: u, fields: {a: 1}}", "x.login.fields: a table is no table of fields"),
        ("type: webaccess, login: {user: u, fields: a}", "x.login.fields: 'a' is no table of fields"),
    ],
)
def test_what_cannot_stand_together(check: str, message: str) -> None:
    """Each is told at the key that is wrong."""
    found = faults(texts("", f"x: {{{check}}}"))

    assert any(f": {message}" in fault for fault in found), found


def test_every_key_of_a_web_check_arrives() -> None:
    """What is written is what the prober gets; a relative secret lies beside gslb.yaml."""
    check = (
        "type: webaccess, server_name: a.example.com, proxy_protocol: v2, realm_regex: R, expect_status: [200, 401],"
        " body_must_regex: a, body_must_not_regex: [b, c],"
        " extract: {q: {pattern: 'abc([0-9])', warn: 1.5}},"
        " login: {user: u, password_file: p, form: 0, action: /a, user_field: b, password_field: c, fields: {d: e},"
        " success_regex: f, success_location: g, success_cookie: h, failure_regex: i, logout_path: /j}"
    )
    found = load_texts({"checks/c.yaml": f"x: {{{check}}}"}, Path("/etc/gslb"), checks_only=True).checks["x"]

    assert found.timing == Timing(interval=300, fast_interval=60, down_interval=300, timeout=10)
    assert found.settings == HttpSettings(
        kind="webaccess",
        port=443,
        tls=TlsSettings(mode=TlsMode.IMPLICIT, verify=Verify.FULL, server_name="a.example.com"),
        path="/gw/webacc",
        expect_status=((200, 200), (401, 401)),
        body_must_any=("loginForm", "GroupWise"),
        body_regex=("a",),
        body_not_regex=("b", "c"),
        realm_regex="R",
        extract=(Extract(name="q", pattern="abc([0-9])", warn=1.5),),
        proxy=ProxyProtocol.V2,
        login=FormLogin(
            credentials=Credentials(user="u", password_file="/etc/gslb/p"),
            form="0",
            action="/a",
            user_field="b",
            password_field="c",
            fields=(("d", "e"),),
            success_regex="f",
            success_location="g",
            success_cookie="h",
            failure_regex="i",
            logout_path="/j",
        ),
    )


def test_basic_authentication_is_always_verified() -> None:
    """A user at the check itself logs in by RFC 7617; the secret may stand in the environment."""
    check = "type: http, port: 9850, tls: implicit, user: admin, password_env: CONSOLE"
    found = load_texts({"checks/c.yaml": f"x: {{{check}}}"}, checks_only=True).checks["x"].settings

    assert isinstance(found, HttpSettings)
    assert found.credentials == Credentials(user="admin", password_env="CONSOLE")
    assert found.tls.verify is Verify.FULL
