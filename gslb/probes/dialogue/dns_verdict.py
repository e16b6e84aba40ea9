"""What a name server's reply is worth (probes.md 1.12).

Judged in this order: is it a reply to a query, its rcode, its authority, how many answers, which ones, the serial.
"""

from gslb.model.observations import Failed, Passed, Phase, Reason
from gslb.model.plain import DnsSettings
from gslb.probes.dialogue.commands import Conclusion
from gslb.probes.dialogue.dns_message import Malformed, Reply, reply_of, type_number
from gslb.probes.dialogue.text import shown


def judge(settings: DnsSettings, reply: Reply) -> Conclusion:
    """The verdict of a reply that echoes the question; `code` is the rcode."""
    if not reply.is_reply or reply.opcode:
        return _failed(reply, Reason.PROTOCOL_ERROR, "no reply to a query")
    if reply.rcode not in settings.expect_rcode:
        return _failed(reply, Reason.RCODE, reply.rcode)
    if settings.authoritative and not reply.authoritative:
        return _failed(reply, Reason.NOT_AUTHORITATIVE, "AA is clear")
    wrong = _wrong_answers(settings, reply) or _wrong_serial(settings, reply)
    if wrong is not None:
        return _failed(reply, Reason.ANSWER_MISMATCH, wrong)
    return Conclusion(outcome=Passed(), code=reply.rcode, text=shown(_told(reply).encode()))


def read_reply(data: bytes) -> Reply | Conclusion:
    """The reply in a message, or the verdict on one that cannot be read."""
    try:
        return reply_of(data)
    except Malformed as error:
        return Conclusion(outcome=Failed(Phase.COMMAND, Reason.PROTOCOL_ERROR), text=shown(str(error).encode()))


def _wrong_answers(settings: DnsSettings, reply: Reply) -> str | None:
    """`min_answers` counts records of the type asked for, so that a CNAME alone is none."""
    asked = type_number(settings.qtype)
    count = sum(kind == asked for kind, _ in reply.answers)
    if count < settings.min_answers:
        return f"{count} answers"
    have = [_plain(text) for _, text in reply.answers]
    missing = next((text for text in settings.answer_must if not _stands_in(text, have)), None)
    if missing is not None:
        return f"not found: {missing}"
    unwanted = next((text for text in settings.answer_must_not if _stands_in(text, have)), None)
    return None if unwanted is None else f"found: {unwanted}"


def _wrong_serial(settings: DnsSettings, reply: Reply) -> str | None:
    """Serials are compared on a circle (RFC 1982)."""
    least = settings.serial_at_least
    if least is None:
        return None
    if reply.serial is None:
        return "no serial"
    behind = (reply.serial - least) % 2**32 >= 2**31
    return f"serial {reply.serial} is behind {least}" if behind else None


def judge_beside(settings: DnsSettings, reply: Reply, peer: int) -> Conclusion | None:
    """The verdict of a reply whose serial is too far from that of a peer; None where it is not."""
    serial, within = reply.serial, settings.serial_within
    if serial is None or within is None:
        return None
    apart = min((serial - peer) % 2**32, (peer - serial) % 2**32)
    if apart <= within:
        return None
    return _failed(reply, Reason.ANSWER_MISMATCH, f"serial {serial} is {apart} from {peer} at {settings.serial_peer}")


def _stands_in(text: str, answers: list[str]) -> bool:
    """Whole fields of record data, so that a host alone finds its MX, and 192.0.2.1 is not found in 192.0.2.11."""
    return any(_plain(text) in answer for answer in answers)


def _plain(text: str) -> str:
    """How answers are compared: field by field, without case, quotes and the final dots of names."""
    return "".join(f" {word.removesuffix('.')} " for word in text.replace('"', "").lower().split())


def _told(reply: Reply) -> str:
    return "; ".join(text for _, text in reply.answers)


def _failed(reply: Reply, reason: Reason, text: str) -> Conclusion:
    return Conclusion(outcome=Failed(Phase.COMMAND, reason), code=reply.rcode, text=shown(text.encode()))
