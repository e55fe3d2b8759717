"""Clients that connect through another library, their driver, which their address names: its limit is theirs."""

from __future__ import annotations

import re
from typing import NamedTuple

import libcst as cst

from ..catalog.parts import Driver
from ..catalog.records import ExternalFact
from ..interp.calls import Call
from ..interp.values import Const, Mapping
from ..syntax.bound_names import values_given
from ..syntax.idioms import last_name
from ..syntax.tree import Tree

_SCHEME = re.compile(r"([a-z][a-z0-9+_]*)://(?=[^/])")
_UNKNOWN = re.compile(r"\{[^{}]*\}")
"""What of an address is not known, as it is written here: its code in braces."""
_DATABASE = re.compile(r"[\w.-]*|\{[^{}]*(?:db|database|name|schema)[^{}]*\}|\{\}|%s", re.IGNORECASE)
"""The last part of an address that surely has no options."""
_DEEP = 4


class OpenDriver(NamedTuple):
    """A driver that connects without limit."""

    name: str
    """What the library is called."""
    fact: ExternalFact
    """The entry of its function that connects."""


def open_driver(call: Call) -> OpenDriver | None:
    """The driver with which a client connects without limit; None if it has none, or it cannot be seen."""
    drivers = call.as_client.drivers
    if not drivers or call.args.open_names or call.frame.scope.module.mentions(*call.as_client.driver_hooks):
        return None
    address = _address(call)
    scheme = _SCHEME.match(address)
    found = next((driver for driver in drivers if scheme and driver.scheme == scheme.group(1)), None)
    if found is None or (found.range and not call.frame.scope.catalog.within(call.callee, found.range)):
        return None
    fact = _connecting(call, found)
    if fact is None or fact.default.get("connect", 0) is not None:
        return None
    options = {param.name for param in (*fact.timeout, *fact.carriers)}.union(fact.opaque)
    if not _has_no_options(address, options) or not _gives_none(call, options):
        return None
    return OpenDriver(fact.library, fact)


def _connecting(call: Call, driver: Driver) -> ExternalFact | None:
    fact = call.frame.scope.catalog.fact("client", driver.connects)
    return fact if isinstance(fact, ExternalFact) and fact.missing == "flag" else None


def _gives_none(call: Call, options: set[str]) -> bool:
    """Whether the arguments of a client give its driver none of some options, nor another way to connect."""
    named = call.args.named
    if any(name in named and not _is_none(named[name].value) for name in call.as_external.opaque if name != ARGUMENTS):
        return False
    given = named.get(ARGUMENTS)
    if given is None or _is_none(given.value):
        return True
    mapping = given.value
    return isinstance(mapping, Mapping) and not mapping.open and options.isdisjoint(mapping.items)


def _is_none(value: object) -> bool:
    return isinstance(value, Const) and value.value is None


ARGUMENTS = "connect_args"
"""The parameter for what the driver is given."""


def _has_no_options(address: str, options: set[str]) -> bool:
    """Whether an address gives none of some options, in parts that are known or in others."""
    path, marked, query = address.partition("?")
    if marked:
        return not _UNKNOWN.search(query) and options.isdisjoint(re.split(r"[=&]", query))
    return bool(_DATABASE.fullmatch(path.rpartition("/")[2]))


def _address(call: Call) -> str:
    """The address that a client is given as it is written, with the code of unknown parts in braces; "" if unknown."""
    target = call.target
    if target is None:
        return ""
    if isinstance(target.value, Const) and isinstance(target.value.value, str) and not target.value.soft:
        return target.value.value
    return _written(call, call.frame.tree, target.node, _DEEP) or ""


def _written(call: Call, tree: Tree, node: cst.CSTNode, depth: int) -> str | None:
    """An expression as a text with the code of unknown parts in braces; None if its beginning is not known."""
    if isinstance(node, cst.SimpleString):
        return str(node.evaluated_value)
    if isinstance(node, cst.ConcatenatedString):
        parts = [_written(call, tree, side, depth) for side in (node.left, node.right)]
        return "".join(part if part is not None else "{}" for part in parts)
    if isinstance(node, cst.FormattedString):
        return "".join(
            part.value if isinstance(part, cst.FormattedStringText) else _braced(tree, part) for part in node.parts
        )
    if isinstance(node, cst.BinaryOperation):
        return _joined(call, tree, node, depth)
    if isinstance(node, cst.Call):
        return _called(call, tree, node, depth)
    if isinstance(node, cst.Name) and depth > 0:
        return _named(call, tree, node.value, depth - 1)
    return None


def _joined(call: Call, tree: Tree, node: cst.BinaryOperation, depth: int) -> str | None:
    """What `"..." + rest` or `"..." % values` gives."""
    first = _written(call, tree, node.left, depth)
    if first is None or not isinstance(node.operator, (cst.Add, cst.Modulo)):
        return None
    if isinstance(node.operator, cst.Modulo):
        return first
    return first + (_written(call, tree, node.right, depth) or _braced(tree, node.right))


def _braced(tree: Tree, node: cst.CSTNode) -> str:
    inner = node.expression if isinstance(node, cst.FormattedStringExpression) else node
    return f"{{{re.sub('[{}?/]', '', tree.code(inner))}}}"


def _called(call: Call, tree: Tree, node: cst.Call, depth: int) -> str | None:
    """What `"...".format(...)` gives, or an address that is made of its parts by keyword: `URL.create(...)`."""
    owner = node.func.value if isinstance(node.func, cst.Attribute) else None
    name = last_name(node)
    if name == "format" and owner is not None:
        return _written(call, tree, owner, depth)
    if name != "create" or any(arg.star for arg in node.args) or not node.args:
        return None
    named = {arg.keyword.value: arg.value for arg in node.args if arg.keyword is not None}
    first = named.get("drivername", node.args[0].value)
    scheme = _written(call, tree, first, depth)
    if scheme is None or "query" in named or len(node.args) - len(named) > 1:
        return None
    host = _written(call, tree, named["host"], depth) if "host" in named else ""
    return f"{scheme}://{host if host is not None else '{host}'}/"


def _named(call: Call, tree: Tree, name: str, depth: int) -> str | None:
    """The text that a name holds, if one assignment gives it one: in its function, or at the top of the module."""
    given = tree.derived(values_given, tree.module).get(name, [])
    if given:
        return _written(call, tree, given[0], depth) if len(given) == 1 else None
    module = call.frame.scope.module
    chunks = module.bindings.get(name, [])
    if len(chunks) != 1 or module.writers_of(name) or name in call.frame.env:
        return None
    other = call.frame.scope.tree(chunks[0])
    if other is None or other is tree:
        return None
    given = other.derived(values_given, other.module).get(name, [])
    return _written(call, other, given[0], depth) if len(given) == 1 else None
