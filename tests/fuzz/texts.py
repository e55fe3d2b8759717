"""Texts to make mutants of: the rules' examples, new syntax, and files of published packages."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path

from resilint_rules import registry
from resilint_rules.kit.rule_page import parse_docstring

RULES = Path(__file__).parents[1] / "rules"
PACKAGES = ("apache-airflow-providers-slack==9.11.1", "flower==2.2.0", "zulip==0.9.1")
"""Packages of integration code whose wheels hold Python only; a wheel is unpacked, and nothing of it is run."""
LARGEST = 20_000
"""Characters of the largest published file that is used."""

SYNTAX = (
    # Python 3.12: type parameters, aliases, strings in f-strings
    ("import requests\n\n\ndef load[T: (int, str), *Ts, **P](url: T) -> T:\n    return requests.get(url).json()\n"),
    (
        "import requests\n"
        "\n"
        "type Url[T] = list[T]\n"
        "\n"
        "\n"
        "class Api[T]:\n"
        "    def get(self, u: Url[T]):\n"
        "        return requests.get(u, timeout=None)\n"
    ),
    "import requests\n\nprint(f'{requests.get(f'{base}/{'a' + \"b\"}', timeout=None)!r:>{width}}')  # why\n",
    "import requests\nx = f'''{\n    requests.get(u)  # inside\n    .json()['a']\n}'''\n",
    # Python 3.13: defaults of type parameters
    (
        "import httpx\n"
        "\n"
        "\n"
        "async def load[T = int](u):\n"
        "    async with httpx.AsyncClient(timeout=None) as c:\n"
        "        return await c.get(u)\n"
    ),
    # Python 3.14: several exceptions without brackets, template strings
    (
        "import requests\n"
        "\n"
        "\n"
        "def f(u):\n"
        "    try:\n"
        "        return requests.get(u)\n"
        "    except ValueError, OSError:\n"
        "        return None\n"
    ),
    (
        "import requests\n"
        "\n"
        "\n"
        "def f(u):\n"
        "    try:\n"
        "        requests.get(u)\n"
        "    except* ValueError, OSError:\n"
        "        pass\n"
    ),
    "import requests\n\nt = t'{requests.get(u)} {t\"{x!r}\"}'\nrequests.get(rt'{u}', timeout=None)\n",
    # older, rarely seen
    (
        "import requests\n"
        "match requests.get(u, timeout=None):\n"
        "    case {'a': [x, *_]} | requests.Response(status_code=200 as x) if x:\n"
        "        pass\n"
    ),
    (
        "import requests\n"
        "if (r := requests.get(u)) and (lambda *a, k=requests.get(u): k)(): print(r)\n"
        "with (requests.Session() as s, open(p) as f,): s.get(u)\n"
    ),
    (
        "import requests, time\n"
        "while True:\n"
        "\ttry: requests.get(u); break\n"
        "\texcept Exception as e: time.sleep(1)\n"
        "\telse: pass\n"
        "\tfinally: x = [*a, *{**b}]\n"
    ),
    (
        "import requests\r\n"
        "def f(u):\r\n"
        "    return requests \\\r\n"
        "        . get(\r\n"
        "            u, # why\r\n"
        "        )\r\n"
    ),
    "\ufeffimport requests\rrequests.get(u)\r",
    "import requests\n\x0cdef f(u):\n\x0c    return requests.get(u, timeout=None)  # \U0001f600 \xe9\n",
    (
        "async def f():\n"
        "    import time, requests\n"
        "    async for x in y:\n"
        "        time.sleep(1); z = [await g(i) async for i in x]\n"
        "        requests.get(u)\n"
    ),
)


@cache
def examples() -> tuple[str, ...]:
    """All examples of the rules' pages, the files of `tests/rules`, and new syntax, in a fixed order.

    What has findings, and new syntax, is there several times, so that it is chosen more often.
    """
    found: list[str] = []
    risky: list[str] = []
    for rule in sorted(registry.rules().values(), key=lambda rule: rule.code):
        shown = parse_docstring(registry.page(rule)).examples
        found += [example.code for example in shown]
        risky += [example.code for example in shown if example.kind == "bad"]
        folder = RULES / rule.name
        found += [path.read_bytes().decode() for path in sorted(folder.rglob("*.py"))]
    return (*dict.fromkeys(text for text in found if text.strip()), *risky * 3, *SYNTAX * 3)


def published(folder: Path) -> list[str]:
    """Files of published packages; none without a network. Effect: downloads wheels into a folder."""
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", str(folder)]
    done = subprocess.run([*command, *PACKAGES], capture_output=True, check=False, timeout=120)
    if done.returncode:
        return []
    texts = []
    for wheel in sorted(folder.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            texts += [
                archive.read(info).decode("utf-8", "replace")
                for info in sorted(archive.infolist(), key=lambda info: info.filename)
                if info.filename.endswith(".py") and 0 < info.file_size < LARGEST
            ]
    return texts
