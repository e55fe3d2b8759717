"""The parts of README.md that a machine can write: the example's real output and the table of rules.

`python tests/architecture/readme.py` writes them again; test_readme.py says when they are stale.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"

_DERIVED = re.compile(r"(?P<start><!-- (?P<name>output|rules) -->\n).*?(?=<!-- end -->)", re.DOTALL)


def environment() -> dict[str, str]:
    """What our program needs to run from the checkout, without an installation."""
    paths = os.pathsep.join([str(ROOT / "server"), str(ROOT / "rules")])
    return {**os.environ, "PYTHONPATH": paths, "PYTHONUTF8": "1", "NO_COLOR": "1"}


def command(*words: str) -> subprocess.CompletedProcess[str]:
    """Runs `resilint` in the checkout."""
    return subprocess.run(
        [sys.executable, "-m", "resilint", *words],
        cwd=ROOT, env=environment(), capture_output=True, text=True, encoding="utf-8", check=False, timeout=120,
    )  # fmt: skip


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs `resilint check` in the checkout, without a cache."""
    return command("check", "--no-cache", *arguments)


def commands(text: str) -> list[str]:
    """The command lines of the README: each stands alone in a fence `sh`."""
    return [found.strip() for found in re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)]


def sample(text: str) -> str:
    """Of what the README's first command prints: the first finding of a rule it shows off, and the end."""
    words = commands(text)[0].split()
    arguments = words[words.index("check") + 1 :]
    blocks = run(*arguments).stdout.strip().split("\n\n")
    shown = next(block for block in blocks if " TMO001[" in block)
    before = "" if shown == blocks[0] else "[...]\n\n"
    return f"```text\n{before}{shown}\n\n[...]\n\n{blocks[-1]}\n```\n"


def rules() -> str:
    """One row for each rule: code, name, summary, severity, and whether it has no fix or is off."""
    from resilint_rules import registry

    rows = []
    for rule in registry.rules().values():
        off = "preview" if rule.preview else "" if rule.default else "off"
        words = [rule.severity.value, "" if rule.fixable else "no fix", off]
        rows.append(f"| {rule.code} | `{rule.name}` | {rule.summary} | {', '.join(filter(None, words))} |")
    return "\n".join(["| code | name | what it finds | severity |", "| --- | --- | --- | --- |", *rows]) + "\n"


def written(text: str) -> str:
    """The README with its derived parts as they should be."""
    derived = {"output": sample(text), "rules": rules()}
    return _DERIVED.sub(lambda found: found["start"] + derived[found["name"]], text)


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "server"), str(ROOT / "rules")]
    README.write_text(written(README.read_text("utf-8")), "utf-8", newline="\n")
