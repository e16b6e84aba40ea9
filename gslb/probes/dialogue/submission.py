"""submission: the dialogue of RFC 6409 and RFC 8314, on 587 with STARTTLS or on 465 with TLS from the first byte.

With a login AUTH follows the last EHLO, and QUIT follows AUTH; stage mail says MAIL FROM and RSET between the two. A
proxy, as Dovecot's own, takes a login though the relay behind it is dead, and only an envelope tells.
"""

from gslb.model.checks import SubmissionSettings
from gslb.probes.dialogue.capabilities import Offers, asserted, marked
from gslb.probes.dialogue.commands import Conclusion, Dialogue, Steps
from gslb.probes.dialogue.endings import passed, politely
from gslb.probes.dialogue.login import Entry
from gslb.probes.dialogue.smtp_auth import authenticated
from gslb.probes.dialogue.smtp_envelope import mail
from gslb.probes.dialogue.smtp_reply import GOODBYE
from gslb.probes.dialogue.smtp_session import QUIT, RSET, greeted, introduced, said_farewell


def submission(settings: SubmissionSettings, name: str, entry: Entry = None) -> Dialogue:
    """The dialogue; `name` is said in EHLO. No HELO: who submits needs the extensions."""
    farewell = [QUIT]
    return politely(_steps(settings, name, entry, farewell), said_farewell(farewell), unasked=GOODBYE)


def _steps(settings: SubmissionSettings, name: str, entry: Entry, farewell: list[bytes]) -> Steps[Conclusion]:
    greeting = yield from greeted()
    offers = Offers(settings.tls.mode)
    if settings.stage != "greeting":
        yield from introduced(name, settings.tls.mode, offers)
    found = yield from asserted(settings.caps, offers)
    if settings.stage != "greeting" and (yield from authenticated(entry, offers)) and settings.stage == "mail":
        yield from mail(settings.sender)
        farewell.insert(0, RSET)
    return marked(passed(greeting.text, str(greeting.code)), found, offers)
