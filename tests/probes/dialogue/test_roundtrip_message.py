"""The message of a round trip."""

from email import message_from_bytes, policy

from gslb.probes.dialogue.roundtrip_message import MARK, message

TOKEN = "a1b2"


def test_a_message_says_what_it_is_to_people_and_to_robots():
    """No vacation notice answers it, no list takes it, and the sweep finds it."""
    read = message_from_bytes(message("probe@example.com", TOKEN, 1_700_000_000.0), policy=policy.default)

    assert (read["From"], read["To"], read["Message-ID"]) == ("probe@example.com",) * 2 + ("<a1b2@example.com>",)
    assert read["Subject"] == "gslb round trip a1b2 sent Tue, 14 Nov 2023 22:13:20 -0000"
    assert (read["Auto-Submitted"], read["Precedence"], read["X-Loop"]) == ("auto-generated", "bulk", MARK)
    assert read["Date"].datetime.timestamp() == 1_700_000_000


def test_no_line_needs_a_dot_stuffed_and_every_line_ends():
    """So that DATA may carry it as it is, also for a mailbox without a domain."""
    lines = message("probe", TOKEN, 0.0).split(b"\r\n")

    assert lines[-1] == b""
    assert not any(line.startswith(b".") or b"\n" in line for line in lines)
    assert b"Message-ID: <a1b2@localhost>" in lines
