"""Rules between the keys of one web check: presets, bodies, realms, numbers, logins."""

from gslb.config.drafts import CheckDraft
from gslb.config.presets import PRESETS
from gslb.config.schema_check_web import LEAST_LOGIN_INTERVAL, FormLoginTable, HttpCheck, WebaccessCheck
from gslb.config.values import show_duration

_BODY_KEYS = (
    "body_must",
    "body_must_any",
    "body_must_not",
    "body_must_regex",
    "body_must_not_regex",
    "body_degraded_regex",
    "extract",
    "login",
)


def check_web(check: CheckDraft) -> None:
    """Judge one check of a web page; of other types there is nothing to say."""
    table = check.table
    if not isinstance(table, HttpCheck | WebaccessCheck):
        return
    _preset(check, table)
    _body(check, table)
    _realm(check, table)
    _numbers(check, table)
    _drain(check, table)
    if table.login is not None:
        _login(check, table, table.login)


def _preset(check: CheckDraft, table: HttpCheck | WebaccessCheck) -> None:
    if table.preset is not None and PRESETS[table.preset]["type"] != table.type:
        check.refuse(f"{table.preset} is a preset of type {PRESETS[table.preset]['type']}", "preset")


def _body(check: CheckDraft, table: HttpCheck | WebaccessCheck) -> None:
    if table.method != "HEAD":
        return
    for key in _BODY_KEYS:
        if getattr(table, key):
            check.refuse("HEAD has no body to judge: use GET", key)
    if isinstance(table, WebaccessCheck) and table.body_must_any is None:
        check.refuse("HEAD has no body, and webaccess is judged by it: use GET", "method")


def _realm(check: CheckDraft, table: HttpCheck | WebaccessCheck) -> None:
    expected = table.expect_status or ()
    if any(low <= 401 <= high for low, high in expected):
        return
    for key in ("realm_regex", "server_regex"):
        if getattr(table, key) is not None:
            check.refuse("needs 401 in expect_status: no other status has a realm", key)


def _drain(check: CheckDraft, table: HttpCheck | WebaccessCheck) -> None:
    if table.drain_on_404 and any(low <= 404 <= high for low, high in table.expect_status or ()):
        check.refuse("404 stands in expect_status, so it passes and drains nothing: use one of the two", "drain_on_404")


def _numbers(check: CheckDraft, table: HttpCheck | WebaccessCheck) -> None:
    for name, each in table.extract.items():
        if each.warn is not None and each.crit is not None and each.warn > each.crit:
            check.refuse(f"{each.warn:g} is above crit, {each.crit:g}", "extract", name, "warn")


def _login(check: CheckDraft, table: HttpCheck | WebaccessCheck, login: FormLoginTable) -> None:
    if table.user is not None:
        check.refuse("log in by Basic authentication or through a form, not both", "user")
    if login.user is None:
        check.refuse("required: the user who logs in", "login", "user")
    if [login.password_file, login.password_env, login.password].count(None) != 2:
        check.refuse("required: one of password_file and password_env", "login", "password_file")
    _guarded(check, table)
    if login.success_regex is login.success_location is login.success_cookie is None:
        check.refuse("required: success_regex, success_location or success_cookie; a status is no evidence", "login")
    for key in ("interval", "fast_interval", "down_interval"):
        value = getattr(table, key)
        if value is not None and value < LEAST_LOGIN_INTERVAL:
            least = show_duration(LEAST_LOGIN_INTERVAL)
            check.refuse(f"{show_duration(value)} is too often for a login: at least {least}", key)


def _guarded(check: CheckDraft, table: HttpCheck | WebaccessCheck) -> None:
    """A password goes out over https that is verified, whatever else is wanted of certificates."""
    implicit = table.tls or ("implicit" if table.port == 443 or isinstance(table, WebaccessCheck) else "none")
    if implicit != "implicit":
        check.refuse("a password goes out over https only: write tls: implicit", "tls")
    if "verify" in table.model_fields_set and table.verify != "full":
        check.refuse("with a password it is always full", "verify")
