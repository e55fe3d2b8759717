"""Where a new import goes."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilint.fixes.apply import edits_with_imports, replaced
from resilint_rules.kit.findings import Fix, Import
from resilint_rules.kit.syntax.text import Edit

RANDOM = Import("random")
SLEEP = Import("asyncio", "sleep")
RETRY = Import("tenacity", "retry")


def after(text: str, *wanted: Import, at: str = "") -> str:
    """The text with the imports of a fix that changes nothing else; `at` is where they are needed."""
    place = text.index(at) if at else len(text)
    return replaced(text, edits_with_imports(text, Fix("t", (Edit(place, place, ""),), wanted)))


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        # beside its kind, in the order that import sorters use
        ("import os\nimport sys\n\nx = 1\n", [RANDOM], "import os\nimport random\nimport sys\n\nx = 1\n"),
        ("import sys\nfrom os import path\n", [RANDOM], "import random\nimport sys\nfrom os import path\n"),
        ("import os  # for paths\nx = 1\n", [RANDOM], "import os  # for paths\nimport random\nx = 1\n"),
        (
            "import os\n\nimport requests\n\nfrom .a import b\n",
            [RETRY],
            "import os\n\nimport requests\nfrom tenacity import retry\n\nfrom .a import b\n",
        ),
        # a first import of its section
        ("import requests\n\nx = 1\n", [RANDOM], "import random\n\nimport requests\n\nx = 1\n"),
        ("import os\n\nx = 1\n", [RETRY], "import os\n\nfrom tenacity import retry\n\nx = 1\n"),
        ("import os\nx = 1\n", [RETRY], "import os\n\nfrom tenacity import retry\n\nx = 1\n"),
        (
            "from __future__ import annotations\n\nimport requests\n",
            [RANDOM],
            "from __future__ import annotations\n\nimport random\n\nimport requests\n",
        ),
        ("from __future__ import annotations\n", [RANDOM], "from __future__ import annotations\n\nimport random\n"),
        ("# ours\nimport requests\n", [RANDOM], "# ours\nimport requests\n\nimport random\n"),
        # what is said of the module stands above its imports
        (
            '__all__ = [\n    "a",\n]\n\nimport sys\n',
            [RANDOM],
            '__all__ = [\n    "a",\n]\n\nimport random\nimport sys\n',
        ),
        # no import at all
        ('"""Doc."""\n\nx = 1\n', [RANDOM], '"""Doc."""\n\nimport random\n\nx = 1\n'),
        ('"""Doc."""\nx = 1\n', [RANDOM], '"""Doc."""\n\nimport random\n\nx = 1\n'),
        ('"""Doc\nimport requests\n"""', [RANDOM], '"""Doc\nimport requests\n"""\n\nimport random'),
        (
            "#!/usr/bin/env python\n# Licence\n\nx = 1\n",
            [RANDOM],
            "#!/usr/bin/env python\n# Licence\n\nimport random\n\nx = 1\n",
        ),
        ("#!/usr/bin/env python\nx = 1\n", [RANDOM], "#!/usr/bin/env python\nimport random\n\nx = 1\n"),
        ("x = 1\n", [RANDOM], "import random\n\nx = 1\n"),
        (
            "# Licence\n\n# what f does\ndef f(): ...\n",
            [RANDOM],
            "# Licence\n\nimport random\n\n\n# what f does\ndef f(): ...\n",
        ),
        ("", [RANDOM], "import random\n"),
        # a line that can take one more name
        ("from asyncio import gather\n", [SLEEP], "from asyncio import gather, sleep\n"),
        ("from asyncio import gather, wait  # both\n", [SLEEP], "from asyncio import gather, sleep, wait  # both\n"),
        ("from asyncio import wait\n", [SLEEP], "from asyncio import sleep, wait\n"),
        ("from asyncio import (wait)\n", [SLEEP], "from asyncio import (sleep, wait)\n"),
        ("from asyncio import (wait, gather,)\n", [SLEEP], "from asyncio import (wait, gather, sleep,)\n"),
        ("from asyncio import gather as g\n", [SLEEP], "from asyncio import gather as g, sleep\n"),
        (
            "from tenacity import wait_random\n",
            [RETRY, Import("tenacity", "stop_after_delay")],
            "from tenacity import wait_random, retry, stop_after_delay\n",
        ),
        # between brackets
        (
            "from asyncio import (\n    gather,\n)\n",
            [SLEEP],
            "from asyncio import (\n    gather,\n    sleep,\n)\n",
        ),
        (
            "from asyncio import (  # all of it\n    timeout,  # 3.11\n    to_thread,\n)\n",
            [SLEEP],
            "from asyncio import (  # all of it\n    sleep,\n    timeout,  # 3.11\n    to_thread,\n)\n",
        ),
        (
            "from asyncio import (gather,\n                     run as go)\n",
            [SLEEP],
            "from asyncio import (gather,\n                     run as go,\n                     sleep)\n",
        ),
        # lines that cannot
        ("from asyncio import *\n", [SLEEP], "from asyncio import *\nfrom asyncio import sleep\n"),
        ("import asyncio\n", [SLEEP], "import asyncio\nfrom asyncio import sleep\n"),
        # what is there already
        ("import random\n", [RANDOM], "import random\n"),
        ("import os, random\n", [RANDOM], "import os, random\n"),
        ("import os; import random\n", [RANDOM], "import os; import random\n"),
        ("import random.sub\n", [RANDOM], "import random.sub\n"),
        (
            "from asyncio import (\n    gather,  # (\n    sleep,\n)\n",
            [SLEEP],
            "from asyncio import (\n    gather,  # (\n    sleep,\n)\n",
        ),
        ("from asyncio import \\\n    sleep\n", [SLEEP], "from asyncio import \\\n    sleep\n"),
        # what only looks as if it were there
        ("import random as r\n", [RANDOM], "import random as r\nimport random\n"),
        ("import randomly\n", [RANDOM], "import random\n\nimport randomly\n"),
        ("from asyncio import sleep as nap\n", [SLEEP], "from asyncio import sleep as nap, sleep\n"),
        ("x = '''\nimport random\n'''\n", [RANDOM], "import random\n\nx = '''\nimport random\n'''\n"),
        (
            "try:\n    import random\nexcept ImportError:\n    pass\n",
            [RANDOM],
            "import random\n\ntry:\n    import random\nexcept ImportError:\n    pass\n",
        ),
        (
            "import os\nif TYPE_CHECKING:\n    from asyncio import gather\n",
            [SLEEP],
            "import os\nfrom asyncio import sleep\nif TYPE_CHECKING:\n    from asyncio import gather\n",
        ),
        # line ends
        ("import os\r\nx = 1\r\n", [RANDOM], "import os\r\nimport random\r\nx = 1\r\n"),
        ("import os", [RANDOM], "import os\nimport random"),
    ],
)
def test_placing(text: str, wanted: list[Import], expected: str) -> None:
    """The import stands where a person would have put it, and nothing else has moved."""
    assert after(text, *wanted) == expected
    assert after(expected, *wanted) == expected, "a second time changes nothing"


def test_several_at_once_are_merged() -> None:
    """Names of one module share a line, duplicates are dropped, blocks are in order."""
    text = "import requests\n"
    wanted = (RETRY, RANDOM, Import("tenacity", "wait_random"), RANDOM, Import("asyncio"))
    assert after(text, *wanted) == (
        "import asyncio\nimport random\n\nimport requests\nfrom tenacity import retry, wait_random\n"
    )


def test_an_import_below_the_place_of_use_does_not_count() -> None:
    """Module-level code runs from top to bottom."""
    text = "x = 1\nimport random\ny = 1\n"
    assert after(text, RANDOM, at="x = 1") == "import random\n\n" + text
    assert after(text, RANDOM, at="y = 1") == text


HEADS = st.lists(
    st.sampled_from(
        [
            '"""Doc."""',
            "from __future__ import annotations",
            "import os",
            "import os, sys",
            "from os import path as p",
            "from asyncio import (\n    gather,\n)",
            "import requests",
            "from . import a",
            "from .b import c  # why",
            "# comment",
            "",
            "if x:\n    import random",
            "try:\n    import a\nexcept ImportError: pass",
            "def f():\n    import random",
            "import a; b = 1",
            "x = [\n1,\n]",
            "@d\nclass C: ...",
            "s = '''\nimport random\n'''",
        ]
    ),
    max_size=8,
)


@given(
    HEADS, st.sampled_from(["\n", "\r\n"]), st.lists(st.sampled_from([RANDOM, SLEEP, RETRY]), min_size=1, max_size=3)
)
def test_what_is_placed_is_bound_before_the_end_and_nothing_is_lost(
    lines: list[str], newline: str, wanted: list[Import]
) -> None:
    """On any head: the old text is a subsequence of the new one, which parses and binds every name at its top."""
    text = "\n".join([*lines, "last = 1", ""]).replace("\n", newline)
    try:
        compile(text, "x", "exec", flags=ast.PyCF_ONLY_AST)
        compile(text, "x", "exec")
    except SyntaxError:  # a `__future__` that is too late was not ours to mend
        return
    new = after(text, *wanted)
    compile(new, "x", "exec")
    rest = iter(new)
    assert all(char in rest for char in text)
    bound = {
        (node.module or "", alias.name) if isinstance(node, ast.ImportFrom) else (alias.name, "")
        for node in ast.parse(new).body
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
        if alias.asname is None
    }
    assert {(each.module, each.name) for each in wanted} <= bound
    assert newline == "\n" or "\n" not in new.replace("\r\n", "")
