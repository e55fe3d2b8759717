"""The pages of this folder state what the interpreter derives, and the harness finds what they state wrongly."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.interp.reveal import mismatches, pages, read_page

CASES = pages(Path(__file__).parent)


@pytest.mark.parametrize("name", CASES)
def test_what_a_page_states(name: str) -> None:
    """Every comment of a case holds."""
    page = name.partition(":")[0]
    wrong = mismatches(CASES[name])
    assert not wrong, "\n" + "\n".join(f"tests/kit/interp/{page}:{each}" for each in wrong)


PAGE = """A page.

Prose that `x  # is: Const(9)` does not count in.

```python
x = 1
x  # is: {}
```
"""


@pytest.mark.parametrize(
    "stated",
    [
        "Const(True)",
        "Const(1.0)",
        "Const('1')",
        "Const(2)",
        "Const(1, soft)",
        "Const(1)",
        "Unknown",
        "Const(1) | Const(2)",
        "",
    ],
)
def test_a_value_that_is_stated_wrongly(stated: str) -> None:
    """The message names the line of the page, the code, and both values."""
    (case,) = read_page(PAGE.format(stated))
    assert mismatches(case) == [f"7: x\n    expected is: {stated or 'is'}\n    actual: Const(1, named x)"]


@pytest.mark.parametrize(
    ("comment", "actual"),
    [
        ("is: Const(1, named x)", None),
        ("is: Const( 1 ,named x )", None),
        ("unreachable", "reachable"),
        ("events: none", "not an object with events: Const(1, named x)"),
        ("uses: json", "not an object with uses: Const(1, named x)"),
        ("calls: none", "no call starts on this line"),
    ],
)
def test_other_words(comment: str, actual: str | None) -> None:
    """A comment that does not fit the line fails as well."""
    (case,) = read_page(PAGE.replace("is: {}", comment))
    word, _, stated = comment.partition(": ")
    stated = stated or word
    assert mismatches(case) == (
        [] if actual is None else [f"7: x\n    expected {word}: {stated}\n    actual: {actual}"]
    )


CLIENT = """A page.

```python shop/api.py
import requests

def make():
    s = requests.Session()
    s.verify = False
    s.mount("a", 1)
    return s
```

```python app.py
import requests
from shop.api import make

def pull(url, flag, **rest):
    s = make()
    s  # is: Instance(requests.Session, made at shop/api.py:4)  # events: set verify, call mount
    if flag:
        s = None
    s  # is: Const(None) | Instance(requests.Session, made at shop/api.py:4)
    r = requests.get(url)  # calls: requests.get
    r.text  # is: Derived(requests.Response.text, response at 10)
    r  # uses: text
    url  # is: Unknown
    url  # is: Unknown(`url` is given by the caller)
    print(url)  # calls: none
    return
    r  # unreachable
```
"""


def test_files_of_one_case() -> None:
    """Imports lead from file to file, and all that is stated of either is compared."""
    (case,) = read_page(CLIENT)
    assert list(case.texts) == ["shop/api.py", "app.py"]
    assert len(case.expected) == 10
    assert mismatches(case) == []


@pytest.mark.parametrize(
    ("right", "wrong", "actual"),
    [
        ("shop/api.py:4)  # events", "4)  # events", "Instance(requests.Session, made at shop/api.py:4)"),
        ("set verify, call mount", "set verify", "set verify, call mount"),
        ("# uses: text", "# uses: none", "text"),
        ("calls: none", "calls: print", "none"),
        ("calls: requests.get", "calls: requests.post", "requests.get"),
        ("calls: requests.get", "calls: requests.get(Const('a'))", "requests.get(Unknown)"),
        ("by the caller", "by nobody", "Unknown(`url` is given by the caller)"),
        ("# unreachable", "# is: Unknown", "unreachable"),
        ("Unknown\n", "Unknown  # unreachable\n", "reachable"),
    ],
)
def test_each_word_can_fail(right: str, wrong: str, actual: str) -> None:
    """A change of any comment is noticed, and of that one alone."""
    assert right in CLIENT
    (case,) = read_page(CLIENT.replace(right, wrong, 1))
    (message,) = mismatches(case)
    assert message.endswith(f"actual: {actual}")


def test_cases_of_a_page() -> None:
    """A file name that occurs again, and a fence without one, start another case."""
    fences = ("python a.py", "python b.py", "python a.py", "python")
    page = "A page.\n\n" + "".join(f"```{fence}\nA = 1\n```\n\n" for fence in fences)
    cases = [(case.line, list(case.texts)) for case in read_page(page)]
    assert cases == [(4, ["a.py", "b.py"]), (12, ["a.py"]), (16, ["example.py"])]


def test_versions() -> None:
    """Pins hold for the fences below them, up to the next prose."""
    page = "A page.\n\nversions: redis==7.4\n\n```python\nA = 1\n```\n\nProse.\n\n```python\nA = 2\n```\n"
    assert [case.pins for case in read_page(page)] == [{"redis": "==7.4"}, {}]


def test_a_page_whose_fence_never_ends() -> None:
    """Nothing of it is silently left out."""
    with pytest.raises(ValueError, match="never ends"):
        list(read_page("A page.\n\n```python\nx = 1\n"))
