"""MAIL and RCPT, which smtp and lmtp share; DATA never comes. RSET belongs to the farewell: it decides nothing."""

from typing import Final

from gslb.model.observations import Failed, Phase, Reason
from gslb.probes.dialogue.commands import Enter, Note, Send, Steps
from gslb.probes.dialogue.endings import command_line, stopped
from gslb.probes.dialogue.smtp_reply import GOODBYE, Reply, read_reply, refusal

_GREYLISTING: Final = (450, 451)
_SYNTAX: Final = range(500, 505)


def asked(text: str) -> Steps[Reply]:
    """One command of an envelope, and what came of it."""
    yield Send(command_line(text), unasked=GOODBYE)
    return (yield from read_reply(Phase.COMMAND))


def mail(sender: str) -> Steps[None]:
    """MAIL FROM; empty is the null sender."""
    yield Enter(Phase.COMMAND)
    reply = yield from asked(f"MAIL FROM:<{sender}>")
    if reply.kind != 2:
        raise refusal(reply, Phase.COMMAND)


def rcpt(recipient: str, expected: str, *, greylisting: bool = True) -> Steps[None]:
    """RCPT TO; a refusal fails where acceptance was expected.

    `greylisting`: 450 and 451 are what a good server says to strangers; else they are temporary failures.
    """
    reply = yield from asked(f"RCPT TO:<{recipient}>")
    if greylisting and reply.code in _GREYLISTING and not _is_storage(reply):
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
