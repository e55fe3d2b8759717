"""Marks the integration code of a module, whatever its layout."""

from __future__ import annotations

from ..project.module import Module
from .mentions import MentionIndex
from .summaries import ModuleExports
from .taint import Taint


def taint(module: Module, exports: ModuleExports, *, full: bool) -> Taint:
    """Returns the marks of a module.

    Most modules have none, which their text as it is can tell. Of the others the text outside functions is made
    flat, and the functions that have a mark, of which what is marked in them may give others one.
    """
    as_it_is = module.derived(_index)
    found = Taint(module, exports, as_it_is, full=full)
    if not found.begin():
        return found
    read = module.functions_at(found.marked())
    if "partial" in module.text:
        read.update(module.functions_mentioning("partial"))
    for attempt in range(3):
        text, changed = module.partly_flat(read)
        if text != found.text:
            leads = found.leads
            found = Taint(module, exports, MentionIndex(text, as_it_is, changed), full=full)
            found.begin(leads)
        found.spread()
        marked = module.functions_at(found.marked())
        if marked <= read:
            break
        read = read | marked if attempt == 0 else {module.name_of(function) for function in module.all_functions()}
    return found


def _index(module: Module) -> MentionIndex:
    return MentionIndex(module.text)
