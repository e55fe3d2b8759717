"""Reading a rule's page: summary, prose, examples and what is expected of them."""

from __future__ import annotations

import pytest

from resilint_rules.kit.rule_page import Mark, parse, read_docstring, read_marks

PAGE = '''#!/usr/bin/env python
# a comment
r"""A remote call that may wait for ever.

When the other side goes silent,
nothing returns.

```python bad
get(URL)  # finds: no-timeout
text = r"\\d"
```

```python fixed
get(URL, timeout=5)
text = r"\\d"
```

Limits count:

```toml
read = 27
```

versions: redis==7.4 httpx==0.27

```python bad shop/api.py
from .clients import session
session.get(URL)  # finds: no-timeout, client-per-call
```

```python bad shop/clients.py
session = make()
```

```python fixed shop/clients.py
session = make(5)
```

Silence:

```python good
pass
```
"""
from x import rule
'''


def test_the_first_line_is_the_summary_and_the_rest_tells_why() -> None:
    """What stands before the first example is the why; other fences stay prose."""
    page = parse(PAGE)
    assert page.summary == "A remote call that may wait for ever."
    assert page.why == "When the other side goes silent,\nnothing returns."
    assert page.prose == f"{page.why}\n\nLimits count:\n\n```toml\nread = 27\n```\n\nSilence:"


def test_an_example_has_its_kind_file_code_and_marks() -> None:
    """Marks are taken out of the code and keep their row; backslashes stay as written."""
    first = parse(PAGE).examples[0]
    assert (first.kind, first.file, first.pins) == ("bad", "", ())
    assert first.code == 'get(URL)\ntext = r"\\d"\n'
    assert first.marks == (Mark(1, "finds", "no-timeout"),)


def test_files_that_follow_each_other_are_one_case() -> None:
    """A case is its files, the versions they are pinned to, and what becomes of them."""
    one, two, three = parse(PAGE).cases
    assert [example.code for example in one.fixed] == ['get(URL, timeout=5)\ntext = r"\\d"\n']
    assert [example.file for example in two.files] == ["shop/api.py", "shop/clients.py"]
    assert two.pins == ("redis==7.4", "httpx==0.27")
    assert [mark.rule for mark in two.files[0].marks] == ["no-timeout", "client-per-call"]
    assert [example.file for example in two.fixed] == ["shop/clients.py"]
    assert (three.kind, three.pins, three.fixed) == ("good", (), ())


def test_unnamed_examples_of_a_kind_are_cases_of_their_own() -> None:
    """Two good examples in a row are two."""
    page = parse('"""S.\n\n```python good\na\n```\n\n```python good\nb\n```\n"""')
    assert [case.files[0].code for case in page.cases] == ["a\n", "b\n"]


def test_a_page_in_crlf_is_the_same_page() -> None:
    """Line ends of the checkout do not change the examples."""
    assert parse(PAGE.replace("\n", "\r\n")) == parse(PAGE)


@pytest.mark.parametrize(
    ("source", "docstring"),
    [
        ('"""Plain."""', "Plain."),
        ("'''Single.'''", "Single."),
        ('"""A \\" quote and \\\\d."""', 'A " quote and \\d.'),
        ('R"""Raw \\d."""', "Raw \\d."),
        ('\n\n# coding\n"""It\'s.\n"""\n', "It's.\n"),
        ('import os\n"""Late."""', ""),
        ("", ""),
    ],
)
def test_the_docstring_is_what_python_says(source: str, docstring: str) -> None:
    """The same text as `__doc__`, read without running anything."""
    space: dict[str, object] = {}
    exec(compile(source, "x", "exec", optimize=0), space)
    assert read_docstring(source) == docstring == (space.get("__doc__") or "")


def test_marks_leave_every_other_byte() -> None:
    """Comments of the author, line ends and indents stay; a mark on a line of its own leaves it empty."""
    text = "a()  # kept  # finds: one\r\n\t# misses: two - it is dynamic\r\nb = '# finds'\n"
    code, marks = read_marks(text)
    assert code == "a()  # kept\r\n\r\nb = '# finds'\n"
    assert marks == (Mark(1, "finds", "one"), Mark(2, "misses", "two", "it is dynamic"))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("```python bad\nx\n", "never ends"),
        ("```python worse\nx\n```", "bad, fixed or good, not `worse`"),
        ("```python fixed\nx\n```", "must follow the example that it fixes"),
    ],
)
def test_a_wrong_page_is_refused(body: str, message: str) -> None:
    """A mistake in a page is an error with its reason, never a silently missing example."""
    with pytest.raises(ValueError, match=message):
        parse(f'"""S.\n\n{body}\n"""')
