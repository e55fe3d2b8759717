"""Writes fixes and ignore comments into source files, each file atomically, or as a patch."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from resilint_rules.kit.findings import Applicability, Finding
from resilint_rules.kit.syntax.text import Document

from ..engine.file_checker import on_deep_stack, whole_file_result
from ..fixes import verify
from ..fixes.apply import Fixed, fix_all
from ..fixes.edits import replaced
from ..fs import files, writing
from ..own_rules import CRASHED
from ..results import FileResult, Problem
from ..suppress import insert

if TYPE_CHECKING:
    from ..run.run import Opened


class Repaired(NamedTuple):
    """A file's new text and the findings that it settles.

    `complaints` are sentences about what went wrong, `defects` those about mistakes of ours (`E001`).
    """

    file: str
    opened: Opened
    text: str
    settled: tuple[Finding, ...]
    complaints: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()


class Bench(NamedTuple):
    """The inputs of a fixing run: the dotted name of the check, and a function that opens files by name.

    `progress` receives the number of finished files and of all files.
    """

    check: str
    open: Callable[[str], Opened]
    progress: Callable[[int, int], None] | None = None


_Edit = Callable[[FileResult, "Opened", Callable[[Document], Sequence[Finding]]], Repaired]


def fixed(
    bench: Bench, results: Sequence[FileResult], wanted: AbstractSet[Applicability], narrowed: bool
) -> Iterator[Repaired]:
    """Applies the preferred fixes in memory. `narrowed`: only findings that the results hold may be fixed."""

    def fixable(problem: Problem) -> bool:
        return bool(problem.offers) and problem.offers[0].applicability in wanted

    def edit_file(result: FileResult, opened: Opened, again: Callable[[Document], Sequence[Finding]]) -> Repaired:
        done = fix_all(opened.document, again, wanted)
        return Repaired(result.file, opened, done.text, done.applied, defects=tuple(defects(done)))

    return _edit_files(bench, [result for result in results if any(map(fixable, result.problems))], edit_file, narrowed)


def defects(done: Fixed) -> Iterator[str]:
    """Yields sentences about fixes that were taken back."""
    problem = "gave code that does not parse, or does not fit the text, and was taken back; please report this"
    for rule in dict.fromkeys(finding.rule for finding in done.broken):
        yield f"the fix of {rule} {problem}"
    if not done.settled:
        yield "its fixes undo each other, so nothing was changed; please report this"
    if done.damage:
        rules = ", ".join(done.culprits)
        yield f"the fixes of {rules} do damage, so nothing was changed: {done.damage}; please report this"


def said(repaired: Repaired, complaint: str) -> list[str]:
    """Returns all sentences about what went wrong with a file; `complaint` is about writing it, or ""."""
    defects = [f"{repaired.file}: {CRASHED.code} {CRASHED.name}: {text}" for text in repaired.defects]
    return [*repaired.complaints, *defects, *([complaint] if complaint else [])]


def with_defects(results: Sequence[FileResult], defects: dict[str, tuple[str, ...]]) -> list[FileResult]:
    """Returns the results with mistakes of ours, by the file that they concern, as problems."""
    problems = {
        file: tuple(problem for text in texts for problem in whole_file_result(file, CRASHED, text).problems)
        for file, texts in defects.items()
    }
    return [replace(result, problems=problems.get(result.file, ()) + result.problems) for result in results]


def silenced(bench: Bench, results: Sequence[FileResult], reason: str) -> Iterator[Repaired]:
    """Adds ignore comments, in memory, for the findings that the results hold."""

    def edit_file(result: FileResult, opened: Opened, again: Callable[[Document], Sequence[Finding]]) -> Repaired:
        doc = opened.document
        added = insert.add(doc, again(doc), reason)
        complaints = tuple(
            f"{result.file}:{doc.position(finding.span.start)[0]}: no line of {finding.rule} can take a comment"
            for finding in added.beyond
        )
        if damage := verify.damage(doc.text, added.edits):
            defect = f"comments would do damage, so nothing was changed: {damage}; please report this"
            return Repaired(result.file, opened, doc.text, (), complaints, (defect,))
        return Repaired(result.file, opened, replaced(doc.text, added.edits), added.silenced, complaints)

    return _edit_files(bench, [result for result in results if result.problems], edit_file, narrowed=True)


def _edit_files(bench: Bench, results: Sequence[FileResult], edit_file: _Edit, narrowed: bool) -> Iterator[Repaired]:
    check = pkgutil.resolve_name(bench.check)

    def repair(result: FileResult) -> Repaired | None:
        try:
            opened = bench.open(result.file)
        except files.Unreadable:  # reported already, as a finding
            return None
        chosen = {problem.fingerprint for problem in result.problems}
        meant: set[tuple[str, ...]] = set()

        def again(doc: Document) -> Sequence[Finding]:
            found: Sequence[Finding] = check(doc, opened.project, opened.settings).findings
            if not narrowed:
                return found
            if doc is opened.document:
                meant.update(_likeness(finding) for finding in found if finding.fingerprint in chosen)
                meant.difference_update(_likeness(finding) for finding in found if finding.fingerprint not in chosen)
                return [finding for finding in found if finding.fingerprint in chosen]
            # Fingerprints shift when an equal call before is fixed: only a unique likeness is recognised.
            return [finding for finding in found if _likeness(finding) in meant]

        return edit_file(result, opened, again)

    for number, repaired in enumerate(on_deep_stack(repair(result) for result in results), 1):
        if bench.progress:
            bench.progress(number, len(results))
        if repaired is not None:
            yield repaired


def _likeness(finding: Finding) -> tuple[str, ...]:
    return finding.rule, finding.scope, finding.callee


def write(repaired: Repaired) -> str:
    """Writes the new text and returns "" or the reason for a failure. Effect: replaces the file."""
    opened = repaired.opened
    try:
        writing.write(opened.path, repaired.text, root=opened.home.root, before=opened.digest)
    except files.Unwritable as error:
        return f"{repaired.file} was left as it is: it {error}"
    return ""
