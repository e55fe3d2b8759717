"""Protections that code switches off: the arguments and attributes that do it, and what justifies it."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

import libcst as cst

from ..catalog.parts import Param, Tls
from ..catalog.records import ExternalFact
from ..catalog.security import ContextFact, InsecureFact
from ..findings import Applicability, Fix, Import
from ..fixes.edits import indentation, remove_argument, replace
from ..interp.calls import Call, Frame, maker
from ..interp.kinds import Around, EventKind, Part
from ..interp.values import Argument, Const, Instance, Ref, Value
from ..syntax.idioms import skips_checks
from ..syntax.text import Edit
from ..syntax.tree import Tree, children, walk
from .choice import is_always_used

_SWITCH = re.compile(
    r"verif|secure|ssl|tls|cert|check_?host|self_?sign|trust|unsafe|debug|local|\bdev|test|validat|strict",
    re.IGNORECASE,
)
_OFF = re.compile(r"skip|disabl|insecure|unsafe|no_?verif|ignore", re.IGNORECASE)
"""Words of a switch that is on where checks are off."""
_CHECK = re.compile(r"verif|secure|ssl|tls|cert|check_?host|self_?sign", re.IGNORECASE)
"""The same without words that may be about another check, or about something else altogether."""
_LOOKS = re.compile(r"\.getpeercert\((?:binary_form\s*=\s*)?True\b")
"""Reads an unverified certificate: the code verifies it itself."""
_DISTRUST = re.compile(r"SSL|Cert")
"""What the errors of a failed check are called."""
_LOCAL = re.compile(
    r"http://|(?:\w+://)?(?:[^/@]*@)?(?:localhost\b|127\.\d|\[::1\]|0\.0\.0\.0)|unix:|\w+\+unix:", re.IGNORECASE
)

_PLAIN = re.compile(r"[fFrR]{0,2}[\"']http://")
_GUARDED = re.compile(r"[\"'](?:https|wss|rediss)\b|prox(?:y|ies)", re.IGNORECASE)


def matches(value: Value, off: object) -> bool:
    """Whether a value is one of those that the catalogue writes: a Python literal, or a qualified name."""
    for item in off if isinstance(off, (list, tuple)) else (off,):
        try:
            literal = ast.literal_eval(str(item))
        except (ValueError, SyntaxError):
            if isinstance(value, Ref) and value.name == item:
                return True
            continue
        if isinstance(value, Const) and not value.soft and repr(value.value) == repr(literal):
            return True
    return False


def tls_of(call: Call) -> Tls | None:
    """The parameter of a call for the check of its peer."""
    return call.fact.tls if isinstance(call.fact, (ExternalFact, InsecureFact)) else None


def protection_off(call: Call) -> tuple[str, Argument] | None:
    """The argument by which a call switches the check of its peer off, and its name; None if none does."""
    tls = tls_of(call)
    if tls is None or not tls.off:
        return None
    if tls.needs and not call.args.open_names:
        needed = call.args.named.get(tls.needs)
        if needed is None or matches(needed.value, "False"):
            return None
    for param in (tls, *(Param(name) for name in tls.older)):
        found = call.args.get(param)
        if found is not None and matches(found.value, tls.off) and plain(call.frame, found):
            return param.name, found
    return None


def protection_argument(call: Call, argument: Argument) -> cst.Arg | None:
    """The place where an argument stands in the call itself; None if it comes from elsewhere."""
    return next((arg for arg in call.node.args if arg.value is argument.node), None)


def plain(frame: Frame, argument: Argument) -> bool:
    """Whether a value is written where it is used, or is a constant of this module: no setting that others change."""
    if isinstance(argument.node, (cst.Subscript, cst.Call)):
        return False  # put into a mapping on some way here, perhaps not on this one
    if isinstance(argument.value, Const) and argument.value.name:
        return argument.value.name in frame.scope.module.bindings
    return not isinstance(argument.node, cst.Attribute) or isinstance(argument.value, Ref)


def untapped(call: Call) -> bool:
    """Whether a call's address is written out and names this machine, or is one that has no TLS to switch off.

    What has no address of its own is for those that are written where it is made, if the module knows of no TLS, and
    no proxy.
    """
    address = call.target
    if address is not None and _PLAIN.match(call.frame.tree.code(address.node)):
        return True
    params = [call.as_external.target, Param("base_url")]
    values = [call.args.value(param) for param in params if param is not None]
    for client in call.clients:
        if client.made is not None:
            values.append(client.made.args.value(Param("base_url")))
            target = client.made.as_external.target
            values.append(client.made.args.value(target) if target is not None else None)
    if any(isinstance(value, Const) and isinstance(value.value, str) and _LOCAL.match(value.value) for value in values):
        return True
    if any(value is not None for value in values) or not _PLAIN.search(call.frame.tree.flat):
        return False
    return call.frame.scope.module.search(_GUARDED) is None


def chosen(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether not to check is a deliberate choice: a condition around a node or before it, or a name, is about that."""
    owner = frame.tree.code(node.value) if isinstance(node, cst.Attribute) else ""
    if skips_checks(owner) or _LOOKS.search(frame.outermost.tree.flat):
        return True
    if skips_checks(frame.outermost.qualname) and not is_always_used(frame.outermost):
        return True
    top: cst.CSTNode = frame.node if frame.node is not None else frame.tree.module
    return frame.tree.inside(node, top) and _is_conditional(frame.tree, top, node)


def _is_conditional(tree: Tree, top: cst.CSTNode, node: cst.CSTNode) -> bool:
    """Whether a condition on the way from one node up to another, or one that leads away before it, is about that."""
    while node is not top:
        above = tree.parent(node)
        if above is None:
            return False
        test = above.left if isinstance(above, cst.BooleanOperation) else getattr(above, "test", None)
        if isinstance(test, cst.BaseExpression) and test is not node and _SWITCH.search(tree.code(test)):
            return True
        leaving = tree.derived(_first_leaving, above)
        if leaving is not None and leaving is not node and tree.span(leaving).start < tree.span(node).start:
            return True
        node = above
    return False


def _first_leaving(tree: Tree, block: cst.CSTNode) -> cst.If | None:
    """The first statement of a block that returns, or starts the next round, on a condition about checks."""
    for section in children(block):
        if isinstance(section, cst.If) and _SWITCH.search(tree.code(section.test)) and not _skips(tree, section.test):
            inside = [*walk(section.body)]
            leaves = any(isinstance(node, (cst.Return, cst.Continue)) for node in inside)
            leaves = leaves or _permits(tree, section)
            # One without a word of certificates that does nothing in the place of the call is about another matter.
            if leaves and (_CHECK.search(tree.code(section.test)) or any(isinstance(n, cst.Call) for n in inside)):
                return section
    return None


def _permits(tree: Tree, section: cst.If) -> bool:
    """Whether a statement raises unless connections without a check are allowed: `if not allow_insecure: raise`."""
    turned = isinstance(section.test, cst.UnaryOperation) and isinstance(section.test.operator, cst.Not)
    raises = any(isinstance(node, cst.Raise) for node in walk(section.body))
    return turned and raises and _OFF.search(tree.code(section.test)) is not None


def _skips(tree: Tree, test: cst.BaseExpression) -> bool:
    """Whether a test says that a check is skipped: what comes after leaving on it is the way with the check."""
    turned = isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not)
    return _OFF.search(tree.code(test)) is not None and not turned


def about(call: Call, fact: InsecureFact) -> bool:
    """Whether a call that switches something off for a subject, or unless an argument prevents it, does so here."""
    if call.args.open_names or not call.args.named.keys().isdisjoint(fact.unless):
        return False
    if fact.about is None:
        return True
    value = call.args.value(fact.about)
    return value is None or matches(value, fact.about.is_)


def context_of(frame: Frame, value: Value) -> ContextFact | None:
    """The entry of what holds the checks of TLS, if a value is one that was made for a client."""
    made = maker(value) if isinstance(value, Instance) else None
    fact = made.fact if made is not None else None
    if made is None or not isinstance(fact, ContextFact):
        return None
    values = [argument.value for argument in (*made.args.positional, *made.args.named.values())]
    names = [option.name for option in values if isinstance(option, Ref)]
    if any(name.endswith(fact.serves) for name in names):
        return None
    unclear = not made.written.endswith(fact.verifies) and (
        not names or any(name.endswith(fact.either) for name in names)
    )
    return None if unclear and "server_side" in frame.tree.text else fact


def vouched(context: Instance) -> bool:
    """Whether a context trusts only certificates that the program brings along."""
    made = maker(context)
    names = {"cafile", "capath", "cadata"}
    if made is not None and (not names.isdisjoint(made.args.named) or made.args.open_names):
        return True
    return any(event.kind is EventKind.CALL and event.name == "load_verify_locations" for event in context.events)


def _is_after_failed_check(call: Call) -> bool:
    """Whether a call is what is left when the check has failed: with the check it would fail again."""
    frame = call.frame
    return any(
        place.kind is Around.TRY
        and place.part is Part.HANDLER
        and isinstance(place.node, (cst.Try, cst.TryStar))
        and any(h.type is not None and _DISTRUST.search(frame.tree.code(h.type)) for h in place.node.handlers)
        for place in call.within
    )


def rechecked(call: Call, name: str, argument: Argument) -> list[Fix]:
    """Takes out the argument that switches a check off, or turns it round; or names the certificates to trust."""
    frame, node = call.frame, argument.node
    if _is_after_failed_check(call):
        return []
    tls = tls_of(call) or Tls("")
    arg = protection_argument(call, argument)
    removed = remove_argument(call, name) if arg is not None and arg.keyword is not None else None
    fixes: list[Fix] = []
    if tls.secure:
        first = _trust_setup(call, tls.knows)
        fixes.extend(_renamed(frame, node, tls.secure, first) if first is not None else ())
    elif removed is not None:
        fixes.append(Fix(f"Remove {name}={frame.tree.code(node)}", (removed,)))
    elif _flipped(node) and frame.tree.inside(node, frame.tree.module):
        fixes.append(Fix(f"Set {name}={_flipped(node)}", (replace(frame, node, _flipped(node)),)))
    return [*fixes, *_bundled(frame, node, tls.bundle)] if arg is not None and name == tls.name else fixes


def _bundled(frame: Frame, node: cst.CSTNode, bundle: str) -> list[Fix]:
    """Trusts the certificates of a file that the environment names, in place of a value; [] if there is no such way."""
    modules = sorted(set(re.findall(r"\b(os|ssl)\.", bundle)))
    if not bundle or not all(frame.lookup(module) in (None, Ref(module)) for module in modules):
        return []
    edit = replace(frame, node, bundle)
    return [Fix("Take the certificates to trust from CA_BUNDLE", (edit,), tuple(map(Import, modules)))]


def _trust_setup(call: Call, knows: Sequence[str]) -> tuple[Edit, ...] | None:
    """Adds a call of the first of some methods that load trust, unless one is called; None if that is impossible."""
    frame, statement = call.frame, call.statement
    owner = f"{frame.tree.code(call.node.func.value)}." if isinstance(call.node.func, cst.Attribute) else ""
    module = frame.scope.module
    if not knows or module.mentions(*((owner if call.clients else "") + method for method in knows)):
        return ()
    start = frame.tree.span(call.node).start
    indent = indentation(frame, start)
    row, column = module.even.position(start)
    own = row > 1 and column == len(indent) + 1
    if not own or not call.clients or not isinstance(statement, cst.Expr) or statement.value is not call.node:
        return None
    return (Edit(start, start, f"{owner}{knows[0]}(){module.doc.newline}{indent}"),)


def secured(call: Call, fact: InsecureFact) -> list[Fix]:
    """Calls what keeps the check instead of what switches it off."""
    if call.node.args or not fact.fix:
        return []
    every = call.frame.calls.values()
    taker = next((candidate for candidate in every if any(arg.value is call.node for arg in candidate.node.args)), call)
    first = _trust_setup(taker, fact.knows)
    if first is None:
        return []
    return _renamed(call.frame, call.node.func, fact.fix, first)


def _context_fact(context: Instance) -> ContextFact:
    """The entry of what made a context; one without keys if there is none."""
    fact = context.made.fact if context.made is not None else None
    return fact if isinstance(fact, ContextFact) else ContextFact(library="", name="")


def _is_plain(made: Call, fact: ContextFact) -> bool:
    """Whether a context is made with arguments alone that the system's own context has too."""
    names = [argument.value.name for argument in made.args.positional if isinstance(argument.value, Ref)]
    every = not made.args.named and len(names) == len(made.args.positional)
    return every and all(name.endswith(fact.plain) for name in names)


def trusting(frame: Frame, context: Instance) -> list[Edit] | None:
    """What a context needs, to trust any issuer once it checks; None if that cannot be given to it."""
    made, fact = maker(context), _context_fact(context)
    if made is None or made.written.endswith(fact.verifies) or vouched(context):
        return []
    if any(event.kind is EventKind.CALL and event.name in fact.trusts for event in context.events):
        return []
    if made.frame is not frame or not _is_plain(made, fact):
        return None
    func, better = frame.tree.code(made.node.func), fact.better
    if not better or not func.endswith("." + made.callee.rpartition(".")[2]):
        return None
    return [replace(frame, made.node, f"{func.rpartition('.')[0]}.{better}")]


def reset(
    frame: Frame, targets: list[cst.Attribute], secure: Mapping[str, str], before: list[Edit] | None = None
) -> list[Fix]:
    """Switches on what was switched off by assignments, after what else has to change."""
    edits = [*(before or ())]
    for node in walk(frame.tree.module):
        if not isinstance(node, cst.Assign) or len(node.targets) != 1:
            continue
        target = node.targets[0].target
        if any(target is bound for bound in targets) and isinstance(target, cst.Attribute):
            text = secure.get(target.attr.value, _flipped(node.value))
            if isinstance(node.value, cst.Attribute) and "." in text:
                text = f"{frame.tree.code(node.value.value)}.{text.rpartition('.')[2]}"
            elif not text or "." in text:
                return []
            edits.append(replace(frame, node.value, text))
    edits.sort()
    complete = len(edits) == len(targets) + len(before or ())
    return [Fix("Switch the check on", tuple(edits))] if complete else []


def _flipped(node: cst.CSTNode) -> str:
    name = node.value if isinstance(node, cst.Name) else ""
    return {"False": "True", "True": "False"}.get(name, "")


def _renamed(frame: Frame, node: cst.CSTNode, name: str, first: tuple[Edit, ...] = ()) -> list[Fix]:
    """Puts another member of the same module in place of one, after what else has to change.

    What has to be loaded first may be empty yet: this is finished by hand.
    """
    head, _, last = name.rpartition(".")
    applied: Applicability = "displayonly" if first else "unsafe"
    if isinstance(node, cst.Attribute):
        return [Fix(f"Use {last}", (*first, replace(frame, node.attr, last)), (), applied)]
    top = name.partition(".")[0]
    known = frame.lookup(top)
    if isinstance(node, cst.Name) and known is None and frame.lookup(last) is None:
        return [Fix(f"Use {last}", (*first, replace(frame, node, last)), (Import(head, last),), applied)]
    if isinstance(node, cst.Name) and known in (None, Ref(top)):
        return [Fix(f"Use {last}", (*first, replace(frame, node, name)), (Import(head),), applied)]
    return []
