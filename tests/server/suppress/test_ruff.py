"""`defer-to = ["ruff"]`: what the project's ruff reports is not reported again, and nothing else is lost."""

from __future__ import annotations

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint.suppress.ruff import Ruff, settings_for
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

SOURCE = """\
import requests
import requests as http
from requests import api, post
import asyncio

session = requests.Session()
get = requests.get

def fetch(url):
    requests.get(url)
    http.get(url)
    post(url)
    api.get(url)
    session.get(url)
    get(url)

async def later(url):
    await asyncio.to_thread(requests.get, url)
"""
SEEN = {10, 11, 12}
"""Rows that ruff 0.17.6 with `--select S113` reports in this text."""


def _rows(files: dict[str, str], name: str = "shop/app.py", *, defer: bool = True) -> set[int]:
    texts = {key: text.encode() for key, text in files.items()}
    settings = Settings(select=("no-timeout",), defer_to=("ruff",) if defer else ())
    doc = Document(SOURCE, name, "shop.app")
    report = check(doc, Project(texts.get), settings)
    return {doc.position(finding.span.start)[0] for finding in report.findings if finding.rule == "no-timeout"}


EVERYTHING = _rows({}, defer=False)


def test_the_text_holds_more_than_ruff_sees() -> None:
    """Else the other tests here could not fail."""
    assert SEEN < EVERYTHING


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", '[tool.ruff.lint]\nselect = ["S"]\n'),
        ("pyproject.toml", '[tool.ruff.lint]\nextend-select = ["S113"]\n'),
        ("ruff.toml", 'select = ["ALL"]\n'),
        (".ruff.toml", '[lint]\nselect = ["S1"]\nignore = ["S"]\n'),
        ("shop/ruff.toml", '[lint]\nselect = ["S113"]\n[lint.per-file-ignores]\n"tests/*" = ["S"]\n'),
    ],
)
def test_what_ruff_reports_is_left_to_it(name: str, text: str) -> None:
    """Wherever its settings lie and however they select the code; what it cannot see stays ours."""
    assert _rows({name: text}) == EVERYTHING - SEEN


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[project]\n"),
        ("pyproject.toml", "[tool.ruff]\nline-length = 100\n"),
        ("pyproject.toml", '[tool.ruff.lint]\nselect = ["S"]\nignore = ["S113"]\n'),
        ("pyproject.toml", '[tool.ruff.lint]\nselect = ["SIM"]\n'),
        ("pyproject.toml", '[tool.ruff]\nextend = "../ruff.toml"\n[tool.ruff.lint]\nselect = ["S"]\n'),
        ("pyproject.toml", '[tool.ruff]\nexclude = ["shop"]\n[tool.ruff.lint]\nselect = ["S"]\n'),
        (
            "pyproject.toml",
            '[tool.ruff.lint]\nselect = ["S"]\n[tool.ruff.lint.per-file-ignores]\n"shop/**" = ["S113"]\n',
        ),
        ("ruff.toml", 'select = ["S"\n'),
        ("other/ruff.toml", 'select = ["S"]\n'),
    ],
)
def test_in_doubt_nothing_is_left_to_it(name: str, text: str) -> None:
    """Not selected, ignored, excluded, extended or broken: we report as if there were no ruff."""
    assert _rows({name: text}) == EVERYTHING


def test_nobody_is_deferred_to_unasked() -> None:
    """Without the setting nothing is dropped, whatever ruff's settings say."""
    assert _rows({"ruff.toml": 'select = ["S"]\n'}, defer=False) == EVERYTHING


def test_the_nearest_settings_count() -> None:
    """As for ruff itself: those farther away are not merged in, and a pyproject without its table does not count."""
    files = {"ruff.toml": 'select = ["S"]\n', "shop/pyproject.toml": '[tool.ruff.lint]\nselect = ["E"]\n'}
    assert _rows(files) == EVERYTHING
    files["shop/pyproject.toml"] = "[project]\n"
    assert _rows(files) == EVERYTHING - SEEN


def test_a_change_of_its_settings_is_noticed() -> None:
    """The question is recorded with the others, so that no cache outlives the answer."""
    project = Project({"ruff.toml": b'select = ["S"]\n'}.get)
    settings = Settings(select=("no-timeout",), defer_to=("ruff",))
    reads = dict(check(Document(SOURCE, "shop/app.py", "shop.app"), project, settings).reads)
    assert reads["ruff.toml"]
    assert reads["shop/ruff.toml"] == ""


def test_patterns_are_relative_to_the_settings() -> None:
    """A folder named in `shop/ruff.toml` is a folder in `shop`."""
    found = settings_for("shop/old/app.py", {"shop/ruff.toml": 'exclude = ["old"]\nselect = ["S"]'}.get)
    assert found == Ruff("shop", ("S",), (), ("old",), ())
    assert not found.reports("S113", "shop/old/app.py")
    assert found.reports("S113", "shop/new/app.py")
