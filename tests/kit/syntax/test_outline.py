"""Cutting modules into chunks: what belongs to which chunk, what is damage, and that it stays linear."""

from __future__ import annotations

import ast
import gc
import re
import sys
import sysconfig
import time
import warnings
from bisect import bisect_right
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilint_rules.kit.syntax import lexer
from resilint_rules.kit.syntax.outline import Chunk, Outline, logical_lines, scan


def tree(text: str, chunks: tuple[Chunk, ...] | None = None) -> list[object]:
    """Pieces as nested lists: kind and name (or the first line of a statement), then the children."""
    found: list[object] = []
    for chunk in scan(text).chunks if chunks is None else chunks:
        label = f"{chunk.kind} {chunk.name or text[chunk.head : chunk.end].splitlines()[0]}"
        found.append([label, *tree(text, chunk.children)] if chunk.children else label)
    return found


def source(text: str, *path: int) -> str:
    """The text of a chunk, found by its index among the chunks, its index among their children, ..."""
    chunks = scan(text).chunks
    for index in path[:-1]:
        chunks = chunks[index].children
    return text[chunks[path[-1]].start : chunks[path[-1]].end]


def test_a_module_is_cut_into_functions_classes_and_statements() -> None:
    """Functions are not cut further, classes are, statements stay whole."""
    text = """\
import os, (
    sys)

def f(a):
    def inner(): pass
    class Local:
        def m(self): pass
x = [
    1,
]
class A(B):
    y = 1
    async def g(self):
        pass
    class C:
        def h(self): pass
"""
    assert tree(text) == [
        "statement import os, (",
        "function f",
        "statement x = [",
        ["class A", "statement y = 1", "function g", ["class C", "function h"]],
    ]
    assert [p.is_async for p in scan(text).chunks[3].children] == [False, True, False]


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("def f(): pass", "f"),
        ("async def f(): pass", "f"),
        ("async  \\\n  def f(): pass", "f"),
        ("def \\\n  f(): pass", "f"),
        ("def f[T: (int, str)](x: T) -> T: pass", "f"),
        ("def f(x={'a': lambda: 1}, *, y: int = 2) -> 'a:b': pass", "f"),
        ("def f(a: A) -> dict[str:int]: pass", "f"),
        ("def f(a: A) -> tuple[int, dict[str:int]]: pass", "f"),
        ("def f(\n):\n    pass", "f"),
        ("def f(x=')'):  # :\n    pass", "f"),
        ("class f: pass", "f"),
        ("class f(A, metaclass=lambda *a: B): pass", "f"),
        ("class f[T]:\n    pass", "f"),
        ("def größe(): pass", "größe"),
    ],
)
def test_a_header_ends_at_its_colon(head: str, name: str) -> None:
    """`body` is the offset just after the header's colon, whatever colons stand before and behind it."""
    (chunk,) = scan(f"{head}\n").chunks
    assert chunk.name == name
    assert head[: chunk.body].endswith(":")
    assert head[chunk.body :].strip() in {"pass", "# :\n    pass"}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("indent", ["    ", "\t", " "])
def test_decorators_comments_and_blank_lines(newline: str, indent: str) -> None:
    """Decorators belong to what they decorate, comments to what they are indented below."""
    text = """\
# above
@one(
  1)
# between

@two
async def f():  # beside
    a

# odd
    b
    # inside

  # half

# below
class A:
    def m(self):
        a
        # of m
    # of A
        # of A, too
# of nobody
    # of nobody, too
""".replace("    ", indent).replace("\n", newline)
    own = """\
@one(
  1)
# between

@two
async def f():  # beside
    a

# odd
    b
    # inside

  # half
"""
    assert source(text, 0) == own.replace("    ", indent).replace("\n", newline)
    function = scan(text).chunks[0]
    assert text[function.head :].startswith("async def f")
    assert text[function.indent] == "@"
    assert source(text, 1).splitlines()[-1].strip() == "# of A, too"
    assert source(text, 1, 0).splitlines()[-1].strip() == "# of m"


def test_compound_statements_with_definitions_are_blocks() -> None:
    """One chunk with all its continuations; a block if a definition is inside, a statement otherwise."""
    text = """\
if a:
    x = 1
elif b:
    y = 2
else:
    z = 3
try:
    import json
except ImportError:
    json = None
except OSError: pass
else:
    with a:
        def dumps(): pass
finally:
    done()
for a in b: c()
else: d()
while x:
    class A: pass
"""
    assert tree(text) == [
        "statement if a:",
        [
            "block try:",
            "statement import json",
            "statement json = None",
            ["block with a:", "function dumps"],
            "statement done()",
        ],
        "statement for a in b: c()",
        ["block while x:", "class A"],
    ]  # fmt: skip
    block = scan(text).chunks[1]
    assert text[block.head : block.body] == "try:"
    assert source(text, 2) == "for a in b: c()\nelse: d()\n"


def test_match_is_a_word_like_others_until_it_is_a_statement() -> None:
    """The chunks of a match statement are those of its cases' suites."""
    text = """\
match = re.match(a)
match.x = 1
case = 2
type Pair[T] = tuple[T, T]
type = 3
match x:
    case 1:
        def f(): pass
        y = 1
    case {"a": b} if b:
        class A: pass
match y:
    case _:
        pass
print "Python 2"
exec "code" in scope
"""
    assert tree(text) == [
        "statement match = re.match(a)",
        "statement match.x = 1",
        "statement case = 2",
        "statement type Pair[T] = tuple[T, T]",
        "statement type = 3",
        ["block match x:", "function f", "statement y = 1", "class A"],
        "statement match y:",
        'statement print "Python 2"',
        'statement exec "code" in scope',
    ]


def test_words_that_only_start_like_keywords() -> None:
    """`define`, `classes` and `async_` are names; `else` needs its own word."""
    text = "define = 1\nclasses = 2\nasync_ = 3\nif a: b\nelsewhere = 4\nasync with a: pass\n"
    chunks = scan(text).chunks
    assert [p.kind for p in chunks] == ["statement"] * 6
    assert [p.is_async for p in chunks] == [False] * 5 + [True]


def test_simple_statements_on_one_line_are_one_piece() -> None:
    """A semicolon does not cut."""
    assert tree("a = 1; b = 2\nclass A: x = 1; y = 2\n") == ["statement a = 1; b = 2", "class A"]


@pytest.mark.parametrize("text", ["", "\n", "# only\n", "  # only", "\f\n\n", "    \n\t", "\\\n"])
def test_texts_without_code_have_no_damage(text: str) -> None:
    """Nothing, blanks and comments have no chunks worth a name and no damage."""
    outline = scan(text)
    assert outline.broken is None
    assert all(not text[p.start : p.end].strip("\\\n") for p in outline.chunks)


def test_form_feeds_reset_the_indentation() -> None:
    """As in CPython, a form feed starts the column anew, and a tab goes to the next multiple of eight."""
    assert tree("class A:\n    x = 1\n    \f    y = 2\n\fz = 3\n") == [
        ["class A", "statement x = 1", "statement y = 2"],
        "statement z = 3",
    ]
    assert tree("if a:\n        def f(): pass\n\tx = 1\n") == [["block if a:", "function f", "statement x = 1"]]


STRINGS = [
    "'it'", '"(["', "'\\''", '"\\\\"', "r'\\''", "r'\\\\'", "b'('", "rb'['", "Rb'\\''", "u'{'", "''", '""',
    "'''\n(\ndef f\n'''", '"""a"b""c\\""" """', "r'''\\'''\\''''", "'a\\\n(b'", "'a\\\r\n(b'",
    'f"{a}"', "f'{{'", "f'}}'", "f'{{{a}'", 'f"{a[\'(\']}"', "f'{a:{b}}'", "f'{a!r:>{b}}'", "f'\\{a}'", "f'{a:#}'",
    "f'\\N{DIGIT ONE}('", "rf'\\{a}('", "fr'{a}\\d('", "f'''{\na}('''", "f'''\n{a['b']}\n('''",
    'f"{a["("]}"', 'f"{f"{f"("}"}"', "f'{a['}']}['", 'f"{a + "{"}["', 'f"{\n a  # }"\n}["', "t'{a['(']}'",
    "f'''{a[\"\"\"(\"\"\"]}'''",
]  # fmt: skip


@pytest.mark.parametrize("string", STRINGS)
@pytest.mark.parametrize(
    "frame", ["x = {}\n", "x = [{}, (1)]\n", "def g():\n    return {}\n", "def g():\n    h(1, k({}))\n"]
)
def test_strings_hide_what_is_in_them(string: str, frame: str) -> None:
    """Brackets, quotes, comment signs and line ends in a string are nothing but text."""
    text = frame.replace("{}", string) + "def f(): pass\n"
    outline = scan(text)
    assert outline.broken is None
    assert [p.name for p in outline.chunks[-2:]] == ["g" if "def g" in frame else "", "f"]
    assert text[: outline.chunks[0].end] == frame.replace("{}", string)


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ('x = 1\ny = """a\n', 10, "unterminated triple-quoted string"),
        ("def f():\n    x = '''a\n", 17, "unterminated triple-quoted string"),
        ("x = 'a\ny = 'b\n", 4, "unterminated string"),
        ("x = 'a\\", 4, "unterminated string"),
        ("def f():\n    return 'a\n", 20, "unterminated string"),
        ("x = (1,\n", 4, "`(` was never closed"),
        ("x = (1,\ndef f(): pass\n", 4, "`(` was never closed"),
        ("def f():\n    x = g(1, [2)\n", 24, "`)` does not close `[`"),
        ("x = 1)\n", 5, "`)` closes nothing"),
        ("x = (1]\n", 6, "`]` does not close `(`"),
        ("if a:\n        b\n    c\n", 20, "unindent does not match any outer indentation level"),
        ("x = " + "(" * 201 + ")" * 201, 204, "more than 200 nested brackets"),
    ],
)
def test_damage_is_found_where_it_is(text: str, offset: int, message: str) -> None:
    """The first proven damage is told with its offset."""
    assert scan(text).broken == (offset, message)


@pytest.mark.parametrize("frame", ["x = %s\n", "def f():\n    x = %s\n", "x = [\n%s\n]\n"])
def test_two_hundred_brackets_are_allowed(frame: str) -> None:
    """The limit is CPython's: 200 nested brackets are read, one more is damage."""
    room = 200 - frame.count("[")
    for opening, closing in ("()", "[]", "{}"):
        fine = scan(frame % (opening * room + closing * room))
        assert (fine.broken, fine.depth) == (None, 200)
        inner = scan(frame % (opening * (room - 1) + "g(1)" + closing * (room - 1)))
        assert (inner.broken, inner.depth) == (None, 200)
        deep = scan(frame % (opening * (room + 1) + closing * (room + 1)))
        assert deep.broken is not None
        assert deep.depth > 200


def test_reading_goes_on_after_damage() -> None:
    """Definitions behind an unclosed bracket or a stray quote are still found: the text is being typed."""
    text = """\
x = call(1,
def f():
    y = [g(2
    return it's
class A:
    def m(self, a=(1: pass
    def n(self): pass
def last(): pass
"""
    assert tree(text) == [
        "statement x = call(1,",
        "function f",
        ["class A", "function m", "function n"],
        "function last",
    ]


def test_comments_that_speak_to_linters_are_kept() -> None:
    """Those with resilint, noqa, nosec or pylint in any case; not those in strings, not the others."""
    text = """\
# resilint: ignore-file[x]
import a  # NoQA
b = "# noqa"  # plain
'''
# nosec
'''
c = (  # nosec B113
    f(d, "# noqa"),
    # pylint: disable=x
)
def g():  # noqa: S113
    h()  # resilint: ignore
    return "'# noqa"  # resilint: yes

    # noqa in g
# NOSEC"""
    assert [(c.text, c.own_line) for c in scan(text).comments] == [
        ("# resilint: ignore-file[x]", True),
        ("# NoQA", False),
        ("# nosec B113", False),
        ("# pylint: disable=x", True),
        ("# noqa: S113", False),
        ("# resilint: ignore", False),
        ("# resilint: yes", False),
        ("# noqa in g", True),
        ("# NOSEC", True),
    ]
    assert all(text[c.start : c.end] == c.text for c in scan(text).comments)


@pytest.mark.parametrize(
    ("text", "docstring", "future", "imports"),
    [
        ("", 0, 0, 0),
        ("x = 1\n", 0, 0, 0),
        ("'''a\nb'''\nimport c\n", 2, 0, 3),
        ("# c\n'a' \\\n  r'b'  # d\n", 3, 0, 0),
        ("'a'; import b\n", 1, 0, 0),
        ("b'a'\n", 0, 0, 0),
        ("'a' % b\n", 0, 0, 0),
        ("'a'.b\n", 0, 0, 0),
        ("f'a'\n", 0, 0, 0),
        ("'a'\nfrom __future__ import (\n  b,\n)\nimport c\nx = 1\nfrom d import e\nimportant = 1\n", 1, 4, 7),
        ("try:\n    import a\nexcept E:\n    def b(): pass\nimport c\ndef d(): pass\nimport e\n", 0, 0, 5),
        ("if a:\n    import b\n", 0, 0, 0),
        ("class A: pass\nimport b\n", 0, 0, 0),
    ],
)
def test_places_for_imports(text: str, docstring: int, future: int, imports: int) -> None:
    """Docstring, future imports and imports end after the line on which they end (0: there are none)."""
    ends = [0, *(m.end() for m in re.finditer("\n", text))]
    outline = scan(text)
    assert (outline.docstring_end, outline.future_end, outline.imports_end) == (
        ends[docstring],
        ends[future],
        ends[imports],
    )


@pytest.mark.parametrize("frame", ["x = %s\n", "def f():\n    x = %s\n", "class A:\n    x = (\n%s)\n"])
def test_heavy_lines_are_weighed(frame: str) -> None:
    """Operators, calls and subscripts of the heaviest logical line count from 1,001 on; strings do not."""
    heavy = "1" + " + 1" * 1200
    for text in (heavy, heavy.replace(" + ", "\\\n+"), "(" + heavy.replace(" ", "\n") + ")", "a" + ".b()" * 600):
        assert 1200 <= scan(frame % text).chunks[0].weight <= 1203
    for text in ("1" + " + 1" * 990, "'" + heavy + "'", '"""' + heavy + '"""', "[" + "1, " * 5000 + "]"):
        assert scan(frame % text).chunks[0].weight == 0


def test_weight_is_that_of_one_line_not_of_a_whole_function() -> None:
    """A long function of light lines weighs nothing."""
    assert scan("def f():\n" + "    x = a + b(c)\n" * 3000).chunks[0].weight == 0


def test_logical_lines_of_a_range() -> None:
    """A logical line runs over brackets, strings and continuations; blank and comment lines are none."""
    text = "if a:\n    from b import (\n        c,\n    )  # d\n\n    # e\n    x = '''\n'''; y \\\n  = 1\nz\n"
    begin = text.index("    from")
    spans = [text[a:b] for a, b in logical_lines(text, begin, text.index("z"))]
    assert spans == ["from b import (\n        c,\n    )  # d\n", "x = '''\n'''; y \\\n  = 1\n"]
    assert [text[a:b] for a, b in logical_lines(text, 0, 3)] == ["if a:\n"]
    assert list(logical_lines("# a\n", 0, 4)) == []


def check_partition(text: str, outline: Outline) -> None:
    """Pieces are whole lines, in order, and hold every line that is neither blank nor a comment."""
    done = 0
    for chunk in outline.chunks:
        for line in re.split(r"\r\n|\n|\r", text[done : chunk.start]):
            assert not line.strip(" \t\f") or line.strip(" \t\f").startswith("#")
        assert done <= chunk.start <= chunk.indent <= chunk.head < chunk.end
        assert chunk.start == 0 or text[chunk.start - 1] in "\r\n"
        assert chunk.end == len(text) or text[chunk.end - 1] in "\r\n"
        assert not text[chunk.start : chunk.indent].strip(" \t\f")
        assert chunk.head <= chunk.body <= chunk.end
        assert [c for c in chunk.children if not chunk.start <= c.start < c.end <= chunk.end] == []
        done = chunk.end
    for line in re.split(r"\r\n|\n|\r", text[done:]):
        assert not line.strip(" \t\f") or line.strip(" \t\f").startswith("#")


FRAGMENTS = [
    "def f():", "class A:", "async def g(x):", "if a:", "else:", "elif b:", "try:", "finally:", "match x:", "case 1:",
    "@d", "x = 1", "pass", "# c", "# noqa", "x = (", ")", "]", "[1, {2}]", "'a'", "'", '"""', "f'{a}'", 'f"{', "\\",
    "    ", "  ", "\t", "\f", " ", "\n", "\n", "\n", "\r\n", "\r", "\n    ", "\n        ", "\n  ",
]  # fmt: skip


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join))
def test_any_text_is_partitioned(text: str) -> None:
    """Whatever the text, damaged or not, its chunks are whole lines that leave no code out."""
    outline = scan(text)
    check_partition(text, outline)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<text>", "exec", ast.PyCF_ONLY_AST)
    except (SyntaxError, ValueError):
        return
    assert outline.broken is None


def definitions(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, int, int]]:
    """Name, first and last line of functions and classes that are not inside a function, by `ast`."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            yield prefix + node.name, first, node.end_lineno or 0
        if isinstance(node, ast.ClassDef):
            yield from definitions(node.body, f"{prefix}{node.name}.")
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for name in ("body", "handlers", "cases", "orelse", "finalbody"):
                for part in getattr(node, name, []):
                    yield from definitions([part] if isinstance(part, ast.stmt) else part.body, prefix)


def cut(text: str, chunks: tuple[Chunk, ...], starts: list[int], prefix: str = "") -> Iterator[tuple[str, int, int]]:
    """The same by the scanner, without the comments that belong to a chunk behind its last line of code."""
    for chunk in chunks:
        inner = prefix
        if chunk.kind in {"function", "class"}:
            first = bisect_right(starts, chunk.start)
            lines = text[chunk.start : chunk.end].rstrip("\n").split("\n")
            while not lines[-1].strip(" \t\f") or lines[-1].strip(" \t\f").startswith("#"):
                lines.pop()
            yield prefix + chunk.name, first, first + len(lines) - 1
            inner = f"{prefix}{chunk.name}."
        yield from cut(text, chunk.children, starts, inner)


def modules() -> list[Path]:
    """A sample of the standard library of the Python that runs the tests."""
    found = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))
    found += sorted(Path(sysconfig.get_path("stdlib"), "asyncio").glob("*.py"))
    return found[:: max(len(found) // 150, 1)]


def test_the_standard_library_is_cut_as_ast_says() -> None:
    """Functions and classes have the names and lines that `ast` finds, and no module is called broken."""
    seen = 0
    for path in modules():
        text = path.read_text(encoding="utf-8")
        outline = scan(text)
        assert outline.broken is None, path
        check_partition(text, outline)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = ast.parse(text)
        starts = [0, *(m.end() for m in re.finditer("\n", text))]
        assert list(cut(text, outline.chunks, starts)) == list(definitions(parsed.body)), path
        assert bool(outline.docstring_end) == (ast.get_docstring(parsed, clean=False) is not None), path
        seen += 1
    assert seen >= 100


ADVERSARIES: dict[str, Callable[[int], str]] = {
    "lines in a string": lambda n: 'x = """\n' + "a (b] 'c' # d\n" * n + '"""\n',
    "lines in an unterminated string": lambda n: 'def f():\n    """\n' + "a (b] 'c' # d\n" * n,
    "open brackets": lambda n: "x = " + "(" * n,
    "open brackets in a function": lambda n: "def f():\n" + "    x = (a\n" * n,
    "unclosed calls between functions": lambda n: "x(\ndef f():\n    y(\n" * n,
    "flat brackets in one": lambda n: "x = (" + "(a (b) 'c') " * n + "(((",
    "closing brackets": lambda n: "x = " + ")" * n,
    "unterminated quotes": lambda n: "x = 'a\n" * n,
    "quotes on one line": lambda n: "def f():\n    x = " + "'a\" " * n,
    "strings in an open bracket": lambda n: "x = (" + "'a' " * n,
    "backslashes in a string": lambda n: "x = '" + "\\" * n + "'\n",
    "backslashes": lambda n: "x = " + "\\" * n,
    "continuations": lambda n: "def f():\n    x = 1" + " \\\n + 1" * n,
    "blanks": lambda n: " " * n + "x\n" + " " * n,
    "indented blank lines": lambda n: "def f():\n    x\n" + (" " * 40 + "\n") * n,
    "form feeds": lambda n: "\f" * n + "x = 1\n\f\n" * n,
    "indentation up to a hundred": lambda n: "".join(" " * (i % 100) + "class A\n" for i in range(n)),
    "comments behind a function": lambda n: "class A:\n  def f(self):\n    x\n" + "    # y\n" * n + "  # z\n" * n,
    "f-strings that never end": lambda n: 'x = f"{\n' * n,
    "f-strings in f-strings": lambda n: "x = " + 'f"{' * n,
    "branches with functions": lambda n: "if x:\n  def f(): pass\n" + "elif y:\n  def g(): pass\n" * n,
    "a long sum": lambda n: "def f():\n  x = 1" + " + 1" * n,
    "ignore comments": lambda n: "x = 'noqa' + (  # noqa " + " noqa #" * n,
    "carriage returns": lambda n: "def f():\r  x\r\r# a\r" * n,
    "headers without an end": lambda n: "def f(a, (b), \n" * n,
}


def seconds(text: str) -> float:
    """Processor time of the fastest of three scans, without the collections that runs switch off, too."""
    times = []
    gc.disable()
    for _ in range(3):
        start = time.process_time()
        scan(text)
        times.append(time.process_time() - start)
    gc.enable()
    return min(times)


@pytest.mark.once
@pytest.mark.parametrize("make", ADVERSARIES.values(), ids=ADVERSARIES)
def test_time_is_linear(make: Callable[[int], str]) -> None:
    """Twice the text takes at most two and a half times as long, however mean it is."""
    size = 200
    while seconds(make(size)) < 0.01:
        size *= 2
    ratios = []
    for _ in range(4):  # a busy machine may spoil a measurement, but not the best of four
        ratios.append(seconds(make(2 * size)) / seconds(make(size)))
        if ratios[-1] <= 2.5:
            return
    pytest.fail(f"doubling the text cost {ratios} times as much")


def test_what_one_match_cannot_swallow_is_read_all_the_same() -> None:
    """Past the rounds of one match, comments, strings and brackets are still what they are."""
    rounds = lexer.ROUNDS + 5
    for part in ("'a' ", "(a) ", "['#'] ", "{1} ", "f'{a}' ", "'#' "):
        for many in range(lexer.ROUNDS - 3, rounds):
            outline = scan(f"x = {part * many}# noqa: A\ny = [{part * many}]  # noqa: B\n")
            assert [comment.text for comment in outline.comments] == ["# noqa: A", "# noqa: B"]
            assert len(outline.chunks) == 2
            assert outline.broken is None
    for many in (1, *range(lexer.ROUNDS // 2 - 5, lexer.ROUNDS // 2 + 5)):  # a call and a comment each
        text = "def f():\n" + "  a()  # noqa\n" * many + "# noqa\n" * 3 + "y = 1\n"
        outline = scan(text)
        assert len(outline.comments) == many + 3
        assert [text[chunk.end - 9 : chunk.end] for chunk in outline.chunks] == ["  # noqa\n", "oqa\ny = 1\n"[-9:]]


def test_nothing_recurses() -> None:
    """Deep nesting of blocks, brackets and f-strings needs no stack."""
    limit = sys.getrecursionlimit()
    text = "".join(" " * i + "if x:\n" for i in range(limit)) + " " * limit + "def f(): pass\n"
    assert scan(text).broken is None
    assert scan("x = " + "[" * 3 * limit).depth >= 3 * limit
    assert scan("x = " + 'f"{' * 3 * limit).broken is not None
