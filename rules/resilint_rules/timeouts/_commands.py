"""The program that a child process runs, and whether it asks a peer without a limit of its own."""

from __future__ import annotations

import re

import libcst as cst

from ..kit import BlockCall, Call, Frame, call_at
from ..kit.syntax.bound_names import values_given

_OWN_LIMIT = re.compile(
    r"--?(?:max-time|timeout|connect-timeout|request-timeout|speed-time|unix-socket)\b|^-[a-zA-Z]*m$|ConnectTimeout|"
    r"ServerAlive|[Tt]imeout|lowSpeed|localhost|127\.0\.0\.1|^file:|^-V$|^--(?:version|help)$"
)
"""What a command says that ends it by itself, or stays on this machine."""
_PREFIX = frozenset(("sudo", "env", "nice", "exec", "command", "-E", "-n", "--"))
"""What may stand before the name of a program and changes nothing."""
_WITH_VALUE = frozenset(("-C", "-c", "--git-dir", "--work-tree", "-n", "--namespace", "--context", "-R", "--cwd", "-H"))
"""Options before the first word of a command that take a value."""
_REMOTE = "rsync"
"""Copies on this machine, too: an address has a colon."""


def asking_program(wait: BlockCall) -> str:
    """The program that a wait is for, with the word that says what it does, if it asks a peer; "" if not."""
    started = _started(wait)
    library = started.record if started is not None else None
    if started is None or library is None:
        return ""
    words = _words(started)
    while words and words[0] in _PREFIX:
        words = words[1:]
    name = words[0].rpartition("/")[2] if words else ""
    if name not in library.programs or _stays_or_ends(name, words):
        return ""
    asks, action = library.programs[name], _action(words[1:])
    if not asks:
        return name
    return f"{name} {action}" if action in asks else ""


def _started(wait: BlockCall) -> Call | None:
    """The call that starts the process that a wait is for; None if it cannot be seen."""
    if not wait.fact.starts:
        return wait
    made = wait.clients[0].made if len(wait.clients) == 1 else None
    return call_at(made) if made is not None else None


def _stays_or_ends(name: str, words: list[str]) -> bool:
    """Whether a command asks no other machine, or has a limit of its own."""
    if any(_OWN_LIMIT.search(word) for word in words):
        return True
    return name == _REMOTE and not any(":" in word for word in words)


def _action(words: list[str]) -> str:
    """The first word of a command that is no option, and no value of one."""
    skipped = False
    for word in words:
        if skipped or word.startswith("-"):
            skipped = not skipped and word in _WITH_VALUE
            continue
        return word
    return ""


def _words(call: Call) -> list[str]:
    """The words of the command that a call starts, unknown ones as their code in braces."""
    fact = call.as_client if not isinstance(call, BlockCall) else call.fact
    argument = call.args.get(fact.command) if fact.command is not None else None
    if argument is None:
        return []
    if call.as_client.spread:
        return [_text(call.frame, given.node) for given in call.args.positional]
    return _split(call.frame, argument.node)


def _split(frame: Frame, node: cst.CSTNode, depth: int = 4) -> list[str]:
    """The words of a list, of lists that are joined, or of a text that a shell reads."""
    if isinstance(node, (cst.List, cst.Tuple)):
        return [_text(frame, element.value) for element in node.elements]
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add) and depth:
        return [*_split(frame, node.left, depth - 1), *_split(frame, node.right, depth - 1)]
    if isinstance(node, (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)):
        return _text(frame, node).split()
    if isinstance(node, cst.Name) and depth:
        given = frame.tree.derived(values_given, frame.tree.module).get(node.value, [])
        if len(given) == 1:
            return _split(frame, given[0], depth - 1)
    return [f"{{{frame.tree.code(node)}}}"]


def _text(frame: Frame, node: cst.CSTNode) -> str:
    """A word as it is written, without its quotes; the code of what is not known, in braces."""
    if isinstance(node, cst.SimpleString):
        return str(node.evaluated_value)
    if isinstance(node, cst.FormattedString):
        parts = (
            part.value if isinstance(part, cst.FormattedStringText) else f"{{{frame.tree.code(part.expression)}}}"
            for part in node.parts
            if isinstance(part, (cst.FormattedStringText, cst.FormattedStringExpression))
        )
        return "".join(parts).replace(" }", "}")
    if isinstance(node, cst.ConcatenatedString):
        return _text(frame, node.left) + _text(frame, node.right)
    return f"{{{frame.tree.code(node)}}}"
