"""The watch over other processes: what counts against a worker, what is to blame, and whether a process has ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from resilint.lsp import worker_process
from resilint.lsp.failure import Cause, Failure, Work
from resilint.lsp.supervision import ended, usage
from resilint.lsp.supervision.suspects import Suspects
from resilint.lsp.supervision.watchdog import Limits, Watchdog

ROOT = Path(__file__).resolve().parents[3]
CRASHED = Failure(Cause.CRASHED)
KILLED = Failure(Cause.KILLED)
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")


class Machine:
    """A clock and the processor time of one process, which a test moves on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, limits: Limits | None = None) -> None:
        self.now = 1000.0
        self.used: float | None = 50.0
        monkeypatch.setattr(usage, "cpu_time", lambda pid: self.used)
        monkeypatch.setattr(usage, "memory", lambda pid: 0)
        self.dog = Watchdog(1, limits or Limits(), lambda: self.now)

    def run(self, seconds: float, share: float, *, size: int = 0, started: bool = True) -> Failure | None:
        """Looks twice a second, while the process gets a share of the processor; returns what it exceeds."""
        for _ in range(round(seconds * 2)):
            self.now += 0.5
            if self.used is not None:
                self.used += 0.5 * share
            if failure := self.dog.look(started=started, size=size):
                return failure
        return None


def test_a_process_that_has_to_wait_for_its_turn_is_not_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine with twenty times the work it can do, 50 s on the clock are 2.5 s of processor time."""
    machine = Machine(monkeypatch)
    assert machine.run(50, share=0.05) is None
    assert machine.run(20, share=0.05) == Failure(Cause.SILENT, 3)


def test_a_message_starts_the_count_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often."""
    machine = Machine(monkeypatch)
    for _ in range(5):
        assert machine.run(3, share=1) is None
        machine.dog.hear()
    assert machine.run(4, share=1) == Failure(Cause.SILENT, 3)


def test_a_large_text_has_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function of 15,000 lines, 400,000 characters, needed 10 s where this was measured."""
    machine = Machine(monkeypatch)
    assert machine.run(14, share=1, size=400_000) is None
    assert machine.run(5, share=1, size=400_000) == Failure(Cause.SILENT, pytest.approx(15))


@pytest.mark.parametrize("share", [0, 0.001])
def test_a_process_that_does_nothing_is_ended(monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    """It waits for something that does not come, perhaps in a loop with pauses."""
    machine = Machine(monkeypatch)
    assert machine.run(15, share) is None
    assert machine.run(1, share) == Failure(Cause.STALLED, 15)


def test_the_start_has_a_limit_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of processor time, and of time without any."""
    assert Machine(monkeypatch).run(29, share=1, started=False) is None
    assert Machine(monkeypatch).run(32, share=1, started=False) == Failure(Cause.SILENT, 30)
    assert Machine(monkeypatch).run(29, share=0, started=False) is None
    assert Machine(monkeypatch).run(32, share=0, started=False) == Failure(Cause.STALLED, 30)


def test_time_in_which_the_server_did_not_run_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine slept for an hour: both processes did."""
    machine = Machine(monkeypatch)
    assert machine.run(5, share=0) is None
    machine.now += 3600
    assert machine.run(5, share=0) is None


def test_without_processor_times_the_clock_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times as long."""
    machine = Machine(monkeypatch)
    machine.used = None
    assert machine.run(29, share=0) is None
    assert machine.run(3, share=0) == Failure(Cause.SILENT, 3)


def test_the_processor_time_of_a_process_grows_while_it_works() -> None:
    """Where the system reports it, as those do on which we test; there is none of a process that does not exist."""
    before = usage.cpu_time(os.getpid())
    assert before is not None
    start = time.process_time()
    while time.process_time() - start < 0.1:
        pass
    used = usage.cpu_time(os.getpid())
    assert used is not None
    assert 0.05 < used - before < 5
    assert abs(used - time.process_time()) < 2
    assert usage.cpu_time(-1) is None


def test_the_memory_of_a_process_is_known_where_the_system_says_it() -> None:
    """None for a process that there is not."""
    assert (usage.memory(os.getpid()) > 1 << 20) == os.path.exists("/proc/self/statm")
    assert usage.memory(-1) == 0


def test_only_the_second_end_at_the_same_work_proves_something() -> None:
    """The first may have had another cause."""
    suspects = Suspects()
    assert not suspects.is_to_blame(Work("u", "a"), CRASHED)
    assert not suspects.is_to_blame(Work("u"), CRASHED)
    assert not suspects.is_to_blame(Work("v", "a"), CRASHED)
    assert suspects.is_to_blame(Work("u", "a"), CRASHED)


def test_a_process_that_was_killed_from_outside_proves_less() -> None:
    """But it may have used up the memory of the machine, so that there is an end to it."""
    suspects = Suspects()
    assert [suspects.is_to_blame(Work("u", "a"), KILLED) for _ in range(4)] == [False, False, False, True]


def test_what_was_done_or_has_changed_is_not_suspected() -> None:
    """One document, or everything."""
    suspects = Suspects()
    for work in (Work("u", "a"), Work("v"), Work("u", root="/r", source="/r/x")):
        assert not suspects.is_to_blame(work, CRASHED)
    suspects.clear("u")
    assert not suspects.is_to_blame(Work("u", "a"), CRASHED)
    assert suspects.is_to_blame(Work("v"), CRASHED)
    assert suspects.is_to_blame(Work("w", root="/r", source="/r/x"), CRASHED)
    suspects.clear()
    assert not suspects.is_to_blame(Work("v"), CRASHED)


def test_a_document_that_ends_each_process_at_another_chunk_is_to_blame() -> None:
    """The memory of a process, for example, is used up by all of them together."""
    suspects = Suspects()
    blamed = [suspects.is_to_blame(Work("u", chunk), CRASHED) for chunk in "abcd"]
    assert blamed == [False, False, False, True]


@POSIX
@pytest.mark.parametrize("by_id", [False, True], ids=["handle", "id"])
@pytest.mark.parametrize("waited_for", [False, True])
def test_a_process_that_has_ended_is_noticed(monkeypatch: pytest.MonkeyPatch, by_id: bool, waited_for: bool) -> None:
    """Before and after its parent has waited for it; also where the system has no handles of processes."""
    if by_id:
        if not os.path.exists("/proc/self/stat") and not waited_for:
            pytest.skip("without handles and /proc such a process looks alive")
        monkeypatch.setattr(ended, "_by_process_descriptor", lambda pid: None)
        monkeypatch.setattr(ended, "_by_kernel_queue", lambda pid: None)
    with subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE) as process:
        has_ended = ended.watch(process.pid)
        assert not has_ended()
        process.kill()
        if waited_for:
            process.wait()
        deadline = time.monotonic() + 10
        while not has_ended():
            assert time.monotonic() < deadline
        assert has_ended()
    assert ended.watch(process.pid)()


@pytest.mark.parametrize("number", [0, -1, 1 << 80])
def test_a_number_that_names_no_process_never_ends(number: int) -> None:
    """An editor without a process id sends none, or nonsense."""
    assert not ended.watch(number)()


@POSIX
@pytest.mark.parametrize(
    ("number", "failure"),
    [
        (signal.SIGKILL, KILLED),
        (signal.SIGTERM, KILLED),
        (signal.SIGSEGV, CRASHED),
        (signal.SIGPROF if sys.platform != "win32" else 0, Failure(Cause.SILENT, 3)),
    ],
)
def test_an_exit_status_explains_an_end(number: int, failure: Failure) -> None:
    """A worker may be killed by a person, by the system, or by its own limit."""
    assert worker_process._explained(CRASHED, -number, 3) == failure
    assert worker_process._explained(CRASHED, None, 3) == CRASHED
    assert worker_process._explained(Failure(Cause.MEMORY, 400), -number, 3) == Failure(Cause.MEMORY, 400)


@POSIX
def test_a_limit_of_the_system_ends_a_process_that_hangs_in_compiled_code() -> None:
    """Neither a thread nor a signal handler of its own would run."""
    program = (
        "import re\nfrom resilint.lsp.worker import guard\n"
        "guard._RESERVE = 0.1\nguard.Guard(0.1).extend(0)\nre.match('(a+)+$', 'a' * 64 + 'b')"
    )
    paths = os.pathsep.join(str(ROOT / name) for name in ("server", "rules"))
    done = subprocess.run(
        [sys.executable, "-c", program], timeout=60, env={**os.environ, "PYTHONPATH": paths}, check=False
    )
    assert done.returncode == -signal.SIGPROF


def test_the_worker_of_a_windows_environment_is_no_launcher(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processor time of the launcher says nothing about that of the interpreter which it starts."""
    monkeypatch.setattr(sys, "_base_executable", "base.exe", raising=False)
    assert worker_process.command()[0] == sys.executable
    monkeypatch.setattr(sys, "platform", "win32")
    assert worker_process.command()[0] == "base.exe"
