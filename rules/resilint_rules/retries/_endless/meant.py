"""Policies without a limit that are meant so: they wait for work, keep a connection, or are over at once."""

from __future__ import annotations

import re

import libcst as cst

from ...kit.retries.policies import RetryPolicy
from ...kit.syntax.exits import Exit, ways
from ...kit.syntax.tree import walk

WAITS = re.compile(r"(?:^|[_.])(?:wait|await|poll|until)(?:_|$)")
"""Names of functions that wait for work done elsewhere."""
UNDONE = re.compile(
    r"(?:Not|Un)_?(?:Yet)?_?(?:Finished|Ready|Done|Complete|Processed)|NotYet|Pending|InProgress|StillRunning|Incomplete"
    r"|Loading(?:Error)?$|StartingUp"
)
"""Names of errors that are polled until work is done: each attempt is as good as the last."""
_HOLDS = re.compile(r"(?:^|_)re_?connect|(?:^|_)connect(?:ion)?(?:_|$)")
"""Names of parameters for a policy that keeps a connection."""


def is_meant(layer: RetryPolicy) -> bool:
    """Whether a policy polls for work, is for a service or a generator, or for a client to stay connected."""
    return is_undone(layer.errors) or _is_lazy(layer) or _holds(layer) or _serves(layer)


def is_undone(errors: tuple[str, ...] | None) -> bool:
    """Whether only errors are repeated which say that something is not done yet."""
    return bool(errors) and all(UNDONE.search(error.rpartition(".")[2]) for error in errors or ())


def _holds(layer: RetryPolicy) -> bool:
    """Whether a policy is passed to a client by name to stay connected, and waits between attempts."""
    top = layer.frame.node if layer.frame.node is not None else layer.frame.tree.module
    given = (node for node in walk(top) if isinstance(node, cst.Arg) and node.value is layer.node)
    name = next((argument.keyword.value for argument in given if argument.keyword is not None), "")
    return bool(_HOLDS.search(name)) and layer.waits is not False


def _serves(layer: RetryPolicy) -> bool:
    """Whether a policy waits, and then starts a function again that never returns by itself."""
    node = layer.body.node if layer.body is not None else None
    return isinstance(node, cst.FunctionDef) and layer.waits is not False and ways(node.body) == {Exit.HANGS}


def _is_lazy(layer: RetryPolicy) -> bool:
    """Whether a policy decorates a generator, whose body runs after the retry is over."""
    node = layer.body.node if layer.body is not None else None
    return node is not None and any(isinstance(inner, cst.Yield) for inner in walk(node))
