"""The commands of a contributor, each in an environment of its own: `nox -f .ci/noxfile.py -s lint types`.

Versions come from the extras in pyproject.toml. `.ci/run` runs the same checks on a clean checkout, on two Pythons.
"""

from __future__ import annotations

import re
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parents[1]
EXTRA = nox.project.load_toml(ROOT / "pyproject.toml")["project"]["optional-dependencies"]["test"]
FORMATTED = ("server", "rules", "tests")

nox.options.sessions = ["lint", "types", "tests"]
nox.options.reuse_venv = "yes"


def find_requirement(name: str) -> str:
    """Returns the requirement of one package as the extra `test` states it."""
    return next(line for line in EXTRA if re.split(r"[^\w.-]", line)[0] == name)


@nox.session
def lint(session: nox.Session) -> None:
    """Checks style and formatting with ruff."""
    session.chdir(ROOT)  # nox starts in the folder of this file
    session.install(find_requirement("ruff"))
    session.run("ruff", "check", *FORMATTED, ".ci")
    session.run("ruff", "format", "--check", *FORMATTED, ".ci")


@nox.session
def types(session: nox.Session) -> None:
    """Checks the types of both packages with mypy --strict."""
    session.chdir(ROOT)
    session.install("-e", ".", find_requirement("mypy"))
    session.run("mypy")


@nox.session
def tests(session: nox.Session) -> None:
    """Runs the tests in parallel; arguments after `--` go to pytest instead of the default selection."""
    session.chdir(ROOT)
    session.install("-e", ".[test]")
    # tests/clients drives editors and hooks, which take minutes and are rarely installed
    session.run("pytest", "-q", "-n", "auto", *(session.posargs or ["--ignore=tests/clients"]))


@nox.session
def rule(session: nox.Session) -> None:
    """Runs the tests of one rule, named after `--`: `nox -f .ci/noxfile.py -s rule -- no-timeout`."""
    if len(session.posargs) != 1:
        session.error("one rule name is needed: nox -f .ci/noxfile.py -s rule -- no-timeout")
    session.chdir(ROOT)
    session.install("-e", ".[test]")
    session.run("pytest", "-q", "tests/rules", "-k", session.posargs[0])
