"""Which functions seem to compare a secret, from their text alone."""

from __future__ import annotations

import pytest

from resilint_rules.kit.prefilter.own_code.secret_comparisons import comparing
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.syntax.text import Document

REFUSE = "        raise HTTPError(403)\n"


def chosen(condition: str, head: str = "def f(request):") -> bool:
    """Whether a function with a condition is chosen."""
    text = f"{head}\n    if {condition}:\n{REFUSE}"
    return any(True for _ in comparing(Module(Document(text, "app.py", "app", "source"))))


@pytest.mark.parametrize(
    "condition",
    [
        "given != settings.API_KEY",
        "settings.hook_secret == given",
        "not given or given != os.environ['TOKEN']",
        "auth != f'Bearer {TOKEN}'",
        "given != self.api_key.get_secret_value() and other",
        "token.strip() != kept",
        "given \\\n        != settings \\\n        . password",
        "(given  # of the peer\n            != settings.password  # ours\n        )",
    ],
)
def test_one_side_is_called_a_secret(condition: str) -> None:
    """Whatever is read of it, and whatever the layout."""
    assert chosen(condition)


@pytest.mark.parametrize(
    "condition",
    [
        "given != settings.VERSION",
        "token == 'null'",
        "token != None",
        "len(token) != 3",
        "api_key_owner.role != admin",
        "kind == Kind.token_count",
    ],
)
def test_no_secret_or_a_literal(condition: str) -> None:
    """The name of a secret elsewhere is not enough, and a literal is none."""
    assert not chosen(condition)


def test_nothing_speaks_of_a_request() -> None:
    """Then there is nobody to refuse, unless the function is called after what it says."""
    text = "def f(a):\n    return a == self.token\ndef is_valid(a):\n    return a == self.token\n"
    found = comparing(Module(Document(text, "app.py", "app", "source")))
    assert [function.qualname for _, function in found] == ["is_valid"]
