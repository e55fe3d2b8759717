"""Failures of calls that are printed in code which has a log, or whose output is read by no person."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit import Call, EntryKind, Fix, Guard, Handler, entry_point, handlers_of, reaches_peer
from ..kit.fixes.edits import replace
from ..kit.syntax.idioms import calls_in, is_log, last_name
from ..kit.syntax.tree import dotted, walk

_LOGGER = re.compile(r"(?m)^\w+\b[^=\n]*=[^\n]*\bget_?[lL]ogger\(")
_PRINTS = frozenset(("print", "traceback.print_exc", "print_exc"))
_SERVES = (EntryKind.REQUEST, EntryKind.TASK, EntryKind.MESSAGE, EntryKind.EVENT)
_PERSON = re.compile(
    r"argparse|\bclick\b|\btyper\b|\binput\(|sys\.argv|getpass|\btqdm\b|\brich\b|colorama|termcolor|docopt"
)
"""What a module says whose output is read by the person who started it."""


def printed_failures(guard: Guard) -> Iterator[tuple[cst.Call, Call, Handler]]:
    """Yields what prints a failure, with the call that failed and the handler."""
    calls = [call for call in guard.calls if type(call) is Call and reaches_peer(call)]
    if not calls or not _is_unseen(guard):
        return
    for handler in handlers_of(guard):
        found = list(calls_in(handler.node.body))
        printed = next((node for node in found if _is_print(node)), None)
        others = (node for node in found if is_log(node) and not _is_print(node))
        if printed is None or next(others, None) is not None or _raises(handler.node.body):
            continue
        yield printed, calls[0], handler


def _is_unseen(guard: Guard) -> bool:
    """Whether no person reads what is printed: the module has a logger, or the function is called by a framework."""
    module = guard.frame.scope.module
    if module.doc.kind != "source" or module.search(_PERSON) is not None:
        return False
    return logger_of(guard) != "" or entry_point(guard.frame.outermost) in _SERVES


def _is_print(node: cst.Call) -> bool:
    """Whether a call prints to the standard output."""
    return dotted(node.func) in _PRINTS and not any(
        arg.keyword is not None and arg.keyword.value == "file" for arg in node.args
    )


def _raises(body: cst.CSTNode) -> bool:
    """Whether a handler raises again: its caller reports the failure then."""
    return any(isinstance(node, cst.Raise) for node in walk(body))


def logger_of(guard: Guard) -> str:
    """The logger that the module makes; "" if it makes none."""
    module = guard.frame.scope.module
    if not module.mentions("logging", "getLogger", "get_logger"):
        return ""
    found = module.search(_LOGGER)
    return re.split(r"\W", found, maxsplit=1)[0] if found is not None else ""


def write_to_log(guard: Guard, node: cst.Call, call: Call) -> list[Fix]:
    """Returns the fix that logs a warning with the traceback instead; [] where no logger or no text is at hand."""
    logger = logger_of(guard)
    text = _text(guard, node, call)
    if not logger or not text:
        return []
    return [
        Fix("Write a warning to the log", (replace(guard.frame, node, f"{logger}.warning({text}, exc_info=True)"),))
    ]


def _text(guard: Guard, node: cst.Call, call: Call) -> str:
    """The message of a log that says what is printed; "" if it is put together from several parts."""
    if last_name(node) == "print_exc" or (len(node.args) == 1 and isinstance(node.args[0].value, cst.Name)):
        return f'"{call.callee} failed"'
    if len(node.args) != 1 or node.args[0].keyword is not None or node.args[0].star:
        return ""
    value = node.args[0].value
    known = isinstance(value, (cst.SimpleString, cst.FormattedString)) and "\n" not in guard.frame.tree.code(value)
    plain = known and not (isinstance(value, cst.SimpleString) and "%" in value.value)
    return guard.frame.tree.code(value) if plain else ""
