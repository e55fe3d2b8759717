"""Coordinates and edits, checked against implementations that are too simple to be wrong."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from resilint_rules.kit.syntax.text import Document, Encoding, points, units

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
SIZES = {"utf-8": 1, "utf-16": 2, "utf-32": 4}
CODECS = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}

# Line ends, what only looks like line ends, and characters of every width in every encoding.
CHARACTERS = "\r\n\v\f\x1c\x85\u2028\u2029 a(\u00e9\u05d0\u20ac\ufeff\U0001f600\U0010ffff"
texts = st.text(st.sampled_from(CHARACTERS), max_size=30)
lines = st.text(st.sampled_from(CHARACTERS.replace("\r", "").replace("\n", "")), max_size=12)
encodings = st.sampled_from(ENCODINGS)


def rows_of(text: str) -> list[tuple[str, str]]:
    """The lines of a text as pairs of content and line end, found one character at a time."""
    rows = []
    content = ""
    rest = text
    while rest:
        end = "\r\n" if rest.startswith("\r\n") else rest[0] if rest[0] in "\r\n" else ""
        if end:
            rows.append((content, end))
            content = ""
        else:
            content += rest[0]
        rest = rest[len(end) or 1 :]
    rows.append((content, ""))
    return rows


@given(texts)
def test_lines_are_those_of_the_protocol(text: str) -> None:
    """Lines end at CR LF, LF and CR, and nowhere else."""
    doc = Document(text)
    rows = rows_of(text)
    assert [doc.line(row) for row in range(1, len(rows) + 1)] == [content for content, _ in rows]
    assert (doc.line(0), doc.line(len(rows) + 1)) == ("", "")
    assert doc.starts == [sum(len(a + b) for a, b in rows[:i]) for i in range(len(rows))]


@given(texts)
def test_every_offset_has_a_position_and_back(text: str) -> None:
    """A position counts line ends and characters before an offset; inside a line's content it leads back."""
    doc = Document(text)
    seen = 0
    for row, (content, end) in enumerate(rows_of(text), 1):
        for column in range(1, len(content) + 1 + max(len(end), 1)):
            assert doc.position(seen + column - 1) == (row, column)
        for column in range(1, len(content) + 2):
            assert doc.offset(row, column) == seen + column - 1
        seen += len(content + end)


@given(texts, st.integers(-2, 40), st.integers(-2, 40))
def test_offsets_are_clamped(text: str, row: int, column: int) -> None:
    """Any row and column give an offset of the text that is not inside a line end."""
    rows = rows_of(text)
    offset = Document(text).offset(row, column)
    if row < 1:
        assert offset == 0
    elif row > len(rows):
        assert offset == len(text)
    else:
        start = sum(len(a + b) for a, b in rows[: row - 1])
        assert offset == start + min(max(column, 1) - 1, len(rows[row - 1][0]))


@given(texts, encodings)
def test_units_are_those_of_the_codec(text: str, encoding: Encoding) -> None:
    """A text is as wide as its encoded form."""
    assert units(text, encoding) == len(text.encode(CODECS[encoding])) // SIZES[encoding]


@given(lines, st.integers(-3, 60), encodings)
def test_points_are_the_longest_prefix_that_fits(line: str, wanted: int, encoding: Encoding) -> None:
    """A column inside a character means its start, one beyond the line its end, one before it zero."""
    fitting = [n for n in range(len(line) + 1) if units(line[:n], encoding) <= max(wanted, 0)]
    assert points(line, wanted, encoding) == max(fitting)


@given(lines, encodings)
def test_units_and_points_are_inverse(line: str, encoding: Encoding) -> None:
    """Every column survives the way to the editor and back."""
    for column in range(len(line) + 1):
        assert points(line, units(line[:column], encoding), encoding) == column


def test_half_surrogates_have_a_width() -> None:
    """What no encoding can carry is still counted, instead of raising."""
    assert [units("a\ud83d", encoding) for encoding in ENCODINGS] == [4, 2, 2]
    assert points("\ud83da", 3, "utf-8") == 1


@given(texts)
def test_the_newline_is_the_commonest(text: str) -> None:
    """An insertion ends its lines as most lines do; the first kind wins a tie."""
    ends = [end for _, end in rows_of(text)[:-1]]
    best = sorted(ends, key=lambda end: (-ends.count(end), ends.index(end)))
    assert Document(text).newline == (best[0] if best else "\n")
