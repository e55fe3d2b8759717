"""The command line in a hostile project and on a full device: one line, no traceback, nothing steers the terminal."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from resilint.__main__ import main
from resilint.fs import files

pytestmark = pytest.mark.once  # what terminals and devices do, not Python
RISKY = "import requests\n\n\ndef rates():\n    return requests.get(URL, timeout=None)\n"
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
EVIL = "\x1b[31mevil\x1b]0;title\x07\x9b2J\u202e"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has neither such names nor such limits")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one finding that is the working folder."""
    top = tmp_path / "home"
    top.mkdir()
    (top / "pyproject.toml").write_text('[project]\nname = "x"\n')
    (top / "a.py").write_text(RISKY)
    monkeypatch.chdir(top)
    return top


def shell(command: str, limit: int | None = None) -> subprocess.CompletedProcess[str]:
    """Runs `resilint` as a process; `{}` in the command is the program. No file may grow beyond `limit` bytes."""

    def restrict() -> None:
        import resource

        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}
    program = f"{shlex.quote(sys.executable)} -m resilint"
    return subprocess.run(
        command.replace("{}", program),
        shell=True,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        preexec_fn=restrict,
    )


@LINUX
@pytest.mark.parametrize(
    "words",
    [
        "version",
        "--version",
        "--help",
        "check --help",
        "check",
        "check --output-format json",
        "check --statistics",
        "check --diff --unsafe-fixes",
        "check --show-settings",
        "check --fix --unsafe-fixes - < a.py",
        "rule",
        "rule no-timeout",
        "explain a.py:5",
        "baseline",
        "clean",
    ],
)
def test_a_full_device_for_standard_output(home: Path, words: str) -> None:
    """One line that names the cause, and status 2."""
    done = shell("{} " + words + " > /dev/full")
    lines = [line for line in done.stderr.splitlines() if line.startswith(("resilint:", "Traceback", "Exception"))]
    assert lines == ["resilint: standard output cannot be written: no space left on device"], done.stderr
    assert done.returncode == 2


@LINUX
def test_a_full_device_for_standard_error(home: Path) -> None:
    """What is said beside the report is lost, and the report is not."""
    (home / "resilint.toml").write_text("wrong = 1\n")
    done = shell("{} check --select timeout-disabled 2> /dev/full")
    assert done.returncode == 2
    assert "TMO003" in done.stdout


@POSIX
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams(home: Path, closed: str) -> None:
    """They are no place to write to, and no file is taken for them."""
    done = shell("{} check --select timeout-disabled --output-format concise " + closed)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert (home / "a.py").read_text() == RISKY


@POSIX
def test_standard_input_may_be_closed(home: Path) -> None:
    """A sentence, and status 2."""
    done = shell("{} check - <&-")
    assert done.stderr == "resilint: standard input is closed, and - stands for it\n"
    assert done.returncode == 2


@POSIX
@pytest.mark.parametrize("report", ["old.json", "new.json"])
def test_a_full_device_for_a_report(home: Path, report: str) -> None:
    """No empty report, no temporary file; an older report stays as it was."""
    (home / "old.json").write_text("[]\n")
    done = shell("{} check --no-cache --select timeout-disabled --output-format json:" + report, limit=10)
    assert done.stderr == f"resilint: {report} cannot be written: File too large\n"
    assert done.returncode == 2
    assert sorted(os.listdir(home)) == ["a.py", "old.json", "pyproject.toml"]
    assert (home / "old.json").read_text() == "[]\n"


@POSIX
def test_a_full_device_for_a_baseline(home: Path) -> None:
    """The same."""
    done = shell("{} baseline --no-cache", limit=10)
    assert done.stderr == "resilint: .resilint-baseline.json cannot be written: File too large\n"
    assert done.returncode == 2
    assert sorted(os.listdir(home)) == ["a.py", "pyproject.toml"]


@POSIX
@pytest.mark.parametrize("warm", [False, True])
def test_a_full_device_for_the_cache(home: Path, warm: bool) -> None:
    """The findings are reported, and one line says what was not written."""
    if warm:
        assert shell("{} check").returncode == 1
        (home / "b.py").write_text(RISKY)
    done = shell("{} check --select timeout-disabled", limit=10)
    assert done.returncode == 1
    assert done.stdout.count("TMO003") == 1 + warm
    (line,) = done.stderr.splitlines()
    assert line.endswith(".resilint_cache cannot be written, so the next run is slower: file too large")
    assert not [path for path in home.rglob("*") if path.name.endswith(".tmp")]


@POSIX
def test_a_report_goes_to_what_is_no_file(home: Path) -> None:
    """A pipe or a device is written to, not replaced; a link to a file stays a link."""
    done = shell("{} check --no-cache --output-format concise:/dev/stdout --select timeout-disabled | cat")
    assert "TMO003" in done.stdout
    (home / "real.json").write_text("")
    (home / "real.json").chmod(0o640)
    (home / "link.json").symlink_to("real.json")
    assert main(["check", "--select", "timeout-disabled", "--output-format", "json:link.json"]) == 1
    assert (home / "link.json").is_symlink()
    assert json.loads((home / "real.json").read_text())[0]["code"] == "TMO003"
    assert (home / "real.json").stat().st_mode & 0o777 == 0o640


FORMATS = ["full", "concise", "json", "json-lines", "sarif", "github", "gitlab", "junit"]


@POSIX
@pytest.mark.parametrize("wanted", FORMATS)
@pytest.mark.parametrize("colour", ["never", "always"])
def test_names_cannot_steer_the_terminal(
    home: Path, capfd: pytest.CaptureFixture[str], wanted: str, colour: str
) -> None:
    """Control characters of files, folders and keys are spelt out on both streams; machine formats stay sound."""
    folder = home / f"d{EVIL}"
    folder.mkdir()
    (folder / f"{EVIL}\n::error::x.py").write_text(RISKY.replace("URL", f"'{EVIL}'"))
    (folder / "bad.py").write_bytes(b"import requests\nrequests.get('\xff')\n")
    (folder / "pyproject.toml").write_text(
        '[tool.resilint]\n"\\u001b[2J\\u009b" = 1\nselect = ["\\u001b[2J"]\nprofile = "\\u202e"\n'
        '[tool.resilint.library."x\\u001b[2J"]\npeer = "\\u001b]0;t\\u0007"\nwrong = 1\n'
    )
    status = main(["check", "--no-cache", "--color", colour, "--output-format", wanted])
    out, err = capfd.readouterr()
    assert status == 2
    out = re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;;[^\x07\x1b]*(?:\x1b\\|\x07)", "", out) if colour == "always" else out
    assert not STEERING.search(out)
    assert not STEERING.search(err)
    assert "evil" in out
    assert "is not a setting" in err
    assert not any(line.startswith("::error::x.py") for line in out.splitlines())
    if wanted in ("json", "sarif", "gitlab"):
        json.loads(out)


@POSIX
@pytest.mark.parametrize(
    "words",
    [
        ["check", "--show-settings"],
        ["check", "--statistics"],
        ["check", "--verbose"],
        ["baseline"],
        ["clean"],
        ["explain", "a.py:5"],
        ["explain", f"{EVIL}.py:5"],
        ["check", f"--{EVIL}"],
        ["check", f"--select={EVIL}"],
        ["check", f"{EVIL}.py"],
        ["check", "--config", EVIL],
        ["check", "--output-format", EVIL],
        ["check", "--output-format", f"json:{EVIL}/x"],
        ["check", "--baseline", EVIL],
        ["check", "--diff-base", EVIL],
        ["check", "--per-file-ignores", EVIL],
        ["check", "--jobs", EVIL],
        ["rule", EVIL],
        [EVIL],
    ],
    ids=lambda words: "-".join(words).encode("ascii", "backslashreplace").decode(),
)
def test_arguments_cannot_steer_the_terminal(
    home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    """In CI they may be names of files or folders of a stranger; the working folder has such a name, too."""
    folder = home / f"d{EVIL}"
    folder.mkdir()
    (folder / "a.py").write_text(RISKY)
    (folder / "resilint.toml").write_text('[library."x\\u001b[2J\\u009b"]\npeer = "\\u001b]0;t"\nignore = ["ALL"]\n')
    monkeypatch.chdir(folder)
    assert main([*words]) in (0, 1, 2)
    out, err = capfd.readouterr()
    assert not STEERING.search(out)
    assert not STEERING.search(err)
    assert "Traceback" not in err


@pytest.mark.parametrize("name", ["pyproject.toml", "resilint.toml"])
def test_settings_that_are_too_large_are_a_mistake(home: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """Defaults hold, one message says why, and the status is 2."""
    head = "[tool.resilint]\n" if name == "pyproject.toml" else ""
    (home / name).write_text(head + 'ignore = ["ALL"]\n' + "#" * files.LIMIT)
    assert main(["check", "--no-cache"]) == 2
    out = capsys.readouterr()
    assert out.err == f"resilint: {name}: cannot be read: larger than 5 MB, the most that is looked at\n"
    assert "a.py:5" in out.out


@pytest.mark.parametrize("quiet", [False, True])
@pytest.mark.parametrize("name", [".gitignore", "uv.lock", "requirements.txt"])
def test_other_files_that_are_too_large_are_said(
    home: Path, capsys: pytest.CaptureFixture[str], name: str, quiet: bool
) -> None:
    """They cost what they would have said, and no more."""
    (home / name).write_text("a.py\n" + "#" * files.LIMIT)
    assert main(["check", "--no-cache", *(["--quiet"] if quiet else [])]) == 1
    err = capsys.readouterr().err
    assert (f"{name} is not " in err and err.count("larger than 5 MB") == 1) is not quiet


def test_an_ignore_file_with_too_many_patterns_is_said(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Once; the patterns before the limit count, and so do all plain names."""
    lines = ["first*.py", *(f"*x{number}*y" for number in range(100_000)), "last.py"]
    (home / ".gitignore").write_text("\n".join(lines))
    for stem in ("first1", "last"):
        (home / f"{stem}.py").write_text(RISKY)
    assert main(["check", "--no-cache", "--output-format", "concise", "--select", "timeout-disabled"]) == 1
    out = capsys.readouterr()
    assert out.err.count("holds too many patterns to be compared") == 1
    assert "a.py" in out.out
    assert "last.py" not in out.out
    assert "first1.py" not in out.out
