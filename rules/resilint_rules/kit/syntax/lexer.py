"""Reads Python text one logical line at a time: strings, comments, brackets, continuations.

Neither a parser nor the tokenizer of the running Python: any text is read, of any Python version,
in linear time. A few expressions of one grammar do nearly all of the work. They never give up what
they have matched: each ends in optional parts only, so no text makes them start again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from .string_ends import formatted_end, is_formatted, plain_end

NESTING_LIMIT = 200
"""Brackets within brackets that CPython accepts."""
LONG = 1000
"""Logical lines of up to this many characters are not weighed: they cannot weigh more than this."""


class Broken(NamedTuple):
    """Proven damage in a module's text: where (an offset), and what."""

    offset: int
    message: str


class Reading:
    """What was met while reading lines, beside their ends."""

    __slots__ = ("broken", "comments", "depth", "patience", "wanted", "words")

    def __init__(self, words: list[int] | None = None) -> None:
        """`words` are the offsets, in order, of words that make a comment worth keeping."""
        self.words = words[::-1] if words else []
        self.wanted = self.words.pop() if self.words else NEVER
        """The next of these offsets."""
        self.comments: list[tuple[int, int]] = []
        self.depth = 0
        """Deepest nesting of brackets since it was last set to 0; see `SHALLOW`."""
        self.broken: Broken | None = None
        self.patience = 8
        """How many more f-strings may turn out to be no f-strings; bounds the work on damaged text."""

    def damage(self, offset: int, message: str) -> None:
        """Keeps the first damage."""
        if self.broken is None:
            self.broken = Broken(offset, message)

    def collect(self, text: str, start: int, end: int) -> None:
        """Keeps the wanted comments of a range in which all strings and brackets are simple."""
        for found in _PARTS.finditer(text, start, end):
            while self.wanted < found.start():
                self._next()
            if found.end(1) > self.wanted:
                self.comments.append(found.span(1))
        while self.wanted < end:
            self._next()

    def _next(self) -> None:
        self.wanted = self.words.pop() if self.words else NEVER


NEVER = 1 << 62
ROUNDS = 1000
"""Strings, brackets and comments that one match may swallow: every round costs the engine memory until the
match ends, and past the processor's cache that memory is dearer than the text."""
SHALLOW = 2
"""Nesting that is not counted, because the expressions swallow it. A depth is at most this much too
high, and it is exact near the limit."""

# A string of one line that holds no surprise. A prefix is read as a part of the word before it; only
# behind f, t and r the braces matter: there they must be flat and hold no quote. At most forty escapes,
# because every round of a group costs memory; what does not fit is read by `string_end`. The two
# alternatives exclude each other: a string that matched in two ways would cost 2**n in n strings.
_QUOTED = (
    r"""Q(?!QQ)(?:(?<![fFtTrR]Q)[^Q\\\n\r]*(?:\\[^\n\r][^Q\\\n\r]*){0,40}"""
    r"""|(?<=[fFtTrR]Q)[^Q\\\n\r{}]*(?:\{[^"'\\\n\r{}]*\}[^Q\\\n\r{}]*)*)Q"""
)
_STRING = _QUOTED.replace("Q", '"') + "|" + _QUOTED.replace("Q", "'")
_COMMENT = r"\#[^\n\r]*"
_PLAIN = r"""[^\n\r"'#()\[\]{}\\]*"""
_PLAIN_LINES = r"""[^"'#()\[\]{}\\]*"""


def _stretch(plain: str) -> str:
    """The longest run of plain text, comments, simple strings, and brackets on one line of up to SHALLOW levels."""
    inner = rf"{_PLAIN}(?:(?:{_STRING}|\({_PLAIN}\)|\[{_PLAIN}\]){_PLAIN}){{0,{ROUNDS}}}"
    return rf"{plain}(?:(?:{_STRING}|\({inner}\)|\[{inner}\]|\{{{inner}\}}|{_COMMENT}){plain}){{0,{ROUNDS}}}"


LINE = re.compile(rf"([ \t\f]*)([ \t\f\r\n]*){_stretch(_PLAIN)}(\r?\n?)")
"""A logical line, or a comment line, as far as it is simple: groups as named below. INDENT reaches up
to GAP, which holds blank lines and the indentation behind them if there are any; NEWLINE is empty if
the line goes on. Optional groups would cost as much as all the rest."""
INDENT, GAP, NEWLINE = 1, 2, 3
_LINES = re.compile(_stretch(_PLAIN_LINES))
_NEAR_LIMIT = re.compile(_PLAIN_LINES)

# Words that start a statement and cannot start a line between brackets.
_STATEMENT = re.compile(
    r"\n[ \t\f]*(?=(?:def|class|return|while|try|raise|assert|del|pass|global|elif|except|finally)\b)"
)
_CLOSING = {"(": ")", "[": "]", "{": "}"}
COMMENT = re.compile(_COMMENT)
_PARTS = re.compile(rf"{_STRING}|({_COMMENT})")


def finish(text: str, pos: int, reading: Reading) -> int:
    """Reads on from where LINE stopped; the offset just after the logical line's end."""
    size = len(text)
    while pos < size:
        pos = _special(text, pos, reading)
        found = LINE.match(text, pos)
        assert found is not None
        blank = found.end(INDENT)
        if blank < found.end(GAP):  # only blanks are left of this line
            return blank + (2 if text.startswith("\r\n", blank) else 1)
        if reading.wanted < found.end():
            reading.collect(text, pos, found.end())
        pos = found.end()
        if found.start(NEWLINE) < pos:
            return pos
    return size


def suite_end(text: str, pos: int, column: int, reading: Reading) -> tuple[int, bool]:
    """Reads on from a statement at `column`, to the next one that is indented no deeper.

    Gives the end of the last logical line before that, and whether a line may be longer than LONG for
    another reason than a long line of text. Only for text that is indented by spaces and has no lone
    carriage returns.
    """
    size = len(text)
    search = _outer_line(column).search
    edge = search(text, pos - 1)
    limit = edge.end() if edge else size
    floor = pos
    long = False
    while True:
        found = _LINES.match(text, pos, limit)
        assert found is not None
        if reading.wanted < found.end():
            reading.collect(text, pos, found.end())
        pos = found.end()
        if pos == limit:
            return _last_line(text, floor, limit), long
        end = _special(text, pos, reading)
        if text[pos] == "\\" or (end - pos > LONG and text[pos] in "([{"):
            long = True
        if text[pos] != "#":
            floor = end
        pos = end
        if pos >= limit:
            edge = search(text, pos)
            limit = edge.end() if edge else size


@cache
def _outer_line(column: int) -> re.Pattern[str]:
    """The line end before a line with code that is indented by at most `column` spaces."""
    return re.compile(rf"\n(?! {{{column + 1}}})(?= *[^ \r\n#])")


def _last_line(text: str, floor: int, end: int) -> int:
    """`end` without the blank lines and comment lines before it, of which none starts before `floor`."""
    while end > floor:
        start = max(text.rfind("\n", floor, end - 1) + 1, floor)
        line = text[start:end].lstrip(" \r\n")
        if start == floor or (line and line[0] != "#"):
            break
        end = start
    return end


def _special(text: str, pos: int, reading: Reading) -> int:
    """Reads what no expression reads: a string, a whole bracket, a backslash with what it escapes; after ROUNDS,
    whatever is next."""
    char = text[pos]
    if char in "\"'":
        return string_end(text, pos, reading)
    if char in "([{":
        return _bracket_end(text, pos, reading)
    if char == "\\":
        return min(pos + (3 if text.startswith("\r\n", pos + 1) else 2), len(text))
    if char == "#":
        end = COMMENT.match(text, pos).end()  # type: ignore[union-attr]
        if reading.wanted < end:
            reading.collect(text, pos, end)
        return end
    reading.damage(pos, f"`{char}` closes nothing")
    return pos + 1


def _bracket_end(text: str, pos: int, reading: Reading) -> int:
    """The offset just after the bracket that opens at `pos`; of a line end if it was never closed."""
    size = len(text)
    opened: list[int] = []
    depth = reading.depth
    while pos < size:
        char = text[pos]
        if char in "([{":
            opened.append(pos)
            pos += 1
            if len(opened) > depth:
                depth = reading.depth = len(opened)
                if depth > NESTING_LIMIT:
                    reading.damage(pos - 1, f"more than {NESTING_LIMIT} nested brackets")
        elif char in ")]}":
            last = text[opened.pop()]
            if _CLOSING[last] != char:
                reading.damage(pos, f"`{char}` does not close `{last}`")
                if opened and _CLOSING[text[opened[-1]]] == char:
                    opened.pop()  # the inner one was forgotten: what follows is likelier to be read right
            pos += 1
            if not opened:
                return pos
        else:
            pos = _special(text, pos, reading)
        found = (_LINES if len(opened) < NESTING_LIMIT - SHALLOW else _NEAR_LIMIT).match(text, pos)
        assert found is not None
        end = found.end()
        if text.find("\n", pos, end) >= 0:
            statement = _STATEMENT.search(text, pos, end)
            if statement:
                reading.damage(opened[-1], f"`{text[opened[-1]]}` was never closed")
                return statement.start()
        if reading.wanted < end:
            reading.collect(text, pos, end)
        pos = end
    reading.damage(opened[-1], f"`{text[opened[-1]]}` was never closed")
    return size


def string_end(text: str, quote: int, reading: Reading) -> int:
    """The offset just after the string whose opening quote stands at `quote`."""
    end = plain_end(text, quote)
    limit = end if end > 0 else len(text)
    if reading.patience and is_formatted(text, quote) and text.find("{", quote, limit) >= 0:
        formatted = formatted_end(text, quote)
        if formatted > 0:
            return formatted
        reading.patience -= 1
    if end > 0:
        return end
    kind = "triple-quoted string" if text.startswith(text[quote] * 3, quote) else "string"
    reading.damage(quote, f"unterminated {kind}")
    return -end


def logical_lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans of the logical lines of a range, each from its first word to after its line end.

    `start` must be the start of a logical line, outside of strings and brackets.
    """
    reading = Reading()
    pos = start
    while pos < end:
        found = LINE.match(text, pos)
        assert found is not None
        first = found.end(GAP)
        if first >= end:
            return
        pos = found.end()
        if text[first] == "#":
            continue
        if found.start(NEWLINE) == pos:
            pos = finish(text, pos, reading)
        yield first, pos


_OPERATOR = re.compile(r"""[-+*/%@&|^<>~.(\[{]|[=!]=|\b(?:and|or|not|in|is|if|lambda|await)\b|[\"'#]""")
_OPERATORS = (*"-+*/%@&|^<>~.([{", "==", "!=", "and", "or", "not", "in", "is", "if", "lambda", "await")


def weigh(text: str, start: int, end: int) -> int:
    """How many operators, calls and subscripts stand in a logical line, if more than LONG; else 0.

    Counted are brackets opened, operators and dots.
    """
    line = text[start:end]
    if len(line) <= LONG or sum(map(line.count, _OPERATORS)) <= LONG:  # never too few: counts in strings, too
        return 0
    reading = Reading()
    count = 0
    pos = start
    while found := _OPERATOR.search(text, pos, end):
        char = found.group()
        pos = found.end()
        if char in "\"'":
            pos = string_end(text, pos - 1, reading)
        elif char == "#":
            pos = COMMENT.match(text, pos - 1).end()  # type: ignore[union-attr]
        else:
            count += 1
    return count if count > LONG else 0


_COLON = re.compile(r"""[()\[\]{}\"'#]|:=?|\blambda\b""")
_NO_COLON = r"""[^()"'#]*"""
_PARAMETERS = rf"\({_NO_COLON}(?:\({_NO_COLON}\){_NO_COLON})*\)"
_RESULT = r" -> [\w. |]+(?:\[[\w., |]*\])?"
_SIMPLE_HEADER = re.compile(rf"(?:async )?(?:def|class) \w+(?:{_PARAMETERS})?(?:{_RESULT})?:")


def after_colon(text: str, head: int, end: int) -> int:
    """The offset just after the colon of the header that starts at `head`; `end` if it has none."""
    simple = _SIMPLE_HEADER.match(text, head, end)
    if simple:
        return simple.end()
    reading = Reading()
    depth = lambdas = 0
    pos = head
    while found := _COLON.search(text, pos, end):
        word = found.group()
        pos = found.end()
        if word in "\"'":
            pos = string_end(text, pos - 1, reading)
        elif word == "#":
            pos = COMMENT.match(text, pos - 1).end()  # type: ignore[union-attr]
        elif word in "([{":
            depth += 1
        elif word in ")]}":
            depth -= 1
        elif depth <= 0:
            if word == "lambda":
                lambdas += 1
            elif word == ":":
                if not lambdas:
                    return pos
                lambdas -= 1
    return end
