"""The page about layers: what it says of its examples is what `explain` says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "rules" / "LAYERS.md"
FENCES = re.compile(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
EXAMPLES = FENCES.findall(PAGE.read_text("utf-8"))


def test_the_page_has_examples() -> None:
    """Both of them are read."""
    assert len(EXAMPLES) == 2


@pytest.mark.parametrize(("code", "said"), EXAMPLES)
def test_explain_says_it(code: str, said: str, tmp_path: Path) -> None:
    """The last function of an example is explained in these words."""
    name = re.findall(r"^def (\w+)", code, re.MULTILINE)[-1]
    (tmp_path / "example.py").write_text(code, "utf-8")
    command = [sys.executable, "-m", "resilint", "explain", f"example.py:{name}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True)
    for line in said.splitlines():
        assert line in done.stdout
