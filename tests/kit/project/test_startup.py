"""Where a program sets itself up: in a module, what that imports, and modules with certain names near it."""

from __future__ import annotations

from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.startup import sets

FILES = {
    "shop/__init__.py": "",
    "shop/checkout.py": "import requests\n",
    "shop/channels.py": "limit = intercept\n",
    "shop/main.py": "setdefaulttimeout(5)\n",
}


def asked(*words: str, places: tuple[str, ...] = ()) -> bool:
    """Whether the program of `shop/checkout.py` mentions one of some words."""
    project = Project(lambda name: FILES[name].encode() if name in FILES else None)
    module = project.file("shop/checkout.py")
    assert module is not None
    return sets(words, module, project, places)


def test_a_program_sets_itself_up_in_modules_of_certain_names() -> None:
    """One of the words is enough, and more names may be given."""
    assert asked("setdefaulttimeout")
    assert asked("nothing", "setdefaulttimeout")
    assert not asked("nothing")
    assert not asked("intercept")
    assert asked("intercept", places=("channel", "channels"))
