"""AUTH (RFC 4954): PLAIN with its initial response, LOGIN where there is no PLAIN; only over a verified session.

reply            outcome                             notes
2xx              logged in
535, 534, 538    degraded, auth_rejected             never a fault of the member
504, 530         failed, auth_unavailable
421              as everywhere                       busy, a cap, or a server that stops
4xx              degraded, auth_temp
other 5xx        failed, perm_reply
334 too many     failed, protocol_error
"""

from typing import Final

from gslb.model.observations import Degraded, Phase, Reason
from gslb.probes.dialogue.capabilities import Offers
from gslb.probes.dialogue.commands import Enter, LoggedIn, Send, Steps
from gslb.probes.dialogue.endings import Stop, stopped
from gslb.probes.dialogue.login import Entry, Login, encoded, rejected, unavailable, unlocked
from gslb.probes.dialogue.smtp_reply import GOODBYE, Reply, read_reply, refusal

COMMAND_LIMIT: Final = 512
"""Octets of a command line, its end included (RFC 5321 section 4.5.3.1.4)."""

_REJECTED: Final = (534, 535, 538)
_UNAVAILABLE: Final = (504, 530)


def authenticated(entry: Entry, offers: Offers) -> Steps[bool]:
    """Log in; False where the check has no login, or that is left out of this run."""
    if entry is None:
        return False
    yield Enter(Phase.AUTH)
    login = yield from unlocked(entry, encrypted=offers.encrypted)
    if login is None:
        return False
    if offers.offers("AUTH=PLAIN"):
        reply = yield from _plain(login)
    elif offers.offers("AUTH=LOGIN"):
        reply = yield from _login(login)
    else:
        raise unavailable(b"neither AUTH PLAIN nor AUTH LOGIN is offered")
    if reply.kind != 2:
        raise _refusal(reply)
    yield LoggedIn()
    return True


def _plain(login: Login) -> Steps[Reply]:
    line = b"AUTH PLAIN " + login.plain + b"\r\n"
    if len(line) <= COMMAND_LIMIT:
        return (yield from _said(line))
    yield from _prompted(b"AUTH PLAIN\r\n", secret=False)
    return (yield from _said(login.plain + b"\r\n"))


def _login(login: Login) -> Steps[Reply]:
    """User and password, each asked for; the words of the questions do not matter."""
    yield from _prompted(b"AUTH LOGIN\r\n", secret=False)
    yield from _prompted(encoded(login.user) + b"\r\n", secret=True)
    return (yield from _said(encoded(login.password) + b"\r\n"))


def _prompted(line: bytes, *, secret: bool) -> Steps[None]:
    reply = yield from _said(line, secret=secret)
    if reply.code != 334:
        raise _refusal(reply)


def _said(line: bytes, *, secret: bool = True) -> Steps[Reply]:
    yield Send(line, secret=secret, unasked=GOODBYE)
    return (yield from read_reply(Phase.AUTH))


def _refusal(reply: Reply) -> Stop:
    facts = (reply.text, str(reply.code), reply.enhanced)
    if reply.code in _REJECTED:
        return rejected(*facts)
    if reply.code in _UNAVAILABLE:
        return unavailable(*facts)
    if reply.kind == 4 and reply.code != 421:
        return stopped(Degraded(Phase.AUTH, Reason.AUTH_TEMP, load=True), *facts)
    return refusal(reply, Phase.AUTH)
