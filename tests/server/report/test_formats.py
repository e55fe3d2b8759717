"""Formats that programs read: each keeps its own rules, whatever is in names and messages."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilint.report import FORMATS, load, render
from resilint.report.view import Card, View
from resilint.results import Change, FileResult, Line, Note, Offer, Place, Problem
from resilint_rules.kit.findings import Severity
from resilint_rules.kit.rule import Rule

ODD = st.text(st.sampled_from("a:,%\r\n\x1b\u2028\ufffe\udc80[](){0}<&\"'😀#"), max_size=8)


def problem(row: int = 3, **more: object) -> Problem:
    """An ordinary problem in pkg/a.py."""
    fix = Offer("Add timeout=5", "unsafe", (Change(Place(row, 13, row, 13), "timeout=5"),))
    return replace(
        Problem(
            *("TMO001", "no-timeout", "warning", "`get` may wait for ever", "pkg/a.py"),
            Place(row, 5, row, 8),
            help="Add a limit",
            offers=(fix,),
            related=(Note("made here", "pkg/b.py", Place(1, 1, 1, 1)),),
            fingerprint=f"abc{row}",
            source=(Line(row - 1, "def f():"), Line(row, "    get(url, )")),
            library="requests",
            callee="requests.get",
            scope="f",
        ),
        **more,  # type: ignore[arg-type]
    )


def results(*problems: Problem) -> list[FileResult]:
    """One result a file, in the order in which the files come."""
    files = dict.fromkeys(found.file for found in problems)
    return [FileResult(file, tuple(found for found in problems if found.file == file)) for file in files]


def card(code: str, family: str = "timeouts", severity: Severity = Severity.WARNING) -> Card:
    """A rule that the registry need not know."""
    rule = Rule(
        *(code, "no-timeout", severity, family, "", ("Call",), "A call that may wait for ever."),
        *(True, False, True, False, (), (), (), ()),
    )
    return Card(rule, "A call that may wait for ever.\n\nThe pool fills up.\n\n```python bad\nx\n```\n")


def sarif(*problems: Problem, **view: object) -> dict[str, object]:
    """The run of a SARIF report."""
    return json.loads(render("sarif", results(*problems), View(**view)))["runs"][0]  # type: ignore[arg-type,no-any-return]


def test_a_format_is_loaded_when_it_is_used() -> None:
    """The package alone costs nothing, and one format does not bring the others."""
    code = (
        "import sys, resilint.report as r\n"
        "names = lambda: sorted(m for m in sys.modules if m.startswith('resilint.report.'))\n"
        "print(names()); r.load('concise'); print(names())"
    )
    path = [entry for entry in sys.path if entry]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}\n{code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        "[]",
        "['resilint.report.concise', 'resilint.report.view']",
    ]


def test_formats_are_the_documented_ones() -> None:
    """The names that `--output-format` takes."""
    assert list(FORMATS) == [*("full", "concise", "json", "json-lines", "sarif", "github", "gitlab", "junit")]
    with pytest.raises(KeyError):
        load("yaml")


@pytest.mark.parametrize("name", FORMATS)
def test_every_output_ends_its_last_line(name: str) -> None:
    """Text that is joined to other text stays apart, also when nothing was found."""
    assert render(name, results(problem()), View()).endswith("\n")
    assert render(name, [FileResult("a.py")], View()).endswith("\n") or name in {
        *("full", "concise", "json-lines", "github")
    }


@given(ODD, ODD, ODD, ODD)
def test_odd_texts_break_no_format(message: str, file: str, content: str, title: str) -> None:
    """Whatever stands in names and messages: the output is UTF-8, and JSON and XML can be read."""
    odd = problem(
        message=message,
        file=file,
        help=title,
        offers=(Offer(title, "safe", (Change(Place(1, 1, 1, 1), content),)),),
        related=(Note(message, file, None),),
        source=(Line(3, re.sub("[\r\n\udc80]", "", content)),),
    )
    written = {name: render(name, results(odd), View(folder="/r", root="/r")) for name in FORMATS}
    for name, text in written.items():
        text.encode("utf-8")
        if name in {"json", "sarif", "gitlab", "json-lines"}:
            assert "\\ud" not in json.dumps(json.loads(text)).replace("\\ud83d\\ude00", "")
    assert len(written["concise"].splitlines()) == 1
    assert len(written["github"].splitlines()) == 1
    assert len(written["json-lines"].splitlines()) == 1
    ET.fromstring(written["junit"])


def test_concise() -> None:
    """One line that editors and people can follow."""
    assert render("concise", results(problem()), View()) == (
        "pkg/a.py:3:5: TMO001[no-timeout] warning: `get` may wait for ever\n"
    )


def test_json_has_the_documented_keys() -> None:
    """Ruff's keys, and ours beside them."""
    (entry,) = json.loads(render("json", results(problem()), View()))
    assert entry == {
        "cell": None,
        "code": "TMO001",
        "name": "no-timeout",
        "message": "`get` may wait for ever",
        "help": "Add a limit",
        "severity": "warning",
        "filename": "pkg/a.py",
        "location": {"row": 3, "column": 5},
        "end_location": {"row": 3, "column": 8},
        "noqa_row": 3,
        "fix": entry["fixes"][0],
        "fixes": [
            {
                "applicability": "unsafe",
                "message": "Add timeout=5",
                "edits": [
                    {
                        "content": "timeout=5",
                        "location": {"row": 3, "column": 13},
                        "end_location": {"row": 3, "column": 13},
                    }
                ],
            }
        ],
        "url": None,
        "fingerprint": "abc3",
        "related": [
            {
                "message": "made here",
                "filename": "pkg/b.py",
                "location": {"row": 1, "column": 1},
                "end_location": {"row": 1, "column": 1},
            }
        ],
        "library": "requests",
        "callee": "requests.get",
        "scope": "f",
    }


def test_json_lines_are_the_same_objects() -> None:
    """One compact object a line, equal to the array's."""
    given = results(problem(), problem(9), problem(4, file="b.py", offers=()))
    lines = render("json-lines", given, View()).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(render("json", given, View()))
    assert json.loads(lines[2])["fix"] is None


def test_sarif_describes_all_rules_of_the_run() -> None:
    """Those that found nothing too; one that nobody described has at least its name."""
    run = sarif(problem(), problem(code="X001", rule="own"), cards={"TMO001": card("TMO001"), "A001": card("A001")})
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["A001", "TMO001", "X001"]
    assert [result["ruleIndex"] for result in run["results"]] == [1, 2]
    assert rules[1]["help"]["markdown"] == card("TMO001").page
    assert rules[1]["fullDescription"]["text"] == "The pool fills up."
    assert rules[2]["fullDescription"]["text"] == "own."


@pytest.mark.parametrize(
    ("family", "severity", "score"),
    [
        ("auth", Severity.ERROR, "8.0"),
        ("webhooks", Severity.WARNING, "6.0"),
        ("timeouts", Severity.ERROR, None),
    ],
)
def test_only_rules_about_attackers_are_security(family: str, severity: Severity, score: str | None) -> None:
    """A call that may hang is no vulnerability, and GitHub should not say that it is."""
    cards = {"TMO001": card("TMO001", family, severity)}
    (rule,) = sarif(cards=cards)["tool"]["driver"]["rules"]
    assert rule["properties"].get("security-severity") == score
    assert ("security" in rule["properties"]["tags"]) == (score is not None)


def test_sarif_notifies_of_what_could_not_be_checked() -> None:
    """Viewers that show results of rules alone would show a file as clean."""
    left_out = problem(code="E902", rule="unreadable-file", severity="error", message="not checked: split it")
    (invocation,) = sarif(problem(), left_out)["invocations"]  # type: ignore[misc]
    (note,) = invocation["toolExecutionNotifications"]
    assert (note["level"], note["message"]["text"]) == ("error", "not checked: split it.")
    assert note["descriptor"] == {"id": "E902"}
    (place,) = note["locations"]
    assert place["physicalLocation"]["region"]["startLine"] == left_out.place.row


def test_sarif_levels() -> None:
    """SARIF has no hints: what does not fail a run is a note."""
    problems = [problem(severity=severity) for severity in ("error", "warning", "info", "hint")]
    assert [r["level"] for r in sarif(*problems)["results"]] == ["error", "warning", "note", "note"]


def test_sarif_shows_silenced_problems_only_when_asked() -> None:
    """GitHub would open an alert for each; a viewer that knows the mark gets it."""
    comment, baseline = problem(suppressed="comment"), problem(4, suppressed="baseline")
    result = FileResult("pkg/a.py", (problem(5),), (comment, baseline))
    quiet = json.loads(render("sarif", [result], View()))["runs"][0]["results"]
    assert [found.get("suppressions") for found in quiet] == [None]
    all_of_them = json.loads(render("sarif", [result], View(silenced=True)))["runs"][0]["results"]
    assert [found.get("suppressions") for found in all_of_them] == [
        None,
        [{"kind": "inSource"}],
        [{"kind": "external"}],
    ]


@pytest.mark.parametrize(
    ("file", "uri", "base"),
    [
        ("a b#1.py", "pkg/a%20b%231.py", "%SRCROOT%"),
        ("../lib/b.py", "lib/b.py", "%SRCROOT%"),
        ("/top/pkg/a.py", "pkg/a.py", "%SRCROOT%"),
        ("/else/a.py", "file:///else/a.py", None),
        ("../../x.py", "file:///x.py", None),
        ("C:/x/a.py", "file:///C:/x/a.py", None),
        ("\udcff.py", "pkg/%FF.py", "%SRCROOT%"),
    ],
)
def test_sarif_uris_are_below_the_top(file: str, uri: str, base: str | None) -> None:
    """Run in a sub-folder or not, a code host finds the file; names are escaped."""
    run = sarif(problem(file=file), folder="/top/pkg", root="/top")
    artifact = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert (artifact["uri"], artifact.get("uriBaseId")) == (uri, base)
    assert run["originalUriBaseIds"]["%SRCROOT%"]["uri"] == "file:///top/"


def test_sarif_says_when_the_tool_failed() -> None:
    """A crashed rule makes the run unsuccessful; problems in the code do not."""
    assert sarif(problem())["invocations"] == [{"executionSuccessful": True}]
    assert sarif(problem(code="E001"))["invocations"] == [{"executionSuccessful": False}]


def test_sarif_has_the_words_and_lines() -> None:
    """What is pointed at, what is around it, and sentences."""
    (result,) = sarif(problem(message="see [it](x)"))["results"]
    place = result["locations"][0]["physicalLocation"]
    assert result["message"]["text"] == "see [it] (x). Add a limit."
    assert place["region"]["snippet"]["text"] == "get"
    assert place["contextRegion"]["startLine"] == 2
    assert place["contextRegion"]["snippet"]["text"] == "def f():\n    get(url, )"
    (cut,) = sarif(problem(source=(Line(3, "get(url)", 5, True),)))["results"]
    cut_place = cut["locations"][0]["physicalLocation"]
    assert cut_place["region"]["snippet"]["text"] == "get"
    assert "contextRegion" not in cut_place


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """What the runner reads: command, properties, message; other lines are log."""
    found = []
    for line in text.splitlines():
        match = re.fullmatch(r"::([a-z]+)(?: ([^:]*))?::(.*)", line)
        if match and match[1] not in {"group", "endgroup"}:
            pairs = [pair.split("=", 1) for pair in (match[2] or "").split(",") if pair]
            properties = {key: unescaped(value) for key, value in pairs}
            found.append((match[1], properties, unescaped(match[3])))
    return found


def unescaped(text: str) -> str:
    """As the runner does it."""
    for code, character in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, character)
    return text


def test_github_annotation() -> None:
    """Title, file, lines and columns; the message says where, as the log shows nothing else."""
    odd = problem(file="100%,a:b.py", message="50%0A: x")
    assert commands(render("github", results(odd), View())) == [
        (
            "warning",
            {
                "title": "resilint TMO001[no-timeout]",
                "file": "100%,a:b.py",
                "line": "3",
                "endLine": "3",
                "col": "5",
                "endColumn": "8",
            },
            "100%,a:b.py:3:5: TMO001[no-timeout] warning: 50%0A: x\nhelp: Add a limit\nfix: Add timeout=5",
        )
    ]


def test_github_takes_no_columns_over_lines() -> None:
    """It would put the annotation nowhere."""
    tall = problem(place=Place(3, 5, 4, 2))
    ((_, properties, _),) = commands(render("github", results(tall), View()))
    assert properties["endLine"] == "4"
    assert "col" not in properties


def test_github_errors_come_first() -> None:
    """Ten of each level are shown, so each level has its own ten."""
    given = results(problem(severity="hint"), problem(severity="warning"), problem(severity="error"))
    assert [kind for kind, *_ in commands(render("github", given, View()))] == [*("error", "warning", "notice")]


def test_github_tells_many_of_a_kind_together() -> None:
    """Eleven in one file are one annotation that names the other ten lines."""
    given = results(*(problem(row) for row in range(1, 12)))
    ((_, properties, message),) = commands(render("github", given, View()))
    assert properties["line"] == "1"
    assert "10 more of this kind in this file, in lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11" in message


def test_github_says_how_many_are_not_shown() -> None:
    """The tenth annotation counts by rule what the folded list names."""
    message = "##[add-mask]x"
    given = results(*(problem(file=f"f{index}.py", message=message) for index in range(12)))
    text = render("github", given, View())
    found = commands(text)
    assert len(found) == 10
    assert found[9][1] == {"title": "resilint: 3 more warnings"}
    assert found[9][2].startswith("TMO001[no-timeout] 3;")
    folded = text[text.index("::group::") : text.index("::endgroup::")].splitlines()[1:]
    assert [line.split(":")[0] for line in folded] == ["- f9.py", "- f10.py", "- f11.py"]
    assert "##[" not in "".join(folded), "the runner would take it for a command"


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["error", "warning", "info"]), ODD),
        max_size=40,
    )
)
def test_github_never_loses_a_problem_or_runs_a_command(given: list[tuple[str, str, str]]) -> None:
    """At most ten a level, every problem is told or counted, and no message is a command."""
    found = [
        problem(row, file=f"{name}{row % 9}.py", severity=severity, message=f"##[add-mask]{odd}")
        for row, (name, severity, odd) in enumerate(given, 1)
    ]
    text = render("github", results(*found), View())
    read = commands(text)
    for level, severity in (("error", "error"), ("warning", "warning"), ("notice", "info")):
        told = [message for kind, _, message in read if kind == level]
        assert len(told) <= 10
        single = sum(": TMO001[" in message for message in told)
        more = sum(int(m[1]) for t in told if (m := re.search(r"(\d+) more of this kind", t)))
        titles = [p["title"] for kind, p, _ in read if kind == level]
        rest = sum(int(m[1]) for t in titles if (m := re.search(r"resilint: (\d+) more", t)))
        assert single + more + rest == sum(each.severity == severity for each in found)
    for line in text.splitlines():
        assert line.startswith(("::error ", "::warning ", "::notice ", "::group::", "::endgroup::", "- "))
        assert not line.startswith("- ") or "##[" not in line


def test_gitlab_entries() -> None:
    """Paths below the top, lines, and a severity of Code Climate's scale."""
    given = results(problem(file="a.py"), problem(5, file="a.py", severity="error"))
    first, second = json.loads(render("gitlab", given, View(folder="/top/pkg", root="/top")))
    assert first["location"] == {"path": "pkg/a.py", "lines": {"begin": 3, "end": 3}}
    assert (first["severity"], second["severity"]) == ("major", "critical")
    assert first["description"] == "TMO001[no-timeout]: `get` may wait for ever"
    assert first["fingerprint"] != second["fingerprint"]


def test_gitlab_fingerprints_outlive_a_move() -> None:
    """Lines above do not matter; the file does, and equal ones are told apart."""
    text = render("gitlab", results(problem(3), problem(3)), View())
    moved = render("gitlab", results(problem(9, fingerprint="abc3")), View())
    other = render("gitlab", results(problem(3, file="b.py")), View())
    first, twin = (entry["fingerprint"] for entry in json.loads(text))
    assert json.loads(moved)[0]["fingerprint"] == first
    assert len({first, twin, json.loads(other)[0]["fingerprint"]}) == 3


def test_junit_fails_when_the_run_fails() -> None:
    """What is below the threshold passes and says so; what could not be checked is an error."""
    given = results(
        problem(severity="warning"),
        problem(severity="hint"),
        problem(code="E999", severity="error"),
    )
    top = ET.fromstring(render("junit", given, View()))
    assert top.attrib == {"name": "resilint", "tests": "3", "failures": "1", "errors": "1"}
    kinds = [[child.tag for child in case] for case in top.iter("testcase")]
    assert kinds == [["failure"], ["system-out"], ["error"]]
    strict = ET.fromstring(render("junit", given, View(fail_on="hint")))
    assert strict.get("failures") == "2"
    lax = ET.fromstring(render("junit", given, View(fail_on="error")))
    assert lax.get("failures") == "0"


def test_junit_is_never_empty() -> None:
    """Jenkins takes a report without any case for a broken build."""
    for files in ([], [FileResult("a.py"), FileResult("b.py")]):
        top = ET.fromstring(render("junit", files, View()))
        assert (top.get("tests"), top.get("failures")) == ("1", "0")
        assert top.findtext(".//system-out") == str(len(files))


def test_junit_counts_files_that_sent_no_result() -> None:
    """A run hands over only results that have something to say."""
    top = ET.fromstring(render("junit", results(problem()), View(files=34)))
    assert (top.get("tests"), top.findtext(".//system-out")) == ("2", "33")
