"""checks/*.yaml: named checks. One table per type, in a file per family; what they share is in schema_check_common."""

from typing import Any, TypeAlias

from gslb.config.schema_check_mail import LmtpCheck, RelayCheck, SmtpCheck, SubmissionCheck
from gslb.config.schema_check_ports import TcpCheck, TlsCheck
from gslb.config.schema_check_roundtrip import RoundtripCheck
from gslb.config.schema_check_services import DnsCheck, LdapCheck
from gslb.config.schema_check_store import ImapCheck, Pop3Check, SieveCheck
from gslb.config.schema_check_web import HttpCheck, WebaccessCheck
from gslb.config.schema_check_words import AgentCheck, ExecCheck, FileCheck

AnyCheck: TypeAlias = (
    TcpCheck
    | TlsCheck
    | SmtpCheck
    | SubmissionCheck
    | LmtpCheck
    | ImapCheck
    | Pop3Check
    | SieveCheck
    | HttpCheck
    | WebaccessCheck
    | DnsCheck
    | LdapCheck
    | ExecCheck
    | FileCheck
    | AgentCheck
    | RelayCheck
    | RoundtripCheck
)

TYPES: dict[str, type[Any]] = {
    "tcp": TcpCheck,
    "tls": TlsCheck,
    "smtp": SmtpCheck,
    "submission": SubmissionCheck,
    "lmtp": LmtpCheck,
    "imap": ImapCheck,
    "pop3": Pop3Check,
    "sieve": SieveCheck,
    "http": HttpCheck,
    "webaccess": WebaccessCheck,
    "dns": DnsCheck,
    "ldap": LdapCheck,
    "exec": ExecCheck,
    "file": FileCheck,
    "agent": AgentCheck,
    "relay": RelayCheck,
    "roundtrip": RoundtripCheck,
}
"""The types that are built, by the word an operator writes."""
