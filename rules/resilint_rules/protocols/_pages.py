"""Answers that are a page of a longer list: whether all of it is wanted, and whether anything goes on to the next."""

from __future__ import annotations

import re
from typing import NamedTuple

import libcst as cst

from ..kit.catalog.parts import Pages
from ..kit.findings import Fix
from ..kit.interp.calls import Call
from ..kit.interp.values import Const, Mapping, Value
from ..kit.responses.answer_reads import loads_of, reads_of
from ..kit.syntax.idioms import is_log, last_name
from ..kit.syntax.layout import flat
from ..kit.syntax.text import Edit
from ..kit.syntax.tree import Tree, walk

_GOES_ON = re.compile(
    r"next_?(?:page|token|marker|cursor|link|forward|key|record|url)|continuation|is_?truncated|(?:last_?evaluated|exclusive_?start)"
    r"|paginat|cursor|has_?more|_next\b|list_next|start_?at|auto_paging|\bmarker\b|page_?(?:number|num|no|index|token)"
    r"|['\"](?:next|page|offset|position)['\"]|\bpage\s*(?:\+=|=\s*page)",
    re.IGNORECASE,
)
"""Words of code that gets the next page, or knows that there is one."""
_WHOLE_PAGE = 100
"""The shortest length of a page that is given where everything is wanted; a shorter one is a choice."""
_CHOOSES = ("prefix", "name", "identifier", "filter", "query", "q")
"""How parameters end that choose items by what they are called."""
_LOOKS = frozenset(("len", "bool", "next", "iter", "print", "isinstance", "type", "get"))
"""Functions that do not take a list to its end."""


class FirstPage(NamedTuple):
    """An answer of which the first page is taken for all there is."""

    key: str
    """The key of the list; "" if the answer is the list."""
    pages: Pages


def first_page(call: Call) -> FirstPage | None:
    """The page that a call gets where the code wants all there are; None if it does not, or if it goes on."""
    pages = call.as_call.pages
    if pages is None or call.deferred or not _wants_all(call, pages):
        return None
    tree = call.frame.tree
    if tree.derived(_goes_on, around(tree, call.node)):
        return None
    if pages.whole:
        return FirstPage("", pages) if takes_all(tree, call.node) else None
    if pages.under:
        return _of_list(call, pages)
    reads = reads_of(call)
    if reads.escaped or (pages.iterates and reads.iterated):
        return None
    keys = (key for key, node in reads.parts if key not in _ABOUT and takes_all(tree, node))
    key = next(keys, "")
    return FirstPage(key, pages) if key else None


def _looks_for_named(call: Call) -> bool:
    """Whether the code looks for the one item that is called what the call is given: a prefix that it begins with."""
    tree = call.frame.tree
    named = {tree.code(given.node) for name, given in call.args.named.items() if name.lower().endswith(_CHOOSES)}
    return not named.isdisjoint(tree.derived(_looked_for, tree.module)) if named else False


def _looked_for(tree: Tree, top: cst.CSTNode) -> set[str]:
    """What parts of something are compared with."""
    found: set[str] = set()
    for node in walk(top):
        if isinstance(node, cst.Comparison) and isinstance(node.comparisons[0].operator, cst.Equal):
            sides = (node.left, node.comparisons[0].comparator)
            if any(isinstance(side, (cst.Subscript, cst.Attribute, cst.Call)) for side in sides):
                found.update(tree.code(side) for side in sides)
    return found


def _of_list(call: Call, pages: Pages) -> FirstPage | None:
    """The page of an answer that a loop may take apart itself, or by what holds the list."""
    tree = call.frame.tree
    if _is_looped_over(tree, call.node):
        return FirstPage(pages.under, pages)
    reads = reads_of(call)
    if reads.escaped or reads.tested:
        return None
    taken = any(key == pages.under and takes_all(tree, node) for key, node in reads.parts)
    return FirstPage(pages.under, pages) if taken else None


def _is_looped_over(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether a loop takes an answer apart, at once or by the only use of its name."""
    above = tree.parent(node)
    while isinstance(above, cst.Await):
        node, above = above, tree.parent(above)
    if isinstance(above, cst.Assign):
        names = [target.target.value for target in above.targets if isinstance(target.target, cst.Name)]
        loads = loads_of(tree, names[0]) if len(names) == 1 else []
        return len(loads) == 1 and _is_looped_over(tree, loads[0])
    return isinstance(above, (cst.For, cst.CompFor)) and above.iter is node


def around(tree: Tree, node: cst.CSTNode) -> cst.CSTNode:
    """The outermost function that holds a node, as what gets the next page stands in it; else all that is read."""
    found: cst.CSTNode = tree.module
    above = tree.parent(node)
    while above is not None:
        if isinstance(above, cst.FunctionDef):
            found = above
        above = tree.parent(above)
    return found


def flat_text(tree: Tree, function: cst.CSTNode) -> str:
    """The text of what `around` gives, in an even layout."""
    return tree.flat if function is tree.module else flat(tree.code(function))


def _goes_on(tree: Tree, function: cst.CSTNode) -> bool:
    return _GOES_ON.search(flat_text(tree, function)) is not None


_ABOUT = ("ResponseMetadata", "response_metadata", "headers")


def _wants_all(call: Call, pages: Pages) -> bool:
    """Whether a call is one for a list, whose arguments choose neither a page nor how much of it."""
    method = call.callee.rpartition(".")[2]
    if not any(_like(method, name) for name in pages.methods) or any(_like(method, name) for name in pages.except_):
        return False
    if not _lists_many(call, method, pages):
        return False
    request = call.node.func.value if isinstance(call.node.func, cst.Attribute) else None
    if pages.built_by and not (isinstance(request, cst.Call) and _is_for_list(request, pages)):
        return False
    return not _chooses(call, pages) and not _looks_for_named(call)


def _lists_many(call: Call, method: str, pages: Pages) -> bool:
    """Whether the arguments of a method that may be for one thing, or give all there is, ask for a page of many."""
    args = call.args
    if method in pages.bare and (args.positional or not args.named.keys() <= {*pages.filters, *pages.lengths}):
        return False
    return method not in pages.by_length or not args.named.keys().isdisjoint(pages.lengths)


def _chooses(call: Call, pages: Pages) -> bool:
    """Whether the arguments of a call choose a page, or how long it is; also where that cannot be seen."""
    args = call.args
    if args.open_names or args.open_positions or len(args.positional) > 1:
        return True
    given = _options_of(call, pages)
    if given is None:
        return True
    if any(name in given for name in pages.chosen):
        return True
    return not all(_is_long(given[name]) for name in pages.lengths if name in given)


def _options_of(call: Call, pages: Pages) -> dict[str, Value] | None:
    """What a call gives by name, also in a mapping where the library takes one; None if that cannot be seen."""
    args = call.args
    given = {name: argument.value for name, argument in args.named.items()}
    if not pages.under:
        return given
    for argument in (*args.positional, *(argument for name, argument in args.named.items() if name == "params")):
        if not isinstance(argument.value, Mapping) or argument.value.open:
            return None
        given.update({name: value for name, (value, _) in argument.value.items.items()})
    return given


def _is_for_list(request: cst.Call, pages: Pages) -> bool:
    """Whether a request is one for a list that has pages: `service.files().list(...)`, of no chosen length."""
    owner = request.func.value if isinstance(request.func, cst.Attribute) else None
    if last_name(request) not in pages.built_by or not isinstance(owner, cst.Call):
        return False
    names = {arg.keyword.value if arg.keyword is not None else "*" for arg in request.args}
    return last_name(owner) in pages.lists and names.isdisjoint(("*", *pages.lengths, *pages.chosen))


def _is_long(value: object) -> bool:
    """Whether a length of a page is a number that asks for as much as there is."""
    number = value.value if isinstance(value, Const) else None
    return isinstance(number, int) and not isinstance(number, bool) and number >= _WHOLE_PAGE


def _like(name: str, pattern: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def takes_all(tree: Tree, node: cst.CSTNode, depth: int = 3) -> bool:
    """Whether a list is taken apart to its end, or given back: a part that is picked, or a test, wants less."""
    above = tree.parent(node)
    while isinstance(above, cst.Await) or (isinstance(above, cst.BooleanOperation) and above.left is node):
        node, above = above, tree.parent(above)
    if isinstance(above, (cst.For, cst.CompFor)):
        return above.iter is node
    if isinstance(above, cst.Arg):
        taker = tree.parent(above)
        return isinstance(taker, cst.Call) and last_name(taker) not in _LOOKS and not is_log(taker)
    if isinstance(above, cst.Assign) and depth:
        names = [target.target.value for target in above.targets if isinstance(target.target, cst.Name)]
        return any(takes_all(tree, load, depth - 1) for name in names for load in loads_of(tree, name))
    return isinstance(above, (cst.Return, cst.StarredElement, cst.AugAssign))


def get_all(call: Call, page: FirstPage) -> list[Fix]:
    """Returns the fix that gets all pages; nothing where the library has no such method for the list."""
    method = call.callee.rpartition(".")[2]
    func, pages = call.node.func, page.pages
    if call.offloaded or not isinstance(func, cst.Attribute) or method not in pages.full_for:
        return []
    if func.attr.value != method or any(name in call.args.named for name in pages.lengths):
        return []
    tree = call.frame.tree
    start, end = tree.span(func.attr)
    last = tree.span(call.node).end
    edits = (Edit(start, end, pages.opens.replace("{method}", method)), Edit(last, last, pages.closes))
    return [Fix("Get all pages", edits)]
