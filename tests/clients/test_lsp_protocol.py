"""Microsoft's `vscode-languageserver-protocol` as the client: an implementation that is not ours."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from clients import tools
from clients.wire import command, environment

TALK = Path(__file__).parent / "protocol" / "talk.mjs"
PACKAGE = "vscode-languageserver-protocol"


@pytest.fixture(scope="module", params=["push", "pull"])
def seen(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the client saw in one conversation."""
    home = tools.node_package(PACKAGE)
    root = tmp_path_factory.mktemp("project")
    (root / "pyproject.toml").touch()
    variables = {
        "COMMAND": json.dumps(command()),
        "ROOT": str(root),
        "MODULES": str(home / "node_modules"),
        "PULL": "1" if request.param == "pull" else "0",
    }
    (root / "a.py").write_text("")
    done = subprocess.run(
        ["node", str(TALK)],
        env={**environment(), **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_answer_passes_its_guard(seen: Any) -> None:
    """`Diagnostic.is`, `CodeAction.is`, `WorkspaceEdit.is` and the others."""
    assert len(seen["judged"]) >= 14
    assert [name for name, good in seen["judged"].items() if not good] == []


def test_nothing_unasked_is_sent_and_the_goodbye_is_kept(seen: Any) -> None:
    """No unknown notifications, no errors of framing, status 0."""
    assert seen["strange"] == []
    assert seen["status"] == 0


def test_edits_mean_what_they_say_in_another_arithmetic(seen: Any) -> None:
    """Applied by JavaScript, which counts in UTF-16 by nature."""
    rest = "x = SAFE\ny = SAFE  # resilint: ignore[no-timeout]\n"
    assert seen["applied"]["Make it FAST (unsafe)"] == f"é = '😀'; FAST\n{rest}"
    assert seen["applied"]["Fix all that is safe in this file"] == (
        "é = '😀'; SLOW\nx = sound\ny = SAFE  # resilint: ignore[no-timeout]\n"
    )
