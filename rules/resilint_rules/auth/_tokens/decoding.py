"""Decoding of signed tokens: whether the signature is checked, and which claims are read if it is not."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ...kit.catalog.parts import Param
from ...kit.findings import Applicability, Fix
from ...kit.fixes.edits import add_argument, replace
from ...kit.interp.call_kinds import TokenCall
from ...kit.interp.calls import Frame
from ...kit.interp.values import Argument, Const, Derived, Mapping, Sequence, literal
from ...kit.syntax.tree import children, walk
from ...kit.trust.switches import chosen
from .origins import comes_from_issuer, comes_from_request, is_verified_by_callers
from .request_origin import is_from_request

_TOKEN = Param("token", 0)
"""The parameter that is given the token where its entry says nothing else."""
_HARMLESS = frozenset(("kid", "alg", "typ", "iss", "exp", "iat", "nbf", "aud", "azp", "tid", "jti", "header"))
"""What helps to find the key, or says how long a token lasts: worthless to a forger."""
_FAMILIES = {"HS": "shared", "RS": "public", "ES": "public", "PS": "public", "Ed": "public"}
_ISSUED = re.compile(r"sso|oidc|openid|oauth", re.IGNORECASE)


def unchecked_option(call: TokenCall) -> str:
    """Returns the option that switches the signature check off, as written; "" if it is on or cannot be seen."""
    fact = call.fact
    if fact.form == "unverified":
        return fact.name.rpartition(".")[2]
    options = fact.options
    argument = call.args.get(options) if options is not None else None
    if argument is not None and isinstance(argument.value, Mapping):
        for key in fact.signature:
            found = argument.value.items.get(key)
            if found is not None and literal(found[0]) is False:
                return f"{key}: False"
    verify = fact.verify
    flag = call.args.get(verify) if verify is not None else None
    return "verify=False" if flag is not None and literal(flag.value) is False else ""


def accepted_algorithms(call: TokenCall) -> list[str] | None:
    """Returns the algorithms that a call accepts, [] if it accepts any; None if that cannot be seen."""
    param = call.fact.algorithms
    if param is None:
        return None
    value = call.args.value(param)
    if value is None and len(call.args.positional) > max(2, param.index):
        return None  # it may be one of those given by position
    if value is None or literal(value) is None:
        return [] if call.fact.missing_algorithms == "accepts" else None
    if isinstance(value, Const) and isinstance(value.value, str):
        return [value.value]
    if not isinstance(value, Sequence):
        return None
    names = [member.value for member in value.members if isinstance(member, Const) and isinstance(member.value, str)]
    return names if names and len(names) == len(value.members) else None


def key_kinds(names: list[str]) -> set[str]:
    """Returns the kinds of keys that algorithms use: "shared" for a secret, "public" for half of a pair."""
    return {_FAMILIES[name[:2]] for name in names if name[:2] in _FAMILIES}


def is_trusted(call: TokenCall) -> bool:
    """Whether claims of an unchecked token are used for more than finding the key or the expiry."""
    frame = call.frame
    if chosen(frame, call.node) or _fresh(call):
        return False
    for inner in frame.outermost.all_frames():
        for other in inner.calls.values():
            if isinstance(other, TokenCall) and other.fact.form != "peek" and not unchecked_option(other):
                return False
    if _passed_on(call):
        return False
    token = _token(call)
    if token is not None and (is_verified_by_callers(frame, token.node) or comes_from_issuer(frame, token.node)):
        return False
    read = _keys(frame, call.node)
    return read is None or not read <= _HARMLESS


def is_forgeable(call: TokenCall) -> bool:
    """Whether the token demonstrably comes out of a request, so that anyone can have written it."""
    token = _token(call)
    if token is None:
        return False
    return comes_from_request(call.frame, token.node) or is_from_request(call.frame, token)


def _token(call: TokenCall) -> Argument | None:
    return call.args.get(call.fact.token or _TOKEN)


def _fresh(call: TokenCall) -> bool:
    """Whether the token comes directly from a response of its issuer, over a checked connection."""
    token = _token(call)
    if token is None:
        return False
    text, place = call.frame.tree.code(token.node), f"{call.frame.scope.module.doc.module}.{call.frame.qualname}"
    if "id_token" in text or ("token" in text and _ISSUED.search(place)):
        return True  # a login: it comes from the issuer's own address
    return isinstance(token.value, Derived) and token.value.path.mentions("esponse")


def _passed_on(call: TokenCall) -> bool:
    """Whether the same token is passed to another call, which may have checked it."""
    token = _token(call)
    if token is None:
        return True
    top, text = call.frame.outermost, call.frame.tree.code(token.node)
    own = {
        id(other_call.node)
        for frame in top.all_frames()
        for other_call in frame.calls.values()
        if isinstance(other_call, TokenCall)
    }
    for node in walk(top.tree.module):
        if isinstance(node, cst.Call) and id(node) not in own:
            parts = [part for arg in node.args for part in _parts(arg.value, own)]
            if any(isinstance(part, type(token.node)) and top.tree.code(part) == text for part in parts):
                return True
    return False


def _parts(node: cst.CSTNode, own: set[int]) -> Iterator[cst.CSTNode]:
    """Yields the nodes of an expression, except those in the calls that decode the token."""
    stack = [node]
    while stack:
        node = stack.pop()
        if id(node) not in own:
            yield node
            stack.extend(children(node))


def _keys(frame: Frame, node: cst.CSTNode) -> set[str] | None:
    """Returns the keys that are read from the result of a call; None if it is used as a whole."""
    top = frame.node if frame.node is not None else frame.tree.module
    parents = {id(child): inner for inner in walk(top) for child in children(inner)}
    place = parents.get(id(node))
    kept = place.targets[0].target if isinstance(place, cst.Assign) and len(place.targets) == 1 else None
    if isinstance(kept, cst.Name):
        uses = [word for word in walk(top) if isinstance(word, cst.Name) and word is not kept]
        return _together(_key(parents, use) for use in uses if use.value == kept.value)
    if isinstance(kept, cst.Attribute):
        return _together(_read_from(frame, kept))
    return _together([_key(parents, node)])


def _read_from(frame: Frame, kept: cst.Attribute) -> Iterator[str | None]:
    """Yields the keys that the module reads from what an object keeps; None if it is kept elsewhere, or never read."""
    name, module = kept.attr.value, frame.scope.module
    owner = frame.qualname.rpartition(".")[0]
    seen = not isinstance(kept.value, cst.Name) or kept.value.value != "self"
    for function in module.chosen(module.functions_mentioning(name)):
        tree = frame.scope.tree(function.chunk)
        if tree is None:
            yield None
            return
        own = function.qualname.rpartition(".")[0] == owner
        parents = {id(child): node for node in walk(tree.module) for child in children(node)}
        for node in walk(tree.module):
            if isinstance(node, cst.Attribute) and node.attr.value == name:
                if not own and isinstance(node.value, cst.Name) and node.value.value == "self":
                    continue  # that of another class
                if isinstance(parents.get(id(node)), (cst.AssignTarget, cst.AnnAssign)):
                    continue
                seen = True
                yield _key(parents, node)
    if not seen:
        yield None


def _together(keys: Iterator[str | None] | list[str | None]) -> set[str] | None:
    found: set[str] = set()
    for key in keys:
        if key is None:
            return None
        found.add(key)
    return found


def _key(parents: dict[int, cst.CSTNode], node: cst.CSTNode) -> str | None:
    """Returns the key that is read where a mapping is used, else None: `it["exp"]`, `it.get("exp")`, `"exp" in it`."""
    place = parents.get(id(node))
    key: cst.CSTNode | None = None
    if isinstance(place, cst.Subscript) and place.value is node and isinstance(place.slice[0].slice, cst.Index):
        key = place.slice[0].slice.value
    elif isinstance(place, cst.Attribute) and place.value is node and place.attr.value == "get":
        call = parents.get(id(place))
        key = call.args[0].value if isinstance(call, cst.Call) and call.args else None
    elif isinstance(place, cst.ComparisonTarget) and isinstance(place.operator, (cst.In, cst.NotIn)):
        test = parents.get(id(place))
        key = test.left if isinstance(test, cst.Comparison) else None
    if isinstance(key, cst.SimpleString) and isinstance(key.evaluated_value, str):
        return key.evaluated_value
    return None


def narrow_algorithms(call: TokenCall, keep: list[str], applicability: Applicability = "unsafe") -> list[Fix]:
    """Returns the fix that keeps only some of the algorithms that are written in the call."""
    param = call.fact.algorithms
    argument = call.args.get(param) if param is not None else None
    if argument is None or not isinstance(argument.node, (cst.List, cst.Tuple)) or not keep:
        return []
    if not any(node is argument.node for node in walk(call.node)):
        return []
    texts = [call.frame.tree.code(element.value) for element in argument.node.elements if _named(element.value) in keep]
    edit = replace(call.frame, argument.node, f"[{', '.join(texts)}]")
    return [Fix(f"Accept only {', '.join(keep)}", (edit,), (), applicability)] if len(texts) == len(keep) else []


def _named(node: cst.CSTNode) -> object:
    return node.evaluated_value if isinstance(node, cst.SimpleString) else None


def pin_algorithm(call: TokenCall) -> list[Fix]:
    """Returns a fix for display that names an algorithm to accept; algorithm and key are for a person to choose."""
    text = call.fact.fix
    edit = add_argument(call, text) if text else None
    return [Fix(f"Add {text}", (edit,), (), "displayonly")] if edit is not None else []
