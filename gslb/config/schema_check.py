"""checks/*.yaml: named checks. One table per type, in a file per family; what they share is in schema_check_common."""

from typing import Any, TypeAlias

from gslb.config.schema_check_mail import SmtpCheck, SubmissionCheck
from gslb.config.schema_check_ports import TcpCheck, TlsCheck
from gslb.config.schema_check_store import ImapCheck, Pop3Check
from gslb.config.schema_check_web import HttpCheck, WebaccessCheck

AnyCheck: TypeAlias = (
    TcpCheck | TlsCheck | SmtpCheck | SubmissionCheck | ImapCheck | Pop3Check | HttpCheck | WebaccessCheck
)

TYPES: dict[str, type[Any]] = {
    "tcp": TcpCheck,
    "tls": TlsCheck,
    "smtp": SmtpCheck,
    "submission": SubmissionCheck,
    "imap": ImapCheck,
    "pop3": Pop3Check,
    "http": HttpCheck,
    "webaccess": WebaccessCheck,
}
"""The types that are built, by the word an operator writes."""
