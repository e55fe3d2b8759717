"""Code lenses: what a function leads to in a few words, and what of it is found again after a keystroke."""

from __future__ import annotations

import pytest

from resilint.config.settings import Settings
from resilint.engine.lenses import LensCache, lenses
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

APP = """\
import requests
from tenacity import retry, stop_after_attempt

from away import send


def plain(url):
    return requests.get(url)


def limited(url):
    try:
        return requests.get(url, timeout=(3, 20))
    except requests.RequestException:
        return None


@retry(stop=stop_after_attempt(4))
def repeated(url):
    return limited(url), requests.post(url, timeout=5)


def other(url):
    return send(url)


def nothing(url):
    return url + "?"
"""
AWAY = "import requests\n\n\ndef send(url):\n    return requests.put(url, timeout=7)\n"


class Editor:
    """A buffer and the file beside it, whose lenses are fetched again and again."""

    def __init__(self, text: str = APP, away: str = AWAY) -> None:
        self.text = text
        self.away = away
        self.project = Project(lambda name: self.away.encode() if name == "away.py" else None)
        self.followed: list[str] = []
        self.cache = LensCache(self.followed.append)

    def titles(self, name: str = "app.py") -> dict[str, str]:
        """The titles by function; notes how many were followed."""
        self.followed.clear()
        doc = Document(self.text, name, "app", "test" if name.startswith("test_") else "source")
        found = [lens for lens in lenses(doc, self.project, Settings(), self.cache) if lens is not None]
        assert [lens.span for lens in found] == sorted(lens.span for lens in found)
        return {self.text[slice(*lens.span)]: lens.title for lens in found}

    def replace(self, old: str, new: str) -> None:
        """Edits the buffer."""
        assert old in self.text
        self.text = self.text.replace(old, new, 1)


def test_a_function_is_summed_up() -> None:
    """Calls, requests and time on an outage, and what is unprotected; nothing for a function without a call."""
    assert Editor().titles() == {
        "plain": "1 call \u00b7 no limit on a hang \u00b7 1 unprotected",
        "limited": "1 call \u00b7 1 request on an outage \u00b7 up to 20 s",
        "repeated": "2 calls \u00b7 5+ requests on an outage \u00b7 up to 20 s",
        "other": "1 call \u00b7 1 request on an outage \u00b7 up to 7 s \u00b7 1 unprotected",
    }


def test_nothing_is_followed_twice() -> None:
    """The same text costs nothing; an edit costs the function, and those that lead through it."""
    editor = Editor()
    first = editor.titles()
    assert len(editor.followed) == 4
    assert editor.titles() == first
    assert not editor.followed
    editor.replace("timeout=5", "timeout=6")
    assert editor.titles()["repeated"].endswith("up to 24 s")
    assert len(editor.followed) == 1
    editor.replace("timeout=(3, 20)", "timeout=(3, 40)")
    assert editor.titles()["repeated"] == "2 calls \u00b7 5+ requests on an outage \u00b7 up to 40 s"
    assert len(editor.followed) == 2


def test_another_file_counts() -> None:
    """A function in it is followed again when it has changed."""
    editor = Editor()
    editor.titles()
    editor.away = AWAY.replace("timeout=7", "timeout=9")
    editor.project.forget("away.py")
    assert "up to 9 s" in editor.titles()["other"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("timeout=5)", "timeout=5), requests.get(url)"), ("return url", "return limited(url)"),
        ("stop_after_attempt(4)", "stop_after_attempt(7)"), ("\n\ndef other", "\n\n# note\ndef other"),
        ("        return None", "        raise"), ("import requests\n", "import requests\nrequests = None\n"),
        ("def plain(url):", "def plain(url):\n    limited(url)"),
        ("import send", "import other as send"),
    ],
)  # fmt: skip
def test_remembered_is_what_fresh_is(old: str, new: str) -> None:
    """After any edit the titles are those of an editor that has just opened the file."""
    editor = Editor()
    editor.titles()
    editor.replace(old, new)
    assert editor.titles() == Editor(editor.text).titles()
    editor.text = APP
    assert editor.titles() == Editor().titles()


def test_not_in_tests_and_not_what_ended_the_analysis() -> None:
    """Calls of a test are no risk; a function that ended the process is left out."""
    assert not Editor().titles("test_app.py")
    editor = Editor()
    first = editor.titles()
    hopeless = Editor()
    hopeless.cache.without = frozenset(editor.followed[:1])
    assert first.items() - hopeless.titles().items() == {("plain", first["plain"])}
