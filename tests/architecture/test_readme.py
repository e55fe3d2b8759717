"""The README is true: its commands run, its output is what they print, its links lead somewhere."""

from __future__ import annotations

import json
import re

from architecture import readme
from architecture.modules import ROOT
from resilint.config.settings import Settings, parse
from resilint.engine.check import check
from resilint_rules import registry
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

TEXT = readme.README.read_text("utf-8")


def test_it_has_two_command_lines() -> None:
    """One tries it in a fresh environment, one installs what the tests need and passes them."""
    first, second = readme.commands(TEXT)
    assert re.fullmatch(r"python3 -m venv \.venv && \.venv/bin/pip install \. && \.venv/bin/resilint check .+", first)
    install, tests = second.rsplit(" && ", 1)
    assert install == 'python3 -m venv .venv && .venv/bin/pip install -e ".[test]"'
    assert tests == ".venv/bin/python -m pytest -n 3 --dist loadfile"


def test_its_output_and_its_table_are_fresh() -> None:
    """What it shows is what is printed today; `python tests/architecture/readme.py` writes it again."""
    assert readme.written(TEXT) == TEXT


def test_the_example_is_found_wanting() -> None:
    """Without --exit-zero the example fails the check, as a person's own code would."""
    done = readme.run("tests/example")
    assert (done.returncode, done.stderr) == (1, "")


def test_links_lead_somewhere() -> None:
    """Every relative link names a file or folder of the checkout."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXT)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_its_settings_are_settings() -> None:
    """The settings it shows are read without a complaint."""
    shown = re.search(r"^```toml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    assert shown is not None
    _, mistakes = parse(shown[1].encode(), "pyproject.toml", "pyproject", registry.rules().values())
    assert mistakes == ()


def test_its_comment_silences() -> None:
    """The line it shows is a finding, and the comment on it silences that finding."""
    shown = re.search(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    assert shown is not None
    report = check(Document(f"import requests\n{shown[1]}"), Project(), Settings(select=("no-timeout",)))
    assert (report.findings, [finding.rule for finding in report.suppressed]) == ((), ["no-timeout"])


def test_its_options_exist() -> None:
    """No option is mentioned that the command line does not take."""
    known = readme.run("--help").stdout + readme.command("baseline", "--help").stdout
    known += readme.command("docs", "--help").stdout + readme.command("harden", "--help").stdout
    ours = TEXT.replace(readme.commands(TEXT)[1], "")  # that one is for pytest
    mentioned = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", ours))
    assert "--fail-on" in mentioned
    assert mentioned - set(re.findall(r"--[a-z-]+", known)) == set()


def test_its_commands_exist() -> None:
    """Every `resilint COMMAND` in it exists and has a help text."""
    named = set(re.findall(r"`resilint ([a-z]+)", TEXT))
    assert {"check", "rule", "explain", "baseline", "server"} <= named
    refused = [name for name in sorted(named) if readme.command(name, "--help").returncode]
    assert refused == []


def test_every_editor_has_its_page() -> None:
    """The editors it names are the ones that have something in editors/."""
    pages = {path.stem for path in (ROOT / "editors").iterdir()}
    section = TEXT.partition("## Editors")[2].partition("##")[0].lower()
    assert [page for page in sorted(pages) if page not in section and page != "vscode"] == []


def test_our_own_code_passes_our_own_rules() -> None:
    """What we ask of others holds for server, rules and tests."""
    done = readme.run("server", "rules", "tests", "--fail-on", "hint")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout[:2000]
    assert re.fullmatch(r"Nothing found in \d{3,} files\.\n", done.stdout)


def test_an_agent_gets_what_it_is_told() -> None:
    """The keys that it is to read are in the output, and its configuration starts a command that there is."""
    section = TEXT.partition("## Coding agents")[2].partition("\n## ")[0]
    (settings,) = re.findall(r"^```json\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    (start,) = json.loads(settings)["mcpServers"].values()
    assert start["command"] == "resilint"
    assert readme.command(*start["args"], "--help").returncode == 0
    told = set(re.findall(r"`([a-z_]+)`", section)) - {"content", "edits"}
    first = json.loads(readme.run("tests/example", "--output-format", "json-lines").stdout.splitlines()[0])
    assert told - {"mcp"} <= first.keys()
    edit = first["fixes"][0]["edits"][0]
    assert {"content", "location", "end_location"} <= edit.keys()
    explained = readme.command("explain", f"{first['filename']}:{first['location']['row']}", "--output-format", "json")
    assert json.loads(explained.stdout)["calls"]
