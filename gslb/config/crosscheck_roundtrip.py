"""Rules between the keys of a round trip."""

from gslb.config.drafts import CheckDraft
from gslb.config.resolve_checks import timing
from gslb.config.schema_check_roundtrip import FetchTable, RoundtripCheck
from gslb.config.values import show_duration


def check_roundtrip(check: CheckDraft) -> None:
    """Judge one round trip; of other types there is nothing to say."""
    table = check.table
    if not isinstance(table, RoundtripCheck):
        return
    if not table.mailbox:
        check.refuse("required: a mailbox of its own, like gslb-probe@example.com", "mailbox")
    if table.user is None:
        check.refuse("required: who submits the message, and reads it", "user")
    _wait(check, table)
    _mailbox(check, table.imap)


def _wait(check: CheckDraft, table: RoundtripCheck) -> None:
    if any(check.document.is_damaged((check.name, key)) for key in ("interval", "timeout")):
        return
    limit = timing(table).timeout
    if table.max_latency >= limit:
        told = f"{show_duration(table.max_latency)} is not under the timeout, {show_duration(limit)}"
        check.refuse(told, "max_latency")


def _mailbox(check: CheckDraft, table: FetchTable) -> None:
    sources = [key for key in ("password_file", "password_env", "password") if getattr(table, key) is not None]
    if table.user is None:
        for key in sources:
            check.refuse("needs a user: who reads the mailbox", "imap", key)
    elif len(sources) != 1:
        check.refuse("required: one of password_file and password_env", "imap", "password_file")
    if table.address is not None and table.server_name is None:
        check.refuse("required with an address: the name its certificate must be for", "imap", "server_name")
    if "verify" in table.model_fields_set and table.verify != "full":
        check.refuse("with a login the certificate is always verified in full", "imap", "verify")
