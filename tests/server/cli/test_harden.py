"""`resilint harden`: what it changes, what it says, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from resilint.__main__ import main
from resilint.cli.harden import Wanted, parse_place
from resilint.errors import RunError

NAIVE = (
    "import requests\n\n\ndef rates(url):\n    return requests.get(url)\n\n\n"
    "def names(url):\n    return requests.get(url)\n"
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one naive module, which is the working folder."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    (tmp_path / "app.py").write_text(NAIVE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_writes_and_a_second_run_changes_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was done is counted by pattern."""
    assert main(["harden"]) == 0
    first = (home / "app.py").read_text()
    assert first.count("timeout=(3.05, 27)") == 2 and first.count("_retry_request(requests.get") == 2
    assert "2 retry" in capsys.readouterr().err
    assert main(["harden", "."]) == 0
    assert (home / "app.py").read_text() == first
    assert "Nothing to harden." in capsys.readouterr().err


def test_a_folder_is_hardened_where_no_rule_has_a_finding(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """After all fixes nothing is found, and there is still something to put around the calls."""
    (home / "app.py").write_text(
        "import requests\n\n\ndef rates(url):\n    answer = requests.get(url, timeout=5)\n"
        "    answer.raise_for_status()\n    return answer.json()\n"
    )
    assert main(["check", "--preview", "--no-cache", "."]) == 0
    assert main(["harden"]) == 0
    assert "_retry_request(requests.get, url, timeout=5)" in (home / "app.py").read_text()
    assert "1 retry" in capsys.readouterr().err


def test_a_diff_writes_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`-q` prints the patch alone."""
    assert main(["harden", "-q", "--diff"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("--- a/app.py") and not printed.err
    assert (home / "app.py").read_text() == NAIVE


@pytest.mark.parametrize("place", ["app.py:9", "app.py:names", "app.py:9:5"])
def test_a_line_or_a_function_alone(home: Path, place: str) -> None:
    """The other function stays as it is."""
    assert main(["harden", place]) == 0
    done = (home / "app.py").read_text()
    assert "def rates(url):\n    return requests.get(url)\n" in done and "_retry_request(requests.get, url" in done


def test_some_patterns_alone(home: Path) -> None:
    """`--with limit` adds a timeout and nothing else."""
    assert main(["harden", "--with", "limit"]) == 0
    assert (home / "app.py").read_text() == NAIVE.replace("(url)\n\n", "(url, timeout=(3.05, 27))\n\n").replace(
        "get(url)\n", "get(url, timeout=(3.05, 27))\n"
    ).replace("rates(url, timeout=(3.05, 27)):", "rates(url):")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["missing.py"], "no file or folder 'missing.py'"),
        (["app.py:99"], "no line 99"),
        (["app.py:1"], "no call here"),
        (["app.py:other"], "no function or class 'other'"),
        (["--with", "retries"], "no pattern 'retries'; did you mean \"retry\"?"),
    ],
)
def test_what_is_not_there_is_said(home: Path, args: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In a sentence, with status 2, and nothing is written."""
    assert main(["harden", *args]) == 2
    assert said in capsys.readouterr().err
    assert (home / "app.py").read_text() == NAIVE


def test_a_colon_may_be_part_of_a_name(home: Path) -> None:
    """A file that is there wins."""
    (home / "odd:7").mkdir()
    assert parse_place("odd:7") == Wanted("odd:7")
    assert parse_place("app.py:7") == Wanted("app.py", "7")
    with pytest.raises(RunError):
        parse_place("gone:7")
