"""Processes that share the work of a large run, and survive the file that kills one of them.

Each is a fresh interpreter (never a fork: what a thread held would stay locked) that takes batches from
its standard input and answers file by file, so that we know which file it died of. That file is tried once
more alone, then given up; the rest of its batch is done by another process.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import pickle
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from itertools import pairwise
from queue import Empty, SimpleQueue
from typing import IO, TYPE_CHECKING, Any

from ..engine.file_checker import FileChecker, FileJob, FileOutcome, on_deep_stack, whole_file_result
from ..fs.memory import held
from ..own_rules import UNREADABLE
from ..results import to_json

if TYPE_CHECKING:
    from ..config.roots import ProjectRoot

BATCH = 1_000_000
"""Bytes of source that are sent at once: a second of work, and enough to hide the pipe."""

MAX_RSS = 380 * 1024 * 1024
"""Bytes of memory from which on a process makes way for a fresh one: above what it holds after it has done without what
was learnt, as a fresh one learns all again."""

FLUSH_EVERY = 16
"""Answers about files without integration code that are sent with the next: sending each by itself costs more than
finding it. If the process dies, so many files may be tried again by themselves before the one that it dies of."""

_Batch = tuple["ProjectRoot", list[tuple[int, FileJob]]]

_START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from resilint.run.workers import serve; serve()"
_READY = b"ready\n"


class CannotStart(Exception):
    """No process could be started; what is not done yet can be done without one."""


def _batches(jobs: Sequence[tuple[ProjectRoot, FileJob]], first: int = 1) -> list[_Batch]:
    """The jobs, numbered from `first`, in batches of neighbours of one root."""
    batches: list[_Batch] = []
    size = 0
    for number, (home, job) in enumerate(jobs, first):
        if not batches or batches[-1][0] is not home or size + job.size > BATCH:
            size = 0
            batches.append((home, []))
        size += job.size
        batches[-1][1].append((number, job))
    return batches


def _shares(batches: list[_Batch], processes: int) -> list[deque[_Batch]]:
    """The batches in as many runs of neighbours: what a process learns of a package serves the rest of it.

    A batch is a second of work, so that the first process to finish takes over work of the others.
    """
    count = len(batches)
    edges = [count * number // processes for number in range(processes + 1)]
    return [deque(batches[start:end]) for start, end in pairwise(edges)]


class WorkerPool:
    """What is left to do, who does it, and what has come of it; each process has a thread that tends it.

    The work may still be looked for while it is done: what is added goes to the first share, from whose end the
    others help themselves; when all is known, what is left is shared out.
    """

    def __init__(
        self, processes: int, check: str, kept: bool = True, levels: Mapping[str, list[tuple[str, int]]] | None = None
    ) -> None:
        """`kept` as in FileChecker, `levels` as in Plan: they may still grow.

        Effect: starts processes as soon as there is work; `shutdown` ends them.
        """
        self._levels = levels if levels is not None else {}
        self._sent_levels: dict[int, tuple[str, int]] = {}
        """By process, the root of its last batch, and how many levels of it the process has."""
        self.shares: list[deque[_Batch]] = [deque() for _ in range(processes)]
        self._check, self._kept = check, kept
        self._waiting: list[tuple[ProjectRoot, FileJob]] = []
        self._jobs = 0
        self._known = False
        self._threads = [threading.Thread(target=self._run_worker, args=(share,), daemon=True) for share in self.shares]
        self._out: SimpleQueue[tuple[int, FileOutcome] | BaseException] = SimpleQueue()
        self._blamed: set[int] = set()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._busy = 0
        self._over = False
        self._more = threading.Condition(self._lock)

    def add(self, jobs: Sequence[tuple[ProjectRoot, FileJob]]) -> None:
        """Adds jobs, numbered on from those before, from one. They start when they make a batch."""
        self._waiting.extend(jobs)
        if sum(job.size for _, job in self._waiting) > BATCH:
            self._send_off()

    def _send_off(self) -> None:
        with self._lock:
            self.shares[0].extend(_batches(self._waiting, self._jobs + 1))
            self._more.notify_all()
        if not self._jobs:
            for thread in self._threads:
                thread.start()
        self._jobs += len(self._waiting)
        self._waiting.clear()

    def outcomes(self) -> Generator[tuple[int, FileOutcome], None, None]:
        """Number and outcome of each job, as they are done: no more are added. Raises CannotStart."""
        self._send_off()
        with self._lock:
            left = list(self.shares[0])
            for share, part in zip(self.shares, _shares(left, len(self.shares)), strict=True):
                share.clear()
                share.extend(part)
            self._known = True
            self._more.notify_all()
        for _ in range(self._jobs):
            yield self._next()

    def _next(self) -> tuple[int, FileOutcome]:
        """The next outcome, whichever it is."""
        while True:
            try:
                # Windows cannot interrupt a wait without end.
                came = self._out.get(timeout=0.5 if os.name == "nt" else None)
            except Empty:
                continue
            if isinstance(came, BaseException):
                raise came
            return came

    def shutdown(self) -> None:
        """Ends all processes, whatever they are at."""
        with self._lock:
            self._over = True
            for share in self.shares:
                share.clear()
            self._more.notify_all()
            for process in self._running:
                process.kill()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    def _run_worker(self, share: deque[_Batch]) -> None:
        """A thread's life: hands the batches of a share, and then those of others, to one process after the other."""
        import signal

        if hasattr(signal, "pthread_sigmask"):  # inherited: Ctrl-C while a process starts would leave a trace
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        process: subprocess.Popen[bytes] | None = None
        try:
            while (batch := self._take(share)) is not None:
                try:
                    process = process or self._start()
                    process = self._do(process, batch)
                finally:
                    self._release()
        except BaseException as error:  # noqa: BLE001 - raised again by `outcomes`
            self._out.put(error)
        finally:
            if process:
                self._end(process)

    def _take(self, share: deque[_Batch]) -> _Batch | None:
        """The next batch of a share, or the last of the longest; waits while others may still give some back."""
        with self._lock:
            while not any(self.shares) and (self._busy or not self._known) and not self._over:
                self._more.wait()
            if self._over or not any(self.shares):
                return None
            self._busy += 1
            return share.popleft() if share else max(self.shares, key=len).pop()

    def _release(self) -> None:
        with self._lock:
            self._busy -= 1
            self._more.notify_all()

    def _do(self, process: subprocess.Popen[bytes], batch: _Batch) -> subprocess.Popen[bytes] | None:
        """Sends a batch and passes on what comes back; gives the process if it can go on."""
        home, jobs = batch
        waiting = dict(jobs)
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            about = (home.root, home.settings, self._check, self._kept)
            _send(process.stdin, (*about, self._news(process, home.root), jobs))
            for line in process.stdout:
                number, digest, text = line.decode("ascii").split("\t", 2)
                if number == "0":
                    if digest == "fit":
                        return process
                    break
                self._out.put((int(number), FileOutcome(digest, text.rstrip("\n"))))
                del waiting[int(number)]
        except (OSError, ValueError):
            pass  # it died while it was written to, or amid a line
        self._end(process)
        if waiting and not self._over:
            self._give_back(home, list(waiting.items()))
        return None

    def _news(self, process: subprocess.Popen[bytes], root: str) -> list[tuple[str, int]]:
        """The verdicts on files of a root that a process does not have. It forgets those of another root."""
        before, count = self._sent_levels.get(process.pid, ("", 0))
        news = self._levels.get(root, [])[count if before == root else 0 :]
        self._sent_levels[process.pid] = root, len(news) + (count if before == root else 0)
        return news

    def _give_back(self, home: ProjectRoot, jobs: list[tuple[int, FileJob]]) -> None:
        """A process died of the first of these files, or was killed while it was at it."""
        (number, job), *rest = jobs
        with self._lock:
            if rest:
                self.shares[0].appendleft((home, rest))
            if number not in self._blamed:
                self._blamed.add(number)
                self.shares[0].appendleft((home, [(number, job)]))
                return
        message = "cannot be checked: the analysis process died of it; the other files are not affected"
        self._out.put((number, FileOutcome("", to_json(whole_file_result(job.name, UNREADABLE, message)))))

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-I", "-c", _START, json.dumps(import_path())]
        try:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        except OSError as error:
            raise CannotStart(str(error)) from error
        with self._lock:
            self._running.add(process)
            if self._over:
                process.kill()
        assert process.stdout is not None
        if process.stdout.readline() != _READY and not self._over:
            self._end(process)
            raise CannotStart(f"{sys.executable} ended with status {process.returncode}")
        return process

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        """Closing its input tells a process to go; a failed one gets no second request."""
        for pipe in (process.stdin, process.stdout):
            try:
                if pipe:
                    pipe.close()
            except OSError:
                pass
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._sent_levels.pop(process.pid, None)
        with self._lock:
            self._running.discard(process)


def import_path() -> list[str]:
    """Where a process imports from: as here, but never from the working folder, which may be untrusted."""
    import resilint
    import resilint_rules

    ours = {os.path.dirname(resilint.__path__[0])}
    ours.update(os.path.dirname(os.path.abspath(folder)) for folder in resilint_rules.__path__)
    here = os.getcwd()
    return [
        candidate for candidate in sys.path if candidate and (os.path.abspath(candidate) != here or candidate in ours)
    ]


def _send(pipe: IO[bytes], message: Any) -> None:
    data = pickle.dumps(message)
    pipe.write(len(data).to_bytes(8, "big") + data)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Any:
    """The next message of our own parent; None when it has closed the pipe."""
    head = pipe.read(8)
    return pickle.loads(pipe.read(int.from_bytes(head, "big"))) if len(head) == 8 else None  # noqa: S301


def serve() -> None:
    """A process's life. Effect: answers on standard output; what else is printed goes to standard error."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends us; a traceback of each process is no help
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    silence = os.open(os.devnull, os.O_RDONLY)
    os.dup2(silence, 0)
    os.dup2(2, 1)
    gc.disable()
    gc.freeze()
    replies.write(_READY)
    replies.flush()
    with contextlib.suppress(OSError):  # the parent is gone
        list(on_deep_stack(_answers(requests, replies)))
    os._exit(0)


def _answers(requests: IO[bytes], replies: IO[bytes]) -> Iterator[None]:
    """Checks batch after batch and communicates only by what it writes."""
    analyst: FileChecker | None = None
    last: tuple[Any, ...] = ()
    while (message := _receive(requests)) is not None:
        *about, levels, jobs = message
        if analyst is None or tuple(about) != last:
            last = tuple(about)
            analyst = FileChecker(*about)
        analyst.preset_levels(levels)
        held_back = 0
        for number, job in jobs:
            if job.sure or held_back == FLUSH_EVERY:
                replies.flush()
                held_back = 0
            done = analyst.look(job)
            replies.write(f"{number}\t{done.digest}\t{done.text}\n".encode("ascii"))
            held_back += 1
        replies.write(b"0\ttired\t\n" if held() > MAX_RSS else b"0\tfit\t\n")
        replies.flush()
    yield from ()
