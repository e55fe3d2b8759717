"""The tools: commands of resilint in processes of their own, whose output is returned as values.

So an agent gets what a terminal gets, and a command that is killed takes nothing with it. Names and defaults of
parameters are what an agent sees.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ..run import own_process
from ..run.own_process import Done

_RANKS = {"error": 0, "warning": 1, "info": 2, "hint": 3}


class Refused(Exception):
    """A command that has failed, with the reason that it gives."""


async def check(
    paths: list[str] | None = None, rules: list[str] | None = None, preview: bool = False, limit: int = 25
) -> dict[str, Any]:
    """Returns the findings in files and folders, the worst first, at most `limit`, and how many there are.

    Raises Refused.
    """
    words = [f"--select={rule}" for rule in rules or ()] + ["--preview"] * preview
    done = await _run("check", "--output-format=json", "--quiet", *words, "--", *(paths or ["."]))
    found = json.loads(done.printed)
    found.sort(key=lambda finding: _RANKS.get(finding["severity"], 0))  # stable: files and rows stay in order
    return {
        "total": len(found),
        "by_severity": _counts(finding["severity"] for finding in found),
        "by_rule": _counts(finding["name"] for finding in found),
        "findings": found[: max(limit, 0)],
        "complaints": done.said.splitlines(),
    }


async def explain(file: str, line: int = 0, function: str = "") -> dict[str, Any]:
    """Returns what happens at the calls on a line, behind a function, or in all of a file. Raises Refused."""
    part = f":{line}" if line else f":{function}" if function else ""
    done = await _run("explain", "--output-format=json", "--", f"{file}{part}")
    found: dict[str, Any] = json.loads(done.printed)
    return found


async def rule(name: str = "") -> dict[str, Any]:
    """Returns the page of a rule; without a name all rules with their summaries. Raises Refused."""
    done = await _run("rule", "--output-format=json", *(["--", name] if name else []))
    found = json.loads(done.printed)
    if isinstance(found, dict):
        return found
    kept = ("code", "name", "severity", "summary", "fixable", "default", "preview")
    return {"rules": [{key: card[key] for key in kept} for card in found]}


async def harden(places: list[str], patterns: list[str] | None = None, write: bool = False) -> dict[str, Any]:
    """Returns the patch that puts resilient patterns around external calls; with `write` it is applied.

    Raises Refused.
    """
    words = [*([f"--with={','.join(patterns)}"] if patterns else []), "--", *(places or ["."])]
    patch = await _run("harden", "--diff", *words)
    written = await _run("harden", *words) if write and patch.printed else None
    return {
        "diff": patch.printed,
        "written": written is not None,
        "said": (written or patch).said.strip(),
    }


def _counts(names: Iterable[str]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for name in names:
        found[name] = found.get(name, 0) + 1
    return found


async def _run(*words: str) -> Done:
    """Runs one command. Raises Refused if the run itself failed and printed nothing."""
    try:
        done = await own_process.run_command(*words)
    except TimeoutError:
        limit = f"{own_process.PATIENCE:g} seconds"
        raise Refused(f"`resilint {words[0]}` took longer than {limit}; name fewer paths") from None
    if done.status not in (0, 1) and (not done.printed or words[0] == "harden"):
        raise Refused(done.said.strip() or f"`resilint {words[0]}` ended with status {done.status}")
    return done
