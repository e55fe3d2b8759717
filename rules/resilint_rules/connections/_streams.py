"""Bodies that are read bit by bit: whether the response is closed, and the files that they are written to."""

from __future__ import annotations

import re
from typing import NamedTuple

import libcst as cst

from ..kit.interp.calls import Call
from ..kit.syntax.bound_names import values_given
from ..kit.syntax.idioms import last_name
from ..kit.syntax.tree import Tree, dotted, walk
from ..kit.trust.switches import matches


class OpenStream(NamedTuple):
    """A response whose body is left to be read later, and how it may be left open."""

    unread: bool
    """Nothing reads the body."""
    left: bool
    """A loop over the body is left before its end."""


def left_open(call: Call) -> OpenStream | None:
    """How a streamed response may be left open; None if it is closed, read at once, or goes out of sight."""
    response, fact, tree = call.response, call.answer, call.frame.tree
    if response is None or fact is None or response.escaped or not _is_streamed(call) or _is_closed(call):
        return None
    reads = [(name, node) for name, node in response.uses if name in fact.body]
    if any(name not in fact.streaming for name, _ in reads):
        return None  # it is read to its end, which gives the connection back
    loops = [loop for _, read in reads if (loop := _loop_over(tree, read)) is not None]
    return OpenStream(not reads, any(_is_left(loop) for loop in loops))


def _is_streamed(call: Call) -> bool:
    """Whether a call leaves the body to be read later, and its response has a name or none at all."""
    stream = call.as_external.stream
    value = call.args.value(stream)
    if stream is None or value is None or call.deferred or not isinstance(call.statement, (cst.Assign, cst.Expr)):
        return False
    return matches(value, stream.on)


_CLOSES = frozenset(("close", "aclose", "release_conn", "drain_conn"))
"""Methods of responses that give the connection back."""


def _is_closed(call: Call) -> bool:
    """Whether something closes the response of a call, or a `with` enters it."""
    response = call.response
    if response is None or any(name in _CLOSES for name, _ in response.uses):
        return True
    tree = call.frame.tree
    if not tree.derived(_shared, tree.module).isdisjoint(response.names):
        return True
    return not tree.derived(_entered, tree.module).isdisjoint(response.names)


def _entered(_: Tree, top: cst.CSTNode) -> set[str]:
    """The names in what `with` blocks enter."""
    items = (node.item for node in walk(top) if isinstance(node, cst.WithItem))
    return {name.value for item in items for name in walk(item) if isinstance(name, cst.Name)}


def _shared(_: Tree, top: cst.CSTNode) -> set[str]:
    """The names that functions assign for another one: what holds the response there may close it."""
    nodes = (node for node in walk(top) if isinstance(node, (cst.Global, cst.Nonlocal)))
    return {item.name.value for node in nodes for item in node.names}


def _loop_over(tree: Tree, node: cst.CSTNode) -> cst.For | None:
    """The loop that takes apart what an accessor gives; None if there is none."""
    above = tree.parent(node)
    above = tree.parent(above) if isinstance(above, cst.Call) else above
    return above if isinstance(above, cst.For) else None


def _is_left(loop: cst.For) -> bool:
    """Whether a loop has a way out before its end, but for exceptions."""
    return any(isinstance(node, (cst.Break, cst.Return)) for node in walk(loop.body))


class KeptFile(NamedTuple):
    """A file that is written while an answer arrives, under the name by which it is believed to be whole."""

    node: cst.CSTNode
    """What opens or writes it."""
    path: str
    test: str
    """The test that takes it for whole."""


_CAREFUL = re.compile(
    r"\b(?:replace|rename|move|unlink|remove|rmtree|mkstemp|link)\(|temp_?file|tempdir|content.?length|sha\d|md5|checksum|digest"
    r"|getsize\(|st_size|\.(?:part|tmp|partial)\b|_?tmp_?|atomic|verify_",
    re.IGNORECASE,
)
"""Words of code that puts a whole file in place, removes half of one, or finds out which it is."""


def kept_file(call: Call) -> KeptFile | None:
    """The file into which an answer is written bit by bit, and which is believed if it is there; None if none is."""
    tree, saves = call.frame.tree, call.as_call.saves
    given = call.args.get(saves) if saves is not None else None
    reads = _read_in_parts(call)
    if (given is None and not reads) or call.frame.outermost.node is None or tree.derived(_is_careful, tree.module):
        return None
    if given is not None:
        return _believed(tree, call.node, given.node)
    written = tree.derived(_written_files, tree.module)
    above: cst.CSTNode | None = reads[0] if written else None
    while above is not None:  # from the first read upwards: a function may write many files
        if id(above) in written:
            return _believed(tree, *written[id(above)])
        above = tree.parent(above)
    return None


def _read_in_parts(call: Call) -> list[cst.CSTNode]:
    """Where the body of an answer is read bit by bit, or copied as a whole object."""
    response, fact, tree = call.response, call.answer, call.frame.tree
    if response is None:
        return []
    copied = tree.derived(_copied, tree.module)
    reads = [node for name, node in response.uses if fact and name in fact.streaming]
    return reads or [copied[name] for name in response.names if name in copied]


def _copied(_: Tree, top: cst.CSTNode) -> dict[str, cst.CSTNode]:
    """The calls of `copyfileobj` by the name of what they copy from."""
    calls = (node for node in walk(top) if isinstance(node, cst.Call) and node.args)
    return {dotted(node.args[0].value): node for node in calls if last_name(node) == "copyfileobj"}


def _is_careful(tree: Tree, _: cst.CSTNode) -> bool:
    return _CAREFUL.search(tree.flat) is not None


def _believed(tree: Tree, node: cst.CSTNode, path: cst.CSTNode) -> KeptFile | None:
    """The file, if the function tests whether there is one of that name."""
    paths = [path]
    if isinstance(path, cst.Name):
        paths += tree.derived(values_given, tree.module).get(path.value, [])
    for text in (tree.code(one) for one in paths):
        name = re.escape(text)
        found = re.search(rf"(?:\w+\.)*(?:exists|isfile)\({name}\)|{name}\.(?:exists|is_file|stat)\(\)", tree.flat)
        if found is not None:
            return KeptFile(node, text, found.group())
    return None


def _written_files(_: Tree, top: cst.CSTNode) -> dict[int, tuple[cst.Call, cst.CSTNode]]:
    """The `with` blocks that open a file for writing from its beginning, by identity: the call and the path."""
    found: dict[int, tuple[cst.Call, cst.CSTNode]] = {}
    for block in walk(top):
        for item in block.items if isinstance(block, cst.With) else ():
            path = _written(item.item)
            if path is not None and isinstance(item.item, cst.Call) and isinstance(block, cst.With):
                found.setdefault(id(block), (item.item, path))
    return found


def _written(node: cst.BaseExpression) -> cst.CSTNode | None:
    """The path of a file that an expression opens for writing: `open(path, "wb")`, `path.open("wb")`."""
    if not isinstance(node, cst.Call) or last_name(node) != "open":
        return None
    texts = [arg.value.evaluated_value for arg in node.args if isinstance(arg.value, cst.SimpleString)]
    if not any(str(text).startswith(("w", "x")) for text in texts):
        return None
    first = node.args[0].value
    if not isinstance(first, cst.SimpleString) or len(texts) > 1:
        return first
    return node.func.value if isinstance(node.func, cst.Attribute) else None
