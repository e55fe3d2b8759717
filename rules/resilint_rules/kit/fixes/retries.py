"""Fixes for retries: a limit, a pause, fewer errors."""

from __future__ import annotations

import libcst as cst

from ..catalog.lookup import Library
from ..catalog.parts import Refusal
from ..exceptions.handlers import known_as
from ..exceptions.hierarchy import TIMEOUT
from ..findings import Fix, Import
from ..interp.calls import Call
from ..retries.loop_counter import BoundedLoop
from ..retries.loops import RetryLoop
from ..retries.policies import RetryPolicy
from ..syntax.exits import Exit, is_endless, ways
from ..syntax.text import Edit
from ..syntax.tree import walk
from ..timeouts.effective import limit
from .edits import add_argument, are_free, before_body, indentation, replace, unused, width
from .loops.refusals import only_refusals_go_round


def add_words(layer: RetryPolicy, words: list[str]) -> list[Fix]:
    """Adds arguments to a policy, in its library's own words."""
    wanted = [word for word in words if word]
    if not wanted or not words[0]:
        return []
    taken = set(layer.args.named)
    if any(wish.partition("=")[0].strip() in taken for wish in wanted):
        return []
    text, imports = layer.spelled(", ".join(wanted))
    if layer.call is None:
        end = layer.frame.tree.span(layer.node).end
        return [Fix(f"Add {text}", (Edit(end, end, f"({text})"),), imports)]
    edit = add_argument(layer.call, text)
    return [Fix(f"Add {text}", (edit,), imports)] if edit is not None else []


def is_given(layer: RetryPolicy) -> bool:
    """Whether a policy says in an argument how often it repeats, or in a mapping of options, which wins over it."""
    options = layer.fact.options
    in_options = options is not None and options.name in layer.args.named
    return in_options or layer.fact.fix_stop.partition("=")[0].strip() in layer.args.named


def bounded(layer: RetryPolicy) -> list[Fix]:
    """Puts a limit in the place of the argument that says there is none."""
    words = layer.fact.fix_stop if "(" in layer.fact.fix_stop else layer.fact.fix_stop.partition(",")[0]
    given = layer.args.named.get(words.partition("=")[0].strip())
    own = layer.call.node.args if layer.call is not None else ()
    if given is None or not any(arg.value is given.node for arg in own):
        return []
    text, imports = layer.spelled(words)
    return [Fix(f"Set {text}", (replace(layer.frame, given.node, text.partition("=")[2]),), imports)]


def space(layer: RetryPolicy) -> list[Fix]:
    """Makes a policy wait between its attempts; a wait of nothing is replaced."""
    words = layer.fact.fix_wait
    param = layer.fact.wait
    given = layer.args.get(param) if param is not None else None
    if given is None:
        return add_words(layer, [words])
    if "," in words.partition("(")[0]:
        return []
    text, imports = layer.spelled(words)
    return [Fix(f"Set {text}", (replace(layer.frame, given.node, text.partition("=")[2]),), imports)]


_LONG = 120
"""Seconds that a loop may take at most while nothing answers."""
_USUAL = 30.0
"""Seconds of one attempt where nothing limits it yet."""


def count_failures(loop: RetryLoop) -> list[Fix]:
    """Counts what fails before a `while True`, and lets the fifth error out: the third, if five take two minutes."""
    if not loop.every_success_leaves and not only_refusals_go_round(loop.node, loop.calls[0], loop.after):
        return []
    frame, document = loop.frame, loop.frame.scope.module.even
    name = unused(frame, ("attempts", "failures", "failed_attempts"))
    start = loop.head.start
    line = document.starts[document.position(start)[0] - 1]
    indent, newline = document.text[line:start], document.newline
    if not name or indent.strip():
        return []
    edits = [Edit(start, start, f"{name} = 0{newline}{indent}")]
    waits = limit(loop.calls[0])
    most = 5 if 5 * (_USUAL if waits.unbounded else waits.seconds or 0) < _LONG else 3
    for clause in loop.handlers_of:
        body = clause.node.body
        inner = indentation(frame, frame.tree.span(body.body[0]).start) if body.body else ""
        step = inner[len(indentation(frame, frame.tree.span(clause.node).start)) :]
        lines = (f"{name} += 1", f"{inner}if {name} == {most}:", f"{inner}{step}raise")
        edit = before_body(frame, body, newline.join(lines))
        if edit is None:
            return []
        edits.append(edit)
    return [Fix(f"Give up after {most} attempts", tuple(edits))]


def pause(loop: BoundedLoop) -> list[Fix]:
    """Sleeps before each attempt but the first, longer each time, and never as long as another program."""
    frame = loop.frame
    if isinstance(loop.node, cst.While):
        return _pause_in_between(loop) if not isinstance(loop, RetryLoop) or loop.every_success_leaves else []
    if not loop.counter or loop.first not in (0, 1):
        return []
    counter = _usable_counter(loop)
    needs = (Import("random"), Import("asyncio" if frame.is_async else "time"))
    if not counter or not are_free(frame, needs):
        return []
    seconds = f"random.uniform(0, min(10, 0.5 * 2**{counter}))"
    sleep = f"await asyncio.sleep({seconds})" if frame.is_async else f"time.sleep({seconds})"
    block = loop.node.body
    inner = indentation(frame, frame.tree.span(block.body[0]).start)
    step = inner[len(indentation(frame, loop.head.start)) :]
    test = counter if loop.first == 0 else f"{counter} > 1"
    edit = before_body(frame, block, f"if {test}:{frame.scope.module.doc.newline}{inner}{step}{sleep}")
    if edit is None:
        return []
    renamed = (replace(frame, loop.node.target, counter),) if counter != loop.counter else ()
    return [Fix("Sleep before each attempt but the first", (*renamed, edit), needs)]


def _usable_counter(loop: BoundedLoop) -> str:
    """The counter's name, or a new one in place of `_`; "" if `_` is read in the loop, or no name is free."""
    if loop.counter != "_":
        return loop.counter
    if any(isinstance(node, cst.Name) and node.value == "_" for node in walk(loop.node.body)):
        return ""
    return unused(loop.frame, ("attempt", "attempt_number", "attempts_made"))


def _pause_in_between(loop: BoundedLoop) -> list[Fix]:
    """Sleeps a second where a round of a `while` ends, or where it begins if its head asks for success."""
    frame, body = loop.frame, loop.node.body
    need = Import("asyncio" if frame.is_async else "time")
    if not body.body or not are_free(frame, (need,)):
        return []
    sleep = "await asyncio.sleep(1)" if frame.is_async else "time.sleep(1)"
    start, end = frame.tree.span(body.body[-1])
    document = frame.scope.module.even
    if not is_endless(loop.node) and not loop.counted:
        edit = before_body(frame, body, sleep)
    elif Exit.CONTINUE in ways(body):
        edit = None
    else:
        row = document.position(start + len(document.text[start:end].rstrip()))[0]
        at = document.starts[row - 1] + len(document.line(row))
        edit = Edit(at, at, f"{document.newline}{indentation(frame, start)}{sleep}")
    return [Fix("Sleep a second before the next attempt", (edit,), (need,))] if edit is not None else []


def narrow(layer: RetryPolicy) -> list[Fix]:
    """Retries only what the libraries in use raise when the peer cannot be reached, or refuses what it may do later.

    An error status is repeated where the policy can look at it: a 401 stays one, however often it is sent.
    """
    frame = layer.frame
    words = layer.fact.fix_on
    if not words:
        return []
    errors: list[str] = []
    refusals: list[Refusal] = []
    for call in layer.calls:
        for library in frame.scope.catalog.libraries(call.callee):
            found = (*library.transient_errors, *library.broken_answers)
            errors.extend(TIMEOUT if error == "TimeoutError" and not call.fact.is_sync else error for error in found)
            refusals.extend(_refusals(call, library))
    return _narrowed(layer, words, list(dict.fromkeys(errors)), list(dict.fromkeys(refusals)))


def _refusals(call: Call, library: Library) -> list[Refusal]:
    """What a function raises for an error status, if it does and the exception tells its status."""
    fact, refusal = call.answer, library.transient.refusal if library.transient is not None else None
    if fact is None or refusal is None or not fact.raiser or fact.raiser not in call.frame.tree.text:
        return []
    return [refusal] if call.frame.scope.catalog.canonical(fact.raiser_raises) == refusal.error else []


def _narrowed(layer: RetryPolicy, words: str, errors: list[str], refusals: list[Refusal]) -> list[Fix]:
    imports: list[Import] = []
    if not errors:
        return []

    def name(error: str) -> str:
        text, needed = known_as(layer.frame, error)
        imports.extend([needed] if needed is not None else ())
        return text

    names = [name(error) for error in errors]
    title = f"Retry {' and '.join(names)} only"
    also, but = _by_status(layer, refusals)
    if also or but:
        title = f"Retry {' and '.join(names)} and passing statuses only"
        status = name(refusals[0].error)
        names += [status] if but else []
        also, but = (text.format(status=status, look=refusals[0].status) for text in (also, but))
    listed = names[0] if len(names) == 1 else f"({', '.join(names)})"
    several = f"({', '.join(names)}{',' if len(names) == 1 else ''})"
    text, more = layer.spelled(words.format(errors=listed, tuple=several) + also)
    return _with_errors(layer, title, text, (*imports, *more), [but] if but else [])


def _by_status(layer: RetryPolicy, refusals: list[Refusal]) -> tuple[str, str]:
    """What adds the statuses worth a retry to the errors, and what ends a policy at all others; "" for none."""
    fact = layer.fact
    if len(refusals) != 1:
        return "", ""
    if fact.fix_on_status:
        return f" | {fact.fix_on_status}", ""
    free = fact.giveup is not None and layer.call is not None and layer.args.get(fact.giveup) is None
    return "", fact.fix_but_statuses if free else ""


def _with_errors(layer: RetryPolicy, title: str, text: str, imports: tuple[Import, ...], ends: list[str]) -> list[Fix]:
    """The fix that gives a policy its errors, and what ends it besides."""
    found = layer.fact.errors
    given = layer.args.get(found) if found is not None else None
    if given is not None:
        value = text.partition("=")[2]
        whole = rewritten(layer.call, {id(given.node): value}, ends) if layer.call is not None and ends else None
        if whole is not None:
            return [Fix(title, (whole,), imports)]
        edits = [edit for end in ends if layer.call is not None for edit in [add_argument(layer.call, end)] if edit]
        return [Fix(title, (replace(layer.frame, given.node, value), *edits), imports)]
    if layer.call is None:
        end = layer.frame.tree.span(layer.node).end
        return [Fix(title, (Edit(end, end, f"({text})"),), imports)]
    edit = add_argument(layer.call, ", ".join((text, *ends)))
    return [Fix(title, (edit,), imports)] if edit is not None else []


def rewritten(call: Call, new: dict[int, str], added: list[str]) -> Edit | None:
    """The arguments of a call with other values and some more, on lines that are not too long; None beside comments."""
    tree, document = call.frame.tree, call.frame.scope.module.even
    if tree.comments_in(call.node):
        return None
    parts = [*(_argument(call, arg, new) for arg in call.node.args), *added]
    start, end = tree.span(call.node.func).end, tree.span(call.node).end
    indent = indentation(call.frame, start)
    line = document.line(document.position(start)[0])[: document.position(start)[1] - 1]
    together = f"({', '.join(parts)})"
    if len(line) + len(together) <= width(document):
        return Edit(start, end, together)
    deeper = f"{document.newline}{indent}" + ("\t" if "\t" in indent else "    ")
    return Edit(start, end, f"({deeper}{f',{deeper}'.join(parts)},{document.newline}{indent})")


def _argument(call: Call, arg: cst.Arg, new: dict[int, str]) -> str:
    tree = call.frame.tree
    keyword = f"{arg.keyword.value}=" if arg.keyword is not None else ""
    return f"{arg.star}{keyword}{new.get(id(arg.value)) or tree.source(*tree.outer(arg.value))}"
