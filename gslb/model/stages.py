"""How deep a dialogue goes, and its shallow form: what runs between two deep runs (probes.md 2.4).

A deep stage costs the server more: it logs in, or asks after a recipient. Its shallow form is the default stage of the
same dialogue, without a login; it is the same target, and moves the same verdict.
"""

from dataclasses import replace

from gslb.model.checks import (
    CheckSettings,
    HttpSettings,
    ImapSettings,
    LdapSettings,
    LmtpSettings,
    Pop3Settings,
    SieveSettings,
    SmtpSettings,
    SubmissionSettings,
)


def logs_in(settings: CheckSettings) -> bool:
    """Whether a dialogue says a password, and so is deep by its nature."""
    if isinstance(settings, HttpSettings):
        return settings.login is not None
    return getattr(settings, "credentials", None) is not None and shallow(settings) is not None


def shallow(settings: CheckSettings) -> "CheckSettings | None":
    """The shallow form; None for a dialogue that is as shallow as it gets, or has no stages."""
    match settings:
        case SmtpSettings(stage="mail" | "rcpt"):
            return replace(settings, stage="helo")
        case LmtpSettings(stage="rcpt"):
            return replace(settings, stage="lhlo")
        case ImapSettings() | Pop3Settings() if settings.credentials or settings.stage in ("login", "mailbox"):
            return replace(settings, stage="capability", credentials=None)
        case SieveSettings() if settings.credentials or settings.stage == "login":
            return replace(settings, stage="noop", credentials=None)
        case SubmissionSettings() if settings.credentials:
            return replace(settings, stage="helo", sender="", credentials=None)
        case LdapSettings() if settings.credentials:
            return replace(settings, credentials=None)
        case HttpSettings() if settings.login:
            return replace(settings, login=None)
    return None
