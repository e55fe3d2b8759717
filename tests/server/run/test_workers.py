"""Processes that share the work, and survive the file that kills one of them."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from resilint.config.roots import ProjectRoots
from resilint.engine.file_checker import FileJob, on_deep_stack
from resilint.fs import memory
from resilint.run import run as run_module
from resilint.run import workers
from resilint.run.run import Run
from runs.small import OPTIONS, run, told
from runs.tree import plant


@pytest.fixture(autouse=True)
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small trees are worth processes, and small batches worth sending."""
    monkeypatch.setattr(run_module, "WORTH", 200)
    monkeypatch.setattr(workers, "BATCH", 600)


def tree(root: Path, more: dict[str, str]) -> Path:
    """Twelve files of different sizes, every other one with a finding, and more."""
    files = {f"d{n % 3}/f{n:02}.py": "# matter\n" + "x = 1\n" * (n * 7 % 50) + "BAD\n" * (n % 2) for n in range(12)}
    return plant(root, {"pyproject.toml": "", **files, **more})


def test_results_do_not_depend_on_jobs(tmp_path: Path) -> None:
    """Neither what is found nor its order."""
    tree(tmp_path, {"d0/bad.py": b"# matter \xff".decode("latin-1"), "d1/crash.py": "# matter CRASH"})
    alone, counts = run(tmp_path, cache=False)
    for jobs in (2, 3):
        shared, more = run(tmp_path, cache=False, jobs=jobs)
        assert shared == alone
        assert more == counts
    assert len(alone) == 7


def test_a_file_that_kills_its_process_hides_no_other(tmp_path: Path) -> None:
    """It is the only one that is given up; it is not remembered, so that a cure is noticed."""
    tree(tmp_path, {"d1/dies.py": "# matter DIE\n", "d2/dies_too.py": "# matter DIE\n"})
    results, counts = run(tmp_path, jobs=2)
    expected = [(f"f{n:02}.py", "TMO001") for d in range(3) for n in range(12) if n % 3 == d and n % 2]
    died = [("dies.py", "E902"), ("dies_too.py", "E902")]
    assert sorted(told(results)) == sorted(expected + died)
    assert [code for name, code in told(results) if name.startswith("dies")] == ["E902", "E902"]
    assert all("analysis process died" in each.problems[0].message for each in results if "dies" in each.file)
    assert counts.chunks == 12
    plant(tmp_path, {"d1/dies.py": "# matter BAD\n"})
    again, counts = run(tmp_path, jobs=1, sieve="runs.sieve:wanted", check="runs.probe:mild")
    assert ("dies.py", "TMO001") in told(again)


def test_a_process_killed_from_outside_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was only near when its process was killed is tried again, and found to be harmless."""
    tree(tmp_path, {})
    killed: list[int] = []
    start = workers.WorkerPool._start

    def kill_the_first(crew: workers.WorkerPool) -> subprocess.Popen[bytes]:
        process = start(crew)
        if not killed:
            killed.append(process.pid)
            process.kill()
        return process

    monkeypatch.setattr(workers.WorkerPool, "_start", kill_the_first)
    shared, _ = run(tmp_path, cache=False, jobs=2)
    assert killed
    assert shared == run(tmp_path, cache=False)[0]


def test_no_process_can_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The work is done all the same."""
    tree(tmp_path, {})
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    shared, _ = run(tmp_path, cache=False, jobs=2)
    assert len(shared) == 6
    monkeypatch.setattr(sys, "executable", "/bin/true")
    assert run(tmp_path, cache=False, jobs=2)[0] == shared


def test_what_a_rule_prints_does_no_harm(tmp_path: Path) -> None:
    """The pipe for answers is not standard output."""
    tree(tmp_path, {})
    assert run(tmp_path, cache=False, jobs=2, check="runs.probe:talkative")[0] == run(tmp_path, cache=False)[0]


@pytest.mark.skipif(
    (3, 12) <= sys.version_info < (3, 14), reason="these limit calls through C by number, whatever the stack"
)
def test_deep_trees_have_room(tmp_path: Path) -> None:
    """A worker's thread has 64 MB of stack."""
    tree(tmp_path, {})
    results, counts = run(tmp_path, cache=False, jobs=2, check="runs.probe:steep")
    assert (results, counts.chunks) == ([], 12)


def test_nothing_is_imported_from_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project that holds a `json.py` must not have it run."""
    tree(tmp_path, {"json.py": "raise SystemExit('imported')\n", "libcst.py": "raise SystemExit('imported')\n"})
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert str(tmp_path) not in workers.import_path()
    assert len(run(tmp_path, cache=False, jobs=2)[0]) == 6


def test_a_run_that_is_left_ends_its_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stops asking for results, for instance after an interrupt, leaves nothing running."""
    tree(tmp_path, {})
    started: list[subprocess.Popen[bytes]] = []
    start = workers.WorkerPool._start

    def remember(crew: workers.WorkerPool) -> subprocess.Popen[bytes]:
        started.append(start(crew))
        return started[-1]

    monkeypatch.setattr(workers.WorkerPool, "_start", remember)
    results = iter(Run([str(tmp_path)], OPTIONS._replace(jobs=2, cache=False)))
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert started
    assert all(process.poll() is not None for process in started)
    assert gc.isenabled()


def test_an_interrupt_ends_all(tmp_path: Path) -> None:
    """Ctrl-C reaches the whole group: the run ends with KeyboardInterrupt and no trace of a worker's."""
    tree(tmp_path, {"d0/waits.py": "# matter WAIT\n"})
    program = (
        f"import signal, sys; sys.path[:] = {[each for each in sys.path if each]!r}\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's background job inherits it as ignored
        "from resilint.run import run, workers\n"
        "from runs.small import OPTIONS\n"
        "run.WORTH, workers.BATCH = 200, 600\n"
        "try:\n"
        f"    list(run.Run([{str(tmp_path)!r}], OPTIONS._replace(jobs=2, cache=False)))\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "waiting\n"  # a worker is at the file that never ends
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (out, err, process.returncode) == ("interrupted\n", "", 0)


def test_batches_and_shares_are_neighbours(tmp_path: Path) -> None:
    """So that what a process learns of a package is of use for the rest of it."""
    home = ProjectRoots().above(str(tmp_path))
    sizes = {"a": 300, "b": 200, "c": 500, "d": 50, "e": 900}
    jobs = [(home, FileJob("", name, "", size)) for name, size in sizes.items()]
    batches = [[job.name for _, job in batch] for _, batch in workers._batches(jobs)]
    assert batches == [["a", "b"], ["c", "d"], ["e"]]
    shares = workers._shares(workers._batches(jobs), 2)
    assert [[job.name for _, batch in share for _, job in batch] for share in shares] == [["a", "b"], ["c", "d", "e"]]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere only the peak can be told")
def test_a_process_answers_for_its_memory() -> None:
    """In bytes, and none of anybody else's: fifty more megabytes are fifty more."""
    before = memory.held()
    held = bytearray(b"x") * 50_000_000
    assert 40_000_000 < memory.held() - before < 100_000_000, len(held)


def test_a_process_that_holds_too_much_makes_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Results are the same whoever gives them."""
    tree(tmp_path, {})
    program = workers._START.replace(
        "serve; serve()", "serve; import resilint.run.workers as w; w.MAX_RSS = 1; serve()"
    )
    monkeypatch.setattr(workers, "_START", program)
    started: list[int] = []
    start = workers.WorkerPool._start

    def count(crew: workers.WorkerPool) -> subprocess.Popen[bytes]:
        started.append(1)
        return start(crew)

    monkeypatch.setattr(workers.WorkerPool, "_start", count)
    assert run(tmp_path, cache=False, jobs=2)[0] == run(tmp_path, cache=False)[0]
    assert len(started) > 2


def test_errors_on_the_deep_stack_are_raised_where_they_are_asked_for() -> None:
    """Results that came first are not lost."""

    def work() -> object:
        yield 1
        raise LookupError("as told")

    results = on_deep_stack(work())  # type: ignore[arg-type]
    assert next(results) == 1
    with pytest.raises(LookupError, match="as told"):
        next(results)


def test_each_process_is_told_each_verdict_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all files that were looked at, also of those that are no concern: others may import them."""
    tree(tmp_path, {"d0/other.py": "x = 1\n", "d1/perhaps.py": "# perhaps\n"})
    given: dict[int, list[tuple[str, int]]] = {}
    news = workers.WorkerPool._news

    def note(crew: workers.WorkerPool, process: subprocess.Popen[bytes], root: str) -> list[tuple[str, int]]:
        found = news(crew, process, root)
        given.setdefault(process.pid, []).extend(found)
        return found

    monkeypatch.setattr(workers.WorkerPool, "_news", note)
    run(tmp_path, cache=False, jobs=2)
    assert given
    for found in given.values():
        assert len(found) == len(dict(found))
    every = dict(level for found in given.values() for level in found)
    assert (every["d0/other.py"], every["d1/perhaps.py"], every["d0/f00.py"]) == (0, 1, 2)


def test_a_process_that_changes_to_another_root_is_told_all_again() -> None:
    """It keeps what it has learnt of one root at a time."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    levels = {"a": [("one.py", 1)], "b": [("two.py", 2)]}
    crew = workers.WorkerPool(2, "check", levels=levels)
    assert crew._news(process, "a") == [("one.py", 1)]
    levels["a"].append(("three.py", 0))
    assert crew._news(process, "a") == [("three.py", 0)]
    assert crew._news(process, "b") == [("two.py", 2)]
    assert crew._news(process, "a") == levels["a"]
    assert crew._news(process, "c") == []
