import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.api.auth import Access, Caller, deny, is_loopback

TOKEN = "s3cret"
SOCKET = Caller(trusted=True)
LOOPBACK = Caller(peer="127.0.0.1")
ELSEWHERE = Caller(peer="192.0.2.1")


def bearer(token: str, peer: str = "192.0.2.1") -> Caller:
    """A caller that sends a token."""
    return Caller(peer=peer, authorization=f"Bearer {token}")


@pytest.mark.parametrize("caller", [SOCKET, LOOPBACK, ELSEWHERE, Caller()])
@pytest.mark.parametrize("token", [None, TOKEN])
def test_everybody_may_ask_for_health(caller: Caller, token: str | None) -> None:
    """/live, /ready and /health are open everywhere."""
    assert deny(Access.OPEN, caller, token) is None


@pytest.mark.parametrize("token", [None, TOKEN])
def test_the_socket_has_judged_already(token: str | None) -> None:
    """Who can open the control socket may do everything."""
    assert deny(Access.READ, SOCKET, token) is None
    assert deny(Access.WRITE, SOCKET, token) is None


@pytest.mark.parametrize(
    ("access", "caller", "token", "status"),
    [
        (Access.READ, LOOPBACK, None, None),
        (Access.READ, LOOPBACK, TOKEN, None),
        (Access.READ, ELSEWHERE, None, 403),
        (Access.READ, ELSEWHERE, TOKEN, 401),
        (Access.READ, bearer(TOKEN), None, 403),
        (Access.READ, bearer(TOKEN), TOKEN, None),
        (Access.WRITE, LOOPBACK, None, 403),
        (Access.WRITE, LOOPBACK, TOKEN, 401),
        (Access.WRITE, bearer(TOKEN, "127.0.0.1"), TOKEN, None),
        (Access.WRITE, bearer("wrong", "127.0.0.1"), TOKEN, 401),
        (Access.WRITE, bearer(""), "", 403),
        (Access.WRITE, Caller(peer="127.0.0.1", authorization=f"Basic {TOKEN}"), TOKEN, 401),
        (Access.WRITE, Caller(peer="127.0.0.1", authorization=f"bearer   {TOKEN} "), TOKEN, None),
        (Access.READ, Caller(peer=None), TOKEN, 401),
    ],
)
def test_who_may_ask_what(access: Access, caller: Caller, token: str | None, status: int | None) -> None:
    """Loopback reads are open; all else on TCP wants the token, and without a token file nothing helps there."""
    denial = deny(access, caller, token)

    assert (denial.status if denial else None) == status
    assert denial is None or "control socket" in denial.why


@given(st.text(), st.text(min_size=1))
def test_no_other_token_opens(given_token: str, token: str) -> None:
    """Whatever is sent, only the token itself opens."""
    opened = deny(Access.WRITE, bearer(given_token), token) is None

    assert opened == (given_token.strip().encode("utf-8", "replace") == token.encode("utf-8", "replace"))


@pytest.mark.parametrize(
    ("peer", "loopback"),
    [
        ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("::ffff:127.0.0.1", True),
        ("::ffff:192.0.2.1", False), ("192.0.2.1", False), ("fe80::1%eth0", False), (None, False),
    ],
)  # fmt: skip
def test_loopback(peer: str | None, loopback: bool) -> None:
    """The host's own addresses, also mapped into IPv6."""
    assert is_loopback(peer) is loopback
