"""Tables of web pages to dialogues."""

from dataclasses import replace

from gslb.config.resolve_dialogues_parts import credentials_of, limits_of, ports_of, proxy_of, tls_of
from gslb.config.schema_check_web import FormLoginTable, HttpCheck, WebaccessCheck
from gslb.model.checks import FormLogin, HttpSettings
from gslb.model.extracts import Extract
from gslb.model.values import Verify

WEBACCESS_PATH = "/gw/webacc"
WEBACCESS_BODY = ("loginForm", "GroupWise")


def http(table: HttpCheck) -> HttpSettings:
    """A page."""
    return _web(table, otherwise="none", path="/", statuses=((200, 299),), body_any=())


def webaccess(table: WebaccessCheck) -> HttpSettings:
    """GroupWise WebAccess: its path, and the words of its login page (contract section 1)."""
    body_any = () if table.body_must else WEBACCESS_BODY
    return _web(table, otherwise="implicit", path=WEBACCESS_PATH, statuses=((200, 200),), body_any=body_any)


def _web(
    table: HttpCheck | WebaccessCheck,
    *,
    otherwise: str,
    path: str,
    statuses: tuple[tuple[int, int], ...],
    body_any: tuple[str, ...],
) -> HttpSettings:
    port, mode = ports_of(table, 80, 443, otherwise)
    tls = tls_of(table, mode)
    return HttpSettings(
        kind=table.type,
        port=port,
        tls=tls if table.login is None else replace(tls, verify=Verify.FULL),
        host=table.host,
        method=table.method,
        path=table.path or path,
        headers=table.headers,
        expect_status=table.expect_status or statuses,
        realm_regex=table.realm_regex,
        server_regex=table.server_regex,
        drain_on_404=table.drain_on_404,
        body_must=table.body_must,
        body_must_any=body_any if table.body_must_any is None else table.body_must_any,
        body_must_not=table.body_must_not,
        body_regex=table.body_must_regex,
        body_not_regex=table.body_must_not_regex,
        body_degraded_regex=table.body_degraded_regex,
        header_must=table.header_must,
        extract=tuple(
            Extract(name=name, pattern=each.pattern, warn=each.warn, crit=each.crit)
            for name, each in table.extract.items()
        ),
        redirects=table.redirects,
        body_limit=table.body_limit,
        credentials=credentials_of(table),
        login=_form_login(table.login),
        proxy=proxy_of(table),
        limits=limits_of(table),
    )


def _form_login(table: FormLoginTable | None) -> FormLogin | None:
    credentials = None if table is None else credentials_of(table)
    if table is None or credentials is None:
        return None
    return FormLogin(
        credentials=credentials,
        form=table.form,
        action=table.action,
        user_field=table.user_field,
        password_field=table.password_field,
        fields=table.fields,
        success_regex=table.success_regex or "",
        success_location=table.success_location or "",
        success_cookie=table.success_cookie or "",
        failure_regex=table.failure_regex or "",
        logout_path=table.logout_path,
    )
