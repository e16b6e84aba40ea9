"""What a name server's reply is worth (probes.md 1.12)."""

from dataclasses import replace

import pytest

from gslb.model.observations import Failed, Passed, Phase, Reason
from gslb.model.plain import DnsSettings
from gslb.probes.dialogue.dns_message import Reply
from gslb.probes.dialogue.dns_verdict import judge, judge_beside, read_reply

SOA = DnsSettings(qname="example.com")
MX = DnsSettings(qname="example.com", qtype="MX")
GOOD = Reply(rcode="NOERROR", opcode=0, is_reply=True, authoritative=True, truncated=False)
EXCHANGERS = replace(
    GOOD, answers=((5, "other.example.com."), (15, "10 MX1.example.com."), (15, "20 mx2.example.com."))
)


def settings(base=MX, **keys):
    """A check."""
    return replace(base, **keys)


@pytest.mark.parametrize(
    ("check", "reply", "reason"),
    [
        (SOA, GOOD, None),
        (SOA, replace(GOOD, is_reply=False), Reason.PROTOCOL_ERROR),
        (SOA, replace(GOOD, opcode=4), Reason.PROTOCOL_ERROR),
        (SOA, replace(GOOD, rcode="SERVFAIL"), Reason.RCODE),
        (settings(expect_rcode=("REFUSED", "NXDOMAIN")), replace(GOOD, rcode="REFUSED"), None),
        (settings(authoritative=True), replace(GOOD, authoritative=False), Reason.NOT_AUTHORITATIVE),
        (settings(authoritative=True), GOOD, None),
        (settings(min_answers=2), EXCHANGERS, None),
        (settings(min_answers=3), EXCHANGERS, Reason.ANSWER_MISMATCH),
        (settings(answer_must=("10 mx1.example.com",)), EXCHANGERS, None),
        (settings(answer_must=("10 mx1.example.co",)), EXCHANGERS, Reason.ANSWER_MISMATCH),
        (settings(answer_must=("mx1.example.com.", "20")), EXCHANGERS, None),
        (settings(answer_must=("x1.example.com",)), EXCHANGERS, Reason.ANSWER_MISMATCH),
        (settings(answer_must_not=("mx2.example.com",)), EXCHANGERS, Reason.ANSWER_MISMATCH),
        (settings(answer_must_not=("20 MX2.example.com.",)), EXCHANGERS, Reason.ANSWER_MISMATCH),
        (settings(answer_must_not=("20 mx3.example.com.",)), EXCHANGERS, None),
        (settings(SOA, serial_at_least=7), replace(GOOD, serial=7), None),
        (settings(SOA, serial_at_least=2**32 - 1), replace(GOOD, serial=3), None),
        (settings(SOA, serial_at_least=8), replace(GOOD, serial=7), Reason.ANSWER_MISMATCH),
        (settings(SOA, serial_at_least=8), GOOD, Reason.ANSWER_MISMATCH),
    ],
)
def test_the_order_of_judgement(check, reply, reason):
    """A reply to a query, rcode, authority, count, texts, serial on its circle."""
    outcome = Passed() if reason is None else Failed(Phase.COMMAND, reason)

    seen = judge(check, reply)
    assert (seen.outcome, seen.code) == (outcome, reply.rcode)


@pytest.mark.parametrize(
    ("ours", "peers", "within", "good"),
    [(7, 9, 2, True), (9, 7, 2, True), (7, 10, 2, False), (10, 7, 2, False), (2**32 - 1, 0, 1, True), (7, 7, 0, True)],
)
def test_serials_may_be_so_far_apart(ours, peers, within, good):
    """Either way, and on their circle."""
    seen = judge_beside(settings(SOA, serial_within=within), replace(GOOD, serial=ours), peers)

    assert (seen is None) is good
    assert judge_beside(SOA, GOOD, peers) is None


def test_a_pass_tells_the_answers():
    """As they were read."""
    assert judge(MX, EXCHANGERS).text == "other.example.com.; 10 MX1.example.com.; 20 mx2.example.com."


def test_bytes_that_are_no_message_are_a_protocol_error():
    """With the reason as text; what is one is read."""
    seen = read_reply(b"\0" * 4 + b"\0\1" + b"\0" * 6)

    assert (seen.outcome, seen.text) == (Failed(Phase.COMMAND, Reason.PROTOCOL_ERROR), "a name cut off")
    assert read_reply(b"\0\0\x84\0" + b"\0" * 8) == GOOD
