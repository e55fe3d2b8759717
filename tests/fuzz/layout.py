"""The same program in another layout: blanks, line breaks, comments, line ends and indentation changed, tokens kept.

What is made is checked: a layout that gives other tokens or another tree is a fault of this module.
"""

from __future__ import annotations

import ast
import io
import random
import tokenize
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

_LAYOUT = frozenset({tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER})
_FSTRING = getattr(tokenize, "FSTRING_START", -1), getattr(tokenize, "FSTRING_END", -1)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, operator, string or comment of a program, as offsets; what stands before it is its gap.

    `nesting` counts the brackets around the gap before it; `first` says that a logical line begins with it.
    """

    start: int
    end: int
    nesting: int
    first: bool
    comment: bool


def tokens_of(text: str) -> list[Token]:
    """The tokens of a program with comments, without line ends and indentation; f-strings are whole.

    Raises SyntaxError or tokenize.TokenError for text that is no program.
    """
    lines = io.StringIO(text, newline="").readlines()
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    found: list[Token] = []
    nesting = formatted = 0
    first = True
    for token in tokenize.generate_tokens(iter([*lines, ""]).__next__):
        start = starts[token.start[0] - 1] + token.start[1]
        end = starts[token.end[0] - 1] + token.end[1]
        if token.type == _FSTRING[0]:
            formatted += 1
            if formatted == 1:
                opened = start
            continue
        if token.type == _FSTRING[1]:
            formatted -= 1
            if not formatted:
                found.append(Token(opened, end, nesting, first, False))
                first = False
            continue
        if formatted:
            continue
        if token.type in _LAYOUT:
            first = first or token.type == tokenize.NEWLINE
            continue
        if token.string in (")", "]", "}") and token.type == tokenize.OP:
            found.append(Token(start, end, nesting, first, False))
            nesting -= 1
            continue
        comment = token.type == tokenize.COMMENT
        found.append(Token(start, end, nesting, first and not comment, comment))
        first = first and comment
        if token.string in ("(", "[", "{") and token.type == tokenize.OP:
            nesting += 1
    return found


Change = Callable[[str, Token, Token, str], str | None]
"""(gap, the token before it, the token after it, the text) to the new gap; None if it stays."""


def _relaid(text: str, change: Change, *, breaks: bool = False) -> str:
    """The text with the gaps within its logical lines changed; never one that ends at or follows a comment.

    With `breaks`, also none with a comment behind it on its line: that would be parted from what it explains, or be put
    behind more.
    """
    tokens = tokens_of(text)
    comments = [token.start for token in tokens if token.comment] if breaks else []
    parts: list[str] = []
    at = 0
    for before, after in pairwise(tokens):
        if after.first or after.comment or before.comment or (not after.nesting and _line_ends(text, before, after)):
            continue
        behind = bisect_left(comments, after.start)
        if behind < len(comments) and "\n" not in text[after.start : comments[behind]]:
            continue
        gap = change(text[before.end : after.start], before, after, text)
        if gap is not None:
            parts += (text[at : before.end], gap)
            at = after.start
    return "".join((*parts, text[at:]))


def _line_ends(text: str, before: Token, after: Token) -> bool:
    return "\n" in text[before.end : after.start].replace("\\\r\n", "").replace("\\\n", "")


def _rarely(rate: float, seed: random.Random) -> Callable[[], bool]:
    return lambda: seed.random() < rate


def continued(text: str, chosen: Callable[[], bool], seed: random.Random) -> str:
    """Backslashes at line ends between tokens."""

    def change(gap: str, *_: object) -> str | None:
        return f"{gap}{seed.choice(['', ' '])}\\\n{' ' * seed.randrange(9)}" if chosen() else None

    return _relaid(text, change, breaks=True)


def widened(text: str, chosen: Callable[[], bool], seed: random.Random) -> str:
    """Blanks, tabs and form feeds between tokens, where there were some and where there were none."""

    def change(gap: str, *_: object) -> str | None:
        return f"{gap}{seed.choice(['  ', chr(9), ' ' + chr(12), ' '])}" if chosen() else None

    return _relaid(text, change)


def broken(text: str, chosen: Callable[[], bool], seed: random.Random) -> str:
    """Line breaks between tokens in brackets."""

    def change(gap: str, _before: Token, after: Token, _text: str) -> str | None:
        return f"{gap}\n{' ' * seed.randrange(30)}" if after.nesting and chosen() else None

    return _relaid(text, change, breaks=True)


def commented(text: str, chosen: Callable[[], bool], seed: random.Random) -> str:
    """Line breaks with comments and blank lines between tokens in brackets."""

    def change(gap: str, _before: Token, after: Token, _text: str) -> str | None:
        note = seed.choice(["# -", "#", "# (", "# ''", f"# {'-' * 90}\n\n  # ."])
        return f"{gap}  {note}\n{' ' * seed.randrange(12)}" if after.nesting and chosen() else None

    return _relaid(text, change, breaks=True)


def packed(text: str, chosen: Callable[[], bool], seed: random.Random) -> str:
    """No blanks where none are needed, and one line for what stands in brackets."""

    def change(gap: str, before: Token, after: Token, whole: str) -> str | None:
        if not chosen() or not gap:
            return None
        left, right = whole[before.end - 1], whole[after.start]
        words = (left.isalnum() or left in "_\"'.") and (right.isalnum() or right in "_\"'.")
        return " " if words else ""

    return _relaid(text, change, breaks=True)


def _by_line(text: str, change: Callable[[str, str], str]) -> str:
    """The text with the indentation of each logical line changed, given it and the first sign of the line above."""
    starts = [token.start for token in tokens_of(text) if token.first]
    parts: list[str] = []
    at = 0
    for start in starts:
        line = text.rfind("\n", 0, start) + 1
        if not text[line:start].strip(" \t\f"):
            parts += (text[at:line], change(text[line:start], _first_sign(text, line)))
            at = start
    return "".join((*parts, text[at:]))


def _first_sign(text: str, line: int) -> str:
    above = text.rfind("\n", 0, max(line - 1, 0)) + 1
    return text[above:line].strip()[:1]


def tabbed(text: str, chosen: Callable[[], bool], seed: random.Random) -> str:
    """Indentation by tabs."""
    return _by_line(text, lambda blanks, _: "\t" * (len(blanks) // 4) + " " * (len(blanks) % 4))


def fed(text: str, chosen: Callable[[], bool], seed: random.Random) -> str:
    """Form feeds at the start of lines, but not below a comment: a new page parts it from what it explains."""
    return _by_line(text, lambda blanks, above: f"\f{blanks}" if above != "#" and chosen() else blanks)


def spread(text: str, chosen: Callable[[], bool], seed: random.Random) -> str:
    """Blank lines, lines of blanks, and comments at odd columns between logical lines, but not below a comment."""
    lines = ["\n", "   \n", "\f\n", "\t# -\n", "# -\n", "              # (\n"]
    return _by_line(
        text, lambda blanks, above: f"{seed.choice(lines)}{blanks}" if above != "#" and chosen() else blanks
    )


def trailing(text: str, chosen: Callable[[], bool], seed: random.Random) -> str:
    """Blanks, a semicolon or a comment at the end of logical lines that have none."""
    tokens = tokens_of(text)
    parts: list[str] = []
    at = 0
    for before, after in zip(tokens, [*tokens[1:], None], strict=False):
        ends = after is None or after.first
        if ends and not before.comment and chosen() and text[before.end : before.end + 1] in "\r\n":
            kinds = ["  ", "\t", "  # -", " # ("] + ([] if text[before.end - 1] in ":;" else [";", " ; "])
            parts += (text[at : before.end], seed.choice(kinds))
            at = before.end
    return "".join((*parts, text[at:]))


def joined(text: str, chosen: Callable[[], bool], seed: random.Random) -> str:
    """Neighbouring simple statements on one line; not those of classes: these are not read in that form."""
    pairs = [
        (upper.end_lineno or 0, lower.lineno, "; ")
        for suite in _suites(ast.parse(text), but=ast.ClassDef)
        for upper, lower in pairwise(suite)
        if _simple(upper) and _simple(lower) and chosen()
    ]
    return _join(text, pairs)


def inlined(text: str, chosen: Callable[[], bool], seed: random.Random) -> str:
    """Suites of one simple statement behind their colon; not of classes: these are not read in that form."""
    pairs = [
        (suite[0].lineno - 1, suite[0].lineno, " ")
        for suite in _suites(ast.parse(text), but=ast.ClassDef)
        if len(suite) == 1 and _simple(suite[0]) and chosen()
    ]
    return _join(text, [pair for pair in pairs if text.split("\n")[pair[0] - 1].rstrip().endswith(":")])


def _join(text: str, pairs: list[tuple[int, int, str]]) -> str:
    """The text with lines (numbers from 1) joined by a mark, unless something stands between or a comment above."""
    lines = text.split("\n")
    for upper, lower, mark in sorted(pairs, reverse=True):
        above = lines[upper - 1]
        if upper > 0 and lower == upper + 1 and "#" not in above and not above.endswith("\\"):
            lines[upper - 1 : lower] = [above.rstrip(" \t;") + mark + lines[lower - 1].lstrip()]
    return "\n".join(lines)


def _simple(node: ast.stmt) -> bool:
    return not hasattr(node, "body") and not isinstance(node, ast.Match) and not _is_text(node)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _suites(tree: ast.AST, but: type[ast.AST] = ast.Expression) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        if isinstance(node, but):
            continue
        for field in ("body", "orelse", "finalbody"):
            suite = getattr(node, field, None)
            if isinstance(suite, list) and suite:
                yield suite


def carriage(text: str, chosen: Callable[[], bool], seed: random.Random) -> str:
    """Line ends of old Macs."""
    return text.replace("\n", "\r")


def windows(text: str, chosen: Callable[[], bool], seed: random.Random) -> str:
    """Line ends of Windows."""
    return text.replace("\n", "\r\n")


LAYOUTS = (continued, widened, broken, commented, packed, tabbed, fed, spread, trailing, joined, inlined,
           carriage, windows)  # fmt: skip
"""Ways to lay out a program."""


WAYS = (
    *((f"{way.__name__} {rate}", (way,), rate) for way in LAYOUTS for rate in (1.0, 0.2)),
    *((f"{a.__name__} {b.__name__}", (a, b), 0.3) for a in LAYOUTS[:11] for b in LAYOUTS if a is not b),
)
"""(name, steps, share of the places): each way at all places, at some, and two ways one after the other."""


def variants(text: str, seed: random.Random, count: int) -> Iterator[tuple[str, str]]:
    """(name, text) of up to `count` layouts of a program; those that change nothing, or that it has no room for,
    are left out."""
    try:
        want = _program(text)
    except (SyntaxError, ValueError, tokenize.TokenError):
        return
    for name, steps, rate in seed.sample(WAYS, len(WAYS)):
        if count <= 0:
            return
        made = text
        for step in steps:
            made = step(made, _rarely(rate, seed), seed)
            if step not in (carriage, windows) and not _same(made, want):
                break
        if made != text and _same(made, want):
            count -= 1
            yield name, made


def _program(text: str) -> str:
    return ast.dump(ast.parse(text))


def _same(text: str, want: str) -> bool:
    try:
        return ast.dump(ast.parse(text.replace("\r\n", "\n").replace("\r", "\n"))) == want
    except SyntaxError:
        return False
