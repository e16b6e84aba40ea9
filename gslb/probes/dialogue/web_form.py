"""The form of a login page: where it leads, and the hidden fields that have to come along (probes.md 1.10.3).

Only the opening tags of forms are looked for in the page; the one that is wanted is then parsed to its end, which is
taken to be no farther than `FORM_LENGTH`. Forms in comments count: nobody but the page's author can want one by name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

FORMS: Final = 50
FORM_LENGTH: Final = 64 * 1024
FORM_TAGS: Final = 2000
FIELDS: Final = 100

_Attributes = list[tuple[str, str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """`action` as written, empty where there is none; `hidden`: names and values, in the page's order."""

    action: str
    hidden: tuple[tuple[str, str], ...]


def form_of(page: str, wanted: str) -> Form | None:
    """The form whose id or name is `wanted`, or the one at that index (from 0); None: not there, or out of bounds."""
    for index, markup in enumerate(_forms(page)):
        reader = _read(markup)
        if reader is not None and (wanted in reader.names or wanted == str(index)):
            return Form(action=reader.action, hidden=tuple(reader.hidden[:FIELDS]))
    return None


def _forms(page: str) -> Iterator[str]:
    """The markup of each form, from its opening tag."""
    lower = page.lower() if len(page.lower()) == len(page) else page
    at = lower.find("<form")
    for _ in range(FORMS):
        if at < 0:
            return
        following = lower.find("<form", at + 1)
        yield page[at : min(at + FORM_LENGTH, following if following >= 0 else len(page))]
        at = following


def _read(markup: str) -> "_FormReader | None":
    if markup.count("<") > FORM_TAGS:
        return None
    reader = _FormReader()
    try:
        reader.feed(markup)  # never closed: what is not finished in here is not looked at again
    except AssertionError:  # pragma: no cover - how some versions of html.parser say that a declaration is none
        return None
    return reader


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.names: tuple[str, ...] = ()
        self.action = ""
        self.hidden: list[tuple[str, str]] = []
        self._open = True

    def handle_starttag(self, tag: str, attrs: _Attributes) -> None:
        values = {name: value or "" for name, value in reversed(attrs)}  # of two with one name the first counts
        if tag == "form":
            self.names = tuple(filter(None, (values.get("id"), values.get("name"))))
            self.action = values.get("action", "").strip()
        elif tag == "input" and self._open and values.get("type", "").lower() == "hidden" and values.get("name"):
            self.hidden.append((values["name"], values.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "form"
