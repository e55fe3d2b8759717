"""Programs in which names hold themselves: values, functions, classes and modules that lead back to where one began.

Each shape adds lines beside a line of a program. What is made compiles; it need not run, as nobody runs what is
typed half.
"""

from __future__ import annotations

import ast
import random
import warnings
from collections.abc import Iterator, Sequence

NAME = (
    "{t} = {t}",
    "{t} = {t} or {{}}",
    "{t} = {t} if {t} else {{}}",
    "{t} = {t} + {t}",
    "{t} += {t}",
    "{t} = {t}.copy()",
    "{t} = {t}.{t_}",
    "{t} = {t}[{t}]",
    "{t} = {t}({t})",
    "{t} = {t}({t}={t})",
    "{t} = made({t})",
    "{t} = [{t}, *{t}]",
    "{t} = {{**{t}, 'key': {t}}}",
    "{t} = [{t} for {t} in {t}]",
    "{t} = (lambda: {t})()",
    "{t} = lambda {t}={t}: {t}",
    "{t} = f'{{{t}}}'",
    "{t} = {t}.get('key', {t})",
    "{t} = functools.partial({t}, {t}, {t}={t})",
    "{t} = dataclasses.replace({t}, {t_}={t})",
    "twin = {t}\n{t} = twin",
    "twin = {t}\n{t}, twin = twin, {t}",
    "twin = {t} or {{}}\nother = twin\n{t} = other or twin",
    "for turn in range(3):\n    twin = {t}\n    {t} = twin or turn",
    "for {l} in {t}:\n    {t} = {l}",
    "while {t}:\n    {t} = {t}.next or {t}",
    "while True:\n    {t} = made({t}, twin)\n    twin = made(twin, {t})\n    if {t}: break",
    "with {t} as {l}:\n    {t} = {l}",
    "try:\n    {t} = {t}()\nexcept {t} as {l}:\n    {t} = {l}\nfinally:\n    {t} = {t}",
    "if {t}:\n    {t} = twin = {t}\nelse:\n    {t} = twin = {t} = twin",
    "match {t}:\n    case {l}:\n        {t} = {l}",
    "def twin():\n    nonlocal_ = twin\n    return {t} or twin()\n{t} = twin()",
    "def twin(value={t}):\n    return other({t})\ndef other(value):\n    return twin(value)\n{t} = twin({t})",
    "class Twin:\n    twin = {t}\n    def __init__(self, value={t}):\n        self.value = self.value or value or {t}\n"
    "{t} = Twin({t}).value",
    "{t}.{t_} = {t}",
    "{t}.{t_} = {t}.{t_} or {t}",
    "{t}['key'] = {t}['key'] or {t}",
    "{t}.{t_}, {t}.other = {t}.other, {t}.{t_}",
    "{t} = {t}.{t_} = {t}",
    "({l} := {t})\n{t} = ({l} := {l} or {t})",
    "{t} = cast({t}, {t})",
    "{t}: {t} = {t}",
    "{t} = type({t})({t})",
    "{t} = getattr({t}, '{t_}', {t})",
    "setattr({t}, '{t_}', {t})",
    "{t} = super().{t_} or {t}",
)
"""What comes behind a line that gives a value to `{t}`; `{t_}` is a name that fits behind a dot, `{l}` a local one."""

FUNCTION = (
    "{n} = {n}",
    "{n} = made({n})",
    "{n} = {n}({n})",
    "{n} = property({n})",
    "{n}.{n} = {n}",
    "twin = {n}\n@twin\ndef {n}(*args, **more):\n    return twin(*args, **more)",
    "def {n}(*args, **more):\n    return {n}(*args, **more)",
    "@{n}\ndef {n}(call=None):\n    return {n}(call or {n})",
    "def {n}(call={n}):\n    def {n}(*args):\n        return call(*args) or {n}(*args)\n    return {n}",
    "twin = functools.partial({n}, {n})\n{n} = functools.partial(twin, {n})",
)
"""What comes behind a function `{n}`."""

BODY = (
    "{n}({n})",
    "{n}({p})",
    "{v} = {n}({p})",
    "{v} = {v} or {n}({p})",
    "{v} = {v}.{n}({p})",
    "return {n}({p}) or {n}({n}({p}))",
    "if {v}:\n    return {n}({p})",
    "for {v} in {n}({p}):\n    {n}({v})",
    "try:\n    {n}({p})\nexcept Exception:\n    return {n}({p})",
    "with {n}({p}) as {v}:\n    {v}.{n}({p})",
    "yield from {n}({p})",
    "def {n}(*args):\n    return {n}(*args)\nreturn {n}({p})",
    "def {v}(*args):\n    return {n}({v}, *args)\n{n}({v})",
    "global {g}\n{g} = {n}({p}) or {g}",
    "global {n}\n{n} = {n}",
)
"""What comes first in a function `{n}` with the arguments `{p}`, the first of which is `{v}`."""

METHOD = (
    "self.{n}({p})",
    "self.{n} = self.{n}",
    "self.{n} = self.{n} or self",
    "self.twin = self.other\nself.other = self.twin",
    "self.{n} = self.twin = self.{n}()",
    "self = self.{n}({p})",
    "self.twin = type(self)({p})\nreturn self.twin.{n}({p})",
    "self.twin = self\nreturn self.twin.twin.twin.{n}({p})",
    "return super().{n}({p}) or self.{n}({p})",
    "with self.{n}({p}) as self.twin:\n    self.{n} = self.twin",
    "setattr(self, '{n}', self.{n})",
    "return getattr(self, '{n}')({p})",
)
"""What comes first in a method."""

CLASS = (
    "{n} = {n}",
    "{n} = made({n})",
    "{n}.{n} = {n}",
    "class {n}({n}):\n    pass",
    "class {n}(Twin):\n    pass\nclass Twin({n}):\n    pass",
    "class Twin({n}):\n    pass\n{n} = Twin",
    "class {n}({n}, {n}, metaclass={n}):\n    inner = {n}",
    "twin = {n}()\n{n} = type(twin)\ntwin = {n}(twin)",
)
"""What comes behind a class `{n}`."""

MEMBER = (
    "twin = twin",
    "twin = other\nother = twin",
    "inner = {n}",
    "class {n}({n}):\n    pass",
    "@property\ndef twin(self):\n    return self.twin",
    "@property\ndef twin(self):\n    return self.other\n@property\ndef other(self):\n    return self.twin",
    "@twin.setter\ndef twin(self, value):\n    self.twin = self.twin or value",
    "@functools.cached_property\ndef twin(self):\n    self.twin = self.twin\n    return self.twin.twin",
    "def __getattr__(self, name):\n    return getattr(self, name) or getattr(self.twin, name)",
    "def __enter__(self):\n    return self.__enter__()",
    "def __call__(self, *args):\n    return self(*args)",
    "def __new__(cls):\n    return {n}()\ndef __init__(self):\n    self.twin = {n}()",
    "def twin(self):\n    return self.other()\ndef other(self):\n    return self.twin()",
)
"""What comes first in a class."""

MODULE = (
    ("import {m}\n", {}),
    ("from {m} import *\n", {}),
    ("from {m} import {n}\n", {}),
    ("from {m} import {n} as {n}\n{n} = {m}.{n}\n", {}),
    ("from twins import *\n", {"twins.py": "from {m} import *\n"}),
    ("from twins import {n}\n", {"twins.py": "from {m} import {n}\n"}),
    ("import twins\n{n} = twins.{n}\n", {"twins.py": "import {m}\n{n} = {m}.{n}\n"}),
    ("from twins import {n}\n", {"twins.py": "from others import {n}\n", "others.py": "from twins import {n}\n"}),
    (
        "from twins import {n} as other\n{n} = other\n",
        {"twins.py": "from others import *\n{n} = {n}\n", "others.py": "from {m} import {n}\nfrom twins import *\n"},
    ),
    (
        "from twins.part import {n}\n",
        {"twins/__init__.py": "from .part import {n}\n", "twins/part.py": "from . import {n}\n"},
    ),
    (
        "from twins import Twin\nclass {n}(Twin):\n    pass\n",
        {"twins.py": "from {m} import {n}\nclass Twin({n}):\n    pass\n"},
    ),
    (
        "from twins import twin\n{n} = twin({n})\n",
        {"twins.py": "from {m} import {n}\ndef twin(value):\n    return {n}(twin(value))\n"},
    ),
)
"""What comes first or last in a module `{m}` with a name `{n}`, and the modules beside it."""

Place = tuple[int, str, Sequence[str], dict[str, str]]
"""The line before which something may stand, its indentation, what may, and the words in it."""


def _given(node: ast.stmt) -> Iterator[str]:
    """The names and attributes that a statement gives values to."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    for target in targets:
        for part in target.elts if isinstance(target, ast.Tuple) else [target]:
            if isinstance(part, (ast.Name, ast.Attribute)):
                yield ast.unparse(part)


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef, method: bool) -> list[str]:
    found = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return found[method:]


def places(tree: ast.Module, lines: Sequence[str]) -> Iterator[Place]:
    """Where shapes may stand in a program whose statements have lines of their own."""
    for parent in ast.walk(tree):
        method = isinstance(parent, ast.ClassDef)
        for body in (getattr(parent, field, None) for field in ("body", "orelse", "finalbody")):
            for node in body if isinstance(body, list) else ():
                before = lines[node.lineno - 1][: node.col_offset]
                if before.strip():
                    continue
                after = (node.end_lineno or 0) + 1
                for given in _given(node):
                    last = given.rpartition(".")[2]
                    yield after, before, NAME, {"t": given, "t_": last, "l": f"one_{last}"}
                if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                    continue
                first = node.body[0]
                inside = lines[first.lineno - 1][: first.col_offset]
                if isinstance(first, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) or inside.strip():
                    continue
                words = {"n": node.name}
                if isinstance(node, ast.ClassDef):
                    yield after, before, CLASS, words
                    yield first.lineno, inside, MEMBER, words
                    continue
                arguments = _arguments(node, method)
                words |= {"p": ", ".join(arguments), "v": next(iter(arguments), "value"), "g": "shared"}
                yield after, before, FUNCTION, words
                yield first.lineno, inside, METHOD if method else BODY, words


def _names(tree: ast.Module) -> list[str]:
    """What a module gives names to at its top."""
    found = [name for node in tree.body for name in _given(node) if "." not in name]
    return found + [node.name for node in tree.body if hasattr(node, "name")] or ["twin"]


def cyclic(text: str, module: str, chance: random.Random) -> tuple[str, dict[str, str]]:
    """A program with one to six shapes, and the modules that it now has beside it; the same text if none fits."""
    tree = ast.parse(text)
    lines = text.splitlines(keepends=True)
    found = list(places(tree, lines))
    chosen = chance.sample(found, min(len(found), chance.choice((1, 1, 2, 4, 6))))
    for line, blanks, shapes, words in sorted(chosen, key=lambda place: -place[0]):
        shape = chance.choice(shapes).format(**words)
        lines[line - 1 : line - 1] = [f"{blanks}{part}\n" for part in shape.split("\n")]
    beside: dict[str, str] = {}
    if chance.random() < 0.3:
        shape, others = chance.choice(MODULE)
        words = {"m": module, "n": chance.choice(_names(tree))}
        lines.insert(chance.choice((0, len(lines))), shape.format(**words))
        beside = {name: other.format(**words) for name, other in others.items()}
    made = "".join(lines)
    return (made, beside) if is_program(made) else (text, {})


def is_program(text: str) -> bool:
    """Whether a text can be read as Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError):
            return False
    return True
