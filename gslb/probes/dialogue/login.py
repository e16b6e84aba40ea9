"""A login as dialogues see it, and the two ways of not having one.

Login            to be tried, over a verified session only
Held.REJECTED    refused too often: not tried now, so that nobody's account is locked; the rest of the dialogue runs
Held.WAITING     others are trying it just now, and whether it is right is not known yet
None             the check has none
"""

import base64
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from gslb.model.observations import Degraded, Failed, Phase, Reason
from gslb.probes.dialogue.commands import Note, Steps
from gslb.probes.dialogue.endings import Stop, stopped


@dataclass(frozen=True, slots=True)
class Login:
    """User and password. Its repr and its text never show the password."""

    user: str
    password: str = field(repr=False)

    @property
    def plain(self) -> bytes:
        """The message of SASL PLAIN (RFC 4616) in Base64."""
        return encoded(f"\0{self.user}\0{self.password}")

    @property
    def forms(self) -> tuple[str, ...]:
        """Everything that would betray the password in a text: itself, and in Base64 alone and with the user."""
        told = (self.plain, encoded(self.password), self.password.encode())
        return tuple(form.decode("latin-1") for form in told)


class Held(Enum):
    """Why a login that the check has is not tried in this run."""

    REJECTED = "rejected"
    WAITING = "waiting"


Entry: TypeAlias = Login | Held | None


def encoded(text: str) -> bytes:
    """Base64 of UTF-8."""
    return base64.b64encode(text.encode())


def rejected(text: bytes, code: str = "", enhanced: str = "") -> Stop:
    """The server does not take the password: something to mend, never a fault of the member (probes.md 1.5)."""
    return stopped(Degraded(Phase.AUTH, Reason.AUTH_REJECTED), text, code, enhanced)


def unavailable(text: bytes, code: str = "", enhanced: str = "") -> Stop:
    """The server offers no way to log in that may be used."""
    return stopped(Failed(Phase.AUTH, Reason.AUTH_UNAVAILABLE), text, code, enhanced)


def unlocked(entry: Entry, *, encrypted: bool) -> Steps[Login | None]:
    """The login to use now; None while others try it. Stops where it was rejected before, or TLS is missing."""
    if entry is Held.REJECTED:
        yield Note(Reason.AUTH_HELD)
        raise rejected(b"the login was rejected before, and is not tried again yet")
    if entry is Held.WAITING:
        yield Note(Reason.AUTH_HELD)
        return None
    if not isinstance(entry, Login):
        raise TypeError("a stage that logs in, and no login")
    if not encrypted:
        raise unavailable(b"no TLS, no password")
    return entry
