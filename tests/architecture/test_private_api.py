"""The private parts of pygls and libcst that we use: all of them are listed here, and exist.

Neither package promises anything about them, which is why pyproject.toml has an upper bound for both. Before
a bound is raised, this file must pass with the new release.
"""

from __future__ import annotations

import ast
import re
from operator import attrgetter

import libcst
import pytest
from libcst._nodes.internal import CodegenState
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol

from architecture.modules import ROOT, Source, read_modules
from resilint_rules.kit.syntax.tree import parse

PYGLS = {
    "_converter": "bad parameters must be answered with -32602, so that they are converted before pygls sees them",
    "_request_futures": "requests under way are cancelled at `shutdown`; pygls changes its dict while it walks it",
    "_result_types": "an unreadable answer of a client must end the request that waits for it",
    "_send_response": "errors are answered for messages that pygls would ignore",
    "_shutdown": "after `shutdown` only `exit` may come",
    "fm.builtin_features": "pygls keeps documents of its own, in which lines end where they must not",
    "fm.features": "an unknown method is answered before its parameters are looked at",
}
"""Attributes of pygls' protocol object, and what each is needed for."""

LIBCST = {
    "_nodes.internal.CodegenState": "spans without the metadata providers, which cost more than parsing",
    "Module._codegen": "writes the tree with our own state, which notes where each node starts and ends",
    "CSTNode.__post_init__": "replaced during a parse: validating what the parser made takes a third of the time",
    "SimpleWhitespace": "replaced during a parse, so that equal white space is one object",
}
"""Names below `libcst` that are private or are replaced, and what each is needed for."""

CODEGEN = ("add_indent_tokens", "add_token", "after_codegen", "before_codegen", "pop_trailing_newline",
           "record_syntactic_position", "indent_tokens")  # fmt: skip
"""Methods of the code generator's state that are overridden, and the attribute that they read."""

MODULES = {source.name: source for source in read_modules()}
PROTOCOL = MODULES["resilint.lsp.protocol"]


@pytest.fixture(scope="module")
def protocol() -> LanguageServerProtocol:
    """A protocol object as pygls makes it."""
    return LanguageServer("name", "1").protocol


@pytest.mark.parametrize("name", PYGLS)
def test_the_private_part_of_pygls_exists(protocol: LanguageServerProtocol, name: str) -> None:
    """An attribute that is gone would be an error in the middle of a conversation."""
    attrgetter(name)(protocol)


@pytest.mark.parametrize("name", LIBCST)
def test_the_private_part_of_libcst_exists(name: str) -> None:
    """A name that is gone would end every run."""
    attrgetter(name)(libcst)


@pytest.mark.parametrize("name", CODEGEN)
def test_the_state_has_what_is_overridden(name: str) -> None:
    """A method under another name would not be called, and every span would be wrong."""
    assert hasattr(CodegenState(default_indent="    ", default_newline="\n"), name)


def test_the_replaced_names_are_looked_up_in_libcst() -> None:
    """The parser takes the white space class from the module at each parse: else the replacement has no effect."""
    one = parse("a = 1\n", 0, indented=False)
    other = parse("b = 2\n", 0, indented=False)
    assert one is not None and other is not None
    blanks = []
    for tree in (one, other):
        line = tree.body[0]
        assert isinstance(line, libcst.SimpleStatementLine)
        assign = line.body[0]
        assert isinstance(assign, libcst.Assign)
        blanks.append(assign.targets[0].whitespace_before_equal)
    assert blanks[0] is blanks[1]


def private_attributes(source: Source) -> set[str]:
    """Names with one leading underscore that are read or written on an object."""
    return {
        node.attr
        for node in ast.walk(ast.parse(source.text))
        if isinstance(node, ast.Attribute) and re.match(r"_[^_]", node.attr)
    }


def test_no_other_private_part_of_pygls_is_used(protocol: LanguageServerProtocol) -> None:
    """What begins with an underscore and is defined by pygls is in the list above."""
    used = {name for name in private_attributes(PROTOCOL) if hasattr(protocol, name)}
    assert used | {"fm.builtin_features", "fm.features"} == set(PYGLS)
    assert set(re.findall(r"\bfm\.\w+", PROTOCOL.text)) == {"fm.builtin_features", "fm.features"}


def test_no_other_module_uses_private_parts() -> None:
    """Reaching into a foreign object needs a `noqa: SLF001`; importing a private module of libcst is seen here."""
    reaching = {
        source.name: re.findall(r"\._[a-z]\w*(?=.*noqa: SLF001)", source.text)
        for source in MODULES.values()
        if "SLF001" in source.text
    }
    assert reaching == {
        "resilint.cli.completion": ["._actions", "._choices_actions", "._actions"],  # argparse's, since it exists
        "resilint.lsp.warm_up": ["._converter"],
        "resilint_rules.kit.syntax.tree": ["._codegen"],
    }
    imported = {
        name
        for source in MODULES.values()
        for name in source.imports
        if re.match(r"(libcst|pygls|lsprotocol)\.(\w+\.)*_", name)
    }
    assert imported == {"libcst._nodes.internal", "libcst._nodes.internal.CodegenState"}


def test_both_packages_have_an_upper_bound() -> None:
    """A new major version may change what is private without a word."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    assert re.search(r'"libcst>=[\d.]+,<\d', text)
    assert re.search(r'"pygls>=[\d.]+,<\d', text)
    assert re.search(r'"lsprotocol>=[\d.]+,<\d', text)
