"""The findings as a person reads them: one block for each place, many alike in one, and the worst last.

The end of a long output is what a terminal shows, so that errors stand there. Where a file has many findings
of one rule, the first is shown whole and the others by their lines. Each stays a finding of its own, counted,
silenced and recorded by itself, and every other format has all of them: a comment, a baseline or a change
concerns one call, and so does a program that reads line by line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from resilint_rules.kit.findings import Severity

from ..results import Change, FileResult, Problem

MOST = 5
"""Findings of one rule in a file that are shown one by one."""

_OF_CLIENT = 3
"""Findings about one client from which on they are shown together."""


class Alike(NamedTuple):
    """A finding, and others of its rule in the same file of which only the lines are shown."""

    first: Problem
    others: tuple[Problem, ...] = ()


class Block(NamedTuple):
    """What is found at one place."""

    found: tuple[Alike, ...]

    @property
    def worst(self) -> int:
        """The rank of the worst severity; 0 is an error."""
        return min(Severity(alike.first.severity).rank for alike in self.found)


def blocks(results: Sequence[FileResult]) -> list[Block]:
    """The problems of all files, the mildest first; those of one severity in the order of the results."""
    found = [block for result in results for block in _at_places(_folded(result.problems))]
    found.sort(key=lambda block: -block.worst)
    return found


def _folded(problems: Sequence[Problem]) -> list[Alike]:
    """The problems of a file, many of one rule together, by the first of them."""
    of_client = Counter(map(_about_client, problems))
    alone = [problem for problem in problems if not problem.client or of_client[_about_client(problem)] < _OF_CLIENT]
    of_rule = Counter(map(_about_rule, alone))
    single = {id(problem) for problem in alone if of_rule[_about_rule(problem)] <= MOST}
    apart = {id(problem) for problem in alone}
    groups: dict[Hashable, list[Problem]] = {}
    for problem in problems:
        key: Hashable = _about_rule(problem) if id(problem) in apart else _about_client(problem)
        groups.setdefault(id(problem) if id(problem) in single else key, []).append(problem)
    return [Alike(first, tuple(others)) for first, *others in groups.values()]


def _about_rule(problem: Problem) -> Hashable:
    """What folded findings have in common: nothing but the place and the names in the message may differ."""
    notes = tuple((note.message, note.file, note.place) for note in problem.related)
    return problem.rule, problem.severity, problem.help, notes


def _about_client(problem: Problem) -> Hashable:
    return problem.client, problem.rule, problem.severity


def _at_places(found: Iterable[Alike]) -> list[Block]:
    """The findings on one line, or with one span, together."""
    places: dict[Hashable, list[Alike]] = {}
    for alike in found:
        place = alike.first.place
        whole_file = not alike.first.source
        row = place.row if place.row == place.end_row and not whole_file else 0
        places.setdefault(row or (place if not whole_file else id(alike.first)), []).append(alike)
    return [Block(tuple(together)) for together in places.values()]


def joined(problems: Iterable[Problem]) -> tuple[Change, ...] | None:
    """The changes of all preferred fixes as one, None if they touch each other."""
    changes = {change for problem in problems for change in (problem.offers[0].changes if problem.offers else ())}
    ordered = sorted(changes, key=lambda change: (change.place.row, change.place.column, change.place.end_row))
    for before, change in pairwise(ordered):
        end = before.place.end_row, before.place.end_column
        start = change.place.row, change.place.column
        if start < end or start == (before.place.row, before.place.column):
            return None
    return tuple(ordered)
