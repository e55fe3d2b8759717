"""The command line as a person or a script meets it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import tomli

from resilint.__main__ import main
from resilint.config.settings import as_json, parse
from resilint.report import FORMATS

RISKY = "import requests\n\n\ndef rates():\n    return requests.get(URL, timeout=None)\n"
FIXED = RISKY.replace("None", "(3.05, 27)")
CLEAN = "x = 1\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project that is the working folder, and no wishes from the environment."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "RESILINT_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def write(home: Path, **files: str) -> None:
    """Python files by their stems."""
    for name, text in files.items():
        (home / f"{name}.py").write_text(text)


def only(*more: str) -> list[str]:
    """`check` with one rule, so that rules still to come change nothing here."""
    return ["check", "--select", "timeout-disabled", *more]


def test_version_is_answered_before_anything_is_loaded() -> None:
    """Neither argparse nor any part of ours but the literal is imported."""
    code = (
        "import sys; from resilint.__main__ import main; main(['version'])\n"
        "heavy = ('argparse', 'dataclasses', 're')\n"
        "print([name for name in sys.modules if name in heavy or name.startswith('resilint')])"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True, env=python_path()
    )
    lines = done.stdout.splitlines()
    assert lines[0].startswith("resilint 0.")
    assert lines[1] == "['resilint', 'resilint.__main__', 'resilint.version']"


def python_path() -> dict[str, str]:
    """The environment for a process of its own."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def test_exit_statuses(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0 for nothing, 1 for findings, 2 for a run that failed."""
    write(home, a=CLEAN)
    assert main(only()) == 0
    assert capsys.readouterr().out == "Nothing found in 1 file.\n"
    write(home, b=RISKY)
    assert main(only()) == 1
    out = capsys.readouterr().out
    assert out.startswith("b.py:5:")
    assert "TMO003[timeout-disabled] error:" in out
    assert "Found 1 finding in 1 file: 1 error.\n1 can be fixed with `--fix --unsafe-fixes`" in out
    assert main(only("--exit-zero")) == 0
    assert main(only("a.py")) == 0
    assert main(only("missing.py")) == 1
    assert "E902" in capsys.readouterr().out


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_left_out_is_named_in_every_format(name: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file of which nothing could be checked is not one in which nothing was found."""
    write(home, a="import requests\nx = f(" + "a + " * 1_500 + "requests.get(URL))\n")
    assert main(only("--output-format", name)) == 1
    out = capsys.readouterr().out
    assert "E902" in out
    assert "1,000 operators, calls and subscripts; split it" in out
    assert "Nothing found" not in out


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["check", "--select", "no-timout"], '--select names no rule: "no-timout"; did you mean "no-timeout"?'),
        (["check", "--output-format", "jsn"], "there is no format 'jsn'; did you mean \"json\"?"),
        (["check", "--output-format", "json:"], "the file's name is missing"),
        (["check", "--output-format", "json:x", "--output-file", "y"], "--output-file takes one format"),
        (["check", "--config", "none.toml"], "there is no file 'none.toml'"),
        (["check", "--config", "pyproject.toml", "--isolated"], "contradict each other"),
        (["check", "--per-file-ignores", "x.py"], "wants PATTERN:RULE, not 'x.py'"),
        (["check", "--baseline", "none.json"], "there is no file 'none.json'; `resilint baseline` writes one"),
        (["check", "--diff-base", "main"], "is not in a git repository"),
        (["check", "-", "a.py"], "- stands for standard input"),
        (["check", "--fix", "--add-ignore"], "give one of them"),
        (["check", "--add-ignore=a\nb"], "one line without #"),
        (["check", "--jobs", "-1"], "wants a number of processes, not '-1'"),
        (["check", "--fail-on", "fatal"], "invalid choice: 'fatal'"),
        (["check", "--sel", "TMO"], "unrecognized arguments: --sel"),
        (["rule", "no-timout"], "there is no rule 'no-timout'; did you mean \"no-timeout\"?"),
        (["explain", "a"], "explain wants FILE, FILE:LINE or FILE:FUNCTION, not 'a'"),
        (["frobnicate"], "invalid choice: 'frobnicate'"),
    ],
)
def test_a_bad_option_is_told_and_gives_2(
    home: Path, argv: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is checked, and one sentence on standard error names the way out."""
    assert main(argv) == 2
    said = capsys.readouterr()
    assert message in said.err
    assert said.out == ""


def test_fail_on_and_severity(home: Path) -> None:
    """What is milder than --fail-on is shown and does not fail; the option wins over the settings."""
    write(home, b=RISKY)
    (home / "resilint.toml").write_text('fail-on = "error"\nseverity = { timeout-disabled = "warning" }\n')
    assert main(only()) == 0
    assert main(only("--fail-on", "warning")) == 1


def test_settings_with_mistakes_cost_their_keys_and_give_2(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The run goes on, the mistake is told once, and nothing is written."""
    write(home, b=RISKY)
    (home / "resilint.toml").write_text("selct = []\n")
    assert main(["check", "--fix", "--unsafe-fixes"]) == 2
    said = capsys.readouterr()
    assert said.err.count('resilint.toml:1: `selct` is not a setting; did you mean "select"?') == 1
    assert "nothing is written while the settings are wrong" in said.err
    assert "TMO003" in said.out
    assert (home / "b.py").read_text() == RISKY
    assert main(["check", "--isolated"]) == 1


def test_config_stands_in_for_the_projects_settings(home: Path) -> None:
    """--config heeds only that file."""
    write(home, b=RISKY)
    (home / "resilint.toml").write_text('ignore = ["ALL"]\n')
    (home / "other.toml").write_text('select = ["timeout-disabled"]\n')
    assert main(["check"]) == 0
    assert main(["check", "--config", "other.toml"]) == 1


def test_rules_by_file(home: Path) -> None:
    """--per-file-ignores takes pairs with commas, and --ignore and --profile have their say."""
    write(home, b=RISKY)
    assert main(only("--per-file-ignores", "a.py:ALL,b.py:TMO003")) == 0
    assert main(only("--per-file-ignores", "a.py:ALL")) == 1
    assert main(["check", "--ignore", "ALL"]) == 0
    assert main(["check", "--profile", "security"]) == 0


def test_several_formats_at_once(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Formats with a file go there, the one without goes to standard output."""
    write(home, b=RISKY)
    assert (
        main(only("--output-format", "json:out.json", "--output-format", "concise", "--output-format", "sarif:o.sarif"))
        == 1
    )
    (found,) = json.loads((home / "out.json").read_text())
    assert (found["code"], found["filename"], found["location"]) == ("TMO003", "b.py", {"row": 5, "column": 38})
    assert json.loads((home / "o.sarif").read_text())["runs"][0]["results"][0]["ruleId"] == "TMO003"
    assert capsys.readouterr().out.startswith("b.py:5:38: TMO003")
    assert main(only("--output-format", "json", "--output-file", "again.json")) == 1
    assert json.loads((home / "again.json").read_text()) == [found]
    assert capsys.readouterr().out == ""
    assert main(only("--output-file", "no/such/folder")) == 2
    assert "no/such/folder cannot be written: No such file or directory" in capsys.readouterr().err


def test_quiet_and_verbose(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """-q prints findings alone, -v says what was done."""
    write(home, b=RISKY)
    main(only("-q", "--output-format", "concise"))
    said = capsys.readouterr()
    assert (said.out.count("\n"), said.err) == (1, "")
    main(only("-v", "--no-cache"))
    assert "1 file seen, 1 read, 1 with integration code, 0 known from the cache" in capsys.readouterr().err


def test_colours(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe gets none, an express wish counts, and NO_COLOR wins over FORCE_COLOR."""
    write(home, b=RISKY)
    seen = []
    for more, wishes in (
        ([], {}),
        (["--color", "always"], {"NO_COLOR": "1"}),
        ([], {"FORCE_COLOR": "1"}),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}),
        (["--color", "never"], {"FORCE_COLOR": "1"}),
    ):
        with monkeypatch.context() as patch:
            for name, value in wishes.items():
                patch.setenv(name, value)
            main(only(*more))
        seen.append("\x1b[" in capsys.readouterr().out)
    assert seen == [False, True, True, False, False]


def test_fix_writes_only_what_was_asked_for(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An unsafe fix needs --unsafe-fixes; the file keeps its mode and line ends; the rest is reported."""
    (home / "b.py").write_bytes(RISKY.replace("\n", "\r\n").encode())
    (home / "b.py").chmod(0o750)
    assert main(only("--fix")) == 1
    assert (home / "b.py").read_bytes() == RISKY.replace("\n", "\r\n").encode()
    capsys.readouterr()
    assert main(only("--fix", "--unsafe-fixes")) == 0
    assert (home / "b.py").read_bytes() == FIXED.replace("\n", "\r\n").encode()
    assert (home / "b.py").stat().st_mode & 0o777 == 0o750
    said = capsys.readouterr()
    assert said.err == "Fixed 1 finding in 1 file: 1 timeout-disabled.\n"
    assert said.out == "Nothing found in 1 file.\n"


def test_a_diff_with_nothing_in_it_says_why(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Fixes that may change what happens are shown only if they are asked for."""
    write(home, b=RISKY)
    assert main(only("--diff")) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "No fix is safe; `--diff --unsafe-fixes` shows what the others do about 1 finding.\n"
    write(home, b=CLEAN)
    assert main(only("--diff")) == 0
    assert capsys.readouterr().err == ""


def test_diff_writes_nothing_and_its_patch_applies(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The patch on standard output does what --fix would do."""
    write(home, b=RISKY)
    assert main(only("--diff", "--unsafe-fixes")) == 1
    said = capsys.readouterr()
    assert said.err == "Would fix 1 finding in 1 file: 1 timeout-disabled.\n"
    assert (home / "b.py").read_text() == RISKY
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "apply", "-"], input=said.out.encode(), check=True)
    assert (home / "b.py").read_text() == FIXED


def type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Puts a text on standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def test_standard_input(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Findings name the file given; --fix prints the text, fixed or as it was; --diff the patch."""
    type_in(monkeypatch, RISKY)
    assert main(only("-", "--stdin-filename", "pkg/b.py", "--output-format", "concise")) == 1
    assert capsys.readouterr().out.startswith("pkg/b.py:5:38: TMO003")
    type_in(monkeypatch, RISKY)
    assert main(only("-", "--fix", "--unsafe-fixes")) == 0
    assert capsys.readouterr().out == FIXED
    type_in(monkeypatch, RISKY)
    assert main(only("-", "--fix")) == 1
    assert capsys.readouterr().out == RISKY
    type_in(monkeypatch, RISKY)
    assert main(only("-", "--diff", "--unsafe-fixes", "--stdin-filename", "b.py")) == 1
    assert capsys.readouterr().out.startswith("--- a/b.py\n+++ b/b.py\n")
    (home / "resilint.toml").write_text('exclude = ["b.py"]\n')
    type_in(monkeypatch, RISKY)
    assert main(only("-", "--stdin-filename", "b.py", "--force-exclude")) == 0


def test_add_ignore_silences_today(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Comments are written, with a reason if one is given, and a path after the option is a path."""
    write(home, b=RISKY, c=RISKY)
    assert main(only("--add-ignore", "b.py")) == 0
    assert capsys.readouterr().out == "Silenced 1 finding in 1 file.\n"
    assert (home / "b.py").read_text().endswith("timeout=None)  # resilint: ignore[timeout-disabled]\n")
    assert main(only("--add-ignore=the gateway cuts")) == 0
    assert (home / "c.py").read_text().endswith("# resilint: ignore[timeout-disabled] the gateway cuts\n")
    assert main(only()) == 0


def test_a_reason_in_the_wrong_place_is_no_silence(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--add-ignore "a reason"` means a file of that name; that there is none has to be said."""
    write(home, b=RISKY)
    assert main(only("--add-ignore", "a reason", "b.py")) == 2
    assert capsys.readouterr().err == "resilint: a reason:1: cannot be read: no such file or directory\n"


def test_a_baseline_lets_only_new_findings_through(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was recorded is known in moved lines and renamed files; what is gone is told and forgotten."""
    write(home, b=RISKY)
    assert main(["baseline", "--select", "timeout-disabled"]) == 0
    assert "1 finding recorded in .resilint-baseline.json" in capsys.readouterr().out
    write(home, b="# moved\n\n" + RISKY)
    assert main(only()) == 0
    assert capsys.readouterr().out == "Nothing found in 1 file (1 known finding in the baseline).\n"
    (home / "b.py").rename(home / "c.py")
    assert main(only()) == 0
    write(home, c=RISKY + RISKY.replace("rates", "more"))
    assert main(only("--output-format", "json")) == 1
    capsys.readouterr()
    write(home, c=CLEAN)
    assert main(only()) == 0
    assert "records 1 finding that is gone: `resilint baseline --prune` forgets it." in capsys.readouterr().err
    assert main(["baseline", "--prune"]) == 0
    capsys.readouterr()
    assert main(["baseline", "--prune"]) == 0
    assert capsys.readouterr().out.startswith("Nothing is gone from .resilint-baseline.json;")
    assert json.loads((home / ".resilint-baseline.json").read_text()) == {"version": 1, "findings": []}


def test_what_a_baseline_lets_through_is_mended_to_the_end(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Fixes that overlap come one after the other; a known finding like a new one stays as it is."""
    rules = ("--select", "no-timeout,unchecked-body", "--no-cache")
    old = "import requests\n\n\ndef old():\n    return requests.get(URL).json()\n"
    write(home, b=old)
    assert main(["baseline", *rules[:2]]) == 0
    more = old.replace("    return", "    requests.get(OTHER).json()\n    return")
    write(home, b=more + old.removeprefix("import requests").replace("old", "new"))
    assert main(["check", "--fix", "--unsafe-fixes", *rules]) == 0
    text = (home / "b.py").read_text()
    assert text.endswith(
        "def new():\n    response = requests.get(URL, timeout=(3.05, 27))\n    response.raise_for_status()\n"
        "    return response.json()\n"
    )
    assert "    return requests.get(URL).json()\n" in text
    assert "Fixed" in capsys.readouterr().err


def test_a_baseline_of_one_folder_keeps_the_rest(home: Path) -> None:
    """Entries of files that were not looked at stay as they are."""
    write(home, b=RISKY, c=RISKY)
    main(["baseline", "--select", "timeout-disabled"])
    before = (home / ".resilint-baseline.json").read_text()
    write(home, b=CLEAN)
    main(["baseline", "--select", "timeout-disabled", "c.py"])
    assert (home / ".resilint-baseline.json").read_text() == before
    main(["baseline", "--select", "timeout-disabled", "b.py"])
    (left,) = json.loads((home / ".resilint-baseline.json").read_text())["findings"]
    assert left["file"] == "c.py"


def test_each_project_says_what_fails_it(home: Path) -> None:
    """Whichever file comes first; an option holds for all."""
    (home / "a").mkdir()
    (home / "a" / "resilint.toml").write_text('severity = { timeout-disabled = "warning" }\nfail-on = "error"\n')
    write(home, b=CLEAN, **{"a/b": RISKY})
    assert main(only()) == main(only("a/b.py", "b.py")) == 0
    report = ["--output-format", "junit:x.xml"]
    main(only(*report))
    assert 'failures="0"' in (home / "x.xml").read_text()
    assert main(only("--fail-on", "info", *report)) == 1
    assert 'failures="1"' in (home / "x.xml").read_text()
    write(home, b=RISKY)
    assert main(only("a/b.py", "b.py")) == 1


def test_a_baseline_above_counts_for_projects_below(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a monorepo a hook names files of any project, and a person may stand in one."""
    (home / ".git").mkdir()
    for name in ("one", "two"):
        (home / name).mkdir()
        (home / name / "resilint.toml").write_text("[timeouts]\nread = 5\n")
        write(home, **{f"{name}/b": RISKY})
    write(home, b=RISKY)
    assert main(["baseline", "--select", "timeout-disabled"]) == 0
    assert main(only("two/b.py", "b.py")) == 0
    os.chdir(home / "one")
    assert main(only()) == 0
    write(home, **{"one/c": RISKY.replace("rates", "more")})
    assert main(only()) == 1
    capsys.readouterr()
    assert main(["baseline", "--select", "timeout-disabled"]) == 0
    assert capsys.readouterr().out.startswith(f"4 findings recorded in ..{os.sep}.resilint-baseline.json;")
    assert main(only()) == 0
    os.chdir(home)
    assert main(only()) == 0
    assert len(json.loads((home / ".resilint-baseline.json").read_text())["findings"]) == 4


def test_a_project_below_may_have_a_baseline_of_its_own(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its findings are looked up there, and recorded there; the one above knows of the rest."""
    (home / "own").mkdir()
    (home / "own" / "resilint.toml").write_text('baseline = "known.json"\n')
    (home / "own" / "known.json").write_text('{"version": 1, "findings": []}\n')
    write(home, b=RISKY, **{"own/b": RISKY})
    assert main(["baseline", "--select", "timeout-disabled"]) == 0
    assert capsys.readouterr().out.count("1 finding recorded in ") == 2
    assert main(only()) == 0
    write(home, **{"own/b": CLEAN})
    capsys.readouterr()
    assert main(only()) == 0
    assert f"{os.path.join('own', 'known.json')} records 1 finding that is gone" in capsys.readouterr().err
    assert main(["baseline", "--prune"]) == 0
    assert json.loads((home / "own" / "known.json").read_text())["findings"] == []
    assert len(json.loads((home / ".resilint-baseline.json").read_text())["findings"]) == 1


def test_there_is_nothing_to_prune_without_a_baseline(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And none is made."""
    assert main(["baseline", "--prune"]) == 2
    assert capsys.readouterr().err == "resilint: there is no baseline here; `resilint baseline` writes one\n"


def test_a_damaged_baseline_gives_2(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message names the file and the way out."""
    write(home, b=RISKY)
    (home / ".resilint-baseline.json").write_text("{")
    assert main(only()) == 2
    assert capsys.readouterr().err.startswith("resilint: .resilint-baseline.json is not JSON: ")


def test_a_damaged_baseline_is_written_anew(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As its message says: but not while other folders' entries would be lost, nor to prune it."""
    write(home, b=RISKY)
    damaged = home / ".resilint-baseline.json"
    damaged.write_text("{")
    assert main(["baseline", "--prune"]) == 2
    assert main(["baseline", "b.py"]) == 2
    assert damaged.read_text() == "{"
    assert main(["baseline", "--select", "timeout-disabled"]) == 0
    assert capsys.readouterr().out.startswith("1 finding recorded in ")
    assert main(["check", "--select", "timeout-disabled"]) == 0


def test_fixes_of_known_findings_wait(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--fix repairs what is reported and leaves what the baseline knows."""
    write(home, b=RISKY)
    main(["baseline", "--select", "timeout-disabled"])
    write(home, b=RISKY, c=RISKY.replace("rates", "more"))
    capsys.readouterr()
    assert main(only("--fix", "--unsafe-fixes")) == 0
    said = capsys.readouterr()
    assert said.err == "Fixed 1 finding in 1 file: 1 timeout-disabled.\n", "and no word of stale records"
    assert said.out == "Nothing found in 2 files (1 known finding in the baseline).\n"
    assert (home / "b.py").read_text() == RISKY
    assert (home / "c.py").read_text() == FIXED.replace("rates", "more")


def test_only_changed_lines(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--diff-base reports the lines that changed, and fixes nothing else."""
    two = RISKY + RISKY.replace("rates", "more")
    write(home, b=two, c=RISKY)
    who = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run(["git", *who, *words], check=True)
    assert main(only("--diff-base", "HEAD")) == 0
    changed = two.replace("URL, timeout=None", "URL,  timeout=None", 1)
    write(home, b=changed)
    assert main(only("--diff-base", "HEAD", "--output-format", "json")) == 1
    (found,) = json.loads(capsys.readouterr().out.partition("\n[")[2].join(["[", ""]))
    assert (found["filename"], found["location"]["row"]) == ("b.py", 5)
    assert main(only("--diff-base", "HEAD", "--fix", "--unsafe-fixes")) == 0
    assert (home / "b.py").read_text() == changed.replace("None", "(3.05, 27)", 1)
    assert (home / "c.py").read_text() == RISKY


def test_a_log_says_why_the_run_fails(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In CI the last line names the status and the limit; nothing is said where the run passes."""
    monkeypatch.setenv("CI", "true")
    write(home, b=RISKY)
    assert main(only()) == 1
    assert capsys.readouterr().out.endswith("Failed with exit status 1: 1 error at or above `--fail-on warning`.\n")
    assert main(only("--exit-zero")) == 0
    assert "exit status" not in capsys.readouterr().out


def test_a_hook_says_how_it_fixes(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below pre-commit nobody types an option: it stands in the settings of the hook."""
    monkeypatch.setenv("PRE_COMMIT", "1")
    write(home, b=RISKY)
    assert main(only()) == 1
    assert "1 can be fixed with the hook `resilint-fix` and `args: [--unsafe-fixes]`; " in capsys.readouterr().out


def test_statistics(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Counts by rule, library, peer and other tool, as tables or as JSON."""
    write(home, b=RISKY, c=RISKY)
    assert main(only("--statistics")) == 1
    out = capsys.readouterr().out
    assert "by rule\n      2  TMO003  timeout-disabled\n" in out
    assert "by library\n      2  requests\n" in out
    assert "by what is at the other end\n      2  http\n" in out
    assert out.endswith("if it is on\n      2  bandit\n      2  ruff\n")
    write(home, d="import asyncio\n\n\nasync def go():\n    asyncio.create_task(work())\n")
    assert main(["check", "d.py", "--statistics", "--no-cache"]) == 1
    assert "other end" not in capsys.readouterr().out
    (home / "d.py").unlink()
    main(only("--statistics", "--output-format", "json"))
    assert json.loads(capsys.readouterr().out)["rule"] == {"timeout-disabled": 2}
    write(home, b="import inhouse\n\n\ndef rates():\n    return inhouse.fetch('x', timeout=None)\n", c=CLEAN)
    own = (
        '{ peer = "mainframe", import = ["inhouse"], call = [{ names = ["inhouse.fetch"], missing = "flag", '
        'timeout = [{ param = "timeout", phases = "total" }], none = "unbounded" }] }'
    )
    (home / "resilint.toml").write_text(f"library.inhouse = {own}\n")
    main(only("--statistics", "--output-format", "json"))
    assert json.loads(capsys.readouterr().out)["peer"] == {"mainframe": 1}


def test_statistics_leave_reports_in_files_alone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One run counts for people and reports to machines."""
    write(home, b=RISKY)
    assert main(only("--statistics", "--output-format", "sarif:x.sarif")) == 1
    assert capsys.readouterr().out.startswith("by rule\n")
    assert len(json.loads((home / "x.sarif").read_text())["runs"][0]["results"]) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("--output-format", "concise", "--output-format", "json"),
        ("--output-format", "sarif", "--output-format", "junit"),
        ("--statistics", "--output-format", "sarif"),
    ],
)
def test_standard_output_takes_one_report(
    words: tuple[str, ...], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two would be read by nobody; annotations may stand among lines for people."""
    write(home, b=RISKY)
    assert main(only(*words)) == 2
    assert ":FILE" in capsys.readouterr().err
    assert main(only("--output-format", "concise", "--output-format", "github")) == 1


def test_a_first_run_with_many_findings_ends_with_a_way_out(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three lines: how many by rule, how to start clean, where to switch off; never once a baseline is there."""
    write(home, b=RISKY * 20)
    main(only())
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["By", "`resilint", "Off"]
    assert "20 timeout-disabled" in lines[0]
    main(["baseline", "--select", "TMO"])
    write(home, c=RISKY * 20)
    capsys.readouterr()
    main(only())
    assert capsys.readouterr().err == ""


def test_show_settings_can_be_read_back(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is shown is a `resilint.toml` with the same meaning; JSON says the same."""
    text = (
        'ignore = ["ERR"]\nper-file-ignores = { "a b/*.py" = ["ALL"] }\ntimeouts = { read = 5.5 }\n'
        'severity = { no-timeout = "hint" }\n'
    )
    (home / "resilint.toml").write_text(text)
    assert main(["check", "--show-settings"]) == 0
    shown = capsys.readouterr().out
    assert f"# from {home / 'resilint.toml'}" in shown
    assert "# TMO001 no-timeout\n" in shown
    assert "ERR001" not in shown
    expected, _ = parse(text.encode(), "x", "resilint")
    assert tomli.loads(shown)["timeouts"] == {"connect": 3.05, "read": 5.5, "total": 30, "llm": 60}
    assert parse(shown.encode(), "x", "resilint") == (expected, ())
    assert main(["check", "--show-settings", "--output-format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["settings"] == as_json(expected)


def test_a_crash_of_ours_gives_2(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rule or a check that fails is told as a mistake of ours, and other files go on."""
    write(home, b=RISKY, c=RISKY)

    def crash(*args: object) -> None:
        raise ZeroDivisionError("oops")

    with monkeypatch.context() as patch:
        patch.setattr("resilint.engine.check.check", crash)
        assert main(only("--no-cache", "--output-format", "concise")) == 2
        out = capsys.readouterr().out
        assert out.count("E001") == 2
        assert "oops" in out
    with monkeypatch.context() as patch:
        patch.setattr("resilint.cli.summary.summary", crash)
        assert main(only("--no-cache")) == 2
        assert "this is a mistake in resilint" in capsys.readouterr().err


def test_rule_pages(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A rule is found by code or name; the table has all; JSON is for programs."""
    assert main(["rule", "tmo001"]) == 0
    by_code = capsys.readouterr().out
    assert by_code.startswith("TMO001 no-timeout\nwarning; on by default; has a fix")
    assert main(["rule", "no-timeout"]) == 0
    assert capsys.readouterr().out == by_code
    assert main(["rule"]) == 0
    table = capsys.readouterr().out
    assert "\nTMO001  no-timeout " in table
    assert main(["rule", "--output-format", "json"]) == 0
    every = json.loads(capsys.readouterr().out)
    assert [each["code"] for each in every] == sorted(each["code"] for each in every)
    assert {"E001", "E902", "E999", "IGN001", "TMO001"} <= {each["code"] for each in every}
    assert main(["rule", "IGN001", "--output-format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "unused-ignore"


def test_clean_removes_our_cache_and_nothing_else(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The project's cache goes; a folder that is not ours stays."""
    write(home, b=RISKY)
    main(only())
    assert (home / ".resilint_cache").is_dir()
    assert main(["clean"]) == 0
    assert not (home / ".resilint_cache").exists()
    (home / "mine").mkdir()
    assert main(["clean", "--cache-dir", "mine"]) == 0
    assert (home / "mine").is_dir()
    assert "Nothing to remove" in capsys.readouterr().out


OPTIONS = (
    "--fix --unsafe-fixes --diff --stdin-filename --select --extend-select --ignore --per-file-ignores --profile "
    "--preview --fail-on --output-format --output-file --exit-zero --jobs --no-cache --cache-dir --baseline "
    "--diff-base --add-ignore --statistics --config --isolated --force-exclude "
    "--show-settings --quiet --verbose --color"
)


def test_help_names_every_option(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`check --help` knows all options, and every command has its help."""
    assert main(["check", "--help"]) == 0
    text = capsys.readouterr().out
    assert [option for option in OPTIONS.split() if option not in text] == []
    assert main([]) == 0
    commands = capsys.readouterr().out
    for command in ("check", "rule", "explain", "baseline", "server", "clean", "version"):
        assert f"    {command} " in commands
        assert main([command, "--help"]) == 0
        assert "usage: resilint" in capsys.readouterr().out


def test_a_reader_who_leaves_does_no_harm(home: Path) -> None:
    """`resilint check | head` ends quietly."""
    write(home, b=RISKY * 300)
    words = "check --select timeout-disabled --no-cache --output-format concise"
    command = f"{sys.executable} -m resilint {words} | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True, env=python_path())
    assert done.stdout.startswith("b.py:5:38: TMO003")
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_output_that_the_terminal_cannot_spell(home: Path) -> None:
    """An ASCII terminal gets escapes instead of a crash."""
    write(home, b=RISKY.replace("URL", "'é☃'"))
    command = [sys.executable, "-m", "resilint", *only()]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**python_path(), "PYTHONIOENCODING": "ascii"}
    )
    assert done.returncode == 1, done.stderr
    assert "\\xe9\\u2603" in done.stdout


def test_explain_takes_a_line_a_function_or_a_file(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same call three times, and once for programs."""
    text = "import requests\n\ndef fetch(url):\n    return requests.get(url, timeout=3)\n"
    (home / "a.py").write_text(text)
    for place in ("a.py", "a.py:4", "a.py:fetch"):
        assert main(["explain", place]) == 0
        assert "gives up after 3 s of silence" in capsys.readouterr().out
    assert main(["explain", "a.py:4", "--output-format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["file"], found["calls"][0]["location"]) == ("a.py", {"row": 4, "column": 12})
    assert main(["explain", "a.py:fetsh"]) == 2
    assert "a.py has no function 'fetsh'; did you mean \"fetch\"?" in capsys.readouterr().err


def test_explain_names_the_file_as_it_was_typed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not as it is called below a root that nobody has named."""
    (home / "inner").mkdir()
    (home / "inner" / "a.py").write_text("import requests\nrequests.get('https://partner.example')\n")
    place = os.path.join("inner", "a.py")
    assert main(["explain", f"{place}:2"]) == 0
    assert capsys.readouterr().out.startswith(f"{place}:2:1: `requests.get`")
    assert main(["explain", f"{place}:2:1"]) == 0
    assert capsys.readouterr().out.startswith(f"{place}:2:1: `requests.get`")
    assert main(["explain", f"{place}:1"]) == 0
    assert capsys.readouterr().out.startswith(f"{place}:1: no call here")


def test_silenced_findings_are_in_sarif_if_asked_for(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Marked by who has silenced them; no other report has them, and none of them fails the run."""
    (home / "a.py").write_text("import requests\nrequests.get(URL)  # resilint: ignore[no-timeout] ended elsewhere\n")
    (home / "b.py").write_text("import requests\nrequests.get(URL)\n")
    assert main(["baseline", "b.py"]) == 0
    capsys.readouterr()
    for options, known in ((), []), (("--show-suppressed",), ["inSource", "external"]):
        assert main(["check", "--output-format", "sarif", "--baseline", ".resilint-baseline.json", *options]) == 0
        results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
        assert [each["suppressions"][0]["kind"] for each in results] == known
    assert main(["check", "--output-format", "concise", "--show-suppressed"]) == 0
    assert "a.py" not in capsys.readouterr().out


@pytest.mark.parametrize("key", ["exclude", "extend-exclude", "per-file-ignores"])
def test_a_hostile_pattern_costs_one_message(key: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2 and the file, the row and the key; the other settings count, and the check is not slow."""
    write(home, a=RISKY)
    pattern = "{" * 200_000 + "}" * 200_000
    value = f'{{ "{pattern}" = ["ALL"] }}' if key == "per-file-ignores" else f'["{pattern}"]'
    (home / "resilint.toml").write_text(f"{key} = {value}\n")
    started = time.perf_counter()
    assert main(only("--no-cache", "--output-format", "concise")) == 2
    assert time.perf_counter() - started < 5
    captured = capsys.readouterr()
    assert "timeout-disabled" in captured.out
    (line,) = (line for line in captured.err.splitlines() if "resilint.toml" in line)
    assert f"resilint.toml:1: `{key}" in line
    assert "must be a pattern of at most 1000 characters" in line
    assert len(line) < 600


def test_reports_link_to_the_pages_of_rules(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the settings say that they are hosted, and nowhere else."""
    write(home, b=RISKY)
    assert main(only("--output-format", "json")) == 1
    assert json.loads(capsys.readouterr().out)[0]["url"] is None
    (home / "resilint.toml").write_text('docs-url = "https://docs.example.com/resilint/"\n')
    address = "https://docs.example.com/resilint/rules/timeout-disabled.html"
    assert main(only("--output-format", "json", "--output-format", "json-lines:x.jsonl")) == 1
    assert json.loads(capsys.readouterr().out)[0]["url"] == address
    assert json.loads((home / "x.jsonl").read_text())["url"] == address
    assert main(only("--output-format", "sarif")) == 1
    rules = json.loads(capsys.readouterr().out)["runs"][0]["tool"]["driver"]["rules"]
    assert address in {rule["helpUri"] for rule in rules}
    (home / "resilint.toml").write_text('docs-url = "javascript:x"\n')
    assert main(only()) == 2
    assert "an address that begins with https:// or http://" in capsys.readouterr().err


def test_explain_lists_the_calls_of_a_folder(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By what is at the other end; those of tests and clients that are only made do not count."""
    (home / "pay.py").write_text(
        "import redis\nimport requests\n\nstore = redis.Redis()\n\n\ndef pay(url):\n    store.get(url)\n"
        "    try:\n        return requests.get(url, timeout=3)\n    except requests.RequestException:\n"
        "        return None\n\n\ndef ask(url):\n    return requests.get(url)\n"
    )
    (home / "test_pay.py").write_text("import requests\nrequests.get('https://partner.example')\n")
    assert main(["explain", "."]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line and line[0] != " "] == [
        "cache: 1 call, 1 not protected", "http: 2 calls, 1 not protected",
    ]  # fmt: skip
    assert "  pay.py:16:12: `requests.get`: no limit on a hang, not protected" in lines
    assert main(["explain", "--output-format", "json", "."]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(call["call"], call["protected"]) for call in found["calls"]] == [
        ("store.get", False), ("requests.get", True), ("requests.get", False),
    ]  # fmt: skip
    assert main(["explain", str(home / "nowhere")]) == 2
    (home / "empty").mkdir()
    assert main(["explain", "empty"]) == 0
    assert "empty: no call here" in capsys.readouterr().out
