"""smtp: the dialogue of a mail exchanger (RFC 5321), as deep as the check's stage; never DATA, never a pipeline.

    stage       ends after
    greeting    the greeting
    helo        EHLO, with STARTTLS and EHLO again as `tls` says
    mail        MAIL FROM, then RSET
    rcpt        RCPT TO, then RSET

RSET belongs to the farewell: its reply decides nothing.
"""

from typing import Final

from gslb.model.checks import SmtpSettings
from gslb.model.observations import Failed, Phase, Reason
from gslb.probes.dialogue.commands import Conclusion, Dialogue, Enter, Note, Send, Steps
from gslb.probes.dialogue.endings import command_line, passed, politely, stopped
from gslb.probes.dialogue.smtp_reply import Reply, read_reply, refusal
from gslb.probes.dialogue.smtp_session import QUIT, RSET, greeted, introduced, said_farewell

_GREYLISTING: Final = (450, 451)
_SYNTAX: Final = range(500, 505)


def smtp(settings: SmtpSettings, name: str) -> Dialogue:
    """The dialogue; `name` is said in EHLO."""
    farewell = [QUIT]
    return politely(_steps(settings, name, farewell), said_farewell(farewell))


def _steps(settings: SmtpSettings, name: str, farewell: list[bytes]) -> Steps[Conclusion]:
    greeting = yield from greeted()
    if settings.stage != "greeting":
        yield from introduced(name, settings.tls.mode, helo_fallback=settings.allow_helo_fallback)
    if settings.stage in ("mail", "rcpt"):
        yield from _mail(settings.sender)
        farewell.insert(0, RSET)
    if settings.stage == "rcpt":
        yield from _rcpt(settings.rcpt or "", settings.expect_rcpt)
    return passed(greeting.text, str(greeting.code))


def _mail(sender: str) -> Steps[None]:
    yield Enter(Phase.COMMAND)
    yield Send(command_line(f"MAIL FROM:<{sender}>"))
    reply = yield from read_reply(Phase.COMMAND)
    if reply.kind != 2:
        raise refusal(reply, Phase.COMMAND)


def _rcpt(recipient: str, expected: str) -> Steps[None]:
    """RCPT TO: greylisting is what a good server does to strangers; a refusal fails where acceptance was expected."""
    yield Send(command_line(f"RCPT TO:<{recipient}>"))
    reply = yield from read_reply(Phase.COMMAND)
    if reply.code in _GREYLISTING and not _is_storage(reply):
        yield Note(Reason.GREYLISTED)
    elif reply.kind == 5 and reply.code not in _SYNTAX:
        if expected == "accept":
            raise refusal(reply, Phase.COMMAND)
    elif reply.kind != 2:
        raise refusal(reply, Phase.COMMAND)
    elif expected == "reject":
        failed = Failed(Phase.COMMAND, Reason.STATUS_UNEXPECTED)
        raise stopped(failed, reply.text, str(reply.code), reply.enhanced)


def _is_storage(reply: Reply) -> bool:
    return reply.enhanced in ("4.3.1", "4.2.2")
