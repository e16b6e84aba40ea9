"""The form of a login page, among whatever else a page holds."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gslb.probes.dialogue.web_form import FIELDS, FORM_LENGTH, FORMS, Form, form_of

PAGE = """
<!DOCTYPE html><title>Mail</title>
<form id="search" action="/find"><input type=hidden name=where value=all></form>
<FORM NAME='loginForm' METHOD=post ACTION="/gw/webacc?a=1&amp;b=2">
  <input type="hidden" name="csrf" value="a&quot;b"><INPUT TYPE=HIDDEN NAME=error VALUE=login>
  <input type="hidden" value="no name"><input type="text" name="User.id"><input name="User.password" type="password">
  <input type=hidden name=empty>
</FORM>
<input type="hidden" name="outside" value="x">
"""
LOGIN = Form(action="/gw/webacc?a=1&b=2", hidden=(("csrf", 'a"b'), ("error", "login"), ("empty", "")))


@pytest.mark.parametrize("wanted", ["loginForm", "1"])
def test_a_form_by_name_or_index(wanted):
    """Its action and its hidden fields, as a browser would understand them; nothing from outside."""
    assert form_of(PAGE, wanted) == LOGIN


def test_a_form_by_id():
    """An id is as good as a name."""
    assert form_of(PAGE, "search") == Form(action="/find", hidden=(("where", "all"),))


@pytest.mark.parametrize(("page", "wanted"), [(PAGE, "logout"), (PAGE, "2"), ("", "0"), (PAGE, "")])
def test_no_such_form(page, wanted):
    """None is told as none."""
    assert form_of(page, wanted) is None


def test_of_two_attributes_with_one_name_the_first_counts():
    """As in browsers (HTML 13.2.5.33)."""
    assert form_of("<form id=a id=b action=/x action=/y>", "a") == Form(action="/x", hidden=())


def test_upper_case_that_lowers_to_more_letters_does_no_harm():
    """Where lower case is longer, tags are found as they are written."""
    assert form_of("İ<form id=a>", "a") == Form(action="", hidden=())


@pytest.mark.parametrize(
    "page",
    [
        "<form>" * (FORMS + 1) + "<form id=a>",
        "<form id=a>" + "<b>" * 5000,
    ],
)
def test_out_of_bounds_is_not_there(page):
    """Too many forms, and too many tags in one."""
    assert form_of(page, "a") is None


def test_declarations_that_are_none_do_no_harm():
    """Some versions of html.parser give up on them, others read on: no exception comes out."""
    assert form_of("<form id=a>" + "<![" * 10, "a") in (None, Form(action="", hidden=()))


def test_fields_beyond_the_bounds_are_left_out():
    """A hundred hidden fields are enough, and a form ends somewhere."""
    many = "<form id=a>" + "<input type=hidden name=n>" * (FIELDS + 50)
    long = "<form id=a>" + " " * FORM_LENGTH + "<input type=hidden name=n>"

    assert len(form_of(many, "a").hidden) == FIELDS
    assert form_of(long, "a").hidden == ()


@pytest.mark.parametrize("piece", ["<", "<form ", "<form id=a><", "<a a='", "<!--", "</", "<script>", "&"])
def test_no_page_takes_long(piece):
    """A quarter megabyte of rubbish is done with soon."""
    begun = time.perf_counter()

    form_of(("<form>" + piece * 262_144)[:262_144], "wanted")

    assert time.perf_counter() - begun < 1.0


@given(st.text(alphabet="<>/ ='\"!-[a&;form", max_size=200))
def test_any_page_has_the_form_or_not(rest):
    """Nothing on a page raises."""
    assert isinstance(form_of(f"<form {rest}", "0"), Form | None)
