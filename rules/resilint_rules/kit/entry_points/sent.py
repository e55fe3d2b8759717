"""What the sender of a request has written: values that are read off the request, here or by a caller in the module."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from ..interp.calls import Frame
from ..interp.values import Class, Object, Ref
from ..reach.callers import argument_for, callers
from ..syntax.bound_names import followed, names_given, values_reaching
from ..syntax.tree import Tree
from .entry import EntryKind, entry_point

REQUEST = re.compile(
    r"(?:self\.)?_?(?:\w+_)?req(?:uest)?\.(?:args|form|values|headers?|cookies|json|get_json|query_params|query_string|"
    r"query|rel_url|path_params|match_info|GET|POST|COOKIES|META|data|get_data|auth|authorization|post|body|read|content|"
    r"files|get_header|getHeader|get_cookie|get_param|get_media|media|stream)\b"
    r"|(?:self\.)?(?:websocket|ws|connection|conn)\.(?:headers|query_params|cookies|path_params|request_headers|"
    r"request\.headers|receive\w*)\b"
    r"|self\.get_(?:query_|body_|secure_)?(?:argument|cookie)s?\(\)"
)
"""How frameworks give what a request brings: the beginning of an access path."""
INJECTED = re.compile(
    r"\b(?:Header|Cookie|Query|Form|Body|Path|File)\(|\bOAuth2\w*|\bHTTPBearer\b|\bHTTP(?:Authorization|Basic)Credentials\b"
)
"""Defaults and annotations by which a framework fills a parameter from a request."""
_DEPENDS = re.compile(r"\b(?:Depends|Security)\((\w+)\)")
_SCHEME = re.compile(
    r"\A\w+\s*(?::[^=\n]+)?=\s*(?:\w+\.)*(?:APIKey(?:Header|Query|Cookie)|OAuth2\w*|HTTP(?:Bearer|Basic))\("
)
"""A name that is given a scheme by which a key or a token is taken from a request."""
_OTHERWISE = re.compile(r"(?:\w+\.)*(?:Http)?(?:Request|WebSocket)\w*\Z|.*\b(?:Depends|Security)\(")
"""The type of a request itself, of which more can be read than was sent; what a function of the program gives."""
_HANDLER = ("RequestHandler", "MethodView", "APIView", "View")
_CONVERTS = re.compile(
    r"(?:str|bytes|unquote\w*|escape|cast)|\w*(?:to|ensure|force|smart|2|as)_?(?:str|text|unicode|bytes)", re.IGNORECASE
)
"""Functions that give back what they are given in another form."""
_JSON = re.compile(r"json|\.get_media\(|\.media\b|\.post\(\)|loads\(")
"""What gives values of any type."""
_DEPTH = 4


@dataclass(frozen=True, slots=True)
class _Place:
    """An expression, with the tree and the function that it stands in."""

    node: cst.CSTNode
    tree: Tree
    function: cst.CSTNode
    frame: Frame | None
    """The frame of that function, if it is at hand: its callers are found by it."""


def is_sent(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether a value demonstrably is what a request brought, or a part of it; not what is looked up by it."""
    function = frame.node if frame.node is not None else frame.tree.module
    return _is_sent(_Place(node, frame.tree, function, frame), _DEPTH)


def may_be_no_text(frame: Frame, node: cst.BaseExpression) -> bool:
    """Whether a value is read from a body that may hold a number or a list in its place."""
    top = frame.node if frame.node is not None else frame.tree.module

    def given(value: cst.BaseExpression) -> list[cst.BaseExpression]:
        return values_reaching(frame.tree, top, value) if isinstance(value, cst.Name) else []

    return any(_is_no_text(frame, value) for value in followed(node, given) if not isinstance(value, cst.Name))


def _is_no_text(frame: Frame, node: cst.BaseExpression) -> bool:
    path = spine(node)
    root = path.partition(".")[0].partition("[")[0]
    if _JSON.search(path):
        return path.endswith(("[]", ".get()"))
    read = path.endswith(("[]", ".get()"))
    return read and any(_JSON.search(spine(value)) for value in _values(frame, root))


def _values(frame: Frame, name: str) -> list[cst.BaseExpression]:
    return frame.tree.derived(names_given, frame.node if frame.node is not None else frame.tree.module).get(name, [])


def spine(node: cst.CSTNode) -> str:
    """An access path without what stands in its brackets: `request.headers.get()`, `await request.json()[]`.

    "" if it does not begin with a name.
    """
    steps: list[str] = []
    while not isinstance(node, cst.Name):
        if isinstance(node, cst.Attribute):
            steps.append(f".{node.attr.value}")
            node = node.value
        elif isinstance(node, cst.Subscript):
            steps.append("[]")
            node = node.value
        elif isinstance(node, cst.Call):
            steps.append("()")
            node = node.func
        elif isinstance(node, cst.Await):
            node = node.expression
        else:
            return ""
    return node.value + "".join(reversed(steps))


def _is_sent(place: _Place, depth: int) -> bool:
    node = place.node
    if depth == 0:
        return False
    parts = _alternatives(node)
    if parts:
        return any(_is_sent(_at(place, part), depth) for part in parts)
    path = spine(node)
    if REQUEST.match(_as_imported(place.frame, path)):
        return True
    root = path[: re.match(r"\w*", path).end()]  # type: ignore[union-attr]
    if not root:
        return False
    if path.startswith(f"{root}()"):
        converted = _converted(node) if _CONVERTS.fullmatch(root) else None
        return converted is not None and _is_sent(_at(place, converted), depth - 1)
    given = _given(place)
    if given:
        return any(_is_sent(_at(place, value), depth - 1) for value in given if value is not node)
    if root == "self":
        return _of_handler(place, path)
    return _is_given(place, root, path, depth)


def _as_imported(frame: Frame | None, path: str) -> str:
    """A path that begins with a name of a request in its module, where it is imported under another name."""
    root, dot, rest = path.partition(".")
    for target in frame.scope.module.imports.get(root, ()) if frame is not None and dot else ():
        if target.name == "request":
            return f"request.{rest}"
    return path


def _given(place: _Place) -> list[cst.BaseExpression]:
    """What the name at the left end of a path may have been given."""
    node = place.node
    while not isinstance(node, cst.Name):
        inner = node.func if isinstance(node, cst.Call) else getattr(node, "value", None)
        node = inner if inner is not None else node.expression  # type: ignore[attr-defined]
    return values_reaching(place.tree, place.function, node)


def _at(place: _Place, node: cst.CSTNode) -> _Place:
    return _Place(node, place.tree, place.function, place.frame)


def _alternatives(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The values that an expression may have, if it is one of several."""
    if isinstance(node, cst.BooleanOperation):
        return [node.left, node.right]
    if isinstance(node, cst.IfExp):
        return [node.body, node.orelse]
    return [node.value] if isinstance(node, cst.NamedExpr) else []


def _converted(node: cst.CSTNode) -> cst.CSTNode | None:
    """What the call at the left end of a path converts: its last argument."""
    while not (isinstance(node, cst.Call) and isinstance(node.func, cst.Name)):
        node = node.func if isinstance(node, cst.Call) else getattr(node, "value", None) or node.expression  # type: ignore[attr-defined]
    return node.args[-1].value if node.args else None


def _of_handler(place: _Place, path: str) -> bool:
    """Whether a method reads the request of the handler that its object is."""
    frame = place.frame
    if frame is None or not re.match(r"self\.(?:headers|rfile|kwargs|path)\b", path):
        return False
    owner = frame.owner.cls if isinstance(frame.owner, Object) else frame.owner
    if not isinstance(owner, Class):
        return False
    session = frame.scope.session
    bases = (base for cls in session.lineage(owner) for base in session.bases(cls))
    return any(isinstance(base, Ref) and base.name.endswith(_HANDLER) for base in bases)


def _is_given(place: _Place, root: str, path: str, depth: int) -> bool:
    """Whether a parameter is filled from a request, by a framework or by a caller in the module."""
    param = next(_params(place.function, root), None)
    frame = place.frame
    if param is None:
        return False
    texts = _written_for(place.tree, param)
    if any(_injects(frame, text) for text in texts):
        return True
    if frame is None or root in ("request", "req") or any(_OTHERWISE.match(text) for text in texts):
        return False
    kind = entry_point(frame)
    if kind is EntryKind.REQUEST:
        return not isinstance(param.default, cst.Call)
    return root == _first(place.function) if kind is EntryKind.EVENT else _given_by_callers(frame, root, depth)


def _written_for(tree: Tree, param: cst.Param) -> list[str]:
    """The texts of the default and the annotation of a parameter."""
    parts = [param.default, param.annotation.annotation if param.annotation is not None else None]
    return [tree.code(part) for part in parts if part is not None]


def _given_by_callers(frame: Frame, root: str, depth: int) -> bool:
    """Whether a caller in the module gives what a request has brought for a parameter."""
    for site in callers(frame):
        argument = argument_for(site, frame, root)
        if argument is not None and _is_sent(_Place(argument, site.tree, site.function, None), depth - 1):
            return True
    return False


def _params(function: cst.CSTNode, name: str) -> Iterator[cst.Param]:
    if isinstance(function, cst.FunctionDef):
        given = function.params
        for param in (*given.posonly_params, *given.params, *given.kwonly_params):
            if param.name.value == name:
                yield param


def _first(function: cst.CSTNode) -> str:
    params = function.params.params if isinstance(function, cst.FunctionDef) else ()
    return params[0].name.value if params else ""


def _injects(frame: Frame | None, text: str) -> bool:
    """Whether a default or an annotation takes a part of the request, also by a scheme that the module makes."""
    if INJECTED.search(text):
        return True
    depends = _DEPENDS.search(text)
    if depends is None or frame is None:
        return False
    module, name = frame.scope.module, depends.group(1)
    return any(_SCHEME.search(module.source(chunk)) for chunk in module.statements_mentioning(name))
