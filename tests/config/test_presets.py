"""Presets: ready keys, below those that a check writes itself."""

import pytest

from gslb.config.files import load_texts
from gslb.config.presets import PRESETS, applied
from gslb.model.checks import FormLogin, HttpSettings
from gslb.model.values import TlsMode, Verify
from tests.kit.configs import faults, texts

SECRET = "login: {user: probe, password_file: /etc/gslb/probe.password}"


def settings(text: str) -> HttpSettings:
    """The dialogue of one check."""
    found = load_texts({"checks/c.yaml": f"x: {{{text}}}"}, checks_only=True).checks["x"].settings
    assert isinstance(found, HttpSettings)
    return found


def written(name: str, more: str = "") -> str:
    """A check of this preset, with a secret where it needs one."""
    secret = f", {SECRET}" if "login" in PRESETS[name] else ""
    return f"type: {PRESETS[name]['type']}, preset: {name}{secret}{more}"


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_a_sound_check(name: str) -> None:
    """With no key of its own but its type, and a secret where it logs in."""
    assert settings(written(name)).kind == PRESETS[name]["type"]


@pytest.mark.parametrize(
    ("name", "port", "tls", "path"),
    [
        ("groupwise-webaccess", 443, TlsMode.IMPLICIT, "/gw/webacc"),
        ("gw-poa", 7181, TlsMode.NONE, "/"),
        ("gw-mta", 7180, TlsMode.NONE, "/"),
        ("gw-gwia", 9850, TlsMode.NONE, "/"),
        ("exchange", 443, TlsMode.IMPLICIT, "/owa/healthcheck.htm"),
        ("exchange-activesync", 443, TlsMode.IMPLICIT, "/Microsoft-Server-ActiveSync/healthcheck.htm"),
        ("zimbra", 443, TlsMode.IMPLICIT, "/"),
        ("roundcube", 443, TlsMode.IMPLICIT, "/?_task=login"),
        ("sogo", 443, TlsMode.IMPLICIT, "/SOGo/"),
    ],
)
def test_where_presets_ask(name: str, port: int, tls: TlsMode, path: str) -> None:
    """Ports, TLS and paths of probes.md 1.10.4 and 1.10.5."""
    found = settings(written(name))

    assert (found.port, found.tls.mode, found.path) == (port, tls, path)


def test_a_check_has_the_last_word() -> None:
    """Keys replace, tables are merged, and an empty key takes a preset's away."""
    login = f"{SECRET[:-1]}, user_field: Username, fields: {{merge: other, extra: '1'}}}}"
    written_keys = "preset: groupwise-webaccess-login, body_must_any: null, path: /servlet"
    found = settings(f"type: webaccess, {written_keys}, {login}")

    assert (found.path, found.body_must_any) == ("/servlet", ("loginForm", "GroupWise"))
    assert isinstance(found.login, FormLogin)
    assert (found.login.user_field, found.login.password_field) == ("Username", "User.password")
    assert dict(found.login.fields)["merge"] == "other"
    assert dict(found.login.fields)["action"] == "User.Login"
    assert found.tls.verify is Verify.FULL


def test_an_unknown_preset_adds_nothing() -> None:
    """The table refuses it."""
    assert applied({"preset": "x", "a": 1}) == {"preset": "x", "a": 1}
    assert applied({"preset": ["x"]}) == {"preset": ["x"]}


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ("type: http, preset: round-cube", "x.preset: 'round-cube' is not one of groupwise-webaccess, "),
        ("type: http, preset: round-cube", "did you mean roundcube?"),
        ("type: http, preset: groupwise-webaccess", "x.preset: groupwise-webaccess is a preset of type webaccess"),
        ("type: webaccess, preset: sogo", "x.preset: sogo is a preset of type http"),
        ("type: webaccess, preset: groupwise-webaccess-login", "x.login.user: required: the user who logs in"),
        ("type: smtp, preset: sogo", "x.preset: unknown key"),
    ],
)
def test_what_is_wrong_with_a_preset(check: str, message: str) -> None:
    """Each is told at the key that is meant."""
    assert any(message in fault for fault in faults(texts("", f"x: {{{check}}}")))
