"""Every fix applied to a copy of real packages: what it must not do there.

Usage: `python tests/corpus/fixing.py FOLDER [--diff FILE]`. Effect: copies the files with fixable findings, mends the
copies to the fixed point with safe and unsafe fixes, and prints what went wrong; `--diff` keeps the changes. Exit
status 1 if a file compiles no longer, a comment is lost, a fix is taken back, or a second run changes something.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import io
import os
import pkgutil
import sys
import tokenize
import warnings
from collections import Counter
from pathlib import Path

TOP = Path(__file__).parents[2]
sys.path[:0] = [str(TOP / "server"), str(TOP / "rules")]

from resilint.cli import fix_files  # noqa: E402
from resilint.engine import file_checker  # noqa: E402
from resilint.fixes import apply  # noqa: E402
from resilint.run import run  # noqa: E402
from resilint_rules.kit.syntax.text import Document  # noqa: E402


def compiles(text: str) -> bool:
    """Whether this is Python for the Python at hand."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError):
            return False
    return True


def comments(text: str) -> Counter[str]:
    """The comments of a text and how often each stands there."""
    found: Counter[str] = Counter()
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                found[token.string] += 1
    except (tokenize.TokenError, SyntaxError):
        pass
    return found


def wrong(before: str, after: str) -> list[str]:
    """What a change to a text has broken."""
    found = []
    if compiles(before) and not compiles(after):
        found.append("compiles no longer")
    if lost := comments(before) - comments(after):
        found.append(f"lost the comment {next(iter(lost))!r}")
    return found


def main() -> int:
    """Effect: prints what is wrong and the sums, and writes the diff."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("folder")
    words.add_argument("--diff", help="a file for all changes")
    args = words.parse_args()
    options = run.Options(wish=run.Overrides(given={"preview": True}), cache=False)
    one = run.Run([args.folder], options)
    results = list(one)
    check = pkgutil.resolve_name(options.check)
    mended: Counter[str] = Counter()
    files, troubles, patch = 0, [], []
    for done in fix_files.fixed(fix_files.Bench(options.check, one.open), results, apply.UNSAFE, narrowed=False):
        document, opened = done.opened.document, done.opened
        name = os.path.relpath(done.file, args.folder)
        files += 1
        mended.update(each.rule for each in done.settled)
        troubles += [f"{name}: {each}" for each in (*wrong(document.text, done.text), *done.complaints)]

        def again(doc: Document, opened: run.Opened = opened) -> tuple[file_checker.Any, ...]:
            return check(doc, opened.project, opened.settings).findings

        text = Document(done.text, document.name, document.module, document.kind)
        (second,) = file_checker.on_deep_stack(apply.fix_all(each, again, apply.UNSAFE) for each in [text])
        if second.text != done.text:
            troubles.append(f"{name}: a second run changes it again")
        lines = (document.text.splitlines(keepends=True), done.text.splitlines(keepends=True))
        patch += difflib.unified_diff(*lines, f"a/{name}", f"b/{name}", n=3)
    if args.diff:
        Path(args.diff).write_text("".join(patch), "utf-8")
    print("\n".join(troubles))
    print(f"{sum(mended.values())} findings mended in {files} files; {len(troubles)} went wrong")
    for rule, count in mended.most_common():
        print(f"{count:6} {rule}")
    return int(bool(troubles))


if __name__ == "__main__":
    sys.exit(main())
