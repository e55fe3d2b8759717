"""One file through the check, and what is known of its neighbours beforehand."""

from __future__ import annotations

from pathlib import Path

import pytest

from resilint.config.settings import Settings
from resilint.engine import file_checker
from resilint.engine.file_checker import FileChecker, FileJob
from resilint_rules.kit.prefilter.exports import Exports
from resilint_rules.kit.prefilter.files import NO, YES

USE = "from shop import SHOP\ndef f():\n    return SHOP.get('https://shop.example.com')\n"
SHOP = "import requests\nSHOP = requests.Session()\n"


@pytest.mark.parametrize("heavy", [False, True])
def test_verdicts_on_neighbours_are_not_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, heavy: bool
) -> None:
    """Nor when what was learnt has been given up for its memory."""
    (tmp_path / "use.py").write_text(USE)
    (tmp_path / "shop.py").write_text(SHOP)
    sifted: list[str] = []
    sift = Exports._sift
    monkeypatch.setattr(Exports, "_sift", lambda exports, text: sifted.append(text) or sift(exports, text))
    if heavy:
        monkeypatch.setattr(file_checker, "HEAVY", 1)
        monkeypatch.setattr(file_checker, "LOOK", 0)
    checker = FileChecker(str(tmp_path), Settings(), "resilint.engine.check:check")
    checker.preset_levels([("shop.py", YES)])
    checker.preset_levels([("use.py", YES), ("none.py", NO)])
    job = FileJob(str(tmp_path / "use.py"), "use.py", "", len(USE))
    assert all("no-timeout" in checker.look(job).text for _ in range(3))
    assert SHOP not in sifted
