"""GraphQL requests without a client for it: known by their address, or by the document that they send."""

from __future__ import annotations

import re

from ..kit.interp.calls import Call
from ..kit.interp.values import Const, Mapping, options
from ..kit.reach.addresses import leading_text

_ADDRESS = re.compile(r"graphql|(?:^|_)gql(?:_|$)", re.IGNORECASE)
_DOCUMENT = re.compile(r"(?:\s|#[^\n]*\n)*(?:(?:query|mutation)\b[^{;=]*\{|\{\s*\w[\w\s:]*[({])")
"""How a document begins: `query Name(...) {`, `mutation {`, or `{ viewer {`."""
_BODIES = ("json", "data", "body", "content")


def is_graphql(call: Call) -> bool:
    """Whether a call posts a document, or posts to an address that says so."""
    if call.peer != "http" or call.verb != "POST":
        return False
    given = [call.args.named[name] for name in _BODIES if name in call.args.named]
    if not given:
        return False
    for argument in given:
        for option in options(argument.value):
            if isinstance(option, Mapping) and "query" in option.items and _is_document(option):
                return True
    target = call.target
    if target is None:
        return False
    texts = (leading_text(call.frame, target.node), call.frame.tree.code(target.node))
    return any(_ADDRESS.search(text) for text in texts)


def _is_document(body: Mapping) -> bool:
    """Whether the query of a body is a document of GraphQL, or comes with variables for one."""
    values = [option for option in options(body.items["query"][0]) if isinstance(option, Const)]
    if any(_DOCUMENT.match(str(value.value)) for value in values):
        return True
    return not values and "variables" in body.items
