"""Whom a limit gives more time: who sends when there is something to send."""

from __future__ import annotations

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document


def titles(text: str) -> list[str]:
    """The fixes of the one finding in a text."""
    doc = Document(
        "import requests\nimport urllib3\nfrom sseclient import SSEClient\n\n" + text, "news.py", "news", "source"
    )
    (finding,) = check(doc, Project(lambda _: None), Settings(select=("no-timeout",))).findings
    return [fix.title for fix in finding.fixes]


@pytest.mark.parametrize(
    "text",
    [
        "def news(url):\n    for line in requests.get(url, stream=True).iter_lines():\n        print(line)\n",
        "def news(url):\n    return SSEClient(requests.get(url, stream=True))\n",
        "def watch(url):\n    return requests.get(url, stream=True)\n",
    ],
)
def test_a_stream_of_events(text: str) -> None:
    """Much longer than for an answer, or no limit at all."""
    assert titles(text) == [
        "Add timeout=(3.05, 270): it may be silent for 270 s",
        "Add timeout=(3.05, None): it may be silent for any time",
    ]


@pytest.mark.parametrize(
    "text",
    [
        'def news(url):\n    return requests.get(url, params={"timeout": 100})\n',
        "def news(url):\n    return requests.get(f'{url}?index={last}&wait=60s')\n",
        "def get_updates(url):\n    return requests.get(url).json()\n",
    ],
)
def test_a_long_poll(text: str) -> None:
    """The other side answers when there is news: later than any other would."""
    assert titles(text) == ["Add timeout=(3.05, 270): it may be silent for 270 s"]


@pytest.mark.parametrize(
    "text",
    [
        "def events(url, f):\n    for part in requests.get(url, stream=True).iter_content(9):\n        f.write(part)\n",
        "def download_stream(url):\n    return requests.get(url, stream=True)\n",
        "def events(url):\n    return requests.get(url).json()\n",
    ],
)
def test_what_comes_at_once(text: str) -> None:
    """A download goes on without a pause, and events that are there already are an answer."""
    assert titles(text) == ["Add timeout=(3.05, 27)"]


def test_in_the_words_of_another_library() -> None:
    """Only reading gets more time."""
    text = "def watch(url):\n    return urllib3.PoolManager().request('GET', url, preload_content=False)\n"
    assert titles(text)[0].startswith("Add timeout=urllib3.Timeout(connect=3.05, read=")
