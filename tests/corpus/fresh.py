"""What was read in applications that no rule was tuned on: whether it is as it was read.

Usage: `python tests/corpus/fresh.py FOLDER`, where FOLDER holds a folder for an application, at the commit that
`fresh/README.md` names; those that are not there are left out. Exit status 1 if a finding that was judged true is found
no longer, or one that was judged false still is.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import tomli
from verdicts import HERE, look

FRESH = HERE / "fresh"


def main(folder: str) -> int:
    """Effect: checks the applications, prints what is not as it was read."""
    found, _ = look(folder)
    places = {(each.rule, each.package, each.file, each.fingerprint) for each in found}
    present = {name for name in os.listdir(folder) if Path(folder, name).is_dir()}
    counts: dict[str, int] = {}
    wrong = []
    for path in sorted(FRESH.glob("*.toml")):
        table = tomli.loads(path.read_text("utf-8"))
        for entry in table["finding"]:
            if entry["package"] not in present:
                continue
            there = (table["rule"], entry["package"], entry["file"], entry["fingerprint"]) in places
            counts[entry["verdict"]] = counts.get(entry["verdict"], 0) + 1
            if entry["verdict"] != "weak" and there is not (entry["verdict"] == "true"):
                state = "still found" if there else "found no longer"
                place = f"{entry['package']}/{entry['file']}:{entry['row']}"
                wrong.append(f"{table['rule']}: {entry['verdict']} and {state}: {place}")
    print("\n".join(wrong or ["all is as it was read"]))
    print(", ".join(f"{number} {verdict}" for verdict, number in sorted(counts.items())))
    return int(bool(wrong))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
