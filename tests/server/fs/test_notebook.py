"""A notebook is one module, and of its file nothing changes but the cells that do."""

from __future__ import annotations

import difflib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilint.fs.files import Unreadable, Unwritable
from resilint.fs.notebook import code_of, read_notebook, rewritten


def notebook(*cells: str, indent: int | None = 1, lines: bool = True, language: str = "python", **more: Any) -> bytes:
    """The bytes of a notebook with code cells; those that begin with `#md` are text."""
    found = []
    for cell in cells:
        kind = "markdown" if cell.startswith("#md") else "code"
        source = [line + "\n" for line in cell.split("\n")[:-1]] + [cell.split("\n")[-1]] if lines else cell
        output = {"outputs": [{"text": "é \u2028"}], "execution_count": None} if kind == "code" else {}
        found.append({"cell_type": kind, "metadata": {}, "source": source, **output})
    about = {"cells": found, "metadata": {"language_info": {"name": language}}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(about, indent=indent, ensure_ascii=False, **more).encode() + b"\n"


def test_cells_are_one_module() -> None:
    """In their order, each with its number among all cells and its row in the file."""
    data = notebook("#md Title", "a = 1\nb = 2", "c = 3")
    found = read_notebook(data)
    assert found.text == "a = 1\nb = 2\n# %%\nc = 3"
    first, second = found.cells
    assert (first.number, first.first, first.step) == (2, 1, 1)
    assert (second.number, second.first) == (3, 4)
    rows = data.decode().split("\n")
    assert '"a = 1' in rows[first.line - 1]
    assert '"b = 2' in rows[first.line]
    assert '"c = 3' in rows[second.line - 1]


def test_a_cell_in_one_string_has_one_row_of_the_file() -> None:
    """Some tools write the source so."""
    data = notebook("a = 1\nb = 2", lines=False)
    (cell,) = read_notebook(data).cells
    assert (cell.step, read_notebook(data).text) == (0, "a = 1\nb = 2")
    assert json.loads(rewritten(data, "a = 1\nb = 3"))["cells"][0]["source"] == "a = 1\nb = 3"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("%pip install requests\nimport requests", "\nimport requests"),
        ("!ls \\\n  -l\nx = 1", "\n\nx = 1"),
        ("if x:\n    !ls\nelse:\n    %time f()", "if x:\n    pass\nelse:\n    pass"),
        ("files = !ls\na, b = %sql select", "files = get_ipython()\na, b = get_ipython()"),
        ("f?\nf.g??\n?f\n??f", "\n\n\n"),
        ("%%time\nx = 1", "\nx = 1"),
        ("\n%%capture out\nx = 1", "\n\nx = 1"),
        ('x = """\n%a\n!b\n"""\n%c', 'x = """\n%a\n!b\n"""\n'),
        ("x = (1\n  %2)\ny = (\n!z)", "x = (1\n  %2)\ny = (\n!z)"),
        ("x = '%a' % (\n  b,\n)\n%c", "x = '%a' % (\n  b,\n)\n"),
        ("x = 1 \\\n  %2\n%c", "x = 1 \\\n  %2\n"),
        ('# it\'s\n!echo """\nx = 1', "# it's\n\nx = 1"),
        ("x %= 3\ny != 4\nz = a if b else c", "x %= 3\ny != 4\nz = a if b else c"),
        ("a = {1: '#('}\n%b", "a = {1: '#('}\n"),
        ("/f x\n;f x\n,f x", "\n\n"),
    ],
)
def test_commands_of_ipython_are_no_code(cell: str, text: str) -> None:
    """Only where a statement begins; the rows stay, and so does the cell."""
    data = notebook(cell)
    assert read_notebook(data).text == text
    assert rewritten(data, text) == data
    compile(text if "\n!z" not in text else "", "cell", "exec")


@pytest.mark.parametrize("magic", ["%%bash", "%%javascript", "%%writefile a.py", "%%sql", "\n%%html"])
def test_cells_of_another_language_are_left_out(magic: str) -> None:
    """Their numbers count."""
    found = read_notebook(notebook(f"{magic}\nimport requests", "x = 1"))
    assert (found.text, [cell.number for cell in found.cells]) == ("x = 1", [2])


def test_notebooks_of_another_language_are_empty() -> None:
    """One that does not say its language is Python."""
    assert read_notebook(notebook("x = 1", language="R")).text == ""
    assert read_notebook(b'{"cells": [{"cell_type": "code", "source": "x = 1"}]}').text == "x = 1"


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b'{"cells": 3}', b'{"cells": [3]}', b'{"cells": [{"cell_type": "code", "source": 5}]}', b"\xff",
     b'{"cells": [', b'{"cells" [', b'{"a": ' + b"[" * 100_000, b"<<<<<<< HEAD\n{}"],
)  # fmt: skip
def test_what_is_no_notebook_cannot_be_read(data: bytes) -> None:
    """With a reason, whatever it is."""
    with pytest.raises(Unreadable, match="is no notebook"):
        read_notebook(data)
    assert code_of(data) == data


@pytest.mark.parametrize("indent", [None, 1, 2, 4])
@pytest.mark.parametrize("lines", [True, False])
def test_only_the_changed_lines_differ(indent: int | None, lines: bool) -> None:
    """Indentation, order of keys, outputs and other cells are as they were, to the byte."""
    data = notebook("#md Ä", "import requests\n%matplotlib inline\nf('é')\ng()", "h()", indent=indent, lines=lines)
    changed = rewritten(data, read_notebook(data).text.replace("g()", "g(1)\nk('ü')"))
    assert json.loads(changed)["cells"][2] == json.loads(data)["cells"][2]
    assert "".join(json.loads(changed)["cells"][1]["source"]) == (
        "import requests\n%matplotlib inline\nf('é')\ng(1)\nk('ü')"
    )
    matcher = difflib.SequenceMatcher(None, data.decode(), changed.decode(), autojunk=False)
    removed = "".join(data.decode()[a:b] for kind, a, b, _, _ in matcher.get_opcodes() if kind != "equal")
    assert len(removed) <= 1
    if lines and indent:
        rows = [set(text.decode().split("\n")) for text in (data, changed)]
        assert {row.strip() for row in rows[1] - rows[0]} == {'"g(1)\\n",', "\"k('ü')\""}


def test_escapes_and_marks_are_kept() -> None:
    """A file in ASCII stays in ASCII, one with a byte order mark keeps it, and so do its line ends."""
    data = (
        b"\xef\xbb\xbf"
        + json.dumps({"cells": [{"cell_type": "code", "source": ["f('\u00e9')\n", "g()"]}]}, indent=1).encode()
    )
    data = data.replace(b"\n", b"\r\n")
    changed = rewritten(data, "f('\u00e9')\ng('\u00fc')")
    assert changed == data.replace(b"g()", b"g('\\u00fc')")


def test_a_comment_that_looks_like_a_border_is_none() -> None:
    """The border is one that no cell has."""
    data = notebook("a = 1\n# %%\nb = 2", "c = 3")
    text = read_notebook(data).text
    assert "\n# %%%\n" in text
    assert rewritten(data, text) == data
    assert json.loads(rewritten(data, text.replace("c", "d")))["cells"][1]["source"] == ["d = 3"]


def test_a_line_at_a_border_belongs_to_the_cell_it_follows() -> None:
    """An import that is put below the imports of a cell, or above those of the next."""
    data = notebook("import a", "import c")
    assert json.loads(rewritten(data, "import a\nimport b\n# %%\nimport c"))["cells"][0]["source"] == [
        "import a\n",
        "import b",
    ]
    changed = json.loads(rewritten(data, "import z\nimport a\n# %%\nimport b\nimport c"))["cells"]
    assert [cell["source"] for cell in changed] == [["import z\n", "import a"], ["import b\n", "import c"]]


def test_what_cannot_be_put_back_is_not() -> None:
    """A lost border, and a command of IPython that was replaced."""
    data = notebook("if x:\n    !ls", "b")
    with pytest.raises(Unwritable):
        rewritten(data, "a = 1")
    with pytest.raises(Unwritable):
        rewritten(data, "if x:\n    pass  # nothing\n# %%\nb")


LINES = st.sampled_from(
    ["a = 1", "%b", "if c:", "    !d", "", "'''", "# %%", "é\r", "f(", ")", '"', "\\", "x = !y", "\u2028"]
)


@given(st.lists(st.lists(LINES, max_size=5).map("\n".join), max_size=4), st.booleans(), st.sampled_from([None, 1]))
def test_any_notebook_comes_back(cells: list[str], lines: bool, indent: int | None) -> None:
    """Rows are kept whatever the cells hold, and the same text gives the same file."""
    data = notebook(*cells, lines=lines, indent=indent)
    found = read_notebook(data)
    assert rewritten(data, found.text) == data
    rows = found.text.split("\n")
    for cell, source in zip(found.cells, found.sources, strict=True):
        assert rows[cell.first - 1 : cell.first + source.text.count("\n")] == source.masked.split("\n")
