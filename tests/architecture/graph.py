"""The import graph of both packages as text: `PYTHONPATH=tests python -m architecture.graph`.

One line for each folder or file of a package, from the top: its level, its name, and what it imports of its package.
"""

from __future__ import annotations

from architecture.modules import Source, inside, read_modules


def places(sources: list[Source], package: str) -> dict[str, set[str]]:
    """The folders and files directly below a package, each with those that it imports."""
    names = {source.name for source in sources}
    found: dict[str, set[str]] = {}
    for source in sources:
        own = below(source.name, package)
        if own:
            imported = {below(name, package) for name in source.imports & names}
            found.setdefault(own, set()).update(imported - {own, ""})
    return found


def below(name: str, package: str) -> str:
    """The part of a dotted name right below a package, "" for the package itself and for what lies outside."""
    return name[len(package) + 1 :].partition(".")[0] if inside(name, package) else ""


def as_text(sources: list[Source], package: str, order: tuple[tuple[str, ...], ...]) -> list[str]:
    """The lines of a package's graph, the highest level first."""
    found = places(sources, package)
    lines = [package]
    for number in range(len(order) - 1, -1, -1):
        lines += [
            f"  {number:2} {place}: {', '.join(sorted(found.get(place, ()))) or '-'}" for place in sorted(order[number])
        ]
    return lines


if __name__ == "__main__":
    from architecture.test_layers import KIT_ORDER, SERVER_ORDER

    MODULES = read_modules()
    for package, order in (("resilint", SERVER_ORDER), ("resilint_rules.kit", KIT_ORDER)):
        print(*as_text(MODULES, package, order), sep="\n")
