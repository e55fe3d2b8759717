"""Functions that are registered by name, and what is parsed to find that out."""

from __future__ import annotations

import pytest

from resilint_rules.kit.entry_points.routed import is_registered
from resilint_rules.kit.interp.session import Session
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.syntax.text import Document

DJANGO = "from django.urls import path\ndef f(request):\n    return 1\n"


def registered(text: str) -> tuple[str, int]:
    """What `f` is called for, and how many chunks were parsed for that."""
    session = Session(Project(lambda _: None))
    found = is_registered(session.scope(Module(Document(text, "shop/views.py", "shop.views"))), "f")
    return found, session.chunks


@pytest.mark.parametrize(
    "text",
    [
        DJANGO + "urlpatterns = [path('x', f)]\n",
        DJANGO + "urlpatterns = [path('x', cached(f)), f(1)]\n",
        DJANGO + "class Urls:\n    patterns = [path('x', view=f)]\n",
        DJANGO + "def setup(add):\n    add(path('x', f  # the view\n    ))\n",
    ],
)
def test_function_is_given_to_what_takes_one(text: str) -> None:
    """By name or wrapped, at module level, in a class or in a function."""
    assert registered(text) == ("request", 1)


@pytest.mark.parametrize(
    "text",
    [
        DJANGO + "def g():\n    return f(1) + f (2)\n",
        DJANGO + "x = f(1)\n",
        DJANGO.replace("django.urls", "elsewhere") + "urlpatterns = [path('x', f)]\n",
        DJANGO.replace("django", ".") + "urlpatterns = [path('x', f)]\n",
    ],
)
def test_nothing_is_parsed_where_it_cannot_be_given(text: str) -> None:
    """It is only called, or no library is imported that takes functions."""
    assert registered(text) == ("", 0)
