"""What `harden` makes of a text, for tests of patterns."""

from __future__ import annotations

from collections.abc import Collection

from resilint.config.settings import Settings
from resilint.engine.file_checker import on_deep_stack
from resilint.engine.harden import EVERYWHERE, Place, harden
from resilint.fixes.apply import Fixed
from resilint_rules.kit.project.imports import Project, module_name
from resilint_rules.kit.syntax.text import Document
from resilint_rules.patterns.names import NAMES


def hardened(text: str, patterns: Collection[str] = NAMES, place: Place = EVERYWHERE, name: str = "app.py") -> str:
    """The text with some patterns; AssertionError if that is not settled, or a second run would change it."""
    done = _run(text, patterns, place, name)
    assert done.settled and not done.damage and not done.broken, (done.damage, done.broken)
    assert _run(done.text, patterns, place, name).text == done.text, "a second run changes it"
    compile(done.text, name, "exec")
    return done.text


def _run(text: str, patterns: Collection[str], place: Place, name: str) -> Fixed:
    project = Project(read=lambda wanted: text.encode() if wanted == name else None)
    doc = Document(text, name, module_name(name))
    (done,) = on_deep_stack(harden(item, project, Settings(), patterns, place) for item in [doc])
    return done
