"""Whether a module may set the limit of a client anywhere, judged by its text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..kit import Call
from ..kit.interp.calls import Names
from ..kit.project.place import is_service
from ..kit.syntax.layout import literals
from ..kit.timeouts.client_usage import calls_on

_COPIED = re.compile(r"\bwith_options\b")
"""How a client is copied with a limit of its own."""
_KEY = re.compile(r"[\"']timeout[\"']")
"""A limit in a mapping that may be given to a call."""
_GIVEN = re.compile(r"\btimeout\s*=(?!=)")
_OTHER = re.compile(r"\s*(?:[rR]?[\"']|self\.timeout\b)")
"""How a docstring begins, or what an object keeps for itself: given to the client, it stands at the client."""
_NAME_BEFORE = re.compile(r"([A-Za-z_]\w*)(?:\s*\.\s*\w+)*\s*$")
_FAR = 500
"""Characters before an argument in which the name of what is called is looked for."""


def limits_elsewhere(call: Call) -> bool:
    """Whether the module sets a limit that may be the client's: one that is given to another library is not.

    Where calls on the client are seen, those say themselves what limits them.
    """
    scope = call.frame.scope
    if scope.module.search(_COPIED) is not None:
        return True
    if any(calls_on(call)):
        return False
    if scope.module.search(_KEY) is not None:
        return True
    for line in scope.module.lines_with("timeout"):
        for given in _given(line) if not _OTHER.match(line) else ():
            if not _is_of_another(scope, _called(line[max(0, given.start() - _FAR) : given.start()]), call.library):
                return True
    return False


def answers_requests(call: Call) -> bool:
    """Whether the module that makes a client answers requests itself, so that its callers wait for the client, too."""
    return is_service(call.frame.scope.module)


def _given(line: str) -> Iterator[re.Match[str]]:
    """Where a line gives a limit in its code: in a text, such as a prompt, it gives none."""
    texts: list[tuple[int, int]] | None = None
    for given in _GIVEN.finditer(line):
        texts = list(literals(line, formatted=True)) if texts is None else texts
        if not any(start <= given.start() < end for start, end in texts):
            yield given


def _called(before: str) -> str:
    """The first name of what is called with the argument that follows a text; "" if that is no call."""
    depth = 0
    for at in range(len(before) - 1, -1, -1):
        if before[at] in ")]}":
            depth += 1
        elif before[at] in "([{":
            depth -= 1
            if depth < 0:
                name = _NAME_BEFORE.search(before[max(0, at - 100) : at]) if before[at] == "(" else None
                return name.group(1) if name is not None else ""
    return ""


def _is_of_another(scope: Names, name: str, library: str) -> bool:
    """Whether a name is imported from another library that the catalogue knows."""
    targets = scope.module.imports.get(name, ())
    for target in targets:
        known = [one.name for one in scope.catalog.libraries(target.module)] if not target.level else []
        if not known or library in known:
            return False
    return bool(targets)
