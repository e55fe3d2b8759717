"""The message of a keyed digest: whether it is the body as it came, or one that was parsed and written again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ..kit.catalog.surroundings import RawFact
from ..kit.entry_points.sent import is_sent, spine
from ..kit.findings import Fix
from ..kit.fixes.edits import replace
from ..kit.interp.call_kinds import DigestCall, VerifyCall
from ..kit.interp.calls import Call, Frame
from ..kit.reach.callers import CallSite, argument_for, callers
from ..kit.syntax.bound_names import followed, values_reaching
from ..kit.syntax.idioms import last_name
from ..kit.syntax.tree import Tree, dotted, walk
from ._signatures import digest_in

_DEPTH = 5
_LOSSY = re.compile(r"[\"'](?:replace|ignore|backslashreplace|namereplace|xmlcharrefreplace)[\"']")
_PARSES = re.compile(r".*\breq(?:uest)?\.(?:get_)?json(?:\(\))?\Z|.*\.get_media\(\)\Z")
"""How frameworks parse a body."""
_VERIFIES = re.compile(r"verif|valid|check|authentic|genuine|trusted", re.IGNORECASE)
_COMPUTES = re.compile(r"signature|expected|digest|hmac", re.IGNORECASE)
_COMPARES = re.compile(r"compare_digest|constant_time_compare|bytes_eq|safe_str_cmp|safe_compare")


class Rewritten(NamedTuple):
    """An expression that writes a body again, or decodes it with loss; `raw` is the body as it came, "" if unknown."""

    node: cst.BaseExpression
    lossy: bool
    raw: str = ""


def rewritten_in(call: DigestCall | VerifyCall) -> Iterator[Rewritten]:
    """Yields what a request is verified by that is no longer what was signed."""
    frame = call.frame
    if isinstance(call, DigestCall) and not verifies(frame):
        return
    for leaf in leaves_of(call):
        found = _rewritten(frame, leaf)
        if found is not None:
            yield found


def rewritten_by_callers(call: DigestCall | VerifyCall) -> Iterator[tuple[Frame, Rewritten]]:
    """Yields what callers in the module verify by a digest of this function, with the frame of the caller."""
    frame = call.frame
    given = [leaf.value for leaf in leaves_of(call) if isinstance(leaf, cst.Name) and _is_param(frame, leaf)]
    for site in callers(frame) if given and isinstance(call, DigestCall) and frame.outer is None else ():
        caller = _verifying(frame, site)
        if caller is not None:
            arguments = [argument_for(site, frame, name) for name in given]
            yield from ((caller, found) for argument in arguments if argument for found in _given_to(caller, argument))


def _given_to(caller: Frame, argument: cst.BaseExpression) -> Iterator[Rewritten]:
    for leaf in _leaves(caller, argument, _DEPTH):
        found = _rewritten(caller, leaf)
        if found is not None:
            yield found


def _verifying(frame: Frame, site: CallSite) -> Frame | None:
    """The function that a call of this one stands in, if that verifies a request."""
    chosen = frame.scope.module.chosen((site.owner,)) if site.owner else []
    caller = frame.scope.frame(chosen[0]) if chosen else None
    if caller is None or caller.tree is not site.tree or caller is frame or not verifies(caller):
        return None
    return caller


def leaves_of(call: DigestCall | VerifyCall) -> Iterator[cst.BaseExpression]:
    """Yields the expressions that the message of a digest is put together from."""
    for message in _messages(call):
        yield from _leaves(call.frame, message, _DEPTH)


def _messages(call: DigestCall | VerifyCall) -> list[cst.BaseExpression]:
    """The expressions that are signed: the argument for it, and what a digest is updated with later."""
    if isinstance(call, VerifyCall):
        param = call.fact.payload if call.fact.body == "raw" else None
    else:
        param = call.fact.message
    argument = call.args.get(param) if param is not None else None
    found = [argument.node] if argument is not None and isinstance(argument.node, cst.BaseExpression) else []
    kept = call.frame.tree.parent(call.node)
    if isinstance(call, DigestCall) and isinstance(kept, cst.Assign) and isinstance(kept.targets[0].target, cst.Name):
        path = f"{kept.targets[0].target.value}.update"
        top = call.frame.node if call.frame.node is not None else call.frame.tree.module
        updates = (node for node in walk(top) if isinstance(node, cst.Call) and dotted(node.func) == path)
        found.extend(node.args[0].value for node in updates if node.args)
    return found


def verifies(frame: Frame) -> bool:
    """Whether a function makes a digest to compare it with one that came with a request."""
    if verifies not in frame.derived:
        frame.derived[verifies] = _verifies(frame)
    return bool(frame.derived[verifies])


def _verifies(frame: Frame) -> bool:
    top = frame.node if frame.node is not None else frame.tree.module
    if _VERIFIES.search(frame.qualname) and not frame.tree.derived(_writes_headers, top):
        return True
    if any(isinstance(node, cst.Call) and _COMPARES.search(last_name(node)) for node in walk(top)):
        return True
    sides = [side for node, _ in frame.compares.values() for side in (node.left, node.comparisons[0].comparator)]
    if any(digest_in(frame, side) is not None for side in sides):
        return True
    if not _COMPUTES.search(frame.qualname) or frame.tree.derived(_writes_headers, top):
        return False
    return not any(type(made) is Call for made in frame.calls.values())


def _writes_headers(_: Tree, top: cst.CSTNode) -> bool:
    """Whether a function puts something into headers: it signs a request of its own."""
    for node in walk(top):
        if isinstance(node, cst.Call) and dotted(node.func).endswith("headers.update"):
            return True
        if isinstance(node, cst.AssignTarget) and isinstance(node.target, (cst.Attribute, cst.Subscript)):
            held = node.target.value if isinstance(node.target, cst.Subscript) else node.target
            if dotted(held).rpartition(".")[2] == "headers":
                return True
    return False


def _leaves(frame: Frame, node: cst.BaseExpression, depth: int) -> Iterator[cst.BaseExpression]:
    """Yields the expressions that a message is put together from."""
    parts = _parts(frame, node) if depth else []
    if not parts:
        yield node
    for part in parts:
        yield from _leaves(frame, part, depth - 1)


def _parts(frame: Frame, node: cst.BaseExpression) -> list[cst.BaseExpression]:
    if isinstance(node, cst.Name):
        return [value for value in _given(frame, node) if value is not node]
    if isinstance(node, cst.BinaryOperation):
        return [node.left, node.right]
    if isinstance(node, cst.FormattedString):
        return [part.expression for part in node.parts if isinstance(part, cst.FormattedStringExpression)]
    if isinstance(node, (cst.Tuple, cst.List)):
        return [element.value for element in node.elements]
    return _parts_of_call(node) if isinstance(node, cst.Call) else []


def _parts_of_call(node: cst.Call) -> list[cst.BaseExpression]:
    name = last_name(node)
    if isinstance(node.func, cst.Attribute) and name == "encode":
        return [node.func.value]
    if name in ("join", "format"):
        return [arg.value for arg in node.args]
    return [arg.value for arg in node.args[:1]] if dotted(node.func) in ("bytes", "bytearray") else []


def _given(frame: Frame, name: cst.Name) -> list[cst.BaseExpression]:
    return values_reaching(frame.tree, frame.node if frame.node is not None else frame.tree.module, name)


def _rewritten(frame: Frame, node: cst.BaseExpression) -> Rewritten | None:
    """What an expression does to a body that it is made of; None if it leaves it as it came."""
    if not isinstance(node, cst.Call):
        return Rewritten(node, lossy=False, raw=_raw(frame, node)) if _is_parsed(frame, node) else None
    name, first = last_name(node), node.args[0].value if node.args else None
    if name == "decode":
        lossy = any(_LOSSY.fullmatch(frame.tree.code(arg.value)) for arg in node.args)
        return Rewritten(node, lossy=True) if lossy else None
    if name == "get_data" and _gives_text(node):
        return Rewritten(node, lossy=True)
    if first is None:
        return Rewritten(node, lossy=False) if _dumps_model(frame, node) else None
    if name == "dumps":
        written = _is_written(frame, node, first)
    else:
        written = dotted(node.func) in ("str", "repr") and len(node.args) == 1 and _is_body(frame, first)
    return Rewritten(node, lossy=False, raw=_raw(frame, first)) if written else None


def _gives_text(node: cst.Call) -> bool:
    """Whether a call gives the body of a request as a text, in which Flask replaces what is no UTF-8."""
    given = {arg.keyword.value: arg.value for arg in node.args if arg.keyword is not None}
    value = given.get("as_text")
    return isinstance(value, cst.Name) and value.value == "True"


def _dumps_model(frame: Frame, node: cst.Call) -> bool:
    """Whether a call writes the record that a body was parsed into."""
    if not isinstance(node.func, cst.Attribute) or node.func.attr.value not in ("model_dump_json", "json"):
        return False
    return is_sent(frame, node.func.value)


def _is_written(frame: Frame, node: cst.Call, body: cst.BaseExpression) -> bool:
    """Whether a call writes a body that was parsed, whole, and not in an order that both sides may have agreed on."""
    if any(arg.keyword is not None and arg.keyword.value == "sort_keys" for arg in node.args):
        return False
    return (_is_parsed(frame, body) or is_sent(frame, body)) and not _is_cut(frame, body)


def _origins(frame: Frame, name: cst.Name) -> list[cst.BaseExpression]:
    """What a name holds, by other names if need be; no names."""
    found = followed(name, lambda node: _given(frame, node) if isinstance(node, cst.Name) else [])
    return [node for node in found if not isinstance(node, cst.Name)]


def _is_parsed(frame: Frame, node: cst.BaseExpression) -> bool:
    """Whether an expression is a body that was parsed as a whole."""
    if isinstance(node, cst.Name):
        return any(_is_parsed(frame, value) for value in _origins(frame, node))
    if isinstance(node, cst.Call) and last_name(node) == "loads" and node.args:
        return is_sent(frame, node.args[0].value) or _is_param(frame, node.args[0].value)
    return _PARSES.match(spine(node)) is not None


def _is_param(frame: Frame, node: cst.BaseExpression) -> bool:
    params = frame.node.params if frame.node is not None else cst.Parameters()
    names = {param.name.value for param in (*params.posonly_params, *params.params, *params.kwonly_params)}
    return isinstance(node, cst.Name) and node.value in names


def _is_cut(frame: Frame, node: cst.BaseExpression) -> bool:
    """Whether a part is taken out of a body before it is written again, as of one that holds its own signature."""
    if not isinstance(node, cst.Name):
        return False
    for other in walk(frame.node if frame.node is not None else frame.tree.module):
        if isinstance(other, cst.Call) and dotted(other.func) == f"{node.value}.pop":
            return True
        if isinstance(other, cst.Del) and any(
            isinstance(at, cst.Name) and at.value == node.value for at in walk(other)
        ):
            return True
    return False


def _is_body(frame: Frame, node: cst.BaseExpression) -> bool:
    """Whether an expression is a body, parsed or not, whose text is another one than what came."""
    if isinstance(node, cst.Name):
        return any(_is_body(frame, value) for value in _origins(frame, node))
    return _is_parsed(frame, node) or re.fullmatch(r"req(?:uest)?\.(?:data|body|get_data\(\))", spine(node)) is not None


def _raw(frame: Frame, node: cst.BaseExpression) -> str:
    """The text of an expression for the body as it came; "" if none is known."""
    if isinstance(node, cst.Name):
        found = {_raw(frame, value) for value in _origins(frame, node)}
        return found.pop() if len(found) == 1 else ""
    if isinstance(node, cst.Call) and last_name(node) == "loads" and node.args:
        source = node.args[0].value
        return frame.tree.code(source) if isinstance(source, (cst.Name, cst.Attribute)) else ""
    if not _is_parsed(frame, node):
        return ""
    request, awaited = spine(node).partition(".")[0], isinstance(node, cst.Await)
    fact = next((fact for fact in _raw_facts(frame) if (fact.mode == "async") is awaited), None)
    if fact is None:
        return ""
    text = f"{request}.{fact.name.rpartition('.')[2]}{'()' if fact.form == 'call' else ''}"
    return f"await {text}" if awaited else text


def _raw_facts(frame: Frame) -> Iterator[RawFact]:
    """How the frameworks that a module imports give the body as it came."""
    for target in frame.scope.module.imported_names():
        for library in frame.scope.catalog.libraries(f"{target.module}.{target.name}".rstrip(".")):
            yield from (fact for fact in library.facts.values() if isinstance(fact, RawFact))


def sign_raw_body(call: DigestCall | VerifyCall, found: Rewritten) -> list[Fix]:
    """Returns the fix that verifies the body as it came, where nothing else is signed with it."""
    frame, messages = call.frame, _messages(call)
    if len(messages) != 1 or not found.raw:
        return []
    node = messages[0]
    while node is not found.node:
        parts = _parts(frame, node)
        if len(parts) != 1 or isinstance(node, cst.FormattedString):
            return []
        node = parts[0]
    return [Fix(f"Use {found.raw}", (replace(frame, messages[0], found.raw),))]
