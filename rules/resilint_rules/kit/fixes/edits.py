"""Text edits that a careful colleague would make: arguments added, replaced and removed, statements inserted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

import libcst as cst

from ..findings import Import
from ..interp.calls import Call, Frame
from ..interp.kinds import FrameKind
from ..interp.values import Ref
from ..project.module import Module
from ..syntax.layout import GAP, bare_code, comments_in, with_comments
from ..syntax.text import Document, Edit
from ..syntax.tree import Tree, children, walk
from ..syntax.words import mentioned


def number(value: float) -> str:
    """A number as a person writes it: 27, 3.05."""
    return f"{value:g}"


def are_free(frame: Frame, needed: Iterable[Import]) -> bool:
    """Whether what a fix imports can be used in a function: each name stands for that, or for nothing yet."""
    for need in needed:
        bound = frame.lookup(need.name or need.module.partition(".")[0])
        if bound is not None and bound != Ref(f"{need.module}.{need.name}" if need.name else need.module):
            return False
    return True


def add_argument(call: Call, text: str) -> Edit | None:
    """Adds `name=value` as the last argument; None where that cannot be done without harm."""
    node, tree = call.node, call.frame.tree
    if not call.keywords:
        return None
    if call.factory is not None:
        return replace(call.frame, call.factory, f"lambda: {tree.code(call.factory)}({text})")
    end = tree.span(node).end
    if not node.args:
        return Edit(end - 1, end - 1, text)
    last = node.args[-1]
    if isinstance(last.value, cst.GeneratorExp) and not last.value.lpar:
        return None
    document = call.frame.scope.module.even
    return _append(tree, document, tree.span(node.func).end, node.args, text)


def add_key(tree: Tree, node: cst.Dict | cst.Call, document: Document, name: str, value: str) -> Edit:
    """Adds `"name": value` as the last of a dict display, or `name=value` of a `dict(...)`."""
    if isinstance(node, cst.Call):
        items: Sequence[cst.Arg | cst.BaseDictElement] = node.args
        start, text = tree.span(node.func).end, f"{name}={value}"
    else:
        items, start, text = node.elements, tree.span(node).start, f'"{name}": {value}'
    end = tree.span(node).end
    return _append(tree, document, start, items, text) if items else Edit(end - 1, end - 1, text)


def add_member(frame: Frame, node: cst.Tuple, text: str) -> Edit:
    """Adds one more as the last of a tuple that has some."""
    return _append(frame.tree, frame.scope.module.even, frame.tree.outer(node).start, node.elements, text)


def _append(
    tree: Tree,
    document: Document,
    before: int,
    items: Sequence[cst.Arg | cst.BaseDictElement | cst.BaseElement],
    text: str,
) -> Edit:
    """Adds one more to a list in brackets that begin behind `before`, on a line of its own where all have one."""
    last = items[-1]
    stop = tree.outer(last.value).end
    row, _ = document.position(stop)
    opened, _ = document.position(before)
    first, column = document.position(tree.span(items[0]).start)
    own_lines = row > opened and first > opened and document.position(tree.span(last).start)[1] == column and (
        len(items) == 1
        or document.position(tree.span(items[-2]).start)[0] < document.position(tree.span(last).start)[0]
    )  # fmt: skip
    if own_lines:
        indent = document.line(first)[: column - 1]
        if indent.strip():
            return Edit(stop, stop, f", {text}")
        newline = document.newline
        if isinstance(last.comma, cst.Comma):
            comma = document.text.index(",", stop)
            line_end = document.starts[document.position(comma)[0] - 1] + len(
                document.line(document.position(comma)[0])
            )
            rest = document.text[comma + 1 : line_end].strip()
            if not rest or rest.startswith("#"):
                return Edit(line_end, line_end, f"{newline}{indent}{text},")
        else:
            return Edit(stop, stop, f",{newline}{indent}{text}")
    row, column = document.position(tree.span(last).start)
    before_last = document.line(row)[: column - 1]
    if row > opened == first and not before_last.strip() and not isinstance(last.comma, cst.Comma):
        return Edit(stop, stop, f",{document.newline}{before_last}{text}")  # below the first one, behind the bracket
    return Edit(stop, stop, f", {text}")


def front(module: Module, needs: str = "") -> int | None:
    """Where a definition can be put that functions of a module share: before the first function or class behind the
    import of what it `needs`, above its comments and the headline of its section. One place, so that many fixes do not
    define it many times."""
    brought = not needs
    top = None
    for chunk in module.outline.chunks:
        if brought and chunk.kind in ("function", "class"):
            top = chunk
            break
        brought = brought or module.search(rf"\bimport\b.*\b{needs}\b", chunk) is not None
    if top is None:
        return None
    document = module.even
    row = _above_comments(document, document.position(top.start)[0])
    blank = row
    while blank > 1 and not document.line(blank - 1).strip():
        blank -= 1
    headline = _above_comments(document, blank)
    if headline > 1 and any(_RULED.match(document.line(number)) for number in range(headline, blank)):
        row = headline
    return document.starts[row - 1]


_WIDTH = 88
_MOST = 120
"""Line lengths of common formatters."""
_COMMA = re.compile(rf"{GAP},")
_OPENS = re.compile(rf"{GAP}\(")
_RULED = re.compile(r"#\s*[#=*~-]{3,}")
"""A line of a headline: `#########`, `# ======`, `# --- Helpers ---`."""


def _above_comments(document: Document, row: int) -> int:
    while row > 1 and document.line(row - 1).startswith("#"):
        row -= 1
    return row


def replace(frame: Frame, node: cst.CSTNode, text: str) -> Edit:
    """Puts other text in place of an expression, its brackets included; comments in it follow."""
    start, end = frame.tree.outer(node)
    text = with_comments(text, frame.tree.comments_in(node), frame.scope.module.doc.newline)
    return Edit(start, end, frame.tree.fitted(start, end, text))


def replace_statement(frame: Frame, node: cst.BaseSmallStatement, text: str) -> Edit | None:
    """Puts another statement in place of one; comments in it go above. None where no line begins with it for them."""
    start, end = frame.tree.span(node)
    document = frame.scope.module.even
    indent = document.text[document.starts[document.position(start)[0] - 1] : start]
    comments = comments_in(frame.tree.source(start, end))
    if comments and indent.strip():
        return None
    above = "".join(f"{comment}{document.newline}{indent}" for comment in comments)
    return Edit(start, end, above + text)


def opening_bracket(frame: Frame, node: cst.Call) -> int:
    """The offset of the bracket in which a call has its arguments."""
    end = frame.tree.outer(node.func).end
    found = _OPENS.match(frame.scope.module.even.text, end)
    return found.end() - 1 if found is not None else end


def remove_argument(call: Call, name: str) -> Edit | None:
    """Takes a keyword argument out, with the comma that goes with it."""
    tree = call.frame.tree
    args = call.node.args
    for index, arg in enumerate(args):
        if arg.keyword is not None and arg.keyword.value == name:
            if index + 1 < len(args):
                start, end = tree.span(arg).start, tree.span(args[index + 1]).start
            else:
                start = tree.outer(args[index - 1].value).end if index else tree.span(arg).start
                end = tree.outer(arg.value).end
                if not index and isinstance(arg.comma, cst.Comma):  # `f(,)` is not Python
                    comma = _COMMA.match(tree.source(end, tree.span(call.node).end))
                    end += comma.end() if comma is not None else 0
            comments = comments_in(tree.source(start, end))
            newline = call.frame.scope.module.doc.newline
            return Edit(start, end, "".join(f"  {comment}{newline}" for comment in comments))
    return None


def width(document: Document) -> int:
    """The longest line that may be written: as long as the file has them, within what formatters allow."""
    longest = max((len(line) for line in document.text.split("\n")), default=0)
    return max(_WIDTH, min(longest, _MOST))


def indentation(frame: Frame, offset: int) -> str:
    """The white space before the first word of the line that holds an offset."""
    document = frame.scope.module.even
    line = document.line(document.position(offset)[0])
    return line[: len(line) - len(line.lstrip(" \t\f"))]


def after_statement(frame: Frame, node: cst.CSTNode, text: str) -> Edit | None:
    """Inserts a statement on a line of its own after a simple statement that ends its line; None if more follows."""
    document = frame.scope.module.even
    start, end = frame.tree.span(node)
    row = document.position(end)[0]
    line_end = document.starts[row - 1] + len(document.line(row))
    rest = document.text[end:line_end].strip().removeprefix(";").lstrip()
    if rest and not rest.startswith("#"):
        return None
    before = document.text[document.starts[document.position(start)[0] - 1] : start]
    if before.strip():
        return None
    newline = document.newline
    return Edit(
        line_end,
        line_end,
        newline + newline.join(indentation(frame, start) + line if line else "" for line in text.split("\n")),
    )


def before_body(frame: Frame, suite: cst.BaseSuite, text: str) -> Edit | None:
    """Inserts a statement as the first of an indented block, below a docstring; None if there is no block."""
    if not isinstance(suite, cst.IndentedBlock) or not suite.body:
        return None
    first, *others = suite.body
    start = frame.tree.span(others[0] if others and _is_text(first) else first).start
    document = frame.scope.module.even
    line_start = document.starts[document.position(start)[0] - 1]
    indent = document.text[line_start:start]
    if indent.strip():
        return None
    return Edit(start, start, f"{text}{document.newline}{indent}")


def _is_text(line: cst.BaseStatement) -> bool:
    """Whether a statement is a text alone."""
    only = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    return isinstance(only, cst.Expr) and isinstance(only.value, (cst.SimpleString, cst.ConcatenatedString))


def hoist(call: Call, node: cst.CSTNode, names: tuple[str, ...], check: Callable[[str], str]) -> tuple[Edit, ...]:
    """Gives an expression a name before its statement, and checks it; () where that could change what happens.

    It can where the expression may not be evaluated at all, or where something is called before it.
    """
    frame, statement = call.frame, call.statement
    if statement is None or frame.kind is FrameKind.LAMBDA or not _comes_first(statement, node):
        return ()
    name = unused(frame, names)
    tree, document = frame.tree, frame.scope.module.even
    start = tree.span(statement).start
    line = document.starts[document.position(start)[0] - 1]
    indent = document.text[line:start]
    if not name or indent.strip() or document.text.startswith("elif", start):
        return ()
    if not isinstance(frame.node, cst.FunctionDef) and indent:  # a class would get an attribute
        return ()
    text = _drawn_in(frame, node, indent)
    if _breaks(text):
        text = f"({text})"
    newline = document.newline
    outer, span = tree.outer(node), tree.span(node)
    around = comments_in(tree.source(outer.start, span.start)) + comments_in(tree.source(span.end, outer.end))
    lines = (*around, f"{name} = {text}", check(name))
    return (
        Edit(start, start, "".join(f"{line}{newline}{indent}" for line in lines)),
        Edit(outer.start, outer.end, tree.fitted(outer.start, outer.end, name)),
    )


def _drawn_in(frame: Frame, node: cst.CSTNode, indent: str) -> str:
    """The text of an expression, its further lines as deep below a line's indentation as they are below their first."""
    tree = frame.tree
    text = tree.source(*tree.span(node))
    first, *lines = text.split("\n")
    own = indentation(frame, tree.span(node).start)
    quoted = (inner for inner in walk(node) if isinstance(inner, (cst.SimpleString, cst.FormattedString)))
    if not own.startswith(indent) or any("\n" in tree.source(*tree.span(candidate)) for candidate in quoted):
        return text
    if not all(line.startswith(own) or not line.strip() for line in lines):
        return text
    return "\n".join((first, *(indent + line[len(own) :] if line.strip() else line for line in lines)))


def unused(frame: Frame, names: tuple[str, ...], but: str = "") -> str:
    """The first of some names that the function, or the module around a statement, does not mention; "" if none.

    `but` is a regular expression of mentions that do no harm, with `{}` where the name stands.
    """
    frame = frame.outermost
    if frame.kind is not FrameKind.FUNCTION:
        module = frame.scope.module
        return next((name for name in names if not module.mentions_name(name, but.replace("{}", name))), "")
    key = unused, names, but
    if key not in frame.derived:
        frame.derived[key] = next((name for name in names if not _mentions(frame.tree.flat, name, but)), "")
    return str(frame.derived[key])


def _mentions(text: str, name: str, but: str) -> bool:
    return mentioned(name, re.sub(but.replace("{}", name), "", text, flags=re.MULTILINE) if but else text)


def _breaks(text: str) -> bool:
    """Whether a line of the text ends outside of its brackets."""
    bare = bare_code(text)
    return "\n" in re.sub(r"\(.*\)", "", bare, flags=re.DOTALL) or bool(re.search(r"\)\s*\n\s*\.", bare))


_HEADS: dict[type, str] = {
    cst.Assign: "value", cst.AnnAssign: "value", cst.AugAssign: "value", cst.Expr: "value", cst.Return: "value",
    cst.If: "test", cst.For: "iter",
}  # fmt: skip
_PERHAPS = (cst.Lambda, cst.ListComp, cst.SetComp, cst.GeneratorExp, cst.DictComp, cst.FormattedString, cst.Yield)
_ACTS = (cst.Call, cst.Await, cst.Yield, cst.NamedExpr, cst.Subscript)


def _comes_first(statement: cst.CSTNode, node: cst.CSTNode) -> bool:
    """Whether a statement always evaluates an expression, and before anything else that could act."""
    head = _HEADS.get(type(statement))
    at = getattr(statement, head) if head is not None else None
    while at is not None and at is not node:
        parts = _always_evaluated(at)
        index = next((i for i, part in enumerate(parts) if any(inner is node for inner in walk(part))), None)
        if index is None or any(isinstance(inner, _ACTS) for part in parts[:index] for inner in walk(part)):
            return False
        at = parts[index]
    return at is node


def _always_evaluated(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The parts of an expression that are evaluated whenever it is, in their order."""
    if isinstance(node, _PERHAPS):
        return []
    if isinstance(node, cst.IfExp):
        return [node.test]
    if isinstance(node, cst.BooleanOperation) or (isinstance(node, cst.Comparison) and len(node.comparisons) > 1):
        return [node.left]
    return list(children(node))
