"""ldap: StartTLS where asked, a bind, the root DSE, unbind (RFC 4511, 4513, probes.md 1.13).

C: StartTLS     a server without TLS answers 2 or 53 (tls_not_offered); the go-ahead must be all that came
C: bind         anonymous; 48 (no anonymous binds here) is an answer too, and the end of the questions
                with a login: simple, over TLS only
C: search       the base object "", which every server shows: one entry, and done
C: unbind       is not answered: the server closes

Referrals are not followed. A notice of disconnection (section 4.4.1) has the number 0 and may come at any time.
"""

from typing import Final

from gslb.model.checks import LdapSettings
from gslb.model.observations import Degraded, Failed, Outcome, Phase, Reason
from gslb.model.values import TlsMode
from gslb.probes.dialogue import ldap_message
from gslb.probes.dialogue.commands import Conclusion, Dialogue, Enter, LoggedIn, Note, ReadSome, Send, StartTls, Steps
from gslb.probes.dialogue.endings import malformed, passed, politely, stopped
from gslb.probes.dialogue.ldap_message import Message, read_message
from gslb.probes.dialogue.login import Entry, Held, Login, rejected, unavailable, unlocked

ENTRIES: Final = 10
"""Messages that one search may answer with; one entry is asked for."""

_SUCCESS: Final = 0
_BUSY: Final = (51, 52)  # busy, unavailable
_NO_TLS: Final = (2, 53)  # protocolError, unwillingToPerform
_STRONGER: Final = (8, 13)  # strongerAuthRequired, confidentialityRequired
_ANONYMOUS_REFUSED: Final = 48  # inappropriateAuthentication
_REJECTED: Final = 49  # invalidCredentials


def ldap(settings: LdapSettings, entry: Entry = None) -> Dialogue:
    """The dialogue. The login's user is a distinguished name."""
    session = _Session()
    return politely(_steps(settings, session, entry), session.said_farewell())


class _Session:
    """The numbers of the messages, and the last one sent."""

    def __init__(self) -> None:
        self.number = 0

    def next(self) -> int:
        self.number += 1
        return self.number

    def reply(self, phase: Phase, *operations: int) -> Steps[Message]:
        """The reply to the last message; stops at any other."""
        message = yield from read_message(phase)
        if message.number == 0 and message.operation == ldap_message.EXTENDED_RESPONSE:
            raise _disconnected(message, phase)
        if message.number != self.number or message.operation not in operations:
            raise malformed(phase, b"not asked for: message %d" % message.number)
        return message

    def said_farewell(self) -> Steps[None]:
        """Unbind, and the server's end."""
        yield Send(ldap_message.unbind(self.next()))
        yield ReadSome()


def _steps(settings: LdapSettings, session: _Session, entry: Entry) -> Steps[Conclusion]:
    encrypted = settings.tls.mode is TlsMode.IMPLICIT
    if settings.tls.mode in (TlsMode.TRY, TlsMode.STARTTLS):
        encrypted = yield from _upgraded(settings.tls.mode, session)
    if isinstance(entry, Login):
        bound = yield from _logged_in(session, entry, encrypted)
    else:
        bound = yield from _bound(session)
    if bound.code == _SUCCESS and settings.stage == "rootdse":
        yield from _searched(session)
    if isinstance(entry, Held):
        yield from unlocked(entry, encrypted=encrypted)
    return passed(bound.text, str(bound.code))


def _bound(session: _Session) -> Steps[Message]:
    """Bound as nobody."""
    yield Enter(Phase.HELLO)
    yield Send(ldap_message.bind(session.next()))
    bound = yield from session.reply(Phase.HELLO, ldap_message.BIND_RESPONSE)
    if bound.code == _ANONYMOUS_REFUSED:
        yield Note(Reason.ANONYMOUS_REFUSED)
    elif bound.code != _SUCCESS:
        raise _refused(bound, Phase.HELLO)
    return bound


def _logged_in(session: _Session, login: Login, encrypted: bool) -> Steps[Message]:
    yield Enter(Phase.AUTH)
    if not encrypted:
        raise unavailable(b"no TLS, no password")
    message = ldap_message.bind(session.next(), login.user.encode(), login.password.encode())
    yield Send(message, secret=True)
    bound = yield from session.reply(Phase.AUTH, ldap_message.BIND_RESPONSE)
    if bound.code == _REJECTED:
        raise rejected(bound.text, str(bound.code))
    if bound.code != _SUCCESS:
        raise _refused(bound, Phase.AUTH)
    yield LoggedIn()
    return bound


def _upgraded(mode: TlsMode, session: _Session) -> Steps[bool]:
    """Whether the session is encrypted now."""
    yield Enter(Phase.STARTTLS)
    yield Send(ldap_message.start_tls(session.next()))
    message = yield from session.reply(Phase.STARTTLS, ldap_message.EXTENDED_RESPONSE)
    if message.code == _SUCCESS:
        yield StartTls()
        return True
    if message.code not in _NO_TLS:
        refused = Failed(Phase.STARTTLS, Reason.STARTTLS_REFUSED)
        raise _refused(message, Phase.STARTTLS, refused)
    if mode is TlsMode.STARTTLS:
        raise _refused(message, Phase.STARTTLS, Failed(Phase.STARTTLS, Reason.TLS_NOT_OFFERED))
    yield Note(Reason.TLS_NOT_OFFERED)
    return False


def _searched(session: _Session) -> Steps[None]:
    yield Enter(Phase.COMMAND)
    yield Send(ldap_message.root_dse(session.next()))
    found = 0
    for _ in range(ENTRIES):
        message = yield from session.reply(
            Phase.COMMAND, ldap_message.ENTRY, ldap_message.REFERENCE, ldap_message.SEARCH_DONE
        )
        if message.operation != ldap_message.SEARCH_DONE:
            found += message.operation == ldap_message.ENTRY
        elif message.code != _SUCCESS:
            raise _refused(message, Phase.COMMAND)
        elif not found:
            raise stopped(Failed(Phase.COMMAND, Reason.ANSWER_MISMATCH), b"no root DSE", str(message.code))
        else:
            return
    raise stopped(Failed(Phase.COMMAND, Reason.BOUNDS_EXCEEDED), b"more entries than asked for", in_sync=False)


def _refused(message: Message, phase: Phase, otherwise: Outcome | None = None) -> Exception:
    """What a result that is no success means (probes.md 1.13)."""
    outcome: Outcome
    if message.code in _BUSY:
        outcome = Degraded(phase, Reason.BUSY, load=True)
    elif otherwise is not None:
        outcome = otherwise
    elif message.code in _STRONGER:
        outcome = Failed(phase, Reason.AUTH_UNAVAILABLE)
    else:
        outcome = Failed(phase, Reason.PERM_REPLY)
    return stopped(outcome, message.text, str(message.code))


def _disconnected(message: Message, phase: Phase) -> Exception:
    reason = Failed(phase, Reason.EOF_MID_SESSION)
    outcome = Degraded(phase, Reason.BUSY, load=True) if message.code in _BUSY else reason
    return stopped(outcome, message.text, str(message.code), in_sync=False)
