"""Checks before a release that all places state its version, and prints its release notes.

Usage: `python .ci/release.py check v0.1.0`, `python .ci/release.py notes v0.1.0`. Needs the standard library only.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHANGELOG = ".github/CHANGELOG.md"
PLACES = {
    "server/resilint/version.py": r'^__version__ = "([^"]+)"$',
    "editors/vscode/package.json": r'^  "version": "([^"]+)"',
    "editors/vscode/package-lock.json": r'"name": "resilint",\s+"version": "([^"]+)"',
    "README.md": r"(?:@v|rev: v)(\d+\.\d+\.\d+)\b",
}
"""Files that state our version, each with a pattern for it; the changelog is checked separately."""


def find_faults(root: Path, tag: str) -> list[str]:
    """Returns one line for every place that does not agree with a tag such as `v0.1.0`; empty if all agree."""
    if not re.fullmatch(r"v\d+\.\d+\.\d+", tag):
        # the extension's marketplace takes three numbers and nothing else
        return [f"tag {tag!r}: expected the form v1.2.3"]
    version = tag[1:]
    faults = []
    for name, pattern in PLACES.items():
        stated = re.findall(pattern, (root / name).read_text("utf-8"), re.MULTILINE)
        if not stated:
            faults.append(f"{name}: states no version where {pattern} is expected")
        faults += [f"{name}: states {other}, the tag is {tag}" for other in stated if other != version]
    return faults + _find_changelog_faults((root / CHANGELOG).read_text("utf-8"), version)


def _find_changelog_faults(changelog: str, version: str) -> list[str]:
    heading, notes = read_section(changelog, version)
    _, unreleased = read_section(changelog, "Unreleased")
    faults = []
    if not notes:
        faults.append(f"{CHANGELOG}: the section [{version}] is missing or empty")
    elif not re.fullmatch(r"## \[[^]]+\] - \d{4}-\d{2}-\d{2}", heading):
        faults.append(f"{CHANGELOG}: the section [{version}] has no date; write ## [{version}] - YYYY-MM-DD")
    if unreleased:
        faults.append(f"{CHANGELOG}: [Unreleased] has entries; move them to [{version}]")
    return faults


def read_section(changelog: str, name: str) -> tuple[str, str]:
    """Returns heading and text of one section of the changelog, both empty if there is none."""
    found = re.search(rf"^(## \[{re.escape(name)}\].*)\n((?:(?!## ).*\n?)*)", changelog, re.MULTILINE)
    return (found[1].rstrip(), found[2].strip()) if found else ("", "")


def main(arguments: list[str]) -> int:
    """Runs one of the two commands; 1 if the version is not the same everywhere, or has no notes."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("command", choices=["check", "notes"])
    parser.add_argument("tag", help="such as v0.1.0")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout; default: the one of this file")
    options = parser.parse_args(arguments)
    if options.command == "check":
        faults = find_faults(options.root, options.tag)
        print("\n".join(faults) or f"{options.tag}: {len(PLACES) + 1} files agree")
        return 1 if faults else 0
    _, notes = read_section((options.root / CHANGELOG).read_text("utf-8"), options.tag.removeprefix("v"))
    print(notes or f"{CHANGELOG} has no section for {options.tag}", file=sys.stdout if notes else sys.stderr)
    return 0 if notes else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
