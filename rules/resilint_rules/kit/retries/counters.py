"""Retry policies that code counts with by itself: no transport ever gets them."""

from __future__ import annotations

import libcst as cst

from ..interp.calls import Call
from .policies import RetryPolicy


def counts_by_hand(policy: RetryPolicy) -> bool:
    """Whether the module counts with a policy's own methods, and no transport beside it gets the policy."""
    methods = "|".join(policy.fact.counters)
    pattern = rf"(?:[=(,:]|\b(?:if|not|and|or|while|return))\s*[A-Za-z_][\w.]*\.(?:{methods})\("
    if not methods or policy.call is None or policy.frame.scope.module.search(pattern) is None:
        return False
    return not _is_mounted(policy, policy.call)


def _is_mounted(policy: RetryPolicy, made: Call) -> bool:
    """Whether a call of the catalogue in the same function, or statement, is given the policy."""
    statement = made.statement
    targets = statement.targets if isinstance(statement, cst.Assign) and statement.value is made.node else ()
    code = policy.frame.tree.code
    names = {code(target.target) for target in targets}
    for call in policy.frame.calls.values():
        if any(arg.value is made.node or code(arg.value) in names for arg in call.node.args):
            return True
    return False
