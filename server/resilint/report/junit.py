"""JUnit XML: a suite for each file with problems, for Jenkins and everything that reads tests."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from ..own_rules import CRASHED, SYNTAX, UNREADABLE
from ..results import FileResult, Problem
from .view import View, said, slashed, spot, visible, where

_BROKEN = {CRASHED.code, SYNTAX.code, UNREADABLE.code}
"""Codes that say that something could not be checked: errors and not failures of a test."""


def render(results: Sequence[FileResult], view: View) -> str:
    """One case for each problem, and one that passes for all files without any.

    A problem below `fail_on` is a case that passes and says so in its output, so that a build is
    red exactly when the run fails.
    """
    top = ET.Element("testsuites", name="resilint")
    suites = [_suite(result, view) for result in results if result.problems]
    clean = max(view.files, len(results)) - len(suites)
    if clean or not suites:
        # Jenkins takes a report without any case for a broken build.
        suites.insert(0, _clean(clean))
    top.extend(suites)
    for key in ("tests", "failures", "errors"):
        top.set(key, str(sum(int(suite.attrib[key]) for suite in suites)))
    ET.indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(top, "unicode") + "\n"


def _clean(count: int) -> ET.Element:
    suite = ET.Element("testsuite", name="resilint", tests="1", failures="0", errors="0")
    case = ET.SubElement(suite, "testcase", name="files without problems", classname="resilint")
    ET.SubElement(case, "system-out").text = str(count)
    return suite


def _suite(result: FileResult, view: View) -> ET.Element:
    suite = ET.Element("testsuite", name=visible(result.file))
    cases = [_case(problem, view) for problem in result.problems]
    suite.extend(cases)
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(sum(case.find("failure") is not None for case in cases)))
    suite.set("errors", str(sum(case.find("error") is not None for case in cases)))
    return suite


def _case(problem: Problem, view: View) -> ET.Element:
    place = problem.place
    path = visible(slashed(problem.file))
    case = ET.Element(
        "testcase",
        # Jenkins takes dots for packages, so the file looks like a class.
        classname=path.removesuffix(".py").removesuffix(".ipynb").strip("./").replace("/", "."),
        name=f"{problem.code}[{problem.rule}] {spot(problem, place.row)}:{place.column}",
        file=path,
        line=str(problem.row_in_file(place.row)),
    )
    text = _text(problem)
    if view.fails(problem):
        kind = "error" if problem.code in _BROKEN else "failure"
        verdict = ET.SubElement(case, kind, type=problem.severity, message=visible(problem.message))
        verdict.text = text
    else:
        ET.SubElement(case, "system-out").text = text
    return case


def _text(problem: Problem) -> str:
    lines = [f"{where(problem)}: {said(problem)}"]
    if problem.help:
        lines.append(f"help: {visible(problem.help)}")
    lines += [f"see: {visible(note.file)}: {visible(note.message)}" for note in problem.related]
    lines += [f"fix: {visible(offer.title)}" for offer in problem.offers]
    return "\n".join(lines)
