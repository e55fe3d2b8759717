"""The API of rules: complete, explained, loaded late, and the only part of the kit that a rule imports."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from resilint_rules import kit, registry

HOMES = {name: module for module, names in kit._MODULES.items() for name in names.split()}


def docstrings(path: Path) -> dict[str, str]:
    """The docstrings of a module's functions, classes and constants, whose string stands below them."""
    body = ast.parse(path.read_text("utf-8")).body
    found = {}
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found[node.name] = ast.get_docstring(node) or ""
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(after, ast.Expr):
            text = after.value.value if isinstance(after.value, ast.Constant) else ""
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [name for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
            found.update((name.id, text if isinstance(text, str) else "") for name in names)
    return found


def exported() -> dict[str, tuple[str | None, str]]:
    """Returns what type checkers see: name of the API -> module of the kit and name there.

    Only an import `as` the same name exports it. Another name is an assignment of a private import.
    """
    tree = ast.parse(Path(kit.__file__).read_text("utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If)).body
    imported = {
        alias.asname: (statement.module, alias.name)
        for statement in block
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    renamed = {ast.unparse(node.targets[0]): ast.unparse(node.value) for node in block if isinstance(node, ast.Assign)}
    public = {name: home for name, home in imported.items() if name == home[1]}
    return {**public, **{name: imported[private] for name, private in renamed.items()}}


def test_both_lists_agree() -> None:
    """What type checkers see, and what is loaded and listed, are the same names of the same modules."""
    assert exported() == {name: (module, kit._RENAMED.get(name, name)) for name, module in HOMES.items()}
    assert dir(kit) == sorted(HOMES)


@pytest.mark.parametrize("name", HOMES)
def test_a_name_resolves_and_has_a_docstring(name: str) -> None:
    """It is defined in the module that the table names, and explained there."""
    module = importlib.import_module(f"resilint_rules.kit.{HOMES[name]}")
    own = kit._RENAMED.get(name, name)
    assert getattr(kit, name) is getattr(module, own)
    assert docstrings(Path(module.__file__ or ""))[own]


def test_no_name_is_a_module() -> None:
    """`from ..kit import name` would give the module, once that is loaded."""
    modules = {path.stem for path in Path(kit.__file__).parent.iterdir()}
    assert modules.isdisjoint(HOMES)


def test_an_unknown_name_is_refused() -> None:
    """With the words of Python itself."""
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        kit.nonsense  # noqa: B018


@pytest.mark.parametrize("path", registry.files(), ids=lambda path: path.stem)
def test_a_rule_imports_the_api(path: Path) -> None:
    """A rule imports from `..kit` names of the API, and the mark `rule` from the module of that name; no more."""
    imports = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)]
    deeper = [node.module for node in imports if node.level == 2 and node.module not in ("kit", "kit.rule")]
    assert deeper == []
    names = {alias.name for node in imports if node.level == 2 and node.module == "kit" for alias in node.names}
    assert names <= HOMES.keys()
    assert [alias.name for node in imports if node.module == "kit.rule" for alias in node.names] == ["rule"]


def test_the_parser_is_loaded_late() -> None:
    """The catalogue and the start-up lie in the kit, and pay nothing for its API."""
    code = "import sys, resilint_rules.kit.catalog.records; print(sorted({'libcst', 'importlib'} & set(sys.modules)))"
    paths = [str(Path(kit.__file__).parents[2])]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {paths!r}; {code}"],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.strip() == "['importlib']"
