"""Comparisons of a secret with what a request brought, by `==` or `!=`, and what follows them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import libcst as cst

from ...kit.entry_points.sent import is_sent, spine
from ...kit.interp.calls import Frame
from ...kit.syntax.bound_names import names_given
from ...kit.syntax.exits import Exit, ways, ways_of
from ...kit.syntax.layout import plain
from ...kit.syntax.tree import Tree, dotted, walk

_SECRET = re.compile(
    r"(?:^|_)(?:secret|token|password|passwd|passphrase|pwd|api_?key|(?:access|auth|master|shared|secret|private|admin)_?key|"
    r"authorization|credentials?)(?:_(?:value|header|plain))?$"
)
_OTHER = re.compile(
    r"(?:^|_)(?:csrf|xsrf|state|nonce|page|next|prev|previous|sync|continuation|cursor|pagination|lock|version|"
    r"idempotency|change|delta|resume|start|end|eos|bos|pad|stop|max|new|last|old|current|confirm\w*|repeat\w*|again|"
    r"verification2|hash\w*|default)(?:_|$)"
    r"|(?:^|_)(?:type|kind|mode|method|name|field|role|scheme|action|event|status|step|count|length|id|provider)$"
)
"""What looks like a secret and is none, or is not compared to refuse a request."""
_NAMED = re.compile(r"secret|token|pass|pwd|key|authorization|credential", re.IGNORECASE)
"""What the text of a function holds that compares a secret."""
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
WRAPS = frozenset(
    ("encode", "decode", "strip", "lstrip", "rstrip", "lower", "upper", "get_secret_value", "casefold", "split",
     "partition", "removeprefix", "replace")
)  # fmt: skip
_VEILS = frozenset(("value", "credentials"))
"""Attributes that are all of the object they are read from."""
LOOKS_UP = frozenset(("get", "getenv", "pop", "get_header", "getHeader", "get_param", "get_argument", "get_cookie"))
_DENIES = re.compile(
    r"\b40[13]\b|unauthori[sz]ed|forbid|denied|permission|notauthenticated|notauthorized|authenticationfailed|"
    r"authenticationerror|invalid_?(?:token|credential|secret|key|api_?key|login|password)|\bunauthenticated",
    re.IGNORECASE,
)
_STATUS = re.compile(
    r"\b40[13]\b|Unauthori[sz]ed|UNAUTHORIZED|Forbidden|FORBIDDEN|PermissionDenied|NotAuthenticated|AuthenticationFailed"
)
"""A refusal that only an answer to a request can be."""
_KEPT = re.compile(
    r"(?:self|cls|app|current_app|[Ss]ettings|\w*[cC]onfig|conf|cfg|env|os|environ|options|opts)\.|[A-Z][A-Z0-9_]*\b"
)
_TELLS = re.compile(
    r"(?:^|_)(?:is|has|check|verify|valid\w*|auth\w*|allow\w*|permi\w*|match\w*|can)(?:_|$)", re.IGNORECASE
)
_DEPTH = 3


class SecretComparison(NamedTuple):
    """A comparison, the side that the request brought, and the side that is kept here."""

    node: cst.Comparison
    given: cst.BaseExpression
    kept: cst.BaseExpression


def secret_comparisons(frame: Frame) -> Iterator[SecretComparison]:
    """Yields comparisons by which a request that does not bring the right secret is refused."""
    for node, _ in frame.compares.values() if _NAMED.search(frame.tree.text) else ():
        if len(node.comparisons) != 1 or not isinstance(node.comparisons[0].operator, (cst.Equal, cst.NotEqual)):
            continue
        sides = (node.left, node.comparisons[0].comparator)
        words = [_word(frame, side) for side in sides]
        if not any(map(_is_secret, words)) or any(_is_other(word) for word in words) or any(map(_is_literal, sides)):
            continue
        refusal = _refusal(frame, node)
        if not refusal:
            continue
        for given, kept in (sides, sides[::-1]):
            if _is_brought(frame, given, kept, refusal):
                yield SecretComparison(node, given, kept)
                break


def _is_brought(frame: Frame, given: cst.BaseExpression, kept: cst.BaseExpression, refusal: str) -> bool:
    """Whether one side comes from the request, and the other one does not."""
    if is_sent(frame, given):
        return not is_sent(frame, kept) and not _is_computed(kept) and "session" not in _origin(frame, kept).lower()
    if _STATUS.search(refusal) is None or not _is_param(frame, given):
        return False
    return _KEPT.match(_origin(frame, kept)) is not None


def _is_computed(node: cst.CSTNode) -> bool:
    """Whether a value is a digest or another result of what was given."""
    return isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and bool(node.args)


def _is_param(frame: Frame, node: cst.CSTNode) -> bool:
    root = re.match(r"\w*", spine(node)).group()  # type: ignore[union-attr]
    if root in ("self", "cls") or not isinstance(frame.node, cst.FunctionDef):
        return False
    given = frame.node.params
    return any(param.name.value == root for param in (*given.posonly_params, *given.params, *given.kwonly_params))


def _origin(frame: Frame, node: cst.CSTNode) -> str:
    """The access path of a value, or of the only one that its name is given in the function."""
    path = spine(node)
    values = values_of(frame, path) if path.isidentifier() else []
    return spine(values[0]) if len(values) == 1 else path


def values_of(frame: Frame, name: str) -> list[cst.BaseExpression]:
    """The values that a function gives to a name."""
    top = frame.node if frame.node is not None else frame.tree.module
    return frame.tree.derived(names_given, top).get(name, [])


def _is_literal(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Name):
        return node.value in ("None", "True", "False")
    return isinstance(node, (cst.SimpleString, cst.ConcatenatedString, cst.Integer, cst.List, cst.Tuple, cst.Dict))


def _is_secret(word: str) -> bool:
    return _SECRET.search(_snake(word)) is not None


def _is_other(word: str) -> bool:
    return _OTHER.search(_snake(word)) is not None


def _snake(word: str) -> str:
    return _CAMEL.sub("_", word).lower().replace("-", "_").replace(".", "_")


def _word(frame: Frame, node: cst.CSTNode, depth: int = _DEPTH) -> str:
    """The word that says what a value is: its last name or key; "" if there is none."""
    if isinstance(node, cst.Name):
        return _word_of_name(frame, node.value, depth)
    if isinstance(node, cst.Attribute):
        return _word(frame, node.value, depth) if node.attr.value in _VEILS else node.attr.value
    if isinstance(node, cst.Subscript):
        index = node.slice[0].slice
        return _key(index.value) if isinstance(index, cst.Index) else _word(frame, node.value, depth)
    if isinstance(node, cst.Call):
        return _word_of_call(frame, node, depth)
    return next((word for part in _parts(node) if (word := _word(frame, part, depth))), "")


def _word_of_name(frame: Frame, name: str, depth: int) -> str:
    """A name that says what it is, or the word of a value that it is given."""
    if _is_secret(name) or _is_other(name) or depth == 0:
        return name
    key = _word_of_name, name, depth
    if key not in frame.derived:
        words = (_word(frame, value, depth - 1) for value in values_of(frame, name))
        frame.derived[key] = next((word for word in words if _is_secret(word) or _is_other(word)), name)
    return str(frame.derived[key])


def _word_of_call(frame: Frame, node: cst.Call, depth: int) -> str:
    """The word of what a call gives back: of what it looks up or wraps, else the name of what is called."""
    func = node.func
    first = node.args[0].value if node.args else None
    if isinstance(func, cst.Attribute):
        name = func.attr.value
        if name in WRAPS:
            return _word(frame, func.value, depth)
        return _key(first) if name in LOOKS_UP and first is not None else name
    name = dotted(func)
    if name in ("str", "bytes") and first is not None:
        return _word(frame, first, depth)
    return _key(first) if isinstance(first, cst.SimpleString) else name if first is None else ""


def _key(node: cst.CSTNode) -> str:
    if isinstance(node, cst.SimpleString):
        return node.raw_value
    return node.attr.value if isinstance(node, cst.Attribute) else node.value if isinstance(node, cst.Name) else ""


def _parts(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The parts of an expression of which one says what it is."""
    if isinstance(node, cst.Await):
        return [node.expression]
    if isinstance(node, cst.NamedExpr):
        return [node.value]
    if isinstance(node, (cst.BooleanOperation, cst.BinaryOperation)):
        return [node.right, node.left]
    if isinstance(node, cst.FormattedString):
        return [part.expression for part in node.parts if isinstance(part, cst.FormattedStringExpression)]
    return []


def _refusal(frame: Frame, node: cst.CSTNode) -> str:
    """The text of what follows where the secret is wrong; "" if nothing is refused there."""
    tree = frame.tree
    wrong = isinstance(node, cst.Comparison) and isinstance(node.comparisons[0].operator, cst.NotEqual)
    above = tree.parent(node)
    while isinstance(above, (cst.BooleanOperation, cst.UnaryOperation, cst.Call)):
        if isinstance(above, cst.UnaryOperation):
            wrong = not wrong
        if isinstance(above, cst.Call) and dotted(above.func) != "bool":
            return ""
        node, above = above, tree.parent(above)
        if isinstance(above, cst.Arg):
            above = tree.parent(above)
    if isinstance(above, cst.If) and above.test is node:
        return _branch(tree, above, wrong=wrong)
    if isinstance(above, cst.Return):
        name = frame.qualname.rpartition(".")[2]
        return "returned" if _TELLS.search(name) else ""
    target = above.targets[0].target if isinstance(above, cst.Assign) and len(above.targets) == 1 else None
    return _tested_later(frame, target.value, wrong=wrong) if isinstance(target, cst.Name) else ""


def _tested_later(frame: Frame, name: str, *, wrong: bool) -> str:
    """What follows where a name that holds the result of the comparison is tested."""
    top = frame.node if frame.node is not None else frame.tree.module
    for node in walk(top):
        if isinstance(node, cst.If):
            test, flipped = node.test, wrong
            if isinstance(test, cst.UnaryOperation):
                test, flipped = test.expression, not wrong
            if isinstance(test, cst.Name) and test.value == name:
                return _branch(frame.tree, node, wrong=flipped)
    return ""


def _branch(tree: Tree, node: cst.If, *, wrong: bool) -> str:
    """The text of what an `if` does where the secret is wrong, if that is a refusal; `wrong`: its body is that."""
    if wrong:
        text = _text(tree, [node.body])
        return text if Exit.FALLS not in ways(node.body) or _DENIES.search(text) else ""
    if node.orelse is not None:
        text = _text(tree, [node.orelse])
        return text if _denies(text, [node.orelse]) else ""
    if Exit.FALLS in ways(node.body):
        return ""
    rest = _following(tree, node)
    text = _text(tree, rest)
    return text if _denies(text, rest) else ""


def _denies(text: str, nodes: Sequence[cst.CSTNode]) -> bool:
    return _DENIES.search(text) is not None or ways_of(nodes) == {Exit.RAISE} or text.strip() == "return False"


def _following(tree: Tree, node: cst.CSTNode) -> list[cst.CSTNode]:
    """The statements that are run after one that falls through, up to the end of the function."""
    found: list[cst.CSTNode] = []
    above = tree.parent(node)
    while above is not None and not isinstance(node, cst.FunctionDef):
        if isinstance(above, (cst.IndentedBlock, cst.Module)):
            index = next((number for number, item in enumerate(above.body) if item is node), len(above.body))
            found.extend(above.body[index + 1 :])
        node, above = above, tree.parent(above)
    return found


def _text(tree: Tree, nodes: Sequence[cst.CSTNode]) -> str:
    return " ".join(plain(tree.source(*tree.span(node))) for node in nodes)
