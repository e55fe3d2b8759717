"""Neovim itself, old and new: the file on the disk after a fix is what it should be.

0.11 counts in utf-8 and resolves actions; 0.7 knows utf-16 alone. An emoji stands before the finding.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clients import tools
from clients.wire import command, environment
from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint.fixes.apply import edits_with_imports, replaced
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

DRIVE = Path(__file__).parent / "neovim" / "drive.lua"
EDITORS = [
    pytest.param((tools.modern_neovim, "utf-8"), id="neovim-0.11"),
    pytest.param((tools.old_neovim, "utf-16"), id="neovim-0.7"),
]
TEXT = "é = '😀'; SLOW\nx = SLOW\ny = SAFE\n"


def _drive(program: str, folder: Path, text: str, title: str, engine: str, column: str = "") -> tuple[str, Any]:
    """The file after the action, and what the editor saw."""
    (folder / "pyproject.toml").touch()
    file, result = folder / "a.py", folder / "result.json"
    file.write_bytes(text.encode())
    variables = {
        "COMMAND": json.dumps(command(engine=engine)),
        "FILE": str(file),
        "ROOT": str(folder),
        "TITLE": title,
        "RESULT": str(result),
        **({"COLUMN": column} if column else {}),
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    done = subprocess.run(
        [program, "--clean", "--headless", "-n", "-S", str(DRIVE)],
        env={**environment(), **variables, "NVIM_LOG_FILE": os.devnull},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    seen = json.loads(result.read_text()) if result.exists() else {"failure": done.stderr}
    assert "failure" not in seen, seen["failure"]
    return file.read_bytes().decode(), seen


@pytest.mark.parametrize("editor", EDITORS)
@pytest.mark.parametrize(
    ("title", "after"),
    [
        ("Make it FAST (unsafe)", "é = '😀'; FAST\nx = SLOW\ny = SAFE\n"),
        ("Make it quick (unsafe)", "é = '😀'; quick\nx = SLOW\ny = SAFE\n"),
        ("Fix all no-timeout in this file (unsafe)", "é = '😀'; FAST\nx = FAST\ny = SAFE\n"),
        ("Ignore no-timeout for this line", "é = '😀'; SLOW  # resilint: ignore[no-timeout]\nx = SLOW\ny = SAFE\n"),
        ("Fix all that is safe in this file", "é = '😀'; SLOW\nx = SLOW\ny = sound\n"),
    ],
)
def test_a_fix_taken_in_neovim_is_what_lies_on_the_disk(
    tmp_path: Path, editor: tuple[Callable[[], str], str], title: str, after: str
) -> None:
    """Every kind of action, at a finding behind an emoji."""
    find, encoding = editor
    text, seen = _drive(find(), tmp_path, TEXT, title, "clients.toy_engine:engine")
    assert text == after
    assert seen["encoding"] == encoding
    assert seen["code"] == "no-timeout"
    assert seen["column"] == len("é = '😀'; ".encode())


@pytest.mark.parametrize("editor", EDITORS)
def test_the_cursor_may_be_anywhere_on_the_line(tmp_path: Path, editor: tuple[Callable[[], str], str]) -> None:
    """Neovim shows the finding for the whole line, and so its actions are there as well."""
    title, engine = "Make it quick (unsafe)", "clients.toy_engine:engine"
    text, _ = _drive(editor[0](), tmp_path, TEXT, title, engine, column="0")
    assert text == TEXT.replace("SLOW", "quick", 1)


@pytest.mark.parametrize("editor", EDITORS)
def test_what_neovim_gets_is_what_check_finds(tmp_path: Path, editor: tuple[Callable[[], str], str]) -> None:
    """The real analysis: the preferred fix of the first finding."""
    text = "import requests\n\n\ndef charge(order):\n    # 😀\n    return '😀', requests.post(URL, json=order)\n"
    doc = Document(text, "a.py", "a")
    finding = check(doc, Project(), Settings()).findings[0]
    expected = replaced(text, edits_with_imports(text, finding.fixes[0]))
    assert expected != text
    after, seen = _drive(editor[0](), tmp_path, text, finding.fixes[0].title + " (unsafe)", "")
    assert after == expected
    assert seen["code"] == finding.rule
