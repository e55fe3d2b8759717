"""Baseline findings in the editor: displayed as hints, so that they stay visible."""

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
        """Returns the findings of a file, recorded ones as hints. Effect: checks which recorded files exist."""
        if not self.entries:
            return [*findings]
        name = os.path.relpath(path, self.folder).replace(os.sep, "/") if path else ""
        recordable = [finding for finding in findings if finding.code not in _NEVER]
        known = [match.entry(finding, name) for finding in recordable]
        marks = {(entry.rule, entry.scope, entry.callee) for entry in known}
        near = [
            entry for entry in self.entries if entry.file == name or (entry.rule, entry.scope, entry.callee) in marks
        ]
        recorded = iter(match.match(near, known, self._gone, lambda entry: False).recorded)
        return [
            replace(finding, severity=Severity.HINT) if finding.code not in _NEVER and next(recorded) else finding
            for finding in findings
        ]

    def _gone(self, name: str) -> bool:
        return not os.path.exists(os.path.join(self.folder, name))


def recorded(home: ProjectRoot, homes: ProjectRoots, say: Callable[[str], None]) -> BaselineView:
    """Reads the baseline for a project's files; empty if there is none. Effect: passes errors to `say`."""
    try:
        path = homes.baseline(home)
        if path:
            return BaselineView(os.path.dirname(path), match.read(files.read(path, match.LIMIT)))
    except AstrayError as error:
        say(str(error))
    except (files.Unreadable, match.DamagedError) as error:
        say(f"{path}: {error}")
    return BaselineView(home.root)
