"""Every rule is held to its page: what it finds, what it leaves, and what its fixes make of the text.

The examples stand in the rules' docstrings; awkward files from real life in `tests/rules/NAME/`, marked
with `# finds: NAME` and `# misses: NAME - reason`. What is insisted on here holds for all rules.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import libcst
import pytest

from resilint.fs import files
from resilint.fixes import apply
from resilint.fixes.verify import damage
from resilint.engine.check import check
from resilint.config.settings import Settings
from resilint_rules import registry
from resilint_rules.kit.rule_page import Case, Mark, Page, parse_docstring, read_marks
from resilint_rules.kit.project.imports import Project, module_name
from resilint_rules.kit.findings import Finding
from resilint_rules.kit.rule import Rule
from resilint_rules.kit.syntax.text import Document

HERE = Path(__file__).parent
EMOJI = "'\U0001f600'"
UNNAMED = "example.py"
PIN = re.compile(r"(?P<name>[\w.-]+)(?P<range>[=<>!~].+)")


REPORTS: dict[tuple[int, str, str], tuple[tuple[Finding, ...], tuple[Finding, ...]]] = {}
"""What is found in the texts of trials as they stand: trials live as long as the run."""
once = pytest.mark.once


@dataclass(frozen=True, slots=True)
class Trial:
    """Files that are checked together for one rule, and what is expected of each by its rows."""

    rule: Rule
    texts: Mapping[str, str]
    marks: Mapping[str, tuple[Mark, ...]]
    fixed: tuple[tuple[str, str], ...] = ()
    """(file, text) after the preferred fixes, after the second ones, ..."""
    pins: tuple[str, ...] = ()

    def document(self, name: str, text: str | None = None) -> Document:
        """The document of one file, or what it would be with another text."""
        kind = "test" if self.rule.tests else files.kind(name)
        return Document(self.texts[name] if text is None else text, name, module_name(name), kind)

    def look(self, doc: Document) -> tuple[Finding, ...]:
        """What is found in a document, by this rule and by those that its marks name."""
        return self.report(doc)[0]

    def report(self, doc: Document) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """Findings, and findings that a comment has silenced; many tests ask for those of the text as it stands."""
        key = id(self), doc.name, doc.text
        if self.texts.get(doc.name) != doc.text:
            return self._report(doc)
        if key not in REPORTS:
            REPORTS[key] = self._report(doc)
        return REPORTS[key]

    def _report(self, doc: Document) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        named = {mark.rule for marks in self.marks.values() for mark in marks if mark.word == "finds"}
        settings = Settings(select=tuple(sorted({self.rule.name, *named})), preview=True)
        texts = {**self.texts, doc.name: doc.text}
        pins = {found["name"]: found["range"] for pin in self.pins if (found := PIN.fullmatch(pin))}
        project = Project(
            read=lambda name: texts[name].encode() if name in texts else None,
            pins=pins,
            exists=lambda name: any(each == name or each.startswith(name + "/") for each in texts),
        )
        report = check(doc, project, settings)
        return report.findings, report.suppressed


def page_of(rule: Rule) -> Page:
    """The rule's page, read from its source as the registry gives it."""
    return parse_docstring(registry.page(rule))


def trial_of(rule: Rule, case: Case) -> Trial:
    """A case of a page as something to try."""
    names = {example.file or UNNAMED: example for example in case.files}
    return Trial(
        rule,
        {name: example.code for name, example in names.items()},
        {name: example.marks for name, example in names.items()},
        tuple((example.file or UNNAMED, example.code) for example in case.fixed),
        case.pins,
    )


def read_trial(rule: Rule, paths: Iterable[Path], top: Path) -> Trial:
    """Files on disk as something to try."""
    read = {path.relative_to(top).as_posix(): read_marks(path.read_bytes().decode()) for path in sorted(paths)}
    return Trial(rule, {n: text for n, (text, _) in read.items()}, {n: marks for n, (_, marks) in read.items()})


RULES = sorted(registry.rules().values(), key=lambda rule: rule.code)


@cache
def paged(rule: Rule) -> dict[str, Trial]:
    """The cases of a rule's page by name."""
    cases = enumerate(page_of(rule).cases, 1)
    return {f"{rule.name}-{number}-{case.kind}": trial_of(rule, case) for number, case in cases}


@cache
def awkward(rule: Rule) -> dict[str, Trial]:
    """The files and folders of a rule below `tests/rules` by name."""
    folder = HERE / rule.name
    return {
        f"{rule.name}-{path.stem}": read_trial(rule, path.rglob("*.py") if path.is_dir() else [path], folder)
        for path in sorted(folder.glob("*") if folder.is_dir() else [])
        if path.suffix == ".py" or (path.is_dir() and path.name != "__pycache__")
    }


def trials(rules: Iterable[Rule]) -> dict[str, Trial]:
    """Everything to try for some rules."""
    return {name: trial for rule in rules for name, trial in {**paged(rule), **awkward(rule)}.items()}


def has_findings(trial: Trial) -> bool:
    """Whether a mark of the trial expects a finding."""
    return any(mark.word == "finds" for marks in trial.marks.values() for mark in marks)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Effect: gives a test each `rule`, each `trial`, or each `risky` trial, one that expects findings.

    With `-k NAME` of one rule only that rule's cases are read and built.
    """
    named = [rule for rule in RULES if rule.name == metafunc.config.option.keyword]
    rules = named or RULES
    if "rule" in metafunc.fixturenames:
        metafunc.parametrize("rule", rules, ids=[rule.name for rule in rules])
    if "trial" in metafunc.fixturenames:
        found = trials(rules)
        metafunc.parametrize("trial", found.values(), ids=list(found))
    if "risky" in metafunc.fixturenames:
        found = {name: trial for name, trial in trials(rules).items() if has_findings(trial)}
        metafunc.parametrize("risky", found.values(), ids=list(found))


def rows(trial: Trial, name: str) -> Counter[tuple[int, str]]:
    """(row, rule) of what is found in a file."""
    doc = trial.document(name)
    return Counter((doc.position(finding.span.start)[0], finding.rule) for finding in trial.look(doc))


def essence(findings: Iterable[Finding], text: str) -> list[tuple[str, str, str]]:
    """What a finding is without where it is: rule, message, and the text it points at, spaces set aside."""
    return [(each.rule, each.message, re.sub(r"\s+", " ", text[slice(*each.span)])) for each in findings]


def parses(text: str) -> bool:
    """Whether this is Python, by the parser that knows every version."""
    try:
        libcst.parse_module(text)
    except (libcst.ParserSyntaxError, UnicodeDecodeError):
        return False
    return True


def compiles(text: str) -> bool:
    """Whether this is Python for the Python that runs this test."""
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def comments(text: str) -> Counter[str]:
    """The comments of a text and how often each stands there."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return Counter(token.string for token in tokens if token.type == tokenize.COMMENT)


def mend(trial: Trial, doc: Document) -> apply.Fixed:
    """The preferred fixes applied to the fixed point, safe and unsafe ones."""
    return apply.fix_all(doc, trial.look, apply.UNSAFE, parses)


def test_a_rule_explains_itself(rule: Rule) -> None:
    """A summary that is a sentence, a why, at least one bad example that it finds, and a good one."""
    page = page_of(rule)
    assert re.fullmatch(r"[A-Z].{15,}\.", page.summary)
    assert page.summary == rule.summary
    assert len(page.why.split()) >= 12
    bad = [example for example in page.examples if example.kind == "bad"]
    assert any(mark.rule == rule.name for example in bad for mark in example.marks)
    assert any(example.kind == "good" for example in page.examples)


def test_whether_it_is_fixable_is_true(rule: Rule) -> None:
    """A rule that is said to have a fix offers one in its own examples, and no other rule does."""
    offers = any(
        finding.fixes
        for trial in paged(rule).values()
        for name in trial.texts
        for finding in trial.look(trial.document(name))
        if finding.rule == rule.name
    )
    assert offers == rule.fixable


def test_no_example_is_told_twice() -> None:
    """Each example is worth its place: none stands on two pages, or twice on one."""
    texts = Counter("\n".join(trial.texts.values()) for rule in RULES for trial in paged(rule).values())
    assert [text for text, count in texts.items() if count > 1] == []


def test_marks_name_rules() -> None:
    """A mistyped name in a mark would expect nothing."""
    names = {rule.name for rule in RULES}
    marks = [(name, mark) for name, trial in trials(RULES).items() for marks in trial.marks.values() for mark in marks]
    assert [(name, mark.rule) for name, mark in marks if mark.rule not in names] == []
    assert [(name, mark.row) for name, mark in marks if (mark.word == "misses") != bool(mark.reason)] == []


def test_folders_are_named_after_rules() -> None:
    """A folder of awkward files that belongs to no rule would never be read."""
    folders = {path.name for path in HERE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders <= {rule.name for rule in RULES}


def test_examples_are_python(trial: Trial) -> None:
    """An example that does not parse proves nothing, unless that is its point (`broken` in its name)."""
    for name, text in [*trial.texts.items(), *trial.fixed]:
        assert parses(text) or "broken" in name


def test_it_finds_what_is_marked_and_nothing_else(trial: Trial) -> None:
    """Findings are exactly where marks say; a miss that is cured is noticed here too."""
    for name, marks in trial.marks.items():
        expected = Counter((mark.row, mark.rule) for mark in marks if mark.word == "finds")
        assert rows(trial, name) == expected, name


def test_the_preferred_fixes_give_the_fixed_text(risky: Trial) -> None:
    """The first `fixed` is the result of the preferred fixes, to the byte."""
    seen: set[str] = set()
    for name, text in risky.fixed:
        if name not in seen:
            seen.add(name)
            assert mend(risky, risky.document(name)).text == text


def test_other_fixes_give_the_other_fixed_texts(risky: Trial) -> None:
    """The second `fixed` of a file is the result of every finding's second fix, and so on."""
    turn: Counter[str] = Counter()
    for name, text in risky.fixed:
        number, turn[name] = turn[name], turn[name] + 1
        if number:
            doc = risky.document(name)
            chosen = [finding.fixes[number] for finding in risky.look(doc) if len(finding.fixes) > number]
            assert apply.apply(doc.text, chosen).text == text


def test_a_fix_is_a_careful_change(risky: Trial) -> None:
    """Each fix alone: it changes something, the result parses, no comment is lost, it has a title."""
    for name in risky.texts:
        doc = risky.document(name)
        for finding in risky.look(doc):
            titles = [each.title for each in finding.fixes]
            assert len(set(titles)) == len(titles)
            assert all(titles)
            for offered in finding.fixes:
                text = apply.apply(doc.text, [offered]).text
                assert text != doc.text
                assert parses(text)
                assert compiles(text) or not compiles(doc.text)
                assert damage(doc.text, apply.edits_with_imports(doc.text, offered)) == ""
                assert comments(doc.text) <= comments(text)


def test_fixing_converges(risky: Trial) -> None:
    """A second run changes nothing, no fix was taken back, and what is left has no fix to apply."""
    for name in risky.texts:
        done = mend(risky, risky.document(name))
        assert (done.settled, done.broken) == (True, ())
        again = mend(risky, risky.document(name, done.text))
        assert (again.text, again.applied) == (done.text, ())
        assert [each for each in done.findings if apply.preferred(each, apply.UNSAFE)] == []
        assert comments(risky.texts[name]) <= comments(done.text)


@once
def test_a_comment_silences_a_finding(risky: Trial) -> None:
    """Each finding disappears under its comment, by name, the first by its code too; the others stay."""
    for name in risky.texts:
        doc = risky.document(name)
        findings = risky.look(doc)
        for number, finding in enumerate(findings):
            for word in (finding.rule,) if number else (finding.rule, finding.code):
                left, silenced = risky.report(replace(doc, text=with_comment(doc, finding, word)))
                assert Counter(each.rule for each in (*left, *silenced)) == Counter(each.rule for each in findings)
                assert finding.message in [each.message for each in silenced if each.rule == finding.rule]


def with_comment(doc: Document, finding: Finding, word: str) -> str:
    """The text with an ignore comment at the end of a line of the finding that can take one."""
    first, last = (doc.position(offset)[0] for offset in finding.span)
    for row in range(first, last + 1):
        line = doc.line(row)
        end = doc.starts[row - 1] + len(line)
        text = f"{doc.text[:end]}  # resilint: ignore[{word}] known{doc.text[end:]}"
        if parses(text) and comments(text) != comments(doc.text):  # not inside a string
            return text
    raise AssertionError(f"no line of the finding at row {first} can take a comment")


@once
def test_line_ends_do_not_matter(trial: Trial) -> None:
    """With CRLF the same findings, and the same fixed text with CRLF in it."""
    for name, text in trial.texts.items():
        if "\r" in text:
            continue
        windows = text.replace("\n", "\r\n")
        doc = trial.document(name, windows)
        assert essence(trial.look(doc), windows) == essence(trial.look(trial.document(name)), text)
        assert mend(trial, doc).text == mend(trial, trial.document(name)).text.replace("\n", "\r\n")


@once
def test_tabs_do_not_matter(trial: Trial) -> None:
    """Indented with tabs, the same findings."""
    for name, text in trial.texts.items():
        tabbed = re.sub(r"^(?: {4})+", lambda found: "\t" * (len(found.group()) // 4), text, flags=re.MULTILINE)
        if parses(tabbed):
            found = trial.look(trial.document(name, tabbed))
            assert essence(found, tabbed) == essence(trial.look(trial.document(name)), text)


@once
def test_a_byte_order_mark_does_not_matter(trial: Trial) -> None:
    """A mark in front of the file is no part of its text, and comes back when it is written."""
    for name, text in trial.texts.items():
        data = b"\xef\xbb\xbf" + text.encode()
        decoded = files.decode(data)
        assert trial.look(trial.document(name, decoded.text)) == trial.look(trial.document(name))
        assert files.encode(decoded.text, decoded) == data


@once
def test_an_emoji_before_the_call_does_not_matter(risky: Trial) -> None:
    """A sign of two UTF-16 units in front of each finding moves it by what it is long, and no more."""
    for name in risky.texts:
        doc = risky.document(name)
        findings = risky.look(doc)
        text = doc.text
        for row in sorted({doc.position(finding.span.start)[0] for finding in findings}, reverse=True):
            text = with_emoji(text, doc.starts[row - 1])
        assert text.count(EMOJI) >= bool(findings)
        assert essence(risky.look(risky.document(name, text)), text) == essence(findings, doc.text)


def with_emoji(text: str, start: int) -> str:
    """The text with an emoji string as a statement before the one on this line, where one can stand."""
    indent = re.compile(r"[ \t]*").match(text, start)
    assert indent is not None
    at = indent.end()
    for statement in (f"{EMOJI}; ", f"{EMOJI}\n{indent.group()}"):
        changed = text[:at] + statement + text[at:]
        if parses(changed):
            return changed
    above = text.rfind("\n", 0, max(0, start - 1)) + 1  # inside brackets: before the line above
    return with_emoji(text, above) if start else text
