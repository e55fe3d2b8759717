"""The way of a user through OAuth: the address that a program sends them to, and their return with a code."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit import EntryKind, Frame, entry_point
from ..kit.syntax.tree import walk

_ASKS = re.compile(r"[?&]?response_type=code\b")
_ABOUT = re.compile(r"redirect_uri|client_id")
_SAYS = re.compile(r"redirect_uri|client_id|authorization_code")
"""What stands in a function that asks for a code, or takes one: most say nothing of it."""
_BOUND = re.compile(
    r"[\"'?&]state[\"'=]|\bstate\b ?(?:=|:|,|\))|_state\b|code_challenge|code_verifier|\bpkce\b|\bcsrf|\bnonce\b",
    re.IGNORECASE,
)
"""What ties an answer to the browser in which a login began."""
_REDIRECTS = re.compile(r"\bredirect\(|Redirect\w*\(|HTTPFound|webbrowser|[\"']Location[\"']")
_ADDRESS = re.compile(r"(?:url|uri|link)\Z|authorize|consent", re.IGNORECASE)
"""What a function is called that makes the address for a user."""
_EXCHANGES = re.compile(r"grant_type[\"']?\s*[:=,]\s*[\"']?authorization_code")
_CODE = re.compile(
    r"(?:args|GET|query_params|query|params|data|get_argument|arguments|values)(?:\.get(?:one)?)?[\[(]\s*[\"']code[\"']"
    r"|get_(?:query_)?argument\(\s*[\"']code[\"']"
)
_TIES = ("OAuth2Session", "OAuth2Client", "OAuth(", "oauthlib", "social_core", "allauth", "ClientApplication(")
"""What a module says in which a library does the login."""
_SERVER = re.compile(
    r"(?:args|GET|query_params|form|values)(?:\.get)?[\[(]\s*[\"']response_type[\"']|unsupported_response_type"
)


def open_consents(frame: Frame) -> Iterator[tuple[cst.CSTNode, bool]]:
    """Yields where a program asks for a code, or takes one (True), that nothing ties to a browser."""
    node, module = frame.node, frame.scope.module
    if not isinstance(node, cst.FunctionDef) or not _SAYS.search(frame.tree.text):
        return
    if module.search(_BOUND) is not None or module.search(_SERVER) is not None:
        return
    if module.mentions(*_TIES):
        return
    text = frame.tree.code(node)
    begun = next(_asks(node), None) if _ABOUT.search(text) and _sends_user(frame, text) else None
    if begun is not None:
        yield begun, False
    taken = next(_takes(frame, node), None) if _EXCHANGES.search(text) else None
    if taken is not None:
        yield taken, True


def _sends_user(frame: Frame, text: str) -> bool:
    """Whether a function has a user go to the address, or makes it for that: a program may also log itself in."""
    if entry_point(frame) is EntryKind.REQUEST or _REDIRECTS.search(text):
        return True
    return _ADDRESS.search(frame.qualname.rpartition(".")[2]) is not None


def _asks(node: cst.FunctionDef) -> Iterator[cst.CSTNode]:
    """The texts and pairs that ask for a code."""
    for part in walk(node.body):
        if isinstance(part, (cst.SimpleString, cst.FormattedStringText)):
            if _ASKS.search(part.value):
                yield part
        elif isinstance(part, cst.DictElement) and _is_pair(part.key, part.value):
            yield part.key
        elif isinstance(part, cst.Arg) and part.keyword is not None and _is_given(part.keyword, part.value):
            yield part.keyword


def _is_given(name: cst.Name, value: cst.BaseExpression) -> bool:
    return name.value == "response_type" and isinstance(value, cst.SimpleString) and value.raw_value == "code"


def _is_pair(key: cst.BaseExpression, value: cst.BaseExpression) -> bool:
    texts = [node.raw_value if isinstance(node, cst.SimpleString) else "" for node in (key, value)]
    return texts == ["response_type", "code"]


def _takes(frame: Frame, node: cst.FunctionDef) -> Iterator[cst.CSTNode]:
    """What a handler of requests reads the code off, or the parameter that it gets it by."""
    if entry_point(frame) is not EntryKind.REQUEST:
        return
    for part in walk(node.body):
        if (
            isinstance(part, (cst.Call, cst.Subscript))
            and _CODE.search(frame.tree.code(part))
            and len(part.children) < 9
        ):
            yield part
    yield from (param.name for param in node.params.params if param.name.value == "code")
