"""smtp: the dialogue of a mail exchanger (RFC 5321), as deep as the check's stage; never DATA, never a pipeline.

stage       ends after
greeting    the greeting
helo        EHLO, with STARTTLS and EHLO again as `tls` says
mail        MAIL FROM, then RSET
rcpt        RCPT TO, then RSET
"""

from gslb.model.checks import SmtpSettings
from gslb.probes.dialogue.capabilities import Offers, asserted, marked
from gslb.probes.dialogue.commands import Conclusion, Dialogue, Steps
from gslb.probes.dialogue.endings import passed, politely
from gslb.probes.dialogue.smtp_envelope import mail, rcpt
from gslb.probes.dialogue.smtp_reply import GOODBYE
from gslb.probes.dialogue.smtp_session import QUIT, RSET, greeted, introduced, said_farewell


def smtp(settings: SmtpSettings, name: str) -> Dialogue:
    """The dialogue; `name` is said in EHLO."""
    farewell = [QUIT]
    return politely(_steps(settings, name, farewell), said_farewell(farewell), unasked=GOODBYE)


def _steps(settings: SmtpSettings, name: str, farewell: list[bytes]) -> Steps[Conclusion]:
    greeting = yield from greeted(settings.banner_regex)
    offers = Offers(settings.tls.mode)
    if settings.stage != "greeting":
        yield from introduced(name, settings.tls.mode, offers, helo_fallback=settings.allow_helo_fallback)
    found = yield from asserted(settings.caps, offers)
    if settings.stage in ("mail", "rcpt"):
        yield from mail(settings.sender)
        farewell.insert(0, RSET)
    if settings.stage == "rcpt":
        yield from rcpt(settings.rcpt or "", settings.expect_rcpt)
    return marked(passed(greeting.text, str(greeting.code)), found, offers)
