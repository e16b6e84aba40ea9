"""Master-file text (RFC 1035 section 5.1) to logical lines: one record or directive each, on one line again.

Parentheses, comments and line ends inside parentheses become blanks, so that what is left can be read word by word.
A line that begins with a blank means the owner of the record before. Faults carry the line they begin on.
"""

from dataclasses import dataclass
from typing import NamedTuple

from gslb.model.zones import StaticRecord


@dataclass(frozen=True, slots=True)
class LogicalLine:
    """One record or directive. `line` counts from 1, `column` is where its first word begins, from 1.

    `cut`: a comment begins right behind a word, without a blank.
    """

    line: int
    column: int
    text: str
    continues: bool
    cut: bool = False

    def words(self) -> list["Word"]:
        """The words of the line, with their offsets; quotes and escapes left as written."""
        return _words(self.text)


class Word(NamedTuple):
    """One word, and where it begins and ends in LogicalLine.text."""

    text: str
    start: int
    end: int


class LineFault(NamedTuple):
    """A line that cannot be read, and why; both counted from 1."""

    line: int
    column: int
    message: str


@dataclass(frozen=True, slots=True)
class PlacedRecord:
    """A static record and where it is written, both counted from 1."""

    record: StaticRecord
    line: int
    column: int


def logical_lines(text: str) -> tuple[list[LogicalLine], list[LineFault]]:
    """Split a text. Lines with faults are left out."""
    splitter = _Splitter()
    for number, line in enumerate(text.split("\n"), start=1):
        splitter.feed(number, line.removesuffix("\r"))
    splitter.end()
    return splitter.lines, splitter.faults


class _Splitter:
    """Feeds on physical lines; holds what an open parenthesis keeps open."""

    def __init__(self) -> None:
        self.lines: list[LogicalLine] = []
        self.faults: list[LineFault] = []
        self.depth = 0
        self.held: list[str] = []
        self.begun = (0, 0, False)
        self.broken = False
        self.cut = False

    def feed(self, number: int, line: str) -> None:
        clean, problem, column = self._clean(line)
        if not self.held:
            first = len(clean) - len(clean.lstrip()) + 1
            self.begun = (number, first, line[:1] in (" ", "\t"))
        if problem:
            self.faults.append(LineFault(number, column, problem))
            self.broken = True
        self.held.append(clean)
        if self.depth == 0:
            self._close()

    def end(self) -> None:
        """The text is over: an open parenthesis can close no more."""
        if self.held:
            number, column, _ = self.begun
            self.faults.append(LineFault(number, column, "a parenthesis opens here and never closes"))

    def _close(self) -> None:
        text = " ".join(self.held)
        number, column, continues = self.begun
        if text.strip() and not self.broken:
            self.lines.append(LogicalLine(number, column, text.strip(), continues, self.cut))
        self.held, self.broken, self.cut = [], False, False

    def _clean(self, line: str) -> tuple[str, str, int]:
        """The line without comment and parentheses; a problem and its column, if it has one."""
        out: list[str] = []
        at, quoted_from = 0, 0
        while at < len(line):
            char = line[at]
            if char == "\\":
                out.append(line[at : at + 2])
                at += 2
                continue
            if char == '"':
                quoted_from = 0 if quoted_from else at + 1
            elif not quoted_from and char == ";":
                self.cut = self.cut or line[at - 1 : at] not in ("", " ", "\t", ")", '"')
                break
            elif not quoted_from and char in "()":
                self.depth += 1 if char == "(" else -1
                if self.depth < 0:
                    self.depth = 0
                    return "".join(out), "a parenthesis closes that never opened", at + 1
                char = " "
            out.append(char)
            at += 1
        problem = "a quote opens here and does not close on its line" if quoted_from else ""
        return "".join(out), problem, quoted_from


def _words(text: str) -> list[Word]:
    words: list[Word] = []
    at = 0
    while at < len(text):
        if text[at] in " \t":
            at += 1
            continue
        end = _word_end(text, at)
        words.append(Word(text[at:end], at, end))
        at = end
    return words


def _word_end(text: str, at: int) -> int:
    quoted = False
    while at < len(text) and (quoted or text[at] not in " \t"):
        if text[at] == '"':
            quoted = not quoted
        at += 2 if text[at] == "\\" else 1
    return min(at, len(text))
