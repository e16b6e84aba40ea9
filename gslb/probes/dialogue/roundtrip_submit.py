"""The way out of a round trip: a message from the dedicated mailbox to itself (RFC 6409); the one dialogue with DATA.

S: 220 …  C: EHLO  S: 250  C: STARTTLS  C: EHLO  C: AUTH       as submission, over a verified session only
C: MAIL FROM:<mailbox>    not the null sender: a bounce is to be seen
C: RCPT TO:<mailbox>
C: DATA                   S: 354
C: (the message) .        S: 250
C: QUIT
"""

from gslb.model.observations import Inconclusive, Phase, Reason
from gslb.model.roundtrip import RoundtripSettings
from gslb.probes.dialogue.capabilities import Offers
from gslb.probes.dialogue.commands import Conclusion, Dialogue, Send, Steps
from gslb.probes.dialogue.endings import Stop, passed, politely, stopped
from gslb.probes.dialogue.login import Entry, Held
from gslb.probes.dialogue.smtp_auth import authenticated
from gslb.probes.dialogue.smtp_envelope import mail, rcpt
from gslb.probes.dialogue.smtp_reply import GOODBYE, Reply, read_reply, refusal
from gslb.probes.dialogue.smtp_session import QUIT, greeted, introduced, said_farewell


def waiting() -> Stop:
    """Whether the login is right is being found out elsewhere: nothing is learned of this member now."""
    return stopped(Inconclusive(Phase.AUTH, Reason.AUTH_HELD), b"others are trying the login just now")


def submit(settings: RoundtripSettings, name: str, message: bytes, entry: Entry) -> Dialogue:
    """The dialogue; `name` is said in EHLO, `message` ends in CRLF and has no line that begins with a dot."""
    return politely(_steps(settings, name, message, entry), said_farewell([QUIT]), unasked=GOODBYE)


def _steps(settings: RoundtripSettings, name: str, message: bytes, entry: Entry) -> Steps[Conclusion]:
    yield from greeted()
    offers = Offers(settings.tls.mode)
    yield from introduced(name, settings.tls.mode, offers)
    if entry is Held.WAITING:
        raise waiting()
    yield from authenticated(entry, offers)
    yield from mail(settings.mailbox)
    yield from rcpt(settings.mailbox, "accept", greylisting=False)
    ready = yield from _said(b"DATA\r\n")
    if ready.code != 354:
        raise refusal(ready, Phase.COMMAND)
    taken = yield from _said(message + b".\r\n")
    if taken.kind != 2:
        raise refusal(taken, Phase.COMMAND)
    return passed(taken.text, str(taken.code))


def _said(data: bytes) -> Steps[Reply]:
    yield Send(data, unasked=GOODBYE)
    return (yield from read_reply(Phase.COMMAND))
