"""Functions that pass on to a library what their callers decide: options with a limit, or the function to call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from ...kit import (
    Argument,
    Arguments,
    Call,
    CallFact,
    Finding,
    Fix,
    Frame,
    Function,
    Ref,
    Related,
    Unknown,
    Value,
    bound,
    limit,
    walk,
)
from ...kit.effects.callees import takes_what_is_given
from ...kit.fixes.edits import before_body
from ...kit.fixes.timeouts import written
from ...kit.interp.values import Method
from ...kit.reach.callers import CallSite, argument_for, callers, parameters
from ...kit.syntax.bound_names import values_given

_KEEPS = frozenset(("get", "pop", "setdefault"))
_DEPTH = 3
"""How many functions are followed that leave a limit to their callers."""
_NAMED = 3
"""How many callers a message names."""


def open_wrapper(call: Call) -> Iterator[Finding]:
    """Reports a call that has a limit only if a caller of its function gives one, where some callers do not."""
    frame, names = call.frame, {param.name for param in call.as_external.timeout}
    function = frame.node
    if not isinstance(function, cst.FunctionDef) or not _is_called_as_written(frame) or call.offloaded:
        return
    name = _passed_options(call, function, names) or _passed_limit(call, function)
    if not name:
        return
    left = {key: given for key, given in call.args.named.items() if key not in names}
    closed = replace(call, args=Arguments(call.args.positional, left))
    if not limit(closed).unbounded:
        return
    found = list(_deciding(frame, name, names))
    lacking = [site for site, called, option in found if _lacks_limit(site, called, names | {option})]
    if lacking:
        yield _finding(call, function, name, [site for site, _, _ in found], lacking)


def _deciding(frame: Frame, option: str, names: set[str], depth: int = _DEPTH) -> Iterator[tuple[CallSite, Frame, str]]:
    """Yields the calls of a function that decide on a limit, with the function and the option that holds it there.

    A call in a function that passes the option of its own callers on leaves it to these.
    """
    for site in callers(frame):
        if site.owner == frame.qualname:
            continue
        above = _owner(frame, site) if depth else None
        own = _own_option(site, frame, above, names | {option}) if above is not None else ""
        if above is not None and own:
            yield from _deciding(above, own, names, depth - 1)
        else:
            yield site, frame, option


def _owner(frame: Frame, site: CallSite) -> Frame | None:
    """The function that a call stands in, if its callers are known by its name."""
    owners = frame.scope.module.functions_named(site.owner)
    owner = frame.scope.frame(owners[0]) if len(owners) == 1 else None
    same = owner is not None and owner.node is site.function
    return owner if owner is not None and same and _is_called_as_written(owner) else None


def _own_option(site: CallSite, frame: Frame, owner: Frame, names: set[str]) -> str:
    """The parameter of a function whose value a call in it gives for an option; "" if the call decides itself."""
    function = owner.node
    given = [arg for name in names if (arg := argument_for(site, frame, name)) is not None]
    if not isinstance(function, cst.FunctionDef) or len(given) > 1:
        return ""
    if given:
        return _optional(owner, function, given[0])
    if any(arg.keyword is not None and arg.keyword.value in names for arg in site.node.args):
        return ""
    name = _spreads_own(site.node, function)
    return name if name and _is_left_as_it_is(owner, function, name, names) else ""


def _optional(frame: Frame, function: cst.FunctionDef, node: cst.BaseExpression) -> str:
    """The name of a parameter that is None unless a caller says more, if an expression is one as it was given."""
    if not isinstance(node, cst.Name) or node.value in frame.tree.derived(values_given, function.body):
        return ""
    params = (*function.params.params, *function.params.kwonly_params)
    default = next((param.default for param in params if param.name.value == node.value), None)
    return node.value if isinstance(default, cst.Name) and default.value == "None" else ""


def _is_called_as_written(frame: Frame) -> bool:
    """Whether a function of the module or of a class gets what its callers give, whatever decorates it."""
    return frame.outer is None and (not frame.wrapped or takes_what_is_given(frame))


def _passed_options(call: Call, function: cst.FunctionDef, names: set[str]) -> str:
    """The parameter for all other keywords, if it is passed on as it is; "" if a limit is added to it, or beside it."""
    if any(call.args.get(param) is not None for param in call.as_external.timeout):
        return ""
    name = _spreads_own(call.node, function)
    return name if name and _is_left_as_it_is(call.frame, function, name, names) else ""


def _spreads_own(call: cst.Call, function: cst.FunctionDef) -> str:
    """The parameter for all other keywords, if a call spreads that and nothing else; it holds no named parameter."""
    star = function.params.star_kwarg
    spreads = [arg.value for arg in call.args if arg.star]
    name = star.name.value if star is not None else ""
    return name if len(spreads) == 1 and isinstance(spreads[0], cst.Name) and spreads[0].value == name else ""


def _is_left_as_it_is(frame: Frame, function: cst.FunctionDef, name: str, names: set[str]) -> bool:
    """Whether all that a function does with its other keywords is to pass them on, and to look at some by name."""
    tree = frame.tree
    for node in walk(function.body):
        if not isinstance(node, cst.Name) or node.value != name:
            continue
        above = tree.parent(node)
        if isinstance(above, cst.Arg) and above.star == "**":
            continue
        key: cst.CSTNode | None = None
        if isinstance(above, cst.Attribute) and above.attr.value in _KEEPS:
            made = tree.parent(above)
            key = made.args[0].value if isinstance(made, cst.Call) and made.args else None
        elif isinstance(above, cst.Subscript) and isinstance(above.slice[0].slice, cst.Index):
            key = above.slice[0].slice.value
        if not isinstance(key, cst.SimpleString) or key.evaluated_value in names:
            return False
    return True


def _passed_limit(call: Call, function: cst.FunctionDef) -> str:
    """The parameter that is given as the limit, if it is None unless a caller says more; "" if there is none."""
    given = [argument for param in call.as_external.timeout if (argument := call.args.get(param)) is not None]
    if len(given) != 1 or not isinstance(given[0].node, cst.Name) or call.args.open_positions:
        return ""
    if call.args.open_names and not _spreads_own(call.node, function):
        return ""
    return _optional(call.frame, function, given[0].node)


def _lacks_limit(site: CallSite, frame: Frame, names: set[str]) -> bool:
    """Whether a call of a wrapper surely gives none of some parameters."""
    if any(arg.star for arg in site.node.args):
        return False
    return not any(argument_for(site, frame, name) is not None for name in names)


def _finding(
    call: Call, function: cst.FunctionDef, name: str, sites: list[CallSite], lacking: list[CallSite]
) -> Finding:
    document = call.frame.scope.module.doc
    places = [site.tree.span(site.node) for site in lacking]
    owners = list(dict.fromkeys(site.owner.rpartition(".")[2] for site in lacking if site.owner))
    listed = ", ".join(f"`{owner}`" for owner in owners[:_NAMED]) + (", ..." if len(owners) > _NAMED else "")
    number = "none does" if len(lacking) == len(sites) else f"{len(lacking)} of {len(sites)} do not"
    return call.finding(
        f"`{call.written}` has no timeout unless a caller of `{function.name.value}` gives one: {number}"
        + (f" ({listed})" if listed else ""),
        *_default(call, function, name),
        related=tuple(Related("no timeout here", place, row=document.position(place.start)[0]) for place in places),
    )


def _default(call: Call, function: cst.FunctionDef, name: str) -> list[Fix]:
    """Adds the limit to what the callers have given, unless they have one."""
    star = function.params.star_kwarg
    pairs = written(call, call.as_external)
    if star is None or star.name.value != name or len(pairs) != 1 or re.search(r"[a-z]", pairs[0][1]):
        return []
    key, value = pairs[0]
    text = f'{name}.setdefault("{key}", {value})'
    edit = before_body(call.frame, function.body, text)
    return [Fix(f"Add {text}", (edit,))] if edit is not None else []


def given_functions(frame: Frame) -> Iterator[Finding]:
    """Reports functions of a library that are given to one of the project, which calls them without a limit."""
    for call, target in frame.uses.values():
        if call.offloaded or id(call.node) in frame.calls or not isinstance(target, Function):
            continue
        given: list[tuple[int | str, Argument]] = [*enumerate(call.args.positional), *call.args.named.items()]
        for place, argument in given:
            fact, method = _library_function(frame, argument.value)
            if fact is None:
                continue
            made = Call(
                call.node, fact, Arguments(), (method.owner,) if method is not None else (), call.within,
                call.statement, frame=frame,
            )  # fmt: skip
            yield from _called(made, call, target, place, frame.tree.code(argument.node))


def _library_function(frame: Frame, value: Value) -> tuple[CallFact | None, Method | None]:
    """The entry of a function or of a client's method that waits without limit by default."""
    catalog = frame.scope.catalog
    if not isinstance(value, (Ref, Method)):
        return None, None
    method = value if isinstance(value, Method) else None
    fact = catalog.method(CallFact, method.owner.type, value.name) if method else catalog.fact(CallFact, value.name)
    return (fact if fact is not None and fact.missing == "flag" else None), method


def _called(made: Call, call: Call, target: Function, place: int | str, written: str) -> Iterator[Finding]:
    """The finding on a function that is given to another one, if that calls it and nothing gives it a limit."""
    inner = call.frame.scope.session.frame(target)
    sites = _calls_of(inner, place) if inner is not None and not inner.wrapped else []
    if inner is None or not sites:
        return
    limits, spread = {param.name for param in made.as_external.timeout}, False
    for node in sites:
        given, passes = _given(inner, node, call.args, limits)
        if given is None:
            return
        spread, made.args = spread or passes, given
        if not limit(made).unbounded:
            return
    message = f"`{written}` has no timeout: `{target.chunk.name}` calls it without one"
    client = made.client if made.clients else ""
    yield made.finding(message, *(bound(made) if spread else []), span=call.head, client=client)


def _calls_of(inner: Frame, place: int | str) -> list[cst.Call]:
    """The calls of a parameter in a function; [] if that does anything else with it."""
    if not isinstance(inner.node, cst.FunctionDef):
        return []
    names = parameters(inner)
    name = place if isinstance(place, str) else names[place] if place < len(names) else ""
    used = [node for node in walk(inner.node.body) if isinstance(node, cst.Name) and node.value == name]
    above = [(node, inner.tree.parent(node)) for node in used]
    calls = [outer for node, outer in above if isinstance(outer, cst.Call) and outer.func is node]
    return calls if len(calls) == len(used) else []


def _given(inner: Frame, node: cst.Call, outer: Arguments, limits: set[str]) -> tuple[Arguments | None, bool]:
    """What a function gives to one that it is given, and whether it passes on all other keywords of its callers."""
    function = inner.node
    assert isinstance(function, cst.FunctionDef)
    star = function.params.star_kwarg
    found, passes = Arguments(), False
    own = {*parameters(inner), *(param.name.value for param in function.params.kwonly_params)}
    for arg in node.args:
        if arg.star == "**":
            if star is None or not isinstance(arg.value, cst.Name) or arg.value.value != star.name.value:
                return None, False
            if not _is_left_as_it_is(inner, function, star.name.value, limits) or outer.open_names:
                return None, False
            passes = True
            found.named.update({key: value for key, value in outer.named.items() if key not in own})
        elif arg.star:
            found.open_positions = True
        elif arg.keyword is not None:
            found.named[arg.keyword.value] = Argument(Unknown(), arg.value)
        else:
            found.positional.append(Argument(Unknown(), arg.value))
    return found, passes
