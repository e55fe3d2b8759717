"""The commands `rule` and `explain`: pages of rules, and what happens at calls, for people and for programs."""

from __future__ import annotations

import itertools
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from resilint_rules.patterns.names import NAMES, PREFIX, RULES
from resilint_rules.patterns.pages import page as pattern_page
from resilint_rules.patterns.pages import summary

from ..config.validators import nearest
from ..errors import RunError
from ..fs import files
from ..fs.escapes import visible_lines
from . import options, terminal

if TYPE_CHECKING:
    from argparse import Namespace

    from resilint_rules.kit.rule import Rule

    from ..engine.explain import Explanation
    from ..fs.notebook import Cell
    from ..report.view import Card
    from ..run.run import Opened, Run

_CELL = re.compile(r"cell (\d+):(\d+)", re.ASCII)
_PLACE = re.compile(r"(.+?):(\d+|[^\W\d]\w*(?:\.[^\W\d]\w*)*)(?::\d+)?", re.ASCII)
"""A file with a line, also with a column, as `check` prints it, or with the name of a function."""


def find(word: str, cards: Mapping[str, Card]) -> Card | None:
    """The card of a rule by code (in any case) or name."""
    return next((card for code, card in cards.items() if word.upper() == code or word == card.rule.name), None)


def table(cards: Mapping[str, Card]) -> str:
    """One line a rule: code, name, severity, marks, summary."""
    name = max(len(card.rule.name) for card in cards.values())
    lines = [
        f"{rule.code:<7} {rule.name:<{name}}  {rule.severity.value:<7}  {_marks(rule)}  {rule.summary}"
        for rule in (card.rule for card in cards.values())
    ]
    legend = "f: has a fix, p: in preview, -: off unless selected; `resilint rule NAME` explains one"
    patterns = [f"{PREFIX + short:<{8 + name}}  {summary(short)}" for short in NAMES]
    more = "what `resilint harden` puts around calls; `resilint rule pattern:retry` explains one"
    return "\n".join([*lines, "", legend, "", *patterns, "", more]) + "\n"


def _marks(rule: Rule) -> str:
    return ("f" if rule.fixable else " ") + ("p" if rule.preview else " " if rule.default else "-")


def page(card: Card, colour: bool) -> str:
    """A rule's page with a line about it on top."""
    rule = card.rule
    facts = [rule.severity.value, _state(card)]
    facts += ["has a fix"] * rule.fixable + ["for tests"] * rule.tests
    if rule.equivalents:
        facts.append("also heeds comments for " + ", ".join(rule.equivalents))
    head = f"{rule.code} {rule.name}"
    head = f"\x1b[1m{head}\x1b[0m" if colour else head
    return f"{head}\n{'; '.join(facts)}\n\n{card.page.strip()}\n"


def _state(card: Card) -> str:
    if card.rule.preview:
        return "in preview: off unless `preview` is set"
    return "on by default" if card.rule.default else "off unless selected"


def as_json(card: Card) -> dict[str, Any]:
    """A rule for programs."""
    rule = card.rule
    return {
        "code": rule.code,
        "name": rule.name,
        "family": rule.family,
        "severity": rule.severity.value,
        "summary": rule.summary,
        "fixable": rule.fixable,
        "default": rule.default,
        "preview": rule.preview,
        "tests": rule.tests,
        "equivalents": list(rule.equivalents),
        "explanation": card.page,
    }


def pattern(name: str, format: str, colour: bool) -> str:  # noqa: A002 - its name
    """What `resilint rule pattern:NAME` prints; LookupError for a pattern that there is not."""
    short, text = name.removeprefix(PREFIX), pattern_page(name)
    if not text:
        raise LookupError(name)
    if format == "json":
        return _dumped({"name": name, "summary": summary(name), "rules": list(RULES[short]), "explanation": text})
    head = f"\x1b[1m{name}\x1b[0m" if colour else name
    return f"{head}\n`resilint harden PATH --with {short}`\n\n{text}"


def show(word: str, cards: Mapping[str, Card], format: str, colour: bool) -> str:  # noqa: A002 - its name
    """What `resilint rule` prints; LookupError for a rule that there is not."""
    if not word:
        return _dumped([as_json(card) for card in cards.values()]) if format == "json" else table(cards)
    if word.startswith(PREFIX):
        return pattern(word, format, colour)
    card = find(word, cards)
    if card is None:
        raise LookupError(word)
    return _dumped(as_json(card)) if format == "json" else page(card, colour)


def _dumped(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def explain(args: Namespace) -> int:
    """Runs `explain` and returns its exit status. Raises RunError."""
    from ..engine.file_checker import on_deep_stack
    from ..run.run import Options, Run

    if os.path.isdir(args.place):
        return _inventory(args)
    file, part = _parse(args.place)
    session = Run([file], Options(wish=options.overrides(args)))
    try:
        opened = session.open(file)
    except files.Unreadable as error:
        raise RunError(f"{file} cannot be read: {error}") from None
    for mistake in options.mistake_lines(session.mistakes):
        terminal.say(f"resilint: {mistake}")
    cells = _cells(opened)
    if named := _CELL.fullmatch(part):
        part = str(_row_of(cells, int(named[1]), int(named[2]), file))
    (found,) = on_deep_stack(_explained(opened, file, item) for item in [part])
    if args.output_format == "json":
        values = _by_cell(found.as_json(opened.document), cells) if cells else found.as_json(opened.document)
        text = json.dumps({"file": file, **values}, indent=2, ensure_ascii=False)
    else:
        text = found.as_text(opened.document, file, f"{file}:{part}" if part else file)
        if cells:  # places in the text are rows of all cells together
            text = re.sub(rf"(?<={re.escape(file)}:)(\d+)\b", lambda row: _spot(cells, int(row[1])), text)
    sys.stdout.write(visible_lines(text.rstrip("\n")) + "\n")
    return 0


def _inventory(args: Namespace) -> int:
    """`explain FOLDER`: all external calls below a folder, by what is at the other end. Raises RunError."""
    from ..engine.file_checker import on_deep_stack
    from ..run.run import Options, Run

    session = Run([args.place], Options(wish=options.overrides(args), cache=False, jobs=1))
    calls = sorted(
        (call for calls in on_deep_stack(_calls_in(session, file) for file in session.candidates()) for call in calls),
        key=lambda call: (call["peer"], call["file"], call["location"]["row"]),
    )
    for mistake in options.mistake_lines(session.mistakes):
        terminal.say(f"resilint: {mistake}")
    if args.output_format == "json":
        text = json.dumps({"folder": args.place, "calls": [_without(call, "text") for call in calls]}, indent=2)
    else:
        text = _by_peer(calls) or f"{args.place}: no call here that resilint knows to reach out of the program."
    sys.stdout.write(visible_lines(text) + "\n")
    return 0


def _calls_in(session: Run, file: str) -> list[dict[str, Any]]:
    """The external calls in a file as values, with a `text` for people."""
    from ..engine.explain import inventory
    from ..engine.wording import call_json, costs

    try:
        opened = session.open(file)
    except files.Unreadable:
        return []
    cells = _cells(opened)
    doc = opened.document
    found = []
    for reached in inventory(doc, opened.project, opened.settings):
        values = call_json(doc, reached)
        place = _by_cell(values, cells) if cells else values
        found.append({"file": file, **place, "text": costs(reached)})
    return found


def _by_peer(calls: Sequence[Mapping[str, Any]]) -> str:
    """The calls under what is at the other end."""
    lines: list[str] = []
    for peer, group in itertools.groupby(calls, lambda call: str(call["peer"])):
        members = list(group)
        bare = sum(not call["protected"] for call in members)
        count = f"{len(members)} call{'s' * (len(members) != 1)}"
        lines += [*([""] if lines else []), f"{peer or 'other'}: {count}{f', {bare} not protected' if bare else ''}"]
        for call in members:
            cell = f"cell {call['location']['cell']}:" if "cell" in call["location"] else ""
            place = f"{call['file']}:{cell}{call['location']['row']}:{call['location']['column']}"
            lines.append(f"  {place}: `{call['call']}`: {call['text']}")
    return "\n".join(lines)


def _without(values: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != key}


def _cells(opened: Opened) -> tuple[Cell, ...]:
    """The cells of a notebook; none of any other file. Effect: reads it again."""
    if not files.is_notebook(opened.path):
        return ()
    from ..fs.notebook import read_notebook

    return read_notebook(files.read(opened.path)).cells


def _row_of(cells: Sequence[Cell], number: int, row: int, file: str) -> int:
    """A row of a cell as one of all cells together. Raises RunError."""
    for cell in cells:
        if cell.number == number:
            return cell.first + row - 1
    raise RunError(f"{file} has no code in cell {number}")


def _spot(cells: Sequence[Cell], row: int) -> str:
    """A row of all cells together as people count."""
    cell = next((cell for cell in reversed(cells) if cell.first <= row), cells[0])
    return f"cell {cell.number}:{row - cell.first + 1}"


def _by_cell(value: Any, cells: Sequence[Cell]) -> Any:
    """The same values, in which rows are those of cells, and these are named."""
    if isinstance(value, list):
        return [_by_cell(inner, cells) for inner in value]
    if not isinstance(value, dict):
        return value
    found = {key: _by_cell(inner, cells) for key, inner in value.items()}
    if isinstance(value.get("row"), int):
        cell = next((cell for cell in reversed(cells) if cell.first <= value["row"]), cells[0])
        found |= {"cell": cell.number, "row": value["row"] - cell.first + 1}
    return found


def _parse(place: str) -> tuple[str, str]:
    """Returns the file and the line or function of it that are meant; "" for all of it."""
    if in_cell := re.fullmatch(r"(.+\.ipynb):(cell \d+:\d+)(?::\d+)?", place, re.ASCII):
        return in_cell[1], in_cell[2]
    found = _PLACE.fullmatch(place)
    if found is not None and not os.path.exists(place):
        return found[1], found[2]
    if not place.endswith((".py", ".pyi")) and not os.path.exists(place):
        raise RunError(f"explain wants FILE, FILE:LINE or FILE:FUNCTION, not {place!r}")
    return place, ""


def _explained(opened: Opened, file: str, part: str) -> Explanation:
    """The explanation of a line, a function or a file. Raises RunError if there is no such line or function."""
    from ..engine.explain import explain_file, explain_function, explain_line

    doc = opened.document
    if not part:
        return explain_file(doc, opened.project, opened.settings)
    if not part.isdecimal():
        found = explain_function(doc, opened.project, opened.settings, part)
        if found is None:
            names = [function.qualname for function in opened.project.module(doc).all_functions()]
            raise RunError(f"{file} has no function {part!r}{nearest(part, names)}")
        return found
    row = int(part)
    if not 1 <= row <= len(doc.starts):
        raise RunError(f"{file} has {len(doc.starts)} lines, and no line {row}")
    return explain_line(doc, opened.project, opened.settings, row)
