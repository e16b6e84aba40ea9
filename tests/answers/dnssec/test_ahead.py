"""What is renewed when, and what a change in the midst of signing does."""

import pytest

from gslb.answers.dnssec import ahead
from gslb.answers.dnssec.rrsig import REFRESH, VALIDITY
from tests.kit.answered import decided
from tests.kit.estate import healths
from tests.kit.judging import Judge
from tests.kit.signed import ADDRESSES, Server, csk, signed_zone
from tests.kit.zonekeys import NOW


def expiry(server: Server) -> int:
    """When the signature of the TXT record ends."""
    return int(server.ask("a.wild", "TXT").answer[1][0].expiration)


def test_renewal() -> None:
    """While a third of its life is left, a signature is made anew, and only then."""
    server = Server(signed_zone())
    before, made = expiry(server), server.builder.ahead.known.made
    assert server.builder.look(NOW + 61) is False

    assert server.builder.look(before - REFRESH) is True
    server.publish(before - REFRESH)

    assert before < expiry(server) <= before - REFRESH + VALIDITY
    assert 0 < server.builder.ahead.known.made - made < made


def test_looks_are_rare() -> None:
    """A walk over all entries is made once in RENEW_EVERY seconds."""
    server = Server(signed_zone())
    server.builder.look(NOW + 3600)
    late = NOW + VALIDITY

    assert not server.builder.look(NOW + 3600 + 59)
    assert server.builder.look(late)
    assert not server.builder.look(late + 1)


def test_renewal_is_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    """After each look at most RENEWED_AT_ONCE; but all that are not valid, after the clock has jumped."""
    monkeypatch.setattr(ahead, "RENEWED_AT_ONCE", 3)
    server = Server(signed_zone())
    every = len(server.builder.ahead._signed)

    assert len(server.builder.ahead.due(NOW + VALIDITY - REFRESH)) == 3
    assert len(server.builder.ahead.due(NOW + VALIDITY + 61)) == every
    assert len(server.builder.ahead.due(NOW - 7200)) == every


def test_a_change_in_the_midst() -> None:
    """What was decided while others were signed is signed as well, before it is published."""
    server = Server(signed_zone())
    server.builder.sign({"mail.example.com": csk()}, NOW)
    server.builder.update(*decided(server.config, healths(down=ADDRESSES[:1])))
    work = server.builder.work(NOW)
    server.builder.update(*decided(server.config, healths(down=ADDRESSES[:2])))

    server.builder.accept(work.done())
    server.publish()

    assert work.tasks
    judge = Judge("mail.example.com", csk(), NOW)
    for draw in server.variants("smtp", "A"):
        reply = server.ask("smtp", "A", draw=draw)
        assert judge.judge(reply) == "answer"
        assert not {str(one) for one in reply.answer[0]} & set(ADDRESSES[:2])


def test_it_says_what_it_holds() -> None:
    """A status line; and unused signatures can go."""
    server = Server(signed_zone())
    known = len(server.builder.ahead.known)

    server.builder.ahead.prune(NOW)

    assert repr(server.builder.ahead).startswith("<Ahead ")
    assert NOW + VALIDITY * 5 / 6 < server.builder.ahead.expires <= expiry(server)
    assert len(server.builder.ahead.known) == known
