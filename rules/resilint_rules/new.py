"""Starts a rule: `python -m resilint_rules.new FAMILY/NAME --code CODE --on Guard`, in a checkout.

Writes one file. The examples of its page fail until they are written. Then the tables are generated, and the file is
checked with ruff and mypy where they are installed. `--check FAMILY/NAME` does the same for a rule that exists.
`rules/README.md` says how to go on.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from . import generate, registry

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
NAME = re.compile(r"[a-z]+(_[a-z]+)*")
CODE = re.compile(r"[A-Z]{3}\d{3}")
_ROW = re.compile(r"\| ([A-Z]{3}(?:\d{3})?) \| ([\w-]*) \|")

PAGE = '''"""Summary.

Why.

```python bad
import requests

requests.get(URL)  # finds: {name}
```

```python fixed
the text of the example above after the preferred fix; without a fix remove this fence
```

```python good
import requests

requests.get(URL)
```

What the fix does.

When not to: when the finding would be wrong, and what to do then.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import {imports}
from ..kit.rule import rule


@rule(code="{code}", name="{name}",{on} preview=True)
def check({parameter}: {annotation}) -> Iterator[Finding]:
    """What it reports, in one sentence."""
    yield from ()  # replace by: yield {finding}
'''
"""A rule that finds nothing, with a page that expects findings."""

LOOP = """
Write the page in {file}: the examples first. Then repeat, until all of it passes:

    python -m pytest tests/rules -k {name}
    python -m resilint_rules.new --check {path}

Before the commit:

    python tests/architecture/readme.py
    python -m pytest tests/rules tests/kit tests/architecture
    python tests/corpus/verdicts.py FOLDER
"""


class RefusedError(Exception):
    """A rule that cannot be started; the message says why, and what is free."""


class Codes(NamedTuple):
    """What `rules/CODES.md` says."""

    families: dict[str, str]
    """Folder -> the letters of its codes."""
    reserved: dict[str, str]
    """Code -> the name that it is reserved for, "" for any name."""
    retired: dict[str, str]
    """Code -> the code of the rule that it became a part of."""


def read_codes() -> Codes:
    """Reads the tables of `rules/CODES.md`."""
    parts = generate.CODES.read_text("utf-8").split("\n## ")
    tables = {part.partition("\n")[0]: dict(_ROW.findall(part)) for part in parts}
    families = {folder: letters for letters, folder in tables["Families"].items()}
    return Codes(families, tables["Reserved"], tables["Retired"])


def free_codes(codes: Codes, letters: str) -> str:
    """The codes of a family that a new rule may have, with their names: those reserved, and the next number."""
    taken = {rule.code for rule in registry.rules().values()}
    used = [int(code[3:]) for code in {*taken, *codes.reserved, *codes.retired} if code.startswith(letters)]
    reserved = [
        f"{code} ({name})" if name else code
        for code, name in sorted(codes.reserved.items())
        if code.startswith(letters) and code not in taken
    ]
    return ", ".join([*reserved, f"{letters}{max(used, default=0) + 1:03}"])


def start(path: str, code: str, on: tuple[str, ...]) -> Path:
    """Writes the file of a new rule. RefusedError says what is wrong with the path, the code or the subscription.

    Effect: writes the file, and `__init__.py` in a folder that is new.
    """
    from .kit.subscriptions import SUBSCRIPTIONS

    codes = read_codes()
    family, _, stem = path.removesuffix(".py").replace("-", "_").partition("/")
    if family not in codes.families:
        raise RefusedError(f"no family `{family}`; the families are {', '.join(sorted(codes.families))}")
    if not NAME.fullmatch(stem):
        raise RefusedError(
            f"`{stem}` is no name of a rule: write FAMILY/NAME with lower-case words, as in errors/dead_handler"
        )
    name, letters = stem.replace("_", "-"), codes.families[family]
    free = f"free in {family}: {free_codes(codes, letters)}"
    known = registry.find(name)
    if known is not None:
        raise RefusedError(f"the name {name} is taken by {known.code}; a name states one defect")
    taken = registry.find(code)
    if not CODE.fullmatch(code) or not code.startswith(letters):
        raise RefusedError(f"`{code}` is no code of the family: {letters} and three digits; {free}")
    if taken is not None:
        raise RefusedError(f"{code} is taken by {taken.name}; {free}")
    if code in codes.retired:
        raise RefusedError(f"{code} is retired: it became a part of {codes.retired[code]}; {free}")
    if codes.reserved.get(code, "") not in ("", name):
        raise RefusedError(f"{code} is reserved for {codes.reserved[code]}; {free}")
    wrong = [word for word in on if word not in SUBSCRIPTIONS]
    if wrong or not on:
        raise RefusedError(
            f"no rule can subscribe to `{', '.join(wrong or on)}`; it can to {', '.join(sorted(SUBSCRIPTIONS))}"
        )
    file = HERE / family / f"{stem}.py"
    file.parent.mkdir(exist_ok=True)
    (file.parent / "__init__.py").touch()
    file.write_text(skeleton(code, name, on), "utf-8", newline="\n")
    return file


def skeleton(code: str, name: str, on: tuple[str, ...]) -> str:
    """The text of a rule that finds nothing yet."""
    parameter = on[0].lower() if on[0] in ("Frame", "Guard", "Layer", "Loop", "Retry") else "call"
    parameter = "retry" if on[0] == "Again" else parameter
    finding = f'{parameter}.finding("`...` fails", Fix("...", (Edit(...),)))'
    if on[0] in ("Frame", "Guard"):
        owner = "frame" if on[0] == "Frame" else "guard.frame"
        finding = f'{owner}.finding("`...` fails", Span(...), (Fix("...", (Edit(...),)),))'
    several = f" on=({', '.join(on)})," if len(on) > 1 else ""
    imports = ", ".join(sorted({"Finding", *on}))
    return PAGE.format(
        code=code,
        name=name,
        on=several,
        parameter=parameter,
        annotation=" | ".join(on),
        imports=imports,
        finding=finding,
    )


def inspect(file: Path) -> int:
    """Generates the tables and runs ruff and mypy on one file, where they are installed. 0 if nothing is wrong."""
    generate.main([])
    found = 0
    for words in (
        ("ruff", "check", "--quiet"),
        ("ruff", "format", "--check", "--quiet"),
        ("mypy", "--no-error-summary"),
    ):
        if importlib.util.find_spec(words[0]) is None:
            print(f"{words[0]} is not installed: `pip install -e .[test]` brings it")
            continue
        done = subprocess.run([sys.executable, "-m", *words, str(file)], cwd=TOP, check=False)
        if done.returncode:
            print(f"`{' '.join(words)}` found something in {file.name}")
        found = found or done.returncode
    return found


def main(argv: list[str]) -> int:
    """Runs the command. 0 if the file is written, or the file to check has no mistake; else 1, or 2 if refused."""
    parser = argparse.ArgumentParser("python -m resilint_rules.new", description="Starts a rule, or checks its file.")
    parser.add_argument("path", metavar="FAMILY/NAME", help="as in errors/dead_handler")
    parser.add_argument("--code", default="", help="as in ERR004; rules/CODES.md lists those that are taken")
    parser.add_argument(
        "--on", action="append", default=[], metavar="TYPE", help="what the rule examines; may be repeated"
    )
    parser.add_argument("--check", action="store_true", help="check the file of a rule that exists")
    words = parser.parse_args(argv)
    if words.check:
        file = HERE / f"{words.path.removesuffix('.py').replace('-', '_')}.py"
        if not file.is_file():
            parser.error(f"there is no {file}")
        return min(inspect(file), 1)
    try:
        file = start(words.path, words.code, tuple(words.on))
    except RefusedError as refused:
        parser.error(str(refused))
    inspect(file)
    print(LOOP.format(file=file, name=file.stem.replace("_", "-"), path=f"{file.parent.name}/{file.stem}"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
