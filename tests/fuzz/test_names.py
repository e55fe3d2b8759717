"""Names that hold themselves, or each what another holds, end every search for what they hold.

So do functions, classes and modules that lead back to where one began. `RESILINT_NAMES=N` sets how many programs are
checked. The same number makes the same program in every run.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator

import pytest

from fuzz.cycles import cyclic, is_program
from fuzz.test_layout import PROGRAMS, look
from resilint.engine.file_checker import on_deep_stack

COUNT = int(os.environ.get("RESILINT_NAMES", "0"))
USUAL = 250
SECONDS = 10
"""Of processor time that one program may take."""
FOUND = {
    "a name in a handler": "import requests\n\n\ndef f(u):\n    answer = requests.get(u)\n    answer = answer or {}\n"
    "    return answer.json()['a']\n",
    "a dict in itself": "import psycopg2\n\nlink = psycopg2.connect()\nlink = {**link, 'key': link}\n"
    "link['key'] = link\n",
    "a dict that is updated with itself": "import requests\n\n\ndef f(u):\n    a = {}\n    b = {'a': a}\n"
    "    a.update(b=b)\n    a.setdefault('c', b)\n    b.update(a)\n    requests.get(u, **a)\n",
    "names by turns": "import requests\n\n\ndef loop():\n    given = request.headers()\n    if given:\n"
    "        given = twin = given\n        given = twin\n        if given == secret:\n            return\n    (401)\n",
    "a name that is stripped": "import requests\n\n\ndef view():\n    token = request.headers['X-Token']\n"
    "    token = token.strip()\n    if token != SECRET:\n        return 'no', 401\n",
}
"""Programs that have failed once, and such as are like them."""


def fault(text: str, others: dict[str, str], path: str) -> str:
    """What goes wrong when a program is checked: a rule that fails, a part that is left out, or time."""
    started = time.thread_time()
    found = [finding.message for finding in look(text, others, path) if finding.code in ("E001", "E902")]
    if time.thread_time() - started > SECONDS:
        found.append(f"more than {SECONDS} s")
    return next(iter(found), "")


def program(number: int) -> tuple[str, str, dict[str, str], str]:
    """The name of the example, the text, the texts beside it, and the path of the program of a number."""
    chance = random.Random(number)
    name = chance.choice([*PROGRAMS])
    text, others, path = PROGRAMS[name]
    module = path.removeprefix("tests/").removesuffix(".py").replace("/", ".")
    for _ in range(chance.choice((1, 2, 3))):
        text, beside = cyclic(text, module, chance) if is_program(text) else (text, {})
        others = {**others, **beside}
    return name, text, others, path


def faults(numbers: range) -> Iterator[str]:
    """What goes wrong with the programs of some numbers."""
    for number in numbers:
        name, *made = program(number)
        if said := fault(*made):
            yield f"{number}, {name}: {said}"


@pytest.mark.timeout(0 if COUNT else 600)
def test_what_holds_itself_is_no_mistake_of_ours() -> None:
    """No rule fails, whatever it looks up, and nothing is left out."""
    assert list(on_deep_stack(faults(range(COUNT or USUAL)))) == []


@pytest.mark.parametrize("text", FOUND.values(), ids=FOUND)
def test_what_was_found_stays_right(text: str) -> None:
    """Each program that has failed once."""
    assert fault(text, {}, "example.py") == ""


def test_programs_differ_and_stay() -> None:
    """A number stands for one program, nearly all of them other than the example."""
    made = [program(number) for number in range(100)]
    assert made == [program(number) for number in range(100)]
    assert sum(text != PROGRAMS[name][0] for name, text, _, _ in made) > 80
    assert all(is_program(text) for _, text, _, _ in made)
