"""Logging in to IMAP: AUTHENTICATE PLAIN (RFC 4959 where offered), LOGIN where the server knows neither it nor a ban.

response                                                       outcome
OK                                                             logged in
NO [UNAVAILABLE] [INUSE] [LIMIT] [SERVERBUG], too many …       degraded, auth_temp
NO [PRIVACYREQUIRED]                                           failed, auth_unavailable
NO [AUTHENTICATIONFAILED] [AUTHORIZATIONFAILED] [EXPIRED], NO  degraded, auth_rejected
BAD                                                            failed, protocol_error
"""

from typing import Final

from gslb.model.observations import Degraded, Phase, Reason
from gslb.probes.dialogue.capabilities import Offers
from gslb.probes.dialogue.commands import Enter, LoggedIn, Send, Steps
from gslb.probes.dialogue.endings import Stop, stopped
from gslb.probes.dialogue.imap_reply import Response, Tags, read_prompt, read_tagged, refusal
from gslb.probes.dialogue.login import Entry, Login, rejected, unavailable, unlocked

_REJECTED: Final = (b"AUTHENTICATIONFAILED", b"AUTHORIZATIONFAILED", b"EXPIRED")


def authenticated(entry: Entry, offers: Offers, tags: Tags) -> Steps[bool]:
    """Log in; False where that is left out of this run."""
    yield Enter(Phase.AUTH)
    login = yield from unlocked(entry, encrypted=offers.encrypted)
    if login is None:
        return False
    if offers.offers("AUTH=PLAIN"):
        response = yield from _authenticate(login, tags.next(), initial=offers.offers("SASL-IR"))
    elif offers.offers("LOGINDISABLED") or not _is_quotable(login):
        raise unavailable(b"no AUTH=PLAIN, and LOGIN cannot be used")
    else:
        response = yield from _login(login, tags.next())
    if response.word != b"OK":
        raise _refusal(response)
    yield LoggedIn()
    return True


def _authenticate(login: Login, tag: bytes, *, initial: bool) -> Steps[Response]:
    if initial:
        yield Send(b"%b AUTHENTICATE PLAIN %b\r\n" % (tag, login.plain), pending_ok=True, secret=True)
    else:
        yield Send(b"%b AUTHENTICATE PLAIN\r\n" % tag, pending_ok=True)
        early = yield from read_prompt(tag, Phase.AUTH)
        if early is not None:
            return early
        yield Send(login.plain + b"\r\n", pending_ok=True, secret=True)
    response, _ = yield from read_tagged(tag, Phase.AUTH)
    return response


def _login(login: Login, tag: bytes) -> Steps[Response]:
    user, password = _quoted(login.user), _quoted(login.password)
    yield Send(b"%b LOGIN %b %b\r\n" % (tag, user, password), pending_ok=True, secret=True)
    response, _ = yield from read_tagged(tag, Phase.AUTH)
    return response


def _is_quotable(login: Login) -> bool:
    """Quoted strings hold ASCII (RFC 3501 section 4.3)."""
    return (login.user + login.password).isascii()


def _quoted(text: str) -> bytes:
    return b'"%b"' % text.replace("\\", "\\\\").replace('"', '\\"').encode("ascii")


def _refusal(response: Response) -> Stop:
    if response.word != b"NO":
        return refusal(response, Phase.AUTH)
    if response.code == b"PRIVACYREQUIRED":
        return unavailable(response.text, "NO")
    if response.code not in _REJECTED and (response.is_busy or response.code == b"SERVERBUG"):
        return stopped(Degraded(Phase.AUTH, Reason.AUTH_TEMP, load=True), response.text, "NO")
    return rejected(response.text, "NO")
