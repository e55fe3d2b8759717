"""Functions of a project that repeat what they are given: they are preferred to a new one of the same purpose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..kit.interp.calls import Call
from ..kit.interp.values import Function
from ..kit.project.forwarding import attempts_in, names_in, passes_on

_NAMED = re.compile(r"retr(?:y|ies|ied)|resilien|backoff|attempt|again|robust|persist", re.IGNORECASE)
"""Names of imported functions that are worth a look."""
_MOST = 6
"""Attempts beyond which a function is no help to a peer that is away."""


def own_repeater(call: Call) -> str:
    """The name of a function, defined in the module of a call or imported from the project, that repeats what it is
    given after failures of the call's library; "" if there is none, or more than one."""
    found = {name for name, function in _known(call) if _repeats(call, function)}
    return found.pop() if len(found) == 1 else ""


def _known(call: Call) -> Iterator[tuple[str, Function]]:
    """The functions that a module can call by a plain name."""
    scope = call.frame.scope
    module = scope.module
    for name, chunks in module.functions.items():
        above = call.frame.outermost.node is not None or chunks[0].chunk.end <= call.frame.tree.start
        if len(chunks) == 1 and chunks[0].owner is None and name != call.frame.outermost.qualname and above:
            yield name, Function(module, chunks[0])
    for name, targets in module.imports.items():
        if len(targets) == 1 and targets[0].name and _NAMED.search(targets[0].name) is not None:
            value = scope.imported(list(targets), follow=True)
            if isinstance(value, Function):
                yield name, value


def _repeats(call: Call, function: Function) -> bool:
    """Whether a function sends again what it is given: a few times, with pauses, after the errors of a library."""
    module, chunk = function.module, function.chunk
    if chunk.chunk.is_async != call.inside_async or not passes_on(module, chunk):
        return False
    attempts = attempts_in(module, chunk)
    if attempts is None or not 1 < attempts <= _MOST or not names_in(module, chunk, "sleep|wait"):
        return False
    return names_in(module, chunk, _errors(call))


def _errors(call: Call) -> str:
    """The last words of the exceptions that a library raises where a peer does not answer, and of their bases."""
    library = call.record
    transient = library.transient if library is not None else None
    names = [*transient.errors, *transient.broken] if transient is not None else []
    every = {name.rpartition(".")[2] for name in names} | {"Exception", "OSError"}
    bases = {base.rpartition(".")[2] for name in names for base in call.frame.scope.catalog.bases(name)}
    return "|".join(re.escape(name) for name in sorted(every | bases))
