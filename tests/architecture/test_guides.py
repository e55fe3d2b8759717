"""The guides for contributors are true: their links, tables, commands and tests exist."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from architecture.modules import ROOT
from resilint_rules import kit
from resilint_rules.kit.subscriptions import SUBSCRIPTIONS

GUIDES = [ROOT / "rules" / name for name in ("README.md", "ARCHITECTURE.md", "CODES.md")] + [
    ROOT / "server" / "README.md"
]
RULES = GUIDES[0].read_text("utf-8")
OWNERS = {
    "call": kit.Call, "frame": kit.Frame, "guard": kit.Guard, "handler": kit.Handler, "layer": kit.RetryPolicy,
    "Instance": kit.Instance, "RetryLayer": kit.RetryLayer,
}  # fmt: skip
"""What the guide calls the objects whose attributes it names."""

each_guide = pytest.mark.parametrize("path", GUIDES, ids=lambda path: f"{path.parent.name}-{path.stem}")


def table(name: str) -> list[list[str]]:
    """The rows of a marked table, as cells."""
    text = RULES.partition(f"<!-- {name} -->\n")[2].partition("<!-- end -->")[0]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in text.splitlines()[2:]]


def test_every_subscription_has_a_row() -> None:
    """The table is that of `kit/subscriptions.py`, in order."""
    rows = table("subscriptions")
    assert [row[0].strip("`") for row in rows] == sorted(SUBSCRIPTIONS)
    assert all(len(row) == 3 for row in rows)


def test_every_answer_exists() -> None:
    """The functions of the table are names of the API, and the attributes belong to its classes."""
    answers = " ".join(row[1] for row in table("questions"))
    functions = re.findall(r"`([a-z_]+)\(", answers)
    attributes = re.findall(r"`(\w+)\.(\w+)", answers)
    assert set(functions) <= set(dir(kit))
    assert len(attributes) > len(OWNERS)
    missing = [
        f"{owner}.{name}"
        for owner, name in attributes
        if not hasattr(OWNERS[owner], name) and name not in OWNERS[owner].__annotations__
    ]
    assert missing == []


@each_guide
def test_links_lead_somewhere(path: Path) -> None:
    """Every relative link names a file or folder."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text("utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


@each_guide
def test_what_it_names_exists(path: Path) -> None:
    """Tests, files, folders and modules in backticks are there; names in capitals stand for others."""
    text = path.read_text("utf-8")
    for file, test in re.findall(r"`(tests/[\w/.]+\.py)(?:::(\w+))?`", text):
        assert f"def {test}" in (ROOT / file).read_text("utf-8"), f"{file}::{test}"
    owners = [path.parent, path.parent / "resilint", path.parent / "resilint_rules", ROOT]
    named = re.findall(r"`([\w.]+/[\w/.]*|__main__\.py|\w+\.py)`", text)
    missing = [name for name in named if not any((owner / name).exists() for owner in owners)]
    assert [name for name in missing if not re.search(r"[A-Z]{3,}|dead[-_]handler", name)] == []
    for module in re.findall(r"python -m (resilint_rules\.\w+)", text):
        assert importlib.util.find_spec(module) is not None, module


@each_guide
def test_it_is_plain(path: Path) -> None:
    """ASCII, and no place of the machine on which it was written."""
    text = path.read_text("utf-8")
    assert text.isascii()
    assert not re.search(r"(?<![\w.`/])/(?:work|root|home|tmp)\b|\.\./shared", text)
