"""Placement of the inserted status check, and the handlers that must catch its exception."""

from __future__ import annotations

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint.fixes.apply import UNSAFE, fix_all
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

START = "import json\nimport requests\n\ndef state():\n    try:\n        resp = requests.get(URL, timeout=5)\n"
READ = "        return resp.json()\n"


@pytest.mark.parametrize(
    ("clauses", "fixed"),
    [
        (["except ValueError:", "    return 0"], "except (ValueError, requests.HTTPError):"),
        (["except ValueError as exc:", "    return exc.args"], "except (ValueError, requests.HTTPError) as exc:"),
        (["except json.JSONDecodeError as exc:", "    return exc.doc"], ""),
        (["except requests.ConnectionError:", "    return 0"], ""),
        (["except ValueError:", "    return 0", "except requests.RequestException:", "    return 1"], ""),
        (["except (OSError, ValueError):", "    return 0"], ""),
        (["except (ValueError, *MORE):", "    return 0"], ""),
    ],
)
def test_the_clause_for_what_cannot_be_parsed(clauses: list[str], fixed: str) -> None:
    """The handler also catches the new exception, unless another does or it reads attributes of its own class."""
    text = START + READ + "".join(f"    {line}\n" for line in clauses)
    settings = Settings(select=("status-never-checked",))
    doc = Document(text, "state.py", "state", "source")
    project = Project({doc.name: doc.text})
    done = fix_all(doc, lambda document: check(document, project, settings).findings, UNSAFE).text
    assert "        resp.raise_for_status()\n" in done
    assert done.splitlines()[8:] == [f"    {fixed or clauses[0]}", *(f"    {line}" for line in clauses[1:])]


@pytest.mark.parametrize(
    "opening", ["async with session.get(URL) as answer:", "with requests.get(URL, timeout=5) as answer:"]
)
def test_a_block_that_treats_one_status_checks_the_others(opening: str) -> None:
    """The check stands in the block of the response, right behind what treats the one."""
    word = "await " if opening.startswith("async") else ""
    status = "status" if word else "status_code"
    text = (
        f"import aiohttp\nimport requests\n\n{word and 'async '}def state(session: aiohttp.ClientSession):\n"
        f"    for attempt in range(3):\n        {opening}\n            if answer.{status} == 429:\n"
        f"                continue\n            return {word}answer.json()\n"
    )
    settings = Settings(select=("status-never-checked",))
    doc = Document(text, "state.py", "state", "source")
    project = Project({doc.name: doc.text})
    done = fix_all(doc, lambda document: check(document, project, settings).findings, UNSAFE).text
    assert "continue\n            answer.raise_for_status()\n            return" in done
