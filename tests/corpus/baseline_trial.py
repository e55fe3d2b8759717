"""Does a baseline hold? Records one for packages of a corpus, edits them harmlessly, and adds risky calls.

    python tests/corpus/baseline_trial.py CORPUS

Works on copies in a temporary folder. Each package is edited at random: functions change places, files are
formatted anew by ruff and renamed (their importers follow), blank lines, comments and unrelated functions are
inserted; three edits of four hit a file with findings. At most 1 % of the old findings may be reported again.
Then risky calls are added, three of four right beside an old finding, some of them word for word the same, and
each has to be reported where it stands (of those that are the same, one). Exit status 1 where that fails.
"""

from __future__ import annotations

import argparse
import ast
import itertools
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

TOP = Path(__file__).parents[2]
PACKAGES = ("homeassistant", "salt", "litellm")
BAR = 0.01
"""The part of the old findings that may be reported again."""

NEAR = 3
"""Of four edits, and of four calls, so many go where findings are."""


class Found(NamedTuple):
    """A finding: its file, rule, row, and the columns (one-based) of the end of what it points at."""

    file: Path
    rule: str
    row: int
    column: int
    end_row: int
    end_column: int


class Added(NamedTuple):
    """A risky call that was added, its row, and its lines."""

    file: Path
    row: int
    lines: tuple[str, ...]

    def rows(self) -> set[int]:
        """Its row, and all rows of calls that say the same."""
        text = [line.strip() for line in self.file.read_bytes().decode().splitlines()]
        high = len(self.lines)
        same = {at for at in range(len(text)) if tuple(text[at : at + high]) == self.lines}
        return {self.row} | {row for at in same for row in range(at + 1, at + 1 + high)}


class Score(NamedTuple):
    """What came of one package; `again` and `missed` should be empty."""

    package: str
    old: int
    again: list[Found]
    gone: int
    added: int
    missed: list[Added]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether the bar is met."""
        return len(self.again) <= BAR * self.old and not self.missed


class Copy:
    """A copy of a package that is edited."""

    def __init__(self, folder: Path, rules: str) -> None:
        self.folder = folder
        self.rules = rules
        self.files = [path for path in sorted(folder.rglob("*.py")) if readable(path)]
        self.guilty: list[Path] = []

    def resilint(self, *words: str) -> str:
        """What `resilint` as it lies here prints in the folder."""
        paths = os.pathsep.join([str(TOP / "server"), str(TOP / "rules")])
        options = ("--isolated", "--no-cache", "--preview", "--select", self.rules)
        done = subprocess.run(
            [sys.executable, "-m", "resilint", *words, *options],
            cwd=self.folder, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode not in (0, 1):
            sys.exit(done.stderr)
        return done.stdout

    def check(self) -> list[Found]:
        """What is reported."""
        found = json.loads(self.resilint("check", "--output-format", "json"))
        return [
            Found(
                self.folder / each["filename"], each["name"], each["location"]["row"], each["location"]["column"],
                each["end_location"]["row"], each["end_location"]["column"],
            )
            for each in found
        ]  # fmt: skip

    def check_all(self) -> list[Found]:
        """What is reported without the baseline."""
        baseline, aside = self.folder / ".resilint-baseline.json", self.folder / "aside"
        baseline.rename(aside)
        try:
            return self.check()
        finally:
            aside.rename(baseline)

    def renamed(self, path: Path, new: Path) -> None:
        """Gives a file another name, and changes what imports it."""
        path.rename(new)
        for known in (self.files, self.guilty):
            if path in known:
                known[known.index(path)] = new
        package = ".".join(path.relative_to(self.folder).parent.parts)
        for other in self.files:
            text = other.read_bytes()
            if path.stem.encode() in text:
                beside = other.parent == path.parent
                changed = imported(text.decode(), package, path.stem, new.stem, beside=beside)
                other.write_bytes(changed.encode())


def readable(path: Path) -> bool:
    """Whether a file can be edited as text and looked at as a tree."""
    try:
        ast.parse(path.read_bytes())
        text = path.read_bytes().decode()
    except (SyntaxError, ValueError, RecursionError):
        return False
    return not path.is_symlink() and not set("\r\f\v\x1c\x1d\x1e\x85\u2028\u2029") & set(text)


def imported(text: str, package: str, old: str, new: str, *, beside: bool) -> str:
    """A module's text after another module, `old` of `package`, is called `new`."""
    whole = f"{package}.{old}" if package else old
    text = re.sub(rf"(?<![\w.]){re.escape(whole)}(?=[\s.,])(?!\s*=)", f"{whole.removesuffix(old)}{new}", text)
    sources = [re.escape(package)] if package else []
    if beside:
        text = re.sub(rf"(from\s+\.){old}(?=\s+import\b)", rf"\g<1>{new}", text)
        sources.append(r"\.")
    for source in sources:
        text = re.sub(rf"(from\s+{source}\s+import\s+){old}\s*$", rf"\g<1>{new} as {old}", text, flags=re.MULTILINE)
    return text


def rows_of(text: str, node: ast.stmt) -> slice:
    """The rows of a statement with its decorators, as a slice of the file's rows."""
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(each.lineno for each in decorators)])
    return slice(first - 1, node.end_lineno)


def alone(rows: Sequence[str], node: ast.stmt) -> bool:
    """Whether nothing else stands on a statement's rows."""
    last = rows[(node.end_lineno or 0) - 1].encode()
    before = rows[rows_of("", node).start][: node.col_offset]
    behind = last[node.end_col_offset :].decode().strip()
    return not before.strip() and (not behind or behind.startswith("#")) and last.endswith(b"\n")


def statements(text: str, *, top: bool = False) -> list[ast.stmt]:
    """The statements that have their rows to themselves, docstrings and `from __future__` left out."""
    tree = ast.parse(text)
    rows = text.splitlines(keepends=True)
    first = 2 if ast.get_docstring(tree) is not None else 1
    late = [node.lineno for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    nodes = tree.body if top else [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    found = []
    for node in nodes:
        words = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not words and node.lineno > max(late, default=first - 1) and alone(rows, node):
            found.append(node)
    return found


def before(text: str, node: ast.stmt, what: str) -> str:
    """A text with something put before a statement, indented like it."""
    rows = text.splitlines(keepends=True)
    at = rows_of(text, node).start
    indent = rows[at][: len(rows[at]) - len(rows[at].lstrip())] if what.strip() else ""
    return "".join((*rows[:at], indent + what, *rows[at:]))


def move(text: str, chance: random.Random) -> str | None:
    """Two functions of a module, or two methods of a class, change places."""
    rows = text.splitlines(keepends=True)
    pairs: list[tuple[ast.stmt, ast.stmt]] = []
    for home in ast.walk(ast.parse(text)):
        if isinstance(home, (ast.Module, ast.ClassDef)):
            functions = [each for each in home.body if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))]
            names = Counter(each.name for each in functions)
            free = [e for e in functions if names[e.name] == 1 and not e.decorator_list and alone(rows, e)]
            pairs += itertools.pairwise(free)
            pairs += [(free[0], free[-1])] if len(free) > 2 else []
    if not pairs:
        return None
    one, other = (rows_of(text, each) for each in chance.choice(pairs))
    between = slice(one.stop, other.start)
    return "".join((*rows[: one.start], *rows[other], *rows[between], *rows[one], *rows[other.stop :]))


def reformat(text: str, chance: random.Random) -> str | None:
    """The whole file as ruff lays it out, with a width and quotes by chance."""
    width, quotes = chance.choice((60, 88, 100, 140)), chance.choice(("single", "double"))
    program = shutil.which("ruff", path=str(Path(sys.executable).parent)) or "ruff"
    options = ("--config", f"line-length={width}", "--config", f"format.quote-style='{quotes}'")
    done = subprocess.run(
        [program, "format", "--isolated", *options, "-"],
        input=text.encode(), capture_output=True, check=False,
    )  # fmt: skip
    return done.stdout.decode() if done.returncode == 0 else None


def blank(text: str, chance: random.Random) -> str | None:
    """Blank lines before a statement."""
    found = statements(text)
    return before(text, chance.choice(found), "\n" * chance.randrange(1, 20)) if found else None


def comment(text: str, chance: random.Random) -> str | None:
    """A comment before a statement."""
    found = statements(text)
    return before(text, chance.choice(found), "# here was requests.get(url) once\n") if found else None


def unrelated(text: str, chance: random.Random) -> str | None:
    """A function that does no harm, between the statements of a module."""
    found = statements(text, top=True)
    what = f"def unrelated_{chance.randrange(10**6)}(left, right):\n    return left + right\n\n\n"
    return before(text, chance.choice(found), what) if found else None


EDITS = (move, reformat, blank, comment, unrelated)


def edit(copy: Copy, number: int, chance: random.Random) -> str:
    """One harmless edit, kinds in turn; a file that does not take it is left for another. Gives the kind."""
    while True:
        near = copy.guilty and chance.randrange(4) < NEAR
        path = chance.choice(copy.guilty if near else copy.files)
        kind = number % (len(EDITS) + 1)
        if kind == len(EDITS):
            new = path.with_name(f"{path.stem}_{chance.randrange(100, 1000)}.py")
            if new.exists() or path.stem.startswith(("_", "test", "conftest", "setup")) or path.stem.endswith("_test"):
                continue
            copy.renamed(path, new)
            return "rename"
        text = path.read_bytes().decode()
        changed = EDITS[kind](text, chance)
        if changed is None or changed == text or not valid(changed):
            continue
        path.write_bytes(changed.encode())
        return EDITS[kind].__name__


def valid(text: str) -> bool:
    """Whether a text is Python."""
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


def add_apart(path: Path, number: int) -> Added:
    """A function of its own, at the end of a file, with a call that may wait for ever."""
    call = f"    return requests.get('https://partner.example/{number}')"
    function = f"def fresh_{number}():\n    import requests\n\n{call}\n"
    text = path.read_bytes().decode().rstrip("\n") + "\n\n\n" + function
    path.write_bytes(text.encode())
    return Added(path, text.count("\n"), (call.strip(),))


def add_beside(found: Found, number: int, chance: random.Random) -> Added | None:
    """An old call once more, right before or behind it: word for word, or with other arguments."""
    text = found.file.read_bytes().decode()
    rows = text.splitlines(keepends=True)
    around = [each for each in statements(text) if each.lineno <= found.row <= (each.end_lineno or 0)]
    node = max(around, key=lambda each: each.lineno, default=None)
    if not isinstance(node, (ast.Expr, ast.Assign)) or found.row != found.end_row:
        return None
    same = number % 2 == 0
    block = rows[rows_of(text, node)]
    if not same:
        indent = block[0][: len(block[0]) - len(block[0].lstrip())]
        callee = re.match(r"[\w.]*", rows[found.row - 1][found.column - 1 :])
        inside = f"fresh_{number}()" if found.rule == "task-dropped" else f"'https://partner.example/{number}'"
        block = [f"{indent}{callee[0] if callee else ''}({inside})\n"]
    ahead = chance.random() < 0.5
    at = rows_of(text, node).start if ahead else rows_of(text, node).stop
    changed = "".join((*rows[:at], *block, *rows[at:]))
    if not valid(changed):
        return None
    found.file.write_bytes(changed.encode())
    inside = found.row - node.lineno if same else 0
    return Added(found.file, at + 1 + inside, tuple(line.strip() for line in block))


def add(copy: Copy, calls: int, chance: random.Random) -> tuple[list[Added], int]:
    """Adds risky calls, one a file. Gives them, and how many more were tried that nobody finds, baseline or not."""
    olds = copy.check_all()
    before = Counter(each.file for each in olds)
    free = [path for path in copy.files if not any(part.startswith("test") for part in path.parts)]
    added: list[Added] = []
    tried = 0
    while len(added) < calls:
        batch: list[Added] = []
        while len(added) + len(batch) < calls:
            near = bool(olds) and tried % 4 < NEAR
            if near:
                one = add_beside(olds.pop(chance.randrange(len(olds))), tried, chance)
            else:
                one = add_apart(chance.choice(free), tried)
            if one is None:
                continue
            tried += 1
            batch.append(one)
            olds = [each for each in olds if each.file != one.file]
            free = [each for each in free if each != one.file]
        now = copy.check_all()
        rows = {(each.file, each.row) for each in now}
        counts = Counter(each.file for each in now)
        added += [each for each in batch if (each.file, each.row) in rows and counts[each.file] > before[each.file]]
    return added, tried - calls


def trial(source: Path, folder: Path, edits: int, calls: int, seed: int, rules: str) -> Score:
    """The trial of one package."""
    began = time.monotonic()
    chance = random.Random(f"{seed} {source.name}")
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__", "*.so", "*.js", "*.json"))
    copy = Copy(folder, rules)
    old = copy.check()
    copy.resilint("baseline", "-q")
    copy.guilty = sorted({each.file for each in old})
    assert not copy.check(), "a baseline holds before anything is edited"
    done = Counter(edit(copy, number, chance) for number in range(edits))
    print(f"{source.name}: {', '.join(f'{count} {kind}' for kind, count in done.most_common())}", file=sys.stderr)
    again = copy.check()
    baseline = folder / ".resilint-baseline.json"
    kept = baseline.read_bytes()
    gone = re.match(r"\d+", copy.resilint("baseline", "--prune"))
    baseline.write_bytes(kept)
    added, unseen = add(copy, calls, chance)
    reported = copy.check()
    rows = {each.file: each.rows() for each in added}
    missed = [
        each for each in added if not rows[each.file] & {found.row for found in reported if found.file == each.file}
    ]
    again += [found for found in reported if found.row not in rows.get(found.file, ())]
    print(f"{source.name}: {unseen} more calls were added that are no finding", file=sys.stderr)
    stale, seconds = int(gone[0]) if gone else 0, time.monotonic() - began
    return Score(source.name, len(old), again, stale, len(added), missed, seconds)


def main() -> int:
    """Tries every package that is asked for; 1 if the bar is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", type=Path, help="a folder with a folder for each package")
    parser.add_argument("--packages", nargs="+", default=list(PACKAGES))
    parser.add_argument("--edits", type=int, default=200)
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--select", default="ALL", help="the rules to try it with")
    args = parser.parse_args()
    print("| package | findings | reported again | gone | calls added | missed | seconds |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    passed = True
    for package in args.packages:
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder).resolve() / package
            score = trial(args.corpus / package, home, args.edits, args.calls, args.seed, args.select)
            print(
                f"| {score.package} | {score.old} | {len(score.again)} | {score.gone} | {score.added} "
                f"| {len(score.missed)} | {score.seconds:.0f} |",
                flush=True,
            )
            for each in (*score.again, *score.missed):
                print(f"  {each}", file=sys.stderr)
            passed = passed and score.passed
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
