"""Rules and libraries as a whole: codes and names, no library in a rule's code, fresh tables."""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections import Counter
from pathlib import Path

import pytest

from architecture.modules import PACKAGES, ROOT
from resilint.own_rules import OWN
from resilint_rules import generate, registry
from resilint_rules.catalog.index import IMPORTS
from resilint_rules.kit.rule import Rule
from resilint_rules.kit.subscriptions import SUBSCRIPTIONS

RULES = list(registry.rules().values())
CODE = sorted(
    path
    for folder in PACKAGES["resilint_rules"].iterdir() if folder.is_dir() and folder.name != "catalog"
    for path in folder.rglob("*.py")
)  # fmt: skip
"""The rules, their private modules and the kit."""

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def test_there_are_rules() -> None:
    """An empty registry would pass everything below."""
    assert {"no-timeout", "timeout-disabled", "status-never-checked"} <= {rule.name for rule in RULES}


def test_codes_and_names_are_unique() -> None:
    """A code or a name means one thing, ours included."""
    words = Counter(word for rule in (*RULES, *OWN) for word in (rule.code, rule.name))
    assert [word for word, count in words.items() if count > 1] == []


@each_rule
def test_a_rule_is_named_after_its_file(rule: Rule) -> None:
    """The name is the file's, the code three letters and three digits, the family the folder."""
    path = registry.source(rule)
    assert path.stem == rule.name.replace("-", "_")
    assert path.parent.name == rule.family
    assert re.fullmatch(r"[A-Z]{3}\d{3}", rule.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)


def test_a_rule_subscribes_to_the_types_of_its_parameter() -> None:
    """One type, or a union that `on` repeats; every type has objects."""
    assert {name: registry.rules()[name].on for name in ("no-timeout", "task-dropped")} == {
        "no-timeout": ("Call", "ClientCall", "WrappedCall", "BlockCall", "Frame"),
        "task-dropped": ("SpawnCall",),
    }
    assert [rule.name for rule in RULES if not rule.on or not SUBSCRIPTIONS.keys() >= set(rule.on)] == []


@pytest.mark.parametrize(
    ("on", "annotation", "expected"),
    [
        ("", "Call", ("Call",)),
        ("", "Call | ClientCall", ("Call", "ClientCall")),
        ("on=(Call, ClientCall), ", "Call | ClientCall", ("Call", "ClientCall")),
        ("on=(Call, ClientCall), ", "Call", None),
        ("on=(), ", "Call", None),
        ("", "list[Call]", None),
    ],
)
def test_subscriptions_are_read_from_the_source(
    on: str, annotation: str, expected: tuple[str, ...] | None, tmp_path: Path
) -> None:
    """`on` and the annotation agree, or the rule is refused with its place."""
    path = tmp_path / "some_rule.py"
    path.write_text(f'"""Page."""\n@rule(code="X", {on}name="some-rule")\ndef check(call: {annotation}): ...\n')
    if expected is not None:
        assert registry.read(path).on == expected
    else:
        with pytest.raises(ValueError, match="the first parameter"):
            registry.read(path)


def test_a_family_has_one_prefix() -> None:
    """The letters of a code say its folder, and one folder has one set of letters."""
    pairs = {(rule.code[:3], rule.family) for rule in RULES}
    assert len(pairs) == len({prefix for prefix, _ in pairs}) == len({family for _, family in pairs})


def test_the_tables_are_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    """The generated tables are what the folders say; `python -m resilint_rules.generate` writes them."""
    assert (generate.main(["--check"]), capsys.readouterr().out) == (0, "")


def library_words() -> set[str]:
    """Top-level names of what the catalogue describes, without those of Python itself and plain words of the field."""
    plain = {"retry", "responses", "limits", "backoff"}
    return {name.partition(".")[0] for name in IMPORTS} - set(sys.stdlib_module_names) - plain


def places_named(code: str) -> list[str]:
    """The places in a module's code, without the docstring of the module, that name a library: `row: name`."""
    libraries = library_words()
    words = "|".join(sorted(libraries))
    dotted = re.compile(rf"\b({words})\.\w|['\"]({words})['\"]")
    body = ast.parse(code).body
    docstring = body[0].end_lineno if ast.get_docstring(ast.Module(body, [])) is not None else 0
    named = []
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        row, own = token.start[0], token.string
        if row <= (docstring or 0):
            continue
        if token.type == tokenize.NAME and own in libraries:
            named.append(f"{row}: {own}")
        elif token.type == tokenize.STRING and not own.startswith('"""') and (found := dotted.search(own)):
            named.append(f"{row}: {found.group()}")
    return named


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(PACKAGES["resilint_rules"]).as_posix())
def test_a_rule_knows_no_library(path: Path) -> None:
    """Rules, their private modules and the kit name no library: what differs by library is a fact of the catalogue.

    Docstrings may give a library as an example.
    """
    named = places_named(path.read_text("utf-8"))
    assert named == [], "\n".join(f"{path.relative_to(ROOT).as_posix()}:{place}" for place in named)


def test_a_named_library_is_found() -> None:
    """As a name, in a text and at the start of a dotted name; not in a docstring."""
    code = '''"""Like httpx."""\nx = httpx\ny = "httpx.get"\nz = ["redis"]\ndef f():\n    """As redis.Redis."""\n'''
    assert places_named(code) == ["2: httpx", "3: httpx.g", '4: "redis"']


def test_every_library_says_where_it_was_looked_up() -> None:
    """A fact without the place that proves it is an opinion."""
    silent = []
    for path in sorted((PACKAGES["resilint_rules"] / "catalog").glob("*.toml")):
        text = path.read_text("utf-8")
        facts = len(re.findall(r"^\[\[(?:call|client|retry)\]\]", text, re.MULTILINE))
        if text.count("\nproof") < facts or "\nchecked" not in text:
            silent.append(path.name)
    assert silent == []
