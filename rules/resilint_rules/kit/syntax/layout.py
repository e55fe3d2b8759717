"""What stands between the tokens of a text: where tokens end, and the same tokens in a simpler layout.

Layout decides nothing in Python, and is never to decide what is found. `even` and `flat` replace it by blanks and
line ends in the same number, so that an offset means the same token as before.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from .lexer import COMMENT, Reading, after_colon, logical_lines, string_end
from .string_ends import is_formatted

_ODD = re.compile(r"\\\r?\n|\f")
_LONE_RETURN = re.compile(r"\r(?!\n)")
_LAYOUT = re.compile(
    r"^(?P<indent>[ \t\f]*)(?:\\\r?\n[ \t\f]*)+|^(?P<fed>[ \t\f]*\f[ \t]*)|(?:\\\r?\n[ \t\f]*)+|\f", re.MULTILINE
)
"""An indentation with a form feed or continuations in it; continuations behind code; a form feed."""
_ANY_COMMENT = re.compile(r"#[^\r\n]*")
_BLANKS = frozenset(" \t\n")
_BEGINS_NO_STATEMENT = frozenset(" \t\n#")
_GAPS = re.compile(r"[ \t\n]+")
_LOOSE_SIGNS = tuple((f" {sign}", sign) for sign in ".)]},:") + tuple((f"{sign} ", sign) for sign in ".([{@")
"""Blanks that Python does not need, and what is left of them."""
_LOOSE_BRACKET = re.compile(r"(?<=[\w)\]}\"'\0]) (?=[(\[])")
_UNTIDY_SIGNS = (
    "\n", "#", ";", "\r", "\t", "  ", " .", ". ", " (", "( ", " [", "[ ", " )", " ]", " }", "{ ", " ,", " :", "@ ",
)  # fmt: skip
"""One of them is in every line that can be tightened."""
_NOTHING = re.compile(r"[ \t]*(?:#[^\n]*)?\n?\Z")
_STATEMENT_INDENT = re.compile(r"\n([ \t]+)([^\n]*)(?=\n)")
_COMMA = re.compile(r",[ \t]*(?=[^ \t)\]}])")
_ANY_BREAK = re.compile(r"\\?\r?\n")
_UNTIDY = re.compile(r"[\n#\t]|  | [.(\[)\]},:]|[.(\[{@] |,(?! )")
GAP = r"(?:\s|#[^\n]*\n)*"
"""What may stand between two tokens in brackets, as a regular expression."""
_BLOCK = re.compile(r"(?:if|elif|else|for|while|try|except|finally|with|async|def|class|match|case)\b(?![ \t]*=(?!=))")


def even(text: str) -> str:
    """The text with line ends that are all `\\n` or `\\r\\n`, and without backslashes at line ends and form feeds.

    Of the same length. Only layout changes, except that a lone carriage return in a string becomes a line feed, as
    it does when Python reads the file.
    """
    if "\r" in text:
        text = _LONE_RETURN.sub("\n", text)
    if "\\\n" not in text and "\f" not in text and "\\\r" not in text:
        return text
    parts: list[str] = []
    at = 0
    for start, end in literals(text, formatted=True):
        if at < start:
            parts.append(_evened(text, at, start))
        parts.append(text[start:end])
        at = end
    parts.append(_evened(text, at, len(text)))
    return "".join(parts)


def _evened(text: str, start: int, end: int) -> str:
    """A part of a text between two literals, made even."""
    part = text[start:end]
    if _ODD.search(part) is None:
        return part
    if start == 0 or text[start - 1] == "\n":
        return _LAYOUT.sub(_even_layout, part)
    return _LAYOUT.sub(_even_layout, f"x{part}")[1:]  # what stands there is no indentation


def _even_layout(found: re.Match[str]) -> str:
    """Blanks of the same number; in an indentation with a line end that leaves the same indentation behind it.

    A form feed starts the indentation afresh; that of a line that begins with a backslash is what precedes it.
    """
    blanks = found.group()
    first = found["fed"] if found["indent"] is None else found["indent"]
    if first is None:
        return " " * len(blanks)
    indent = first.rpartition("\f")[2]
    return "\n".rjust(len(blanks) - len(indent)) + indent


def flat(text: str) -> str:
    """An even text without comments, with each simple statement and each header of a block on a line of its own.

    No blanks stand around dots and within brackets, none before a bracket, comma or colon, and never two. Of the same
    length: blanks are moved to the end of a line, so that offsets mean the same at the start of each statement and
    of each block, but not within a statement. A line end stands in the place of a semicolon, and in that of the colon
    of a header that its block follows on the same line, and a blank in that of a line end in a string. Lines end
    with a line feed.
    """
    if not text or text.isspace():
        return text.replace("\r\n", " \n")
    if "\r" in text:
        text = text.replace("\r\n", " \n")
    if text[0] not in _BEGINS_NO_STATEMENT and "\n" not in text[:-1]:  # one line: most statements of a module
        return _flattened(text, outermost=True)
    parts: list[str] = []
    at = 0
    for start, end in logical_lines(text, 0, len(text)):
        if at < start:
            gap = text[at:start]
            parts.append(_ANY_COMMENT.sub(_blank, gap) if "#" in gap else gap)
        parts.append(_flattened(text[start:end], outermost=text[start - 1 : start] in ("", "\n")))
        at = end
    gap = text[at:]
    parts.append(_ANY_COMMENT.sub(_blank, gap) if "#" in gap else gap)
    return "".join(parts)


def _flattened(line: str, *, outermost: bool) -> str:
    """A logical line, as `flat` has it; one without an indentation if `outermost`."""
    content = line.rstrip("\n")
    if content[-1:] != ":" and _BLOCK.match(content):
        colon = after_colon(content, 0, len(content))
        if not _NOTHING.match(content, colon):
            content = f"{content[: colon - 1]}\r{content[colon:]}"
    for sign in _UNTIDY_SIGNS:
        if sign in content:
            tight = _tightened(content) + line[len(content) :]
            if outermost and "\n " in tight and not _BLOCK.match(tight):
                return _STATEMENT_INDENT.sub(r"\n\2\1", tight)
            return tight
    return line


def _tightened(content: str) -> str:
    """A logical line without comments, line breaks and blanks that Python does not need.

    These stand at the end of its line instead. A carriage return in it, as a semicolon, ends a statement.
    """
    blank, strings = _hide(content)
    if ";" not in blank and "\r" not in blank:
        tight = _tight(blank).ljust(len(blank))
    else:
        pieces = blank.replace(";", "\r").split("\r")
        tight = "\n".join(_tight(piece).ljust(len(piece)) for piece in pieces)
    return _show(tight, [string.replace("\n", " ") for string in strings])


def _hide(code: str) -> tuple[str, list[str]]:
    """The code with a NUL in the place of each string and blanks in that of comments, and the strings.

    A NUL of the text itself, which no Python has outside of what is broken, becomes a blank.
    """
    parts: list[str] = []
    strings: list[str] = []
    at = 0
    if "#" in code or '"' in code or "'" in code:
        for start, end in literals(code, formatted=True):
            parts.append(code[at:start].replace("\0", " "))
            if code[start] == "#":
                parts.append(" " * (end - start))
            else:
                parts.append("\0")
                strings.append(code[start:end])
            at = end
    return "".join((*parts, code[at:].replace("\0", " "))), strings


def bare_code(code: str) -> str:
    """The code without its strings and comments."""
    return _hide(code)[0]


def _show(text: str, strings: Sequence[str]) -> str:
    """The text with the strings that `_hide` has taken out of it."""
    if not strings:
        return text
    first, *others = text.split("\0")
    return first + "".join(string + other for string, other in zip(strings, others, strict=True))


def _tight(code: str) -> str:
    """A line of code without strings, with single blanks for layout, and none that Python does not need."""
    lead = " " if code[:1] in _BLANKS else ""
    code = lead + " ".join(_GAPS.split(code.strip(" \t\n")))
    for loose, tight in _LOOSE_SIGNS:
        if loose in code:
            code = code.replace(loose, tight)
    return _LOOSE_BRACKET.sub("", code) if " (" in code or " [" in code else code


def plain(code: str) -> str:
    """A piece of code, such as an expression, on one line and without comments and needless blanks; strings stay."""
    if _UNTIDY.search(code) is None:
        return code
    blank, strings = _hide(code)
    return _show(_COMMA.sub(", ", _tight(_ANY_BREAK.sub(" ", blank))).strip(), strings)


def comments_in(code: str) -> list[str]:
    """The comments in a piece of code, each without the blanks around it."""
    if "#" not in code:
        return []
    return [code[start:end].rstrip() for start, end in literals(code, formatted=True) if code[start] == "#"]


def with_comments(text: str, comments: Sequence[str], newline: str) -> str:
    """The text of an expression with comments behind it, in brackets if there are any."""
    return f"({text}{''.join(f'  {comment}{newline}' for comment in comments)})" if comments else text


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


_LITERAL = re.compile(r"[\"'#]")
_PREFIX = frozenset("bBfFrRtTuU")


class TokenEdges:
    """Where an edit of a text may begin and end: between tokens, never within a word, a string or a comment.

    An f-string has code in it, so that places in it are judged as if they were code. A place within a comment is
    right for an edit that stays within that comment.
    """

    __slots__ = ("_ends", "_spans", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._spans = list(literals(text))
        self._ends = [end for _, end in self._spans]

    def allow(self, start: int, end: int) -> bool:
        """Whether an edit from one offset to another splits no token."""
        around = self._around(start)
        if around and self._text[around[0]] == "#":
            return end <= around[1]
        if around or self._around(end):
            return False
        return not any(0 < at < len(self._text) and joined(self._text[at - 1 : at + 1]) for at in (start, end))

    def _around(self, offset: int) -> tuple[int, int] | None:
        """The string or comment that an offset is inside of."""
        index = bisect_right(self._ends, offset)
        if index < len(self._spans) and self._spans[index][0] < offset:
            return self._spans[index]
        return None


def joined(pair: str) -> bool:
    """Whether two neighbouring characters belong to one word, number or line end."""
    return pair == "\r\n" or (len(pair) == 2 and all(sign.isalnum() or sign == "_" for sign in pair))


def comment_spans(text: str) -> list[tuple[int, int]]:
    """The spans of all comments of a text, in order, each without its line end."""
    return [span for span in literals(text) if text[span[0]] == "#"]


def literals(text: str, *, formatted: bool = False) -> Iterator[tuple[int, int]]:
    """The spans of all comments and strings, in order; f-strings if `formatted`. A string begins with its prefix."""
    reading = Reading()
    pos = 0
    while found := _LITERAL.search(text, pos):
        start = found.start()
        if text[start] == "#":
            pos = COMMENT.match(text, start).end()  # type: ignore[union-attr]
            yield start, pos
            continue
        pos = max(string_end(text, start, reading), start + 1)
        if formatted or not is_formatted(text, start):
            while start > 0 and text[start - 1] in _PREFIX:
                start -= 1
            yield start, pos
