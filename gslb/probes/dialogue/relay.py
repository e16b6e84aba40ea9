"""relay: would this server take mail from strangers for strangers? MAIL and RCPT, never DATA (probes.md 1.6.4).

reply to RCPT                    outcome                          with `expect: accept`
5xx, 5.7.x or plain words        passed                           degraded, status_unexpected
other 5xx, or 5xx to MAIL        passed, notice weak_refusal      the same
4xx                              inconclusive                     inconclusive
2xx                              degraded, open_relay_suspected   passed
                                 (failed where it withdraws)

Whatever keeps the question from being asked (busy, an end, a bad greeting) is the business of the smtp check, and
inconclusive here. One run is one look: confirming, alarm and withdrawal are decided by those who count.
"""

from typing import Final

from gslb.model.checks import RelaySettings
from gslb.model.observations import Degraded, Failed, Inconclusive, Outcome, Passed, Phase, Reason
from gslb.probes.dialogue.capabilities import Offers
from gslb.probes.dialogue.commands import Conclusion, Dialogue, Enter, Note, Steps
from gslb.probes.dialogue.endings import Stop, politely, stopped
from gslb.probes.dialogue.smtp_envelope import asked
from gslb.probes.dialogue.smtp_reply import GOODBYE, Reply
from gslb.probes.dialogue.smtp_session import QUIT, RSET, greeted, introduced, said_farewell
from gslb.probes.dialogue.text import shown

USER: Final = "relay-probe"

_PLAIN_WORDS: Final = (b"relay", b"not permitted", b"denied")
_NEEDS_LOCAL: Final = ("percent", "quoted", "at")


def relay(settings: RelaySettings, name: str, turn: int = 0) -> Dialogue:
    """The dialogue; `turn` counts the runs and picks the form of the address: the plain one, then each variant."""
    farewell = [QUIT]
    return politely(
        _ours(_steps(settings, name, form_of(settings, turn), farewell)), said_farewell(farewell), unasked=GOODBYE
    )


def form_of(settings: RelaySettings, turn: int) -> str:
    """plain, or the variant of this run; those that need a local domain are left out without one."""
    local = settings.local_domain is not None
    variants = tuple(each for each in settings.variants if local or each not in _NEEDS_LOCAL)
    return ("plain", *variants)[turn % (len(variants) + 1)]


def envelope_of(settings: RelaySettings, form: str) -> tuple[str, str]:
    """Sender and recipient."""
    foreign, local = settings.foreign_domain, settings.local_domain
    sender = "" if form == "null_sender" else f"{USER}@{settings.sender_domain}"
    recipients = {
        "percent": f"{USER}%{foreign}@{local}",
        "quoted": f'"{USER}@{foreign}"@{local}',
        "bang": f"{foreign}!{USER}@{local}" if local else f"{foreign}!{USER}",
        "at": f"{USER}@{foreign}@{local}",
    }
    return sender, recipients.get(form, f"{USER}@{foreign}")


def _ours(steps: Steps[Conclusion]) -> Steps[Conclusion]:
    """A question that could not be asked tells nothing of relaying."""
    try:
        return (yield from steps)
    except Stop as stop:
        told, outcome = stop.conclusion, stop.conclusion.outcome
        moved = outcome if isinstance(outcome, Passed) else Inconclusive(outcome.phase, outcome.reason)
        conclusion = Conclusion(outcome=moved, code=told.code, enhanced=told.enhanced, text=told.text)
        raise Stop(conclusion, in_sync=stop.in_sync) from None


def _steps(settings: RelaySettings, name: str, form: str, farewell: list[bytes]) -> Steps[Conclusion]:
    yield from greeted()
    yield from introduced(name, settings.tls.mode, Offers(settings.tls.mode), helo_fallback=True)
    sender, recipient = envelope_of(settings, form)
    yield Enter(Phase.COMMAND)
    reply = yield from asked(f"MAIL FROM:<{sender}>")
    if reply.kind == 2:
        farewell.insert(0, RSET)
        reply = yield from asked(f"RCPT TO:<{recipient}>")
        strong = _is_strong(reply)
    else:
        strong = False
    return (yield from _judged(settings, reply, strong))


def _is_strong(reply: Reply) -> bool:
    text = reply.text.lower()
    return reply.enhanced.startswith("5.7.") or any(words in text for words in _PLAIN_WORDS)


def _judged(settings: RelaySettings, reply: Reply, strong: bool) -> Steps[Conclusion]:
    facts = (reply.text, str(reply.code), reply.enhanced)
    if reply.kind not in (2, 5):
        raise stopped(Inconclusive(Phase.COMMAND, Reason.TEMP_REPLY), *facts)
    if reply.kind == 5 and not strong:
        yield Note(Reason.WEAK_REFUSAL)
    return Conclusion(outcome=_outcome(settings, reply), code=facts[1], enhanced=facts[2], text=shown(reply.text))


def _outcome(settings: RelaySettings, reply: Reply) -> Outcome:
    if (reply.kind == 2) is (settings.expect == "accept"):
        return Passed()
    if reply.kind == 5:
        return Degraded(Phase.COMMAND, Reason.STATUS_UNEXPECTED)
    opened = Failed if settings.withdraw else Degraded
    return opened(Phase.COMMAND, Reason.OPEN_RELAY_SUSPECTED)
