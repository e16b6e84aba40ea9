"""Cookies of one run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.probes.dialogue.cookies import COOKIE_BYTES, COOKIES, Cookie, are_too_many, cookie_header, taken

NOW = 1_700_000_000.0


def jar(*lines, path="/gw/webacc", have=()):
    """The cookies after these lines."""
    return taken(have, lines, host="mail.example.com", path=path, now=NOW)


@pytest.mark.parametrize(
    ("line", "cookie"),
    [
        ("a=b", Cookie(name="a", value="b", path="/gw")),
        (" a = b ; Path=/ ; HttpOnly", Cookie(name="a", value="b")),
        ("a=", Cookie(name="a", value="", path="/gw")),
        ('a="x=y"; path=/x; Secure', Cookie(name="a", value='"x=y"', path="/x", secure=True)),
        ("a=b; Path=x", Cookie(name="a", value="b", path="/gw")),
        ("a=b; Path=/; Domain=.Example.com", Cookie(name="a", value="b")),
        ("a=b; Path=/; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", Cookie(name="a", value="b")),
        ("a=b; Path=/; Max-Age=x; Expires=soon", Cookie(name="a", value="b")),
        ("a=b; Path=/; Expires=Fri, 31 Dec 2100 23:59:59 GMT", Cookie(name="a", value="b")),
    ],
)
def test_what_a_server_gives_is_kept(line, cookie):
    """Name, value, path and Secure; other attributes change nothing."""
    assert jar(line) == (cookie,)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "a",
        "=b",
        "a=ü",
        "a=b; Domain=example.org",
        "a=b; Domain=ample.com",
        "a=b; Max-Age=0",
        "a=b; Max-Age=-1",
        "a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    ],
)
def test_what_is_no_cookie_or_over_is_not_kept(line):
    """Nor is what belongs to another host."""
    assert jar(line) == ()


def test_a_later_one_replaces_and_an_old_one_deletes():
    """One cookie for each name and path."""
    first = jar("a=1; Path=/", "b=2; Path=/")

    assert jar("a=3; Path=/", have=first) == (Cookie(name="b", value="2"), Cookie(name="a", value="3"))
    assert jar("a=; Path=/; Max-Age=0", have=first) == (Cookie(name="b", value="2"),)


@pytest.mark.parametrize(
    ("path", "secure", "header"),
    [
        ("/gw/webacc", True, "c=3; b=2; a=1"),
        ("/gw/webacc", False, "c=3; a=1"),
        ("/gw", True, "b=2; a=1"),
        ("/gwx", True, "a=1"),
    ],
)
def test_cookies_go_where_they_belong(path, secure, header):
    """Longer paths first; Secure over https only (RFC 6265 section 5.4)."""
    cookies = jar("a=1; Path=/", "b=2; Path=/gw; Secure", "c=3; Path=/gw/")

    assert cookie_header(cookies, path, secure=secure) == header


def test_the_jar_has_a_bound():
    """In number and in size."""
    assert not are_too_many(jar(*(f"c{n}=x" for n in range(COOKIES))))
    assert are_too_many(jar(*(f"c{n}=x" for n in range(COOKIES + 1))))
    assert are_too_many(jar("a=" + "x" * COOKIE_BYTES))


@given(st.lists(st.text(max_size=80)), st.text(max_size=20))
def test_any_line_is_taken_or_left(lines, path):
    """Nothing that a server sends raises, and what is sent back is ASCII."""
    cookies = jar(*lines, path=f"/{path}")

    assert cookie_header(cookies, f"/{path}", secure=True).isascii()
