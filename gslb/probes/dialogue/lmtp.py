"""lmtp: the dialogue of a mailbox server as its relays see it (RFC 2033); LHLO only, since EHLO is another protocol.

stage       ends after
greeting    the greeting
lhlo        LHLO, with STARTTLS and LHLO again as `tls` says
rcpt        MAIL FROM:<> and RCPT TO, which looks the mailbox up, then RSET
"""

from gslb.model.checks import LmtpSettings
from gslb.probes.dialogue.capabilities import Offers, asserted, marked
from gslb.probes.dialogue.commands import Conclusion, Dialogue, Steps
from gslb.probes.dialogue.endings import passed, politely
from gslb.probes.dialogue.smtp_envelope import mail, rcpt
from gslb.probes.dialogue.smtp_reply import GOODBYE
from gslb.probes.dialogue.smtp_session import QUIT, RSET, greeted, introduced, said_farewell


def lmtp(settings: LmtpSettings, name: str) -> Dialogue:
    """The dialogue; `name` is said in LHLO."""
    farewell = [QUIT]
    return politely(_steps(settings, name, farewell), said_farewell(farewell), unasked=GOODBYE)


def _steps(settings: LmtpSettings, name: str, farewell: list[bytes]) -> Steps[Conclusion]:
    greeting = yield from greeted()
    offers = Offers(settings.tls.mode)
    if settings.stage != "greeting":
        yield from introduced(name, settings.tls.mode, offers, verb="LHLO")
    found = yield from asserted(settings.caps, offers)
    if settings.stage == "rcpt":
        yield from mail("")
        farewell.insert(0, RSET)
        yield from rcpt(settings.rcpt or "", settings.expect_rcpt, greylisting=False)
    return marked(passed(greeting.text, str(greeting.code)), found, offers)
