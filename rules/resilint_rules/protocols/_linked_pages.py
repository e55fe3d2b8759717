"""Lists over plain HTTP that come in pages: an API says so by `Link` headers, or a long page is chosen."""

from __future__ import annotations

import re
from collections.abc import Collection

import libcst as cst

from ..kit.catalog.peers import linked
from ..kit.interp.calls import Call
from ..kit.interp.values import Const, Mapping
from ..kit.reach.addresses import leading_text
from ..kit.responses.answer_reads import reads_at
from ..kit.syntax.tree import Tree
from ._pages import around, flat_text, takes_all

_GOES_ON = re.compile(
    r"\.links\b|['\"][Ll]ink['\"]|rel=|\bpages?\b(?!_size)|[\"'&?]page[\"'=]|next|cursor|offset|has_?more|paginat|since"
    r"|while ",
    re.IGNORECASE,
)
_LENGTHS = ("per_page", "page_size", "pageSize", "pagelen")
_LENGTH_IN_TEXT = re.compile(r"[?&](?:per_page|page_size|pageSize|pagelen)=(\d+)")
_LONG = 50


def linked_page(call: Call) -> str:
    """What says that a request gets one page of a list that is wanted as a whole; "" if nothing does."""
    if call.verb != "GET" or call.target is None or call.response is None:
        return ""
    tree = call.frame.tree
    if tree.derived(_goes_on, around(tree, call.node)):
        return ""
    sign = _length(call) or _is_linked(call)
    return sign if sign and _takes_body(call, tree) else ""


def _goes_on(tree: Tree, function: cst.CSTNode) -> bool:
    return _GOES_ON.search(re.sub("|".join(_LENGTHS), "", flat_text(tree, function))) is not None


def _length(call: Call) -> str:
    """The length of a long page that a request asks for, as it is written."""
    given = call.args.named.get("params")
    items = given.value.items if given is not None and isinstance(given.value, Mapping) else {}
    for name in _LENGTHS:
        value = items[name][0] if name in items else None
        number = value.value if isinstance(value, Const) else None
        if str(number).isdecimal() and int(str(number)) >= _LONG:
            return f"{name}={number}"
    assert call.target is not None
    found = _LENGTH_IN_TEXT.search(call.frame.tree.code(call.target.node))
    return found.group()[1:] if found is not None and int(found.group(1)) >= _LONG else ""


def _is_linked(call: Call) -> str:
    """The list of a peer with `Link` headers, of which no length is chosen."""
    assert call.target is not None
    node = call.target.node
    text, start = call.frame.tree.code(node), leading_text(call.frame, node)
    peer = next((peer for peer in linked() if any(start.startswith(address) for address in peer.addresses)), None)
    paging = peer.paging if peer is not None else None
    if paging is None or not _only_filters(call, paging.filters) or (paging.length and paging.length in text):
        return ""
    found = re.search(rf"/(?:{'|'.join(paging.lists)})[\"'?]", text)
    return found.group()[:-1] if found is not None else ""


def _only_filters(call: Call, filters: Collection[str]) -> bool:
    """Whether a request has no parameters but some that choose what is listed, and neither a page nor its length."""
    given = call.args.named.get("params")
    if given is None:
        return True
    return isinstance(given.value, Mapping) and not given.value.open and given.value.items.keys() <= set(filters)


def _takes_body(call: Call, tree: Tree) -> bool:
    """Whether the parsed body is a list that is taken to its end, or holds one that is."""
    assert call.response is not None
    for name, node in call.response.uses:
        body = tree.parent(node) if name == "json" else None
        body = body if isinstance(body, cst.Call) else node if name == "json" and isinstance(node, cst.Call) else None
        if body is None:
            continue
        above = tree.parent(body)
        if takes_all(tree, above if isinstance(above, cst.Await) else body):
            return True
        reads = reads_at(tree, body)
        if any(takes_all(tree, part) for _, part in reads.parts) and not reads.escaped:
            return True
    return False
