"""submission: the dialogue of RFC 6409 and RFC 8314, on 587 with STARTTLS or on 465 with TLS from the first byte.

With a login AUTH follows the last EHLO, and nothing but QUIT follows AUTH.
"""

from gslb.model.checks import SubmissionSettings
from gslb.probes.dialogue.capabilities import Offers, asserted, marked
from gslb.probes.dialogue.commands import Conclusion, Dialogue, Steps
from gslb.probes.dialogue.endings import passed, politely
from gslb.probes.dialogue.login import Entry
from gslb.probes.dialogue.smtp_auth import authenticated
from gslb.probes.dialogue.smtp_session import QUIT, greeted, introduced, said_farewell


def submission(settings: SubmissionSettings, name: str, entry: Entry = None) -> Dialogue:
    """The dialogue; `name` is said in EHLO. No HELO: who submits needs the extensions."""
    return politely(_steps(settings, name, entry), said_farewell([QUIT]))


def _steps(settings: SubmissionSettings, name: str, entry: Entry) -> Steps[Conclusion]:
    greeting = yield from greeted()
    offers = Offers(settings.tls.mode)
    if settings.stage != "greeting":
        yield from introduced(name, settings.tls.mode, offers)
    found = yield from asserted(settings.caps, offers)
    if settings.stage != "greeting":
        yield from authenticated(entry, offers)
    return marked(passed(greeting.text, str(greeting.code)), found, offers)
