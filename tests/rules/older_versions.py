"""Prints what has to be installed to look at older versions of libraries: one requirement for each range's upper end.

Of a library with several ranges the oldest one is taken; an environment holds one version.
"""

from __future__ import annotations

from collections.abc import Iterator

from packaging.version import Version

from resilint_rules.kit.catalog import lookup


def requirements() -> list[str]:
    """Returns the requirements of all libraries with ranges, in order of their names."""
    return sorted(found for path in lookup.FOLDER.glob("*.toml") for found in _of(lookup.load(path.stem)))


def _of(library: lookup.Library) -> Iterator[str]:
    if library.distribution != "stdlib":
        ends = {end for entry in library.entries.values() for end in _ends(entry.get("versions", ()))}
        if ends:
            yield f"{library.distribution}<{min(ends, key=Version)}"


def _ends(versions: list[dict[str, str]]) -> Iterator[str]:
    for version in versions:
        for clause in version["range"].split(","):
            if clause.startswith("<") and clause[1] != "=":
                yield clause[1:]


if __name__ == "__main__":
    print("\n".join(requirements()))
