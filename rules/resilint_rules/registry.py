"""All rules, known without importing one: the folder walk is the registry, its result a generated table."""

from __future__ import annotations

import ast
import importlib
from functools import cache
from pathlib import Path

from .kit.findings import Severity
from .kit.rule import Check, Rule
from .rule_row import RuleRow

HERE = Path(__file__).resolve().parent
_KEYWORDS = (
    "code",
    "name",
    "on",
    "severity",
    "preview",
    "default",
    "tests",
    "words",
    "beside",
    "coroutine_words",
    "equivalents",
)


@cache
def rules() -> dict[str, Rule]:
    """Every rule by name, in order of code."""
    from .rule_table import RULES

    return {row.name: Rule(**{**row._asdict(), "severity": Severity(row.severity)}) for row in RULES}


@cache
def looking_at(kind: str) -> tuple[Rule, ...]:
    """The rules that look at documents of a kind: at tests, or at all others."""
    return tuple(rule for rule in rules().values() if rule.tests == (kind == "test"))


@cache
def _codes() -> dict[str, Rule]:
    return {rule.code: rule for rule in rules().values()}


def find(code_or_name: str) -> Rule | None:
    """The rule with this code or name; None if there is none."""
    return rules().get(code_or_name) or _codes().get(code_or_name.upper())


@cache
def load(name: str) -> Check:
    """The check of a rule; imports the rule's module."""
    module = importlib.import_module(rules()[name].module)
    check: Check = module.check
    return check


def source(rule: Rule) -> Path:
    """The file that holds a rule."""
    return HERE.parent.joinpath(*rule.module.split(".")).with_suffix(".py")


def page(rule: Rule) -> str:
    """A rule's page: the docstring of its file, read from the source so that -OO does not empty it.

    A function that several fixes write stands in it by its name: `<retry_after_seconds>`.
    """
    from .kit.rule_page import read_docstring

    text = read_docstring(source(rule).read_text("utf-8"))
    if "<retry_after_seconds>" in text:
        from .kit.fixes.retry_after import HELPER

        text = text.replace("<retry_after_seconds>", HELPER.rstrip())
    return text


def files() -> list[Path]:
    """The rules' files: every module of a family folder."""
    return sorted(
        path
        for path in HERE.glob("*/*.py")
        if path.parent.name not in ("kit", "catalog", "patterns", "__pycache__") and not path.stem.startswith("_")
    )


def read(path: Path) -> RuleRow:
    """A row of the table, from a rule's source; ValueError says what is missing or misnamed."""
    where = f"{path.parent.name}/{path.name}"
    tree = ast.parse(path.read_text("utf-8"))
    check = _check(tree, where)
    given = _keywords(check, where)
    words = {key: ast.literal_eval(value) for key, value in given.items() if key != "on"}
    if words["name"].replace("-", "_") != path.stem:
        raise ValueError(f"{where}: the rule is called {words['name']!r}; file and name must agree")
    page = ast.get_docstring(tree) or ""
    if not page:
        raise ValueError(f"{where}: no docstring, so no page")
    return RuleRow(
        code=words["code"],
        name=words["name"],
        severity=words.get("severity", "warning"),
        family=path.parent.name,
        module=f"resilint_rules.{path.parent.name}.{path.stem}",
        on=_subscriptions(given.get("on"), check.args.args[0].annotation, where),
        summary=page.partition("\n")[0],
        fixable="```python fixed" in page,
        preview=words.get("preview", False),
        default=words.get("default", True),
        tests=words.get("tests", False),
        words=tuple(words.get("words", ())),
        beside=tuple(words.get("beside", ())),
        coroutine_words=tuple(words.get("coroutine_words", ())),
        equivalents=tuple(words.get("equivalents", ())),
    )


def _check(tree: ast.Module, where: str) -> ast.FunctionDef:
    """Returns the function `check` of a rule's module; ValueError if there is none with a decorator and a parameter."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == "check" and node.decorator_list and node.args.args:
            return node
    raise ValueError(f"{where}: no function `check` marked with @rule(...)")


def _keywords(check: ast.FunctionDef, where: str) -> dict[str | None, ast.expr]:
    """Returns the keywords of `@rule(...)`; ValueError if one is unknown or missing."""
    mark = check.decorator_list[0]
    given = {keyword.arg: keyword.value for keyword in mark.keywords} if isinstance(mark, ast.Call) else {}
    if set(given) - set(_KEYWORDS) or not {"code", "name"} <= set(given):
        raise ValueError(f"{where}: @rule takes {', '.join(_KEYWORDS)}; code and name are needed")
    return given


def _subscriptions(on: ast.expr | None, annotation: ast.expr | None, where: str) -> tuple[str, ...]:
    """The names of the types that a rule subscribes to: those of `on`, which the annotation repeats, or its own."""
    annotated = _members(annotation)
    listed = tuple(name for item in on.elts for name in _members(item)) if isinstance(on, ast.Tuple) else ()
    if on is None and annotated:
        return annotated
    if not listed or set(listed) != set(annotated):
        raise ValueError(
            f"{where}: the type of the first parameter of `check` is what the rule subscribes to, one type or a "
            "union; `on`, if given, is a tuple of the same types"
        )
    return listed


def _members(annotation: ast.expr | None) -> tuple[str, ...]:
    """The names of a type or of a union `A | B`; () for anything else."""
    if isinstance(annotation, ast.Name):
        return (annotation.id,)
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        left, right = _members(annotation.left), _members(annotation.right)
        return (*left, *right) if left and right else ()
    return ()


def table() -> str:
    """The text of `rule_table.py`."""
    rows = sorted((read(path) for path in files()), key=lambda row: row.code)
    return (
        '"""Generated by `python -m resilint_rules.generate`; a test says whether it is fresh."""\n\n'
        "from __future__ import annotations\n\nfrom .rule_row import RuleRow\n\n# fmt: off\n"
        f"RULES: tuple[RuleRow, ...] = (\n{''.join(_written(row) for row in rows)})\n"
    )


def _written(row: RuleRow) -> str:
    """A row of the table as Python, one keyword a line."""
    fields = "".join(f"        {key}={_quoted(value)},\n" for key, value in row._asdict().items())
    return f"    RuleRow(\n{fields}    ),\n"


def _quoted(value: object) -> str:
    """A literal with double quotes where it holds none."""
    if isinstance(value, tuple):
        return f"({', '.join(map(_quoted, value))}{',' if len(value) == 1 else ''})"
    return f'"{value}"' if isinstance(value, str) and not {'"', "\\"} & set(value) else repr(value)
