"""submission: the dialogue of RFC 6409 and RFC 8314, on 587 with STARTTLS or on 465 with TLS from the first byte."""

from gslb.model.checks import SubmissionSettings
from gslb.probes.dialogue.commands import Conclusion, Dialogue, Steps
from gslb.probes.dialogue.endings import passed, politely
from gslb.probes.dialogue.smtp_session import QUIT, greeted, introduced, said_farewell


def submission(settings: SubmissionSettings, name: str) -> Dialogue:
    """The dialogue; `name` is said in EHLO. No HELO: who submits needs the extensions."""
    return politely(_steps(settings, name), said_farewell([QUIT]))


def _steps(settings: SubmissionSettings, name: str) -> Steps[Conclusion]:
    greeting = yield from greeted()
    if settings.stage != "greeting":
        yield from introduced(name, settings.tls.mode)
    return passed(greeting.text, str(greeting.code))
