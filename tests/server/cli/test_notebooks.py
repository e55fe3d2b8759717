"""Notebooks on the command line: found, shown by cell, fixed in place."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from resilint.__main__ import main
from server.fs.test_notebook import notebook

CELLS = ("#md Rates", "%pip install requests\nimport requests", "%%time\nrequests.get('u', timeout=None)")
DATA = notebook(*CELLS)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one notebook, as the working folder."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    (tmp_path / "a.ipynb").write_bytes(DATA)
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / ".ipynb_checkpoints" / "a-checkpoint.ipynb").write_bytes(DATA)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(*words: str) -> int:
    """The exit status of `resilint check` with the rules about time limits."""
    return main(["check", "--select", "TMO,E", *words])


def test_a_folder_s_notebooks_are_checked(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the cell in the place and rows of the cell; the second time from the cache."""
    for _ in range(2):
        assert check() == 1
        out = capsys.readouterr().out
        assert out.startswith("a.ipynb:cell 3:2:27: TMO003[timeout-disabled] error: ")
        assert "\n2 - requests.get('u', timeout=None)\n2 + requests.get('u', timeout=(3.05, 27))\n" in out
        assert "Found 1 finding in 1 file" in out


def test_every_format_names_the_cell(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows of the cell for people and JSON, rows of the file for those that show the file."""

    def output(name: str) -> str:
        assert check("--output-format", name) == 1
        return capsys.readouterr().out

    row = next(number for number, line in enumerate(DATA.decode().split("\n"), 1) if "timeout=None" in line)
    assert output("concise").startswith("a.ipynb:cell 3:2:27: TMO003")
    (found,) = json.loads(output("json"))
    assert (found["cell"], found["location"]) == (3, {"row": 2, "column": 27})
    (edit,) = found["fix"]["edits"]
    assert (edit["cell"], edit["location"]["row"]) == (3, 2)
    assert f"file=a.ipynb,line={row},endLine={row}::a.ipynb:cell 3:2:27: " in output("github")
    assert json.loads(output("gitlab"))[0]["location"]["lines"] == {"begin": row, "end": row}
    (result,) = json.loads(output("sarif"))["runs"][0]["results"]
    (place,) = result["locations"]
    region = place["physicalLocation"]["region"]
    line = DATA.decode().split("\n")[row - 1]
    assert (region["startLine"], region["endLine"]) == (row, row)
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "None"
    assert place["logicalLocations"] == [{"fullyQualifiedName": "cell 3:2:27"}]
    assert result["message"]["text"].startswith("In cell 3:2: ")
    assert len(result["fixes"]) == len(found["fixes"])
    assert f'name="TMO003[timeout-disabled] cell 3:2:27" file="a.ipynb" line="{row}"' in output("junit")


def test_a_fix_changes_the_cell_alone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """To the byte; the patch of --diff does the same."""
    fixed = DATA.replace(b"timeout=None", b"timeout=(3.05, 27)")
    assert check("--diff", "--unsafe-fixes") == 1
    patch = capsys.readouterr().out
    done = subprocess.run(["git", "apply"], input=patch, text=True, cwd=home, capture_output=True, check=False)
    assert (done.returncode, (home / "a.ipynb").read_bytes()) == (0, fixed)
    (home / "a.ipynb").write_bytes(DATA)
    assert check("--fix", "--unsafe-fixes") == 0
    assert (home / "a.ipynb").read_bytes() == fixed


def test_a_comment_in_a_cell_silences(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--add-ignore` writes it there."""
    assert check("--add-ignore=tried by hand") == 0
    silenced = DATA.replace(b"None)", b"None)  # resilint: ignore[timeout-disabled] tried by hand")
    assert (home / "a.ipynb").read_bytes() == silenced
    assert check() == 0


def test_cells_share_their_names_and_await(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A client from one cell is used in another, and a cell may await."""
    cells = ("import httpx\nc = httpx.AsyncClient(timeout=None)", "r = await c.get('u')", "def f(:")
    (home / "a.ipynb").write_bytes(notebook(*cells[:2]))
    assert check("--fix", "--unsafe-fixes") == 0
    assert b"timeout=httpx.Timeout(30, connect=3.05)" in (home / "a.ipynb").read_bytes()
    (home / "a.ipynb").write_bytes(notebook(*cells))
    assert check("--output-format", "concise") == 1
    assert "a.ipynb:cell 1:2:31: TMO003" in capsys.readouterr().out


def test_standard_input_may_be_a_notebook(
    home: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under its name; with --fix the notebook comes out."""
    stream: Any = io.TextIOWrapper(io.BytesIO(DATA))
    monkeypatch.setattr(sys, "stdin", stream)
    assert check("--fix", "--unsafe-fixes", "--stdin-filename", "b.ipynb", "-") == 0
    assert capsysbinary.readouterr().out == DATA.replace(b"timeout=None", b"timeout=(3.05, 27)")


def test_a_broken_notebook_with_integration_code_is_reported(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As any file that cannot be read; one of another language is not."""
    (home / "a.ipynb").write_bytes(b"import requests\n" + DATA)
    assert check("--output-format", "concise") == 1
    assert "E902[unreadable-file] error: cannot be read: is no notebook" in capsys.readouterr().out
    (home / "a.ipynb").write_bytes(notebook(*CELLS, language="R"))
    assert check() == 0


def test_only_changed_lines_of_a_notebook_count(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--diff-base knows rows of the file."""

    def git(*words: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", *who, *words], cwd=home, check=True, capture_output=True)

    git("init")
    git("add", "a.ipynb")
    git("commit", "-m", "x")
    more = notebook(*CELLS, "requests.post('v', timeout=None)")
    (home / "a.ipynb").write_bytes(more)
    assert check("--diff-base", "HEAD", "--output-format", "concise") == 1
    out = capsys.readouterr().out
    assert "cell 4:1:28: TMO003" in out
    assert "cell 3" not in out


def test_a_call_in_a_cell_is_explained(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By its place as `check` prints it; all places of the answer are in cells."""
    for place in ("a.ipynb:cell 3:2", "a.ipynb:cell 3:2:27", "a.ipynb"):
        assert main(["explain", place]) == 0
        assert capsys.readouterr().out.startswith("a.ipynb:cell 3:2:1: `requests.get`")
    assert main(["explain", "a.ipynb:cell 3:1"]) == 0
    assert capsys.readouterr().out.startswith("a.ipynb:cell 3:1: no call here")
    assert main(["explain", "--output-format", "json", "a.ipynb:cell 3:2"]) == 0
    (call,) = json.loads(capsys.readouterr().out)["calls"]
    assert call["location"] == {"cell": 3, "row": 2, "column": 1}
    assert main(["explain", "a.ipynb:cell 1:1"]) == 2
    assert "no code in cell 1" in capsys.readouterr().err


def test_the_calls_of_notebooks_are_in_the_list_of_a_folder(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the cell before the row."""
    cells = [{"cell_type": "markdown", "metadata": {}, "source": "# Plan"}]
    cells.append(
        {"cell_type": "code", "metadata": {}, "source": "import requests\n\nrequests.get('https://a.example')"}
    )
    (home / "plan.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    assert main(["explain", "."]) == 0
    assert "plan.ipynb:cell 2:3:1: `requests.get`" in capsys.readouterr().out
    assert main(["explain", ".", "--output-format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)["calls"]
    (call,) = [call for call in found if call["file"] == "plan.ipynb"]
    assert call["location"] == {"row": 3, "column": 1, "cell": 2}


def _replaced(text: str, result: dict[str, Any]) -> str:
    """A file after the first fix of a result of SARIF."""
    (change,) = result["fixes"][0]["artifactChanges"]
    starts = [0, *(at + 1 for at, sign in enumerate(text) if sign == "\n")]
    edits = []
    for one in change["replacements"]:
        region = one["deletedRegion"]
        start = starts[region["startLine"] - 1] + region["startColumn"] - 1
        end = starts[region["endLine"] - 1] + region["endColumn"] - 1
        edits.append((start, end, one.get("insertedContent", {}).get("text", "")))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


@pytest.mark.parametrize(
    "code",
    [
        'import requests\n\nrequests.get("u\\t")', "import requests\nx = requests.get('u').json()\n",
        "import requests\n\ndef f(u):\n\treturn requests.get(u).json()",
    ],
)  # fmt: skip
def test_sarif_has_the_columns_and_fixes_of_a_notebook(
    home: Path, capsys: pytest.CaptureFixture[str], code: str
) -> None:
    """A reader that replaces text in the file gets a notebook whose code is what the fix makes of it."""
    cell = {"cell_type": "code", "metadata": {}, "source": code.splitlines(keepends=True)}
    file = home / "a.ipynb"
    text = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)
    file.write_text(text)
    main(["check", "--no-cache", "--output-format", "sarif", "a.ipynb"])
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    assert results
    for result in results:
        region = result["locations"][0]["physicalLocation"]["region"]
        line = text.split("\n")[region["startLine"] - 1]
        assert "requests.get" in line[region["startColumn"] - 1 : region["endColumn"] - 1]
        fixed = "".join(json.loads(_replaced(text, result))["cells"][0]["source"])
        (home / "a.py").write_text(code)
        main(["check", "--no-cache", "--select", result["ruleId"], "--output-format", "json", "a.py"])
        (finding,) = json.loads(capsys.readouterr().out)
        wanted = code
        for edit in reversed(finding["fix"]["edits"]):
            rows = [0, *(at + 1 for at, sign in enumerate(code) if sign == "\n")]
            places = (edit["location"], edit["end_location"])
            start, end = (rows[place["row"] - 1] + place["column"] - 1 for place in places)
            wanted = wanted[:start] + edit["content"] + wanted[end:]
        assert fixed == wanted
