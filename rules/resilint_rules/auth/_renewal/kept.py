"""Access tokens that a program gets by itself and keeps, without a word on when they end."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ...kit import Frame
from ...kit.reach.callers import CallSite, callers
from ...kit.syntax.bound_names import values_given
from ...kit.syntax.tree import dotted, walk

_GRANT = re.compile(
    r"grant_type[\"']?\s*[:=,]\s*[\"'](?:client_credentials|password|refresh_token)|grant_type=(?:client_credentials|password)"
)
_READ = re.compile(r"(?:\[|\.get\(|\.pop\()[\"']access_?[tT]oken[\"']|\.access_token\b")
_HEEDS = re.compile(
    r"expir|\b401\b|unauthori[sz]ed|invalid_token|\bttl\b|ttl_?cache|valid_until|valid_for|not_after|renew|re_?auth|re_?login|"
    r"stale|lifetime|timedelta|time\.time\(|monotonic\(|cache\.set\(|setex\(|\bex=|max_age|OAuth2Session|OAuth2Client|"
    r"refresh_(?:access_)?token\(|refresh_if|\.refresh\(",
    re.IGNORECASE,
)
"""What a module says that looks at the end of a token, or at a refusal."""
_FOREVER = frozenset(("lru_cache", "cache", "cached_property", "memoize", "alru_cache"))
"""Decorators that keep the result of a function as long as the process runs."""
_TIMED = re.compile(r"ttl|timeout|expire|maxage")
_ONCE = frozenset(("__init__", "__aenter__", "__enter__", "setup", "connect", "start", "open"))
_LACKS = re.compile(
    r"\bnot (?:hasattr|getattr|[\w.]*token|[\w.]*header|[\w.]*auth)|\bis None\b|[\"'] ?not in\b|== ?None", re.IGNORECASE
)


def kept_for_ever(frame: Frame) -> Iterator[tuple[cst.CSTNode, str]]:
    """Yields where a function keeps an access token that is never renewed, and what it keeps it in."""
    node = frame.node
    if not isinstance(node, cst.FunctionDef) or frame.outer is not None or not _says_grant(frame):
        return
    if frame.scope.module.search(_HEEDS) is not None:
        return
    cached = _cached(node)
    if cached is not None and _READ.search(frame.tree.flat):
        yield cached, f"@{dotted(cached.func if isinstance(cached, cst.Call) else cached)}"
        return
    found = next(_kept(frame, node), None)
    if found is not None and _happens_once(frame, node):
        yield found, frame.tree.code(found)


def _says_grant(frame: Frame) -> bool:
    return "grant_type" in frame.tree.text and _GRANT.search(frame.tree.flat) is not None


def _cached(node: cst.FunctionDef) -> cst.BaseExpression | None:
    """The decorator by which a function runs once in the life of the process."""
    for decorator in node.decorators:
        expression = decorator.decorator
        func = expression.func if isinstance(expression, cst.Call) else expression
        args = expression.args if isinstance(expression, cst.Call) else ()
        timed = any(arg.keyword is not None and _TIMED.search(arg.keyword.value) for arg in args)
        if dotted(func).rpartition(".")[2] in _FOREVER and not timed:
            return expression
    return None


def _kept(frame: Frame, node: cst.FunctionDef) -> Iterator[cst.BaseExpression]:
    """The attributes and global names that a function gives a token to."""
    shared = {item.name.value for part in walk(node) if isinstance(part, cst.Global) for item in part.names}
    for part in walk(node.body):
        if not isinstance(part, cst.Assign) or not _is_token(frame, part.value):
            continue
        for target in (item.target for item in part.targets):
            name = dotted(target.value if isinstance(target, cst.Subscript) else target)
            if name.startswith("self.") or name in shared:
                yield target


def _is_token(frame: Frame, value: cst.BaseExpression) -> bool:
    """Whether a value is made of an access token: read off the answer here, or before."""
    code = frame.tree.code(value)
    if _READ.search(code):
        return True
    given = frame.tree.derived(values_given, frame.node if frame.node is not None else frame.tree.module)
    names = {part.value for part in walk(value) if isinstance(part, cst.Name)}
    return any(_READ.search(frame.tree.code(item)) for name in names for item in given.get(name, ()))


def _happens_once(frame: Frame, node: cst.FunctionDef) -> bool:
    """Whether a function runs when its object is made, or where there is no token yet, and nowhere else."""
    if node.name.value in _ONCE or _LACKS.search(frame.tree.flat):
        return True
    sites = callers(frame)
    return bool(sites) and all(_is_first(site) for site in sites)


def _is_first(site: CallSite) -> bool:
    """Whether a call happens when an object is made, or where something is not there yet."""
    if site.owner.rpartition(".")[2] in _ONCE:
        return True
    above = site.tree.parent(site.node)
    while above is not None and not isinstance(above, (cst.FunctionDef, cst.Lambda)):
        if isinstance(above, (cst.If, cst.IfExp)) and _LACKS.search(site.tree.code(above.test)):
            return True
        above = site.tree.parent(above)
    return False
