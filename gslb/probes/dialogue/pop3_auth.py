"""Logging in to POP3: AUTH PLAIN (RFC 5034) where SASL lists it, USER and PASS where they are not known to be banned.

response                                       outcome
+OK                                            logged in
-ERR [SYS/TEMP], too many …                    degraded, auth_temp
-ERR [IN-USE] [LOGIN-DELAY]                    the same as a notice: another session holds the mailbox, or just did
-ERR internal (server) error                   degraded, auth_temp: a mail proxy whose store is dead
-ERR [SYS/PERM]                                failed, perm_reply
-ERR [AUTH]                                    degraded, auth_rejected
-ERR                                           degraded, auth_rejected, notice ambiguous
"""

from typing import Final

from gslb.model.observations import Degraded, Failed, Phase, Reason
from gslb.probes.dialogue.capabilities import Offers
from gslb.probes.dialogue.commands import Enter, LoggedIn, Note, Send, Steps
from gslb.probes.dialogue.endings import stopped
from gslb.probes.dialogue.login import Entry, Login, rejected, unavailable, unlocked
from gslb.probes.dialogue.pop3_reply import Status, read_prompt, read_status

COMMAND_LIMIT: Final = 255
"""Octets of a command line, its end included (RFC 2449 section 4)."""


def authenticated(entry: Entry, offers: Offers) -> Steps[bool]:
    """Log in; False where that is left out of this run."""
    yield Enter(Phase.AUTH)
    login = yield from unlocked(entry, encrypted=offers.encrypted)
    if login is None:
        return False
    if offers.offers("SASL=PLAIN"):
        status = yield from _plain(login)
    elif offers.current is None or offers.offers("USER"):
        status = yield from _user(login)
    else:
        raise unavailable(b"neither SASL PLAIN nor USER is offered")
    if not status.ok:
        yield from _refused(status)
    yield LoggedIn()
    return True


def _plain(login: Login) -> Steps[Status]:
    line = b"AUTH PLAIN " + login.plain + b"\r\n"
    if len(line) > COMMAND_LIMIT:
        yield Send(b"AUTH PLAIN\r\n")
        early = yield from read_prompt(Phase.AUTH)
        if early is not None:
            return early
        line = login.plain + b"\r\n"
    yield Send(line, secret=True)
    return (yield from read_status(Phase.AUTH))


def _user(login: Login) -> Steps[Status]:
    yield Send(f"USER {login.user}\r\n".encode(), secret=True)
    status = yield from read_status(Phase.AUTH)
    if status.ok:
        yield Send(f"PASS {login.password}\r\n".encode(), secret=True)
        status = yield from read_status(Phase.AUTH)
    return status


def _refused(status: Status) -> Steps[None]:
    if status.is_temporary or _blames_itself(status):
        raise stopped(Degraded(Phase.AUTH, Reason.AUTH_TEMP, load=not status.is_occupied), status.text, "-ERR")
    if status.code == b"SYS/PERM":
        raise stopped(Failed(Phase.AUTH, Reason.PERM_REPLY), status.text, "-ERR")
    if status.code != b"AUTH":
        yield Note(Reason.AMBIGUOUS)
    raise rejected(status.text, "-ERR")


def _blames_itself(status: Status) -> bool:
    """Whether an error without a code says that it is the server's, as nginx does for a store that is down."""
    words = status.text.lower()
    return not status.code and b"internal" in words and b"error" in words
