"""The entry point: what it answers itself, and what it passes on."""

from __future__ import annotations

import sys

import pytest

from resilint import __main__ as entry
from resilint.cli import main as cli
from resilint.lsp import main as lsp
from resilint.version import __version__


@pytest.fixture
def passed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str]]]:
    """What was passed on, and to whom; the command line answers with 5, the server never returns."""
    found: list[tuple[str, list[str]]] = []

    def serve(words: list[str]) -> None:
        found.append(("server", words))
        raise SystemExit(0)

    def command(words: list[str]) -> int:
        found.append(("command line", words))
        return 5

    monkeypatch.setattr(lsp, "main", serve)
    monkeypatch.setattr(cli, "main", command)
    return found


@pytest.mark.parametrize("word", ["version", "--version", "-V"])
def test_the_version_is_printed_at_once(
    word: str, passed: list[tuple[str, list[str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing else is loaded for it."""
    assert entry.main([word]) == 0
    assert capsys.readouterr().out == f"resilint {__version__}\n"
    assert passed == []


def test_a_server_gets_its_own_words(passed: list[tuple[str, list[str]]]) -> None:
    """It ends the process itself."""
    with pytest.raises(SystemExit):
        entry.main(["server", "--silence", "3"])
    assert passed == [("server", ["--silence", "3"])]


@pytest.mark.parametrize("words", [["check", "."], ["server", "--help"], ["version", "-h"], []])
def test_all_else_is_the_command_lines(words: list[str], passed: list[tuple[str, list[str]]]) -> None:
    """With its exit status; help on the server too."""
    assert entry.main(words) == 5
    assert passed == [("command line", words)]


def test_the_words_are_those_of_the_process(
    monkeypatch: pytest.MonkeyPatch, passed: list[tuple[str, list[str]]]
) -> None:
    """If there are no others."""
    monkeypatch.setattr(sys, "argv", ["resilint", "rule"])
    assert entry.main() == 5
    assert passed == [("command line", ["rule"])]
