"""The command `check` in all its forms, and `baseline`: from options to results, and to an exit status."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from ..errors import RunError
from ..fs import files, writing
from ..fs.escapes import visible, visible_lines
from ..run.run import Options, Run
from . import output, summary, terminal
from .session import CRASHED, DAMAGE, Session

if TYPE_CHECKING:
    from argparse import Namespace

    from ..results import FileResult
    from .fix_files import Repaired

    Left = tuple[list[FileResult], int]
    """The results that are left after fixing, and 2 if something went wrong."""

_RANKS = {"error": 0, "warning": 1, "info": 2, "hint": 3}


def check(args: Namespace, engine: Options) -> int:
    """`resilint check`. Raises RunError."""
    outputs = output.wanted(args)
    _refuse_contradictions(args)
    session = Session(args, engine)
    if args.show_settings:
        return _show_settings(session, output.formats(args, session.home)[0])
    if args.diff_base:
        session.only_changed()
    session.raw = session.results()
    if (args.fix and not args.diff) or args.add_ignore is not None:
        _recover(session)
    results = session.narrow(session.raw)
    wrong = _complain(session)
    if args.add_ignore is not None:
        return max(_add_ignores(session, results, wrong), wrong)
    if args.fix or args.diff:
        results, failed = _fix(session, results, wrong)
        wrong = max(wrong, failed)
        if args.diff or session.stdin:
            return max(wrong, _status(session, results))
    _report(session, outputs or output.of_settings(session.home), results)
    return max(wrong, _status(session, results))


def _refuse_contradictions(args: Namespace) -> None:
    if args.add_ignore is not None:
        if args.fix or args.diff:
            raise RunError("--add-ignore silences what --fix and --diff would fix; give one of them")
        if args.paths == ["-"]:
            raise RunError("--add-ignore writes into files, and standard input is none")
        if set(args.add_ignore) & set("\r\n#"):
            raise RunError("the reason of --add-ignore is one line without #")
    if args.unsafe_fixes and not (args.fix or args.diff):
        args.unsafe_fixes = False  # as in ruff: nothing is written, so nothing is unsafe


def _complain(session: Session) -> int:
    """Tells what is wrong in the settings: 2 if anything is."""
    mistakes = session.mistakes()
    for line in mistakes:
        terminal.say(f"resilint: {line}")
    if not session.args.quiet:
        for notice in session.run.notices:
            terminal.say(f"resilint: {notice}")
    return 2 if mistakes else 0


def _recover(session: Session) -> None:
    """Settles what killed runs left. Effect: may restore files, which are then checked again."""
    for line in session.recover():
        terminal.say(f"resilint: {line}")


def _tell_damage(results: Iterable[FileResult]) -> int:
    """Says what could not be checked, where nothing else is reported: 2 if there is any."""
    found = [candidate for candidate in summary.problems_of(results) if candidate.code in DAMAGE]
    for hit in found:
        terminal.say(f"resilint: {hit.file}:{hit.place.row}: {hit.message}")
    return 2 if found else 0


def _status(session: Session, results: Sequence[FileResult]) -> int:
    """1 if something is bad enough, 2 if a rule of ours has crashed."""
    levels = _levels(session, results)
    found = summary.problems_of(results)
    if any(hit.code == CRASHED for hit in found):
        return 2
    bad = any(_RANKS[hit.severity] <= _RANKS[levels[hit.file]] for hit in found)
    return int(bad and not session.args.exit_zero)


def _levels(session: Session, results: Iterable[FileResult]) -> dict[str, str]:
    """For each file the severity from which on it fails the run: an option's, or what its own settings say."""

    def level(file: str) -> str:
        home = session.run.home(file)
        return session.args.fail_on or ("warning" if home.plain else home.settings.fail_on)

    return {result.file: level(result.file) for result in results if result.problems}


def _report(session: Session, outputs: Sequence[output.Output], results: list[FileResult]) -> None:
    """Prints what was found, in every format that is wanted, and then the sum."""
    args = session.args
    if args.statistics:
        outputs = _count(session, outputs, results)
    seen = session.run.counts.seen or int(session.stdin)
    if outputs:
        output.write(
            outputs,
            results,
            levels=_levels(session, results),
            files=seen,
            colour=args.color,
            silenced=args.show_suppressed,
            docs="" if session.home.plain else session.home.settings.docs_url,
        )
        human = any(candidate.format in ("full", "concise") and not candidate.file for candidate in outputs)
        if human and not args.quiet:
            _sum_up(session, results, seen)
    for file, number in session.stale.items():
        if number and not args.quiet:
            terminal.say(summary.stale(number, file))
    if args.verbose:
        terminal.say(summary.verbose(session.run.counts, time.monotonic() - session.started))


def _sum_up(session: Session, results: list[FileResult], files: int) -> None:
    """Prints the lines at the end for a person, and for who reads a log of CI."""
    terminal.tell(summary.summary(results, files, hook=bool(os.environ.get("PRE_COMMIT"))))
    if not session.narrowed:
        for line in summary.first_run(results):
            terminal.say(line)
    if os.environ.get("CI") and _status(session, results) == 1:
        levels = _levels(session, results)
        bad = [hit for hit in summary.problems_of(results) if _RANKS[hit.severity] <= _RANKS[levels[hit.file]]]
        terminal.tell(summary.failed((hit.severity for hit in bad), (levels[hit.file] for hit in bad)))


def _count(session: Session, outputs: Sequence[output.Output], results: list[FileResult]) -> list[output.Output]:
    """`--statistics`: prints the numbers where the text would have gone. Gives the reports that are left to write."""
    from resilint_rules.registry import rules

    from ..own_rules import OWN

    counted = [candidate for candidate in outputs if candidate.format in output.COUNTED]
    known = {**rules(), **{rule.name: rule for rule in OWN}}
    numbers = summary.numbers(results, known, _peer_of(session))
    for candidate in counted or [output.Output("full")]:
        output.put(summary.statistics(numbers, known, candidate.format), candidate.file)
    return [candidate for candidate in outputs if candidate not in counted]


def _peer_of(session: Session) -> Callable[[str], str]:
    """What the catalogue, or the project's own description, says is at the other end of a library."""
    from resilint_rules.kit.catalog.lookup import Catalog

    catalog = Catalog({} if session.home.plain else session.home.settings.library)

    def peer(library: str) -> str:
        found = (owner.peer for owner in catalog.libraries(library) if owner.name == library)
        return str(next(found, ""))

    return peer


def _fix(session: Session, results: list[FileResult], wrong: int) -> Left:
    """`--fix` and `--diff`: the results that are left, and 2 if something went wrong."""
    from ..fixes.apply import SAFE, UNSAFE
    from . import fix_files

    args = session.args
    if wrong and not args.diff:
        terminal.say("resilint: nothing is written while the settings are wrong")
        return results, 2
    bench = fix_files.Bench(session.run.options.check, session.open, session.progress)
    fixed = fix_files.fixed(bench, results, UNSAFE if args.unsafe_fixes else SAFE, session.narrowed)
    if args.diff:
        sink = _to_diff
    elif session.stdin:
        sink = _to_stdout
    else:
        sink = _to_files
    return sink(session, results, fixed)


def _to_diff(session: Session, results: list[FileResult], fixed: Iterable[Repaired]) -> Left:
    """Prints what fixing would change."""
    from ..fixes.diff import unified

    tally = _Tally()
    for done in fixed:
        if done.text != done.opened.document.text:
            patch = unified(*_texts(session, done), done.file.replace(os.sep, "/"))
            output.put(visible_lines(patch) if sys.stdout.isatty() else patch, "")  # `git apply` takes the plain one
            tally.add(done)
        tally.complain(done)
    _finish(session)
    if not session.args.quiet:
        tally.say("Would fix") if tally.settled else _say_unfixed(results)
    return results, tally.failed


def _texts(session: Session, done: Repaired) -> tuple[str, str]:
    """The text of a file before and after: of a notebook its JSON, so that a patch can be applied."""
    if not files.is_notebook(done.file):
        return done.opened.document.text, done.text
    old = session.data if session.stdin else files.read(done.opened.path)
    return old.decode("utf-8"), writing.encoded(done.file, done.text, old).decode("utf-8")


def _to_stdout(session: Session, results: list[FileResult], fixed: Iterable[Repaired]) -> Left:
    """Prints the text of standard input as it is after fixing."""
    tally = _Tally()
    text = None
    for done in fixed:
        if done.text != done.opened.document.text:
            text = done.text
            tally.add(done)
        tally.complain(done)
    _finish(session)
    if text is not None:
        session.data = writing.encoded(session.paths[0], text, session.data)
        results = [session.run.text(session.data, session.paths[0])]
    output.put_bytes(session.data)
    if tally.settled and not session.args.quiet:
        tally.say("Fixed")
    return results, tally.failed


def _to_files(session: Session, results: list[FileResult], fixed: Iterable[Repaired]) -> Left:
    """Writes the files that fixing changes, and checks these again."""
    from . import fix_files

    tally = _Tally()
    opened: dict[str, str] = {}
    for done in fixed:
        opened[done.file] = done.opened.path  # also where nothing is left to fix: it may be a second name of a file
        complaint = ""
        if done.text != done.opened.document.text:
            complaint = fix_files.write(done)
            if not complaint:
                tally.add(done)
        tally.complain(done, complaint)
    _finish(session)
    if tally.settled and not session.args.quiet:
        tally.say("Fixed")
    left = _again(session, opened) if opened else results
    return fix_files.with_defects(left, tally.defects), tally.failed


class _Tally:
    """What fixing has settled: findings by rule, the number of files; `failed` is 2 if something went wrong.

    `defects` are mistakes of ours, by file.
    """

    def __init__(self) -> None:
        self.settled: Counter[str] = Counter()
        self.files = 0
        self.failed = 0
        self.defects: dict[str, tuple[str, ...]] = {}

    def add(self, done: Repaired) -> None:
        """Counts a file."""
        self.settled.update(finding.rule for finding in done.settled)
        self.files += bool(done.settled)

    def complain(self, done: Repaired, complaint: str = "") -> None:
        """Says what went wrong with a file; `complaint` is about writing it."""
        from . import fix_files

        for line in fix_files.said(done, complaint):
            terminal.say(f"resilint: {line}")
            self.failed = 2
        if done.defects:
            self.defects[done.file] = done.defects

    def say(self, verb: str) -> None:
        """Says how many findings were settled."""
        names = ", ".join(f"{number} {name}" for name, number in self.settled.most_common())
        number = summary.count(sum(self.settled.values()), "finding")
        terminal.say(f"{verb} {number} in {summary.count(self.files, 'file')}: {names}.")


def _finish(session: Session) -> None:
    if session.progress:
        session.progress.clear()


def _say_unfixed(results: list[FileResult]) -> None:
    if said := summary.unfixed(results):
        terminal.say(said)


def _again(session: Session, opened: dict[str, str]) -> list[FileResult]:
    """The results after files (by what people call them, their paths) were fixed: these are checked again."""
    from ..results import FileResult

    found = {result.file: result for result in Run(list(opened.values()), session.run.options)}
    left = [
        found.get(candidate.file, FileResult(candidate.file)) if candidate.file in opened else candidate
        for candidate in session.raw
    ]
    if session.args.diff_base:
        session.learn_changes()  # rows have moved
    return session.narrow(left)


def _add_ignores(session: Session, results: list[FileResult], wrong: int) -> int:
    """`--add-ignore`: 2 if a finding could not be silenced."""
    from . import fix_files

    if wrong:
        terminal.say("resilint: nothing is written while the settings are wrong")
        return 2
    failed = number = touched = 0
    bench = fix_files.Bench(session.run.options.check, session.open)
    for done in fix_files.silenced(bench, results, session.args.add_ignore):
        complaint = fix_files.write(done) if done.settled else ""
        if done.settled and not complaint:
            number += len(done.settled)
            touched += 1
        for line in fix_files.said(done, complaint):
            terminal.say(f"resilint: {line}")
            failed = 2
    failed = max(failed, _tell_damage(results))
    if not session.args.quiet:
        terminal.tell(f"Silenced {summary.count(number, 'finding')} in {summary.count(touched, 'file')}.")
    return failed


def _show_settings(session: Session, format: str) -> int:  # noqa: A002 - its name
    """`--show-settings`: what holds for the first path, and which rules that switches on."""
    from resilint_rules.registry import rules

    from ..config.selection import enabled
    from ..config.settings import as_json

    home = session.home
    names = enabled(home.settings, rules().values())
    on = [f"{rule.code} {rule.name}" for rule in rules().values() if rule.name in names]
    output.put(output.settings(home.root, home.source, as_json(home.settings), on, format), "")
    return _complain(session)


def baseline(args: Namespace, engine: Options) -> int:
    """`resilint baseline`. Raises RunError."""
    session = Session(args, engine)
    if session.stdin:
        raise RunError("a baseline is recorded from files, and standard input is none")
    results = session.results()
    if _complain(session):
        terminal.say("resilint: nothing is written while the settings are wrong")
        return 2
    from ..baseline import files as baseline_files

    books = baseline_files.Shelf(session.baseline_request(), replacing=not args.prune).books(
        results, usual=not args.prune
    )
    if not books:
        raise RunError("there is no baseline here; `resilint baseline` writes one")
    for book, numbers in books:
        mine = [results[number] for number in numbers]
        if args.prune:
            entries, number = book.prune(mine)
            said = "forgotten"
        else:
            entries = book.record(mine)
            number, said = len(entries), "recorded"
        book.write(entries)
        if not args.quiet:
            found = summary.count(number, "finding")
            what = f"{found} {said} in" if number or not args.prune else "Nothing is gone from"
            terminal.tell(f"{what} {visible(book.label)}; `resilint check` reports what is not in it.")
    if args.verbose:
        terminal.say(summary.verbose(session.run.counts, time.monotonic() - session.started))
    return _tell_damage(results)
