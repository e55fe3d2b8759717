"""What `harden` makes of a text, for tests of patterns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

from resilint.config.settings import Settings
from resilint.engine.file_checker import on_deep_stack
from resilint.engine.harden import EVERYWHERE, Place, harden
from resilint.fixes.apply import Fixed
from resilint_rules.kit.project.imports import Project, module_name
from resilint_rules.kit.syntax.text import Document
from resilint_rules.patterns.names import UNASKED

PLAIN = Settings()


def hardened(
    text: str,
    patterns: Collection[str] = UNASKED,
    place: Place = EVERYWHERE,
    name: str = "app.py",
    settings: Settings = PLAIN,
    more: Mapping[str, str] | None = None,
) -> str:
    """The text with some patterns; AssertionError if that is not settled, or a second run would change it.

    `more` are other files of the project, by their names.
    """
    run = partial(
        _run, patterns=patterns, place=place, files={**(more or {}), name: text}, name=name, settings=settings
    )
    done = run(text)
    assert done.settled and not done.damage and not done.broken, (done.damage, done.broken)
    assert run(done.text).text == done.text, "a second run changes it"
    compile(done.text, name, "exec")
    return done.text


def _run(
    text: str, patterns: Collection[str], place: Place, files: Mapping[str, str], name: str, settings: Settings
) -> Fixed:
    there = {**files, name: text}
    project = Project(read=lambda wanted: there[wanted].encode() if wanted in there else None)
    doc = Document(text, name, module_name(name))
    (done,) = on_deep_stack(harden(item, project, settings, patterns, place) for item in [doc])
    return done
