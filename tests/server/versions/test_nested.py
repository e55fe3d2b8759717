"""The versions of a service in a repository of several: those of the nearest folder, from wherever a check starts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from resilint.versions import find

pytestmark = pytest.mark.once  # folders and processes, for which no Python version differs
CODE = 'import redis\n\nline = redis.Redis(host="cache")\n\n\ndef basket(user):\n    return line.get(user)\n'


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with two services, of which one pins an old version, and a folder without pins."""
    top = tmp_path / "repository"
    (top / ".git").mkdir(parents=True)
    for service, pin in (("old", "redis==5.0.1"), ("new", "redis==8.1.0"), ("bare", "")):
        app = top / "services" / service / "app"
        app.mkdir(parents=True)
        (app / "store.py").write_text(CODE)
        if pin:
            (app.parent / "requirements.txt").write_text(pin + "\n")
    return top


def _lines(folder: Path, *flags: str) -> list[str]:
    """The files in which a missing limit is found, as a check in a folder tells it."""
    command = [sys.executable, "-m", "resilint", "check", ".", "--exit-zero", "--select", "TMO001"]
    done = subprocess.run(
        [*command, "--output-format", "json", *flags], capture_output=True, text=True, cwd=folder, check=True,
        env={**os.environ, "RESILINT_CACHE_DIR": str(folder.parent / ".cache")},
    )  # fmt: skip
    return sorted((folder / row["filename"]).parts[-3] for row in json.loads(done.stdout))


def test_a_check_gives_the_same_from_every_folder(repository: Path) -> None:
    """Up to the root of the repository, with and without a cache."""
    for _ in range(2):
        assert _lines(repository) == ["old"]
        assert _lines(repository / "services") == ["old"]
        assert _lines(repository / "services" / "old") == ["old"]
        assert _lines(repository / "services" / "old" / "app") == ["old"]
        assert _lines(repository / "services" / "new" / "app") == []
    assert _lines(repository, "--no-cache") == ["old"]


def test_a_changed_pin_makes_a_cached_result_void(repository: Path) -> None:
    """Pins that change, come and go."""
    assert _lines(repository) == ["old"]
    pins = repository / "services" / "new" / "requirements.txt"
    pins.write_text("redis==5.0.1\n")
    assert _lines(repository) == ["new", "old"]
    (repository / "services" / "old" / "requirements.txt").unlink()
    assert _lines(repository) == ["new"]
    (repository / "services" / "bare" / "app" / "requirements").mkdir()
    (repository / "services" / "bare" / "app" / "requirements" / "base.txt").write_text("redis==5.0.1\n")
    assert _lines(repository) == ["bare", "new"]
    (repository / "services" / "bare" / "app" / "requirements" / "base.txt").write_text("redis==8.0.0\n")
    assert _lines(repository) == ["new"]


def test_the_nearest_folder_that_names_a_library_decides(tmp_path: Path) -> None:
    """What it does not name is looked for further up; a lock wins over the ranges below it, not over exact pins."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "requirements.txt").write_text("redis==5.0.1\nhttpx==0.27.0\n")
    inner = tmp_path / "svc"
    inner.mkdir()
    (inner / "requirements.txt").write_text("redis>=4\n")
    assert find.pins(str(inner)) == {"redis": ">=4", "httpx": "==0.27.0"}
    assert find.Pins(str(tmp_path)).of("svc") == find.pins(str(inner))
    (tmp_path / "poetry.lock").write_text('[[package]]\nname = "redis"\nversion = "7.0.0"\n')
    assert find.pins(str(inner)) == {"redis": "==7.0.0", "httpx": "==0.27.0"}
    (inner / "requirements.txt").write_text("redis==4.6.0\n")
    assert find.pins(str(inner))["redis"] == "==4.6.0"


def test_a_name_without_a_version_hides_that_of_the_folder_above(tmp_path: Path) -> None:
    """The service has a redis of its own, of which nothing is known."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "requirements.txt").write_text("redis==5.0.1\n")
    (tmp_path / "svc").mkdir()
    (tmp_path / "svc" / "requirements.txt").write_text("redis\n")
    assert find.Pins(str(tmp_path)).of("svc") == {}
