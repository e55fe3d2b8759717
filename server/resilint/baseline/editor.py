"""Findings that the project's baseline knows: still shown, as hints, so that nobody forgets them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from resilint_rules.kit.findings import Finding, Severity

from ..config.roots import AstrayError, ProjectRoot, ProjectRoots
from ..fs import files
from ..own_rules import OWN
from . import match

_NEVER = frozenset(rule.code for rule in OWN) - {"IGN001"}
"""Damage is not recorded: it hides findings."""


@dataclass(frozen=True, slots=True)
class BaselineView:
    """A baseline's entries, and the folder that its file names start from."""

    folder: str
    entries: tuple[match.Entry, ...] = ()

    def soften(self, findings: Sequence[Finding], path: str) -> list[Finding]:
        """The findings of a file, those that were recorded as hints. Effect: asks the disk who is gone."""
        if not self.entries:
            return [*findings]
        name = os.path.relpath(path, self.folder).replace(os.sep, "/") if path else ""
        asked = [finding for finding in findings if finding.code not in _NEVER]
        known = [match.entry(candidate, name) for candidate in asked]
        marks = {(candidate.rule, candidate.scope, candidate.callee) for candidate in known}
        near = [
            candidate
            for candidate in self.entries
            if candidate.file == name or (candidate.rule, candidate.scope, candidate.callee) in marks
        ]
        recorded = iter(match.match(near, known, self._gone, lambda entry: False).recorded)
        return [
            replace(finding, severity=Severity.HINT) if finding.code not in _NEVER and next(recorded) else finding
            for finding in findings
        ]

    def _gone(self, name: str) -> bool:
        return not os.path.exists(os.path.join(self.folder, name))


def recorded(home: ProjectRoot, homes: ProjectRoots, say: Callable[[str], None]) -> BaselineView:
    """The baseline for a project's files, empty if there is none. Effect: reads it; `say` is told what is wrong."""
    try:
        path = homes.baseline(home)
        if path:
            return BaselineView(os.path.dirname(path), match.read(files.read(path, match.LIMIT)))
    except AstrayError as error:
        say(str(error))
    except (files.Unreadable, match.DamagedError) as error:
        say(f"{path}: {error}")
    return BaselineView(home.root)
