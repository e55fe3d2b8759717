"""Re-exports are followed through many modules, at a cost that grows with the number of modules."""

from __future__ import annotations

import sys
from types import FrameType

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint_rules.kit.project.imports import HOPS, Project
from resilint_rules.kit.syntax.text import Document

MAKER = "import requests\n\nclient = requests.Session()\n"
USE = "\n\ndef ask(url):\n    return client.get(url)\n"


def _codes(files: dict[str, str], name: str, project: Project | None = None) -> list[str]:
    project = project or _project(files)
    document = Document(files[name], name, name.removesuffix(".py").replace("/", "."))
    return [finding.code for finding in check(document, project, Settings()).findings]


def _project(files: dict[str, str]) -> Project:
    return Project(read=lambda name: files[name].encode() if name in files else None, exists=files.__contains__)


def _chain(length: int) -> dict[str, str]:
    """Modules that each have a client from the one before, and use it."""
    files = {"m0.py": MAKER}
    for number in range(1, length):
        files[f"m{number}.py"] = f"from m{number - 1} import client{USE}"
    return files


@pytest.mark.parametrize("hops", [1, 2, 5, HOPS - 1])
def test_a_chain_of_modules(hops: int) -> None:
    """A client that modules pass on to each other is known in the last one."""
    files = _chain(hops + 1)
    assert _codes(files, f"m{hops}.py") == ["TMO001"]


def test_a_chain_ends() -> None:
    """What comes through more modules than anybody writes is unknown."""
    files = _chain(HOPS + 10)
    assert _codes(files, f"m{HOPS + 9}.py") == []


def test_a_circle() -> None:
    """Modules that have a name from each other, and none that makes it."""
    files = {f"m{number}.py": f"from m{(number + 1) % 400} import client{USE}" for number in range(400)}
    project = _project(files)
    assert [_codes(files, name, project) for name in files] == [[]] * 400


def test_a_diamond() -> None:
    """One module that has a client by 500 ways."""
    files = {"base.py": MAKER}
    for number in range(500):
        files[f"way{number}.py"] = "from base import client\n"
    ways = "".join(
        f"try:\n    from way{number} import client\nexcept ImportError:\n    pass\n" for number in range(500)
    )
    files["app.py"] = f"{ways}{USE}"
    assert _codes(files, "app.py") == ["TMO001"]


RETRYING = "def retry(times):\n    return lambda function: function\n"
RETRIED = (
    "import requests\nfrom retrying import retry\n\n\n@retry(5)\ndef ask(u):\n    return requests.get(u, timeout=5)\n"
)


@pytest.mark.parametrize(
    ("files", "codes"),
    [
        ({"ask.py": RETRIED}, ["RTY001"]),
        ({"ask.py": RETRIED, "retrying.py": RETRYING}, []),
        ({"ask.py": RETRIED, "retrying.py": "from retrying import Retrying\n"}, ["RTY001"]),
        ({"ask.py": RETRIED, "src/retrying.py": RETRYING}, ["RTY001"]),
        ({"tools/ask.py": RETRIED, "tools/retrying.py": RETRYING}, []),
        ({"app/ask.py": RETRIED, "app/__init__.py": "", "app/retrying.py": RETRYING}, ["RTY001"]),
    ],
    ids=["the library", "a module", "one about the library", "one elsewhere", "in a folder", "in a package"],
)
def test_a_module_with_the_name_of_a_library(files: dict[str, str], codes: list[str]) -> None:
    """Beside the file, or beside its package, it is what is imported, unless it imports the library itself."""
    name = next(name for name in files if name.endswith("ask.py"))
    module = "app.ask" if name.startswith("app/") else "ask"
    found = check(Document(files[name], name, module), _project(files), Settings()).findings
    assert [finding.code for finding in found if finding.code == "RTY001"] == codes


@pytest.mark.parametrize("backwards", [False, True])
def test_cost_of_a_chain(backwards: bool) -> None:
    """Twice the modules take at most twice the work, in whatever order they are checked."""

    def work(length: int) -> int:
        """The calls of functions of ours in a check of all modules of a chain."""
        files = _chain(length)
        project, calls = _project(files), 0

        def count(frame: FrameType, event: str, argument: object) -> None:
            nonlocal calls
            calls += event == "call" and "resilint" in frame.f_globals.get("__name__", "")

        names = sorted(files, key=lambda name: int(name[1:-3]), reverse=backwards)
        before = sys.getprofile()
        sys.setprofile(count)
        try:
            for name in names:
                _codes(files, name, project)
        finally:
            sys.setprofile(before)
        return calls

    work(2)  # what is loaded once is loaded
    assert work(400) <= 2.05 * work(200)
