"""pop3: greeting, CAPA, STLS, CAPA again, QUIT (RFC 1939, 2449, 2595); never USER without TLS, never RETR.

S: +OK …
C: CAPA     -ERR is an old server: its capabilities stay unknown
C: STLS     tried where TLS is required and CAPA was not understood
C: CAPA
C: QUIT
"""

from gslb.model.checks import Pop3Settings
from gslb.model.observations import Failed, Phase, Reason
from gslb.model.values import TlsMode
from gslb.probes.dialogue.commands import Conclusion, Dialogue, Enter, Note, Offered, Send, StartTls, Steps
from gslb.probes.dialogue.endings import passed, politely, stopped
from gslb.probes.dialogue.pop3_reply import read_list, read_status, refusal
from gslb.probes.dialogue.text import shown


def pop3(settings: Pop3Settings) -> Dialogue:
    """The dialogue."""
    return politely(_steps(settings), _quit())


def _steps(settings: Pop3Settings) -> Steps[Conclusion]:
    yield Enter(Phase.GREETING)
    greeting = yield from read_status(Phase.GREETING)
    if not greeting.ok:
        raise refusal(greeting, Phase.GREETING)
    if settings.stage != "greeting":
        offered = yield from _capabilities(Phase.HELLO)
        if settings.tls.mode in (TlsMode.TRY, TlsMode.STARTTLS):
            yield from _upgraded(settings.tls.mode, offered)
    return passed(greeting.text, "+OK")


def _capabilities(phase: Phase) -> Steps[tuple[str, ...] | None]:
    """What CAPA lists; None where the server does not know the command."""
    yield Enter(phase)
    yield Send(b"CAPA\r\n")
    status = yield from read_status(phase)
    if status.ok:
        lines = yield from read_list(phase)
        offered = tuple(shown(line) for line in lines)
        yield Offered(offered)
        return offered
    if status.is_temporary:
        raise refusal(status, phase)
    yield Note(Reason.CAPS_UNKNOWN)
    return None


def _upgraded(mode: TlsMode, offered: tuple[str, ...] | None) -> Steps[None]:
    required = mode is TlsMode.STARTTLS
    if any(line.upper() == "STLS" for line in offered or ()) or (offered is None and required):
        yield Enter(Phase.STARTTLS)
        yield Send(b"STLS\r\n")
        status = yield from read_status(Phase.STARTTLS)
        if not status.ok:
            raise refusal(status, Phase.STARTTLS)
        yield StartTls()
        yield from _capabilities(Phase.HELLO2)
    elif required:
        raise stopped(Failed(Phase.STARTTLS, Reason.TLS_NOT_OFFERED), b"")
    else:
        yield Note(Reason.TLS_NOT_OFFERED)


def _quit() -> Steps[None]:
    yield Send(b"QUIT\r\n")
    status = yield from read_status(Phase.QUIT)
    if not status.ok:
        yield Note(Reason.REPLY_IGNORED)
