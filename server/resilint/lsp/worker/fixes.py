"""Fixes in a text: the edits of one fix, of all fixes, or of an ignore. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from itertools import accumulate

from resilint_rules.kit.findings import Finding
from resilint_rules.kit.syntax.text import Document, Edit, Span

from ...fixes import apply, verify
from ...fs.files import is_notebook
from ...results import Report
from ...suppress.insert import add

_IGNORE = re.compile(r"#[ \t]*resilint:[ \t]*ignore(?:-file)?\[([^\]\r\n]*)\]")
_MOST_LINES = 3000
"""Lines between the first change and the last up to which changes become edits of their own: it takes their square."""
_BEGUN = re.compile(r"#[ \t]*resilint:[ \t]*ignore(?:-file)?\[(?:[^\]\r\n]*,)?[ \t]*([\w-]*)$")
_NAME = re.compile(r"[\w-]+")


def in_bulk(finding: Finding, rule: str, unsafe: bool = False) -> bool:
    """Whether bulk fixing may touch a finding: all safe ones, or what a person chose: one rule, or `unsafe` ones."""
    if rule and finding.rule != rule:
        return False
    return apply.preferred(finding, apply.UNSAFE if rule or unsafe else apply.SAFE) is not None


def fix_all(doc: Document, check: Callable[[Document], Report], rule: str, unsafe: bool = False) -> tuple[Edit, ...]:
    """Returns edits that apply the preferred fixes until nothing is left to fix; () if none.

    Only safe ones, in one minimal edit; or, given a rule's name, all of that rule; or all if `unsafe`, as one edit
    for each changed place, so that a person can take some of them.
    """

    def refind(doc: Document) -> list[Finding]:
        return [finding for finding in check(doc).findings if in_bulk(finding, rule, unsafe)]

    fixed = apply.fix_all(doc, refind, apply.UNSAFE if rule or unsafe else apply.SAFE)
    return hunks(doc.text, fixed.text) if unsafe or is_notebook(doc.name) else minimal(doc.text, fixed.text)


def fix_some(doc: Document, findings: Iterable[Finding]) -> tuple[Edit, ...]:
    """Returns one minimal edit that applies the preferred fixes of some findings, as far as they do not overlap."""
    fixes = [found for finding in findings if (found := apply.preferred(finding, apply.UNSAFE)) is not None]
    done = apply.apply(doc.text, fixes)
    if verify.damage(doc.text, done.edits):
        return ()
    return hunks(doc.text, done.text) if is_notebook(doc.name) else minimal(doc.text, done.text)


def careful(doc: Document, findings: Iterable[Finding]) -> tuple[Edit, ...]:
    """Returns the edits of the first preferred fix that does no damage by itself; () if there is none.

    What these give, an action that was offered without edits gives at least.
    """
    for finding in findings:
        fix = apply.preferred(finding, apply.UNSAFE)
        edits = apply.edits_with_imports(doc.text, fix) if fix is not None else ()
        if edits and not verify.damage(doc.text, edits):
            return edits
    return ()


def minimal(before: str, after: str) -> tuple[Edit, ...]:
    """The one edit between two texts that leaves the most at both ends alone; () if they are equal."""
    if before == after:
        return ()
    shorter = min(len(before), len(after))
    head = _common(before, after, shorter)
    tail = _common(before[::-1], after[::-1], shorter - head)
    # Never between the two halves of a line end: an editor cannot name that place.
    if head and before[head - 1] == "\r":
        head -= 1
    if tail and before[len(before) - tail] == "\n" and before[len(before) - tail - 1 :][:1] == "\r":
        tail -= 1
    return (Edit(head, len(before) - tail, after[head : len(after) - tail]),)


def hunks(before: str, after: str) -> tuple[Edit, ...]:
    """Edits of whole lines between two texts, one for each place; one minimal edit where the texts are long."""
    (edit,) = minimal(before, after) or (Edit(0, 0, ""),)
    start = before.rfind("\n", 0, edit.start) + 1
    end = before.find("\n", edit.end) + 1 or len(before)
    old = before[start:end].splitlines(keepends=True)
    new = after[start : len(after) - (len(before) - end)].splitlines(keepends=True)
    if "\r" in before or len(old) > _MOST_LINES or "".join(old) == "".join(new):
        return minimal(before, after)
    offsets = [start, *accumulate(map(len, old), initial=start)][1:]
    return tuple(
        Edit(offsets[a], offsets[b], "".join(new[c:d]))
        for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if kind != "equal"
    )


def _common(first: str, second: str, most: int) -> int:
    """How many characters at the start are equal; in halves, as comparing slices is done in C."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def ignore(doc: Document, finding: Finding) -> tuple[Edit, ...]:
    """The edit that silences a finding where it is; () where no comment can stand, or would not count."""
    return add(doc, [finding]).edits


def rule_being_named(doc: Document, offset: int) -> Span | None:
    """What is typed of a rule's name in the brackets of an ignore comment; None elsewhere."""
    row, column = doc.position(min(max(offset, 0), len(doc.text)))
    found = _BEGUN.search(doc.line(row)[: column - 1])
    return Span(offset - len(found.group(1)), offset) if found else None


def named_rule(doc: Document, offset: int) -> Span | None:
    """Where the rule's name is that an ignore comment has at an offset."""
    row = doc.position(min(max(offset, 0), len(doc.text)))[0]
    start = doc.starts[row - 1]
    for comment in _IGNORE.finditer(doc.line(row)):
        for name in _NAME.finditer(comment.group(1)):
            span = Span(start + comment.start(1) + name.start(), start + comment.start(1) + name.end())
            if span.start <= offset <= span.end:
                return span
    return None
