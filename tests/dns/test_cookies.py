"""Cookies as other servers make and check them (RFC 9018 appendix A), and what is remembered."""

from socket import AF_INET, AF_INET6, inet_pton

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.dns.cookies import AHEAD, FRESH, PAST, REMEMBERED, Cookie, Cookies

FIRST = bytes.fromhex("e5e973e5a6b2a43f48e7dc849e37bfcf")
SIX_OLD, SIX_NEW = bytes.fromhex("dd3bdf9344b678b185a6f5cb60fca715"), bytes.fromhex("445536bcd2513298075a5d379663c962")
CLIENT, OTHER = inet_pton(AF_INET, "198.51.100.100"), inet_pton(AF_INET, "203.0.113.203")
SIX = inet_pton(AF_INET6, "2001:db8:220:1:59de:d0f4:8769:82b8")
ALONE = bytes.fromhex("2464c4abcf10c957")
GIVEN = bytes.fromhex("2464c4abcf10c957010000005cf79f111f8130c3eee29480")
AT = 1_559_731_985


def test_learning() -> None:
    """A client cookie alone gets a server cookie, and proves nothing (RFC 9018 A.1)."""
    assert Cookies((FIRST,)).take(ALONE, CLIENT, AT) == Cookie(False, GIVEN)


def test_renewed() -> None:
    """One of 40 minutes is good and comes back renewed (RFC 9018 A.2)."""
    renewed = bytes.fromhex("2464c4abcf10c957010000005cf7a871d4a564a1442aca77")

    assert Cookies((FIRST,)).take(GIVEN, CLIENT, AT + 2400) == Cookie(True, renewed)


def test_another_server_of_the_set() -> None:
    """Reserved octets are hashed as they came, and sent as zeros (RFC 9018 A.3)."""
    theirs = bytes.fromhex("fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5")
    ours = bytes.fromhex("fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e")
    cookies = Cookies((FIRST,))

    assert cookies.take(theirs, OTHER, 1_559_728_000).valid
    assert cookies.take(theirs, OTHER, 1_559_734_700) == Cookie(False, ours)


def test_rotation() -> None:
    """What the second secret made is good, and comes back made with the first (RFC 9018 A.4)."""
    theirs = bytes.fromhex("22681ab97d52c298010000005cf7c57926556bd0934c72f8")
    ours = bytes.fromhex("22681ab97d52c298010000005cf7c609a6bb79d16625507a")

    assert Cookies((SIX_NEW, SIX_OLD)).take(theirs, SIX, 1_559_741_961) == Cookie(True, ours)


@pytest.mark.parametrize(
    ("age", "valid", "same"),
    [
        (0, True, True),
        (FRESH, True, True),
        (FRESH + 1, True, False),
        (PAST, True, False),
        (PAST + 1, False, False),
        (-AHEAD, True, True),
        (-AHEAD - 1, False, False),
    ],
)
def test_ages(age: int, valid: bool, same: bool) -> None:
    """An hour back, five minutes ahead; renewed after half an hour; whether remembered or not."""
    cookies = Cookies((FIRST,))
    first = cookies.take(GIVEN, CLIENT, AT + age)
    cookies.take(GIVEN, CLIENT, AT)

    assert (first.valid, first.data == GIVEN) == (valid, same)
    assert cookies.take(GIVEN, CLIENT, AT + age) == first


@pytest.mark.parametrize("at", [8, 9, 12, 16, 23])
def test_forged(at: int) -> None:
    """One octet changed anywhere makes it none of ours."""
    forged = bytearray(GIVEN)
    forged[at] ^= 0x10

    assert Cookies((FIRST,)).take(bytes(forged), CLIENT, AT) == Cookie(False, GIVEN)


def test_another_address() -> None:
    """A cookie is good for the address it was made for."""
    assert not Cookies((FIRST,)).take(GIVEN, OTHER, AT).valid


def test_memory_is_bounded() -> None:
    """However many clients come, two generations are remembered; the repr tells how many."""
    cookies = Cookies((FIRST,))
    for number in range(2 * REMEMBERED + 1):
        cookies._remember(number.to_bytes(4), AT)

    assert repr(cookies) == f"<Cookies secrets=1 remembered={REMEMBERED + 1}>"


def test_remembered_is_not_hashed() -> None:
    """What was verified once is good without a secret, as long as it would be anyway."""
    cookies = Cookies((FIRST,))
    cookies.take(GIVEN, CLIENT, AT)
    cookies._secrets = (b"x" * 16,)

    assert cookies.take(GIVEN, CLIENT, AT + FRESH) == Cookie(True, GIVEN)
    assert not cookies.take(GIVEN, CLIENT, AT + FRESH + 1).valid


@given(st.binary(min_size=8, max_size=8), st.sampled_from([CLIENT, SIX]), st.integers(0, 2**33))
def test_made_is_good(client: bytes, address: bytes, now: int) -> None:
    """What we make we take, also where time wraps."""
    made = Cookies((FIRST,)).take(client, address, now).data

    assert Cookies((SIX_NEW, FIRST)).take(made, address, now + 1).valid


@given(st.binary(min_size=16, max_size=40))
def test_any_option(option: bytes) -> None:
    """Any other server cookie is as none: the client's comes back with one of ours."""
    taken = Cookies((FIRST,)).take(option, CLIENT, AT)

    assert (taken.valid, taken.data[:8], len(taken.data)) == (False, option[:8], 24)
