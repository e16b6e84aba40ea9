"""sieve: the dialogue of ManageSieve (RFC 5804); scripts are neither read nor written.

S: capabilities, OK           the greeting is a list
C: STARTTLS
S: capabilities, OK           again after the handshake, unasked; read before anything is said
C: AUTHENTICATE "PLAIN" "…"   stage login
C: NOOP "t1"                  stage noop and login; a server that refuses it is an old one
C: LOGOUT
"""

from typing import Final

from gslb.model.checks import SieveSettings
from gslb.model.observations import Degraded, Failed, Phase, Reason
from gslb.model.values import TlsMode
from gslb.probes.dialogue.capabilities import Offers, asserted, marked
from gslb.probes.dialogue.commands import Conclusion, Dialogue, Enter, LoggedIn, Note, Send, Steps
from gslb.probes.dialogue.endings import Stop, malformed, passed, politely, stopped
from gslb.probes.dialogue.login import Entry, rejected, unavailable, unlocked
from gslb.probes.dialogue.sieve_reply import Answer, read_answer, refusal, shown_of
from gslb.probes.dialogue.text import shown

_TAG: Final = b"t1"
_UNAVAILABLE: Final = (b"ENCRYPT-NEEDED", b"AUTH-TOO-WEAK", b"TRANSITION-NEEDED")


def sieve(settings: SieveSettings, entry: Entry = None) -> Dialogue:
    """The dialogue."""
    return politely(_steps(settings, entry), _logout())


def _steps(settings: SieveSettings, entry: Entry) -> Steps[Conclusion]:
    yield Enter(Phase.GREETING)
    offers = Offers(settings.tls.mode)
    greeting = yield from _listed(offers, Phase.GREETING)
    if settings.stage != "greeting":
        yield from _upgraded(settings.tls.mode, offers)
    found = yield from asserted(settings.caps, offers)
    if settings.stage == "login":
        yield from _authenticated(entry, offers)
    if settings.stage != "greeting":
        yield from _noop()
    return marked(passed(greeting.text, "OK"), found, offers)


def _listed(offers: Offers, phase: Phase) -> Steps[Answer]:
    answer = yield from read_answer(phase)
    if not answer.ok:
        raise refusal(answer, phase)
    yield from offers.listed(tuple(shown(b" ".join(line)).strip() for line in answer.lines), phase)
    return answer


def _upgraded(mode: TlsMode, offers: Offers) -> Steps[None]:
    if mode not in (TlsMode.TRY, TlsMode.STARTTLS):
        return
    if not offers.offers("STARTTLS"):
        if mode is TlsMode.STARTTLS:
            raise stopped(Failed(Phase.STARTTLS, Reason.TLS_NOT_OFFERED), b"")
        yield Note(Reason.TLS_NOT_OFFERED)
        return
    yield Enter(Phase.STARTTLS)
    yield Send(b"STARTTLS\r\n")
    answer = yield from read_answer(Phase.STARTTLS)
    if not answer.ok:
        raise refusal(answer, Phase.STARTTLS)
    yield from offers.upgrade()
    yield Enter(Phase.HELLO2)
    yield from _listed(offers, Phase.HELLO2)


def _authenticated(entry: Entry, offers: Offers) -> Steps[None]:
    yield Enter(Phase.AUTH)
    login = yield from unlocked(entry, encrypted=offers.encrypted)
    if login is None:
        return
    if not offers.offers("SASL=PLAIN"):
        raise unavailable(b"SASL PLAIN is not offered")
    yield Send(b'AUTHENTICATE "PLAIN" "%b"\r\n' % login.plain, secret=True)
    answer = yield from read_answer(Phase.AUTH)
    if not answer.ok:
        raise _refused(answer)
    yield LoggedIn()


def _refused(answer: Answer) -> Stop:
    if answer.word == b"BYE":
        return refusal(answer, Phase.AUTH)
    if answer.code == b"TRYLATER":
        return stopped(Degraded(Phase.AUTH, Reason.AUTH_TEMP, load=True), shown_of(answer), "NO")
    return unavailable(shown_of(answer), "NO") if answer.code in _UNAVAILABLE else rejected(shown_of(answer), "NO")


def _noop() -> Steps[None]:
    """It came with version 1.0 (RFC 5804 section 2.13): older servers say NO, or BYE."""
    yield Enter(Phase.COMMAND)
    yield Send(b'NOOP "%b"\r\n' % _TAG)
    answer = yield from read_answer(Phase.COMMAND)
    if not answer.ok:
        yield Note(Reason.REPLY_IGNORED)
    elif answer.code == b"TAG" and answer.argument != _TAG:
        raise malformed(Phase.COMMAND, answer.argument)


def _logout() -> Steps[None]:
    yield Send(b"LOGOUT\r\n")
    yield from read_answer(Phase.QUIT)
