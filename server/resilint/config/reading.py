"""Reports which project's settings are being read, so that a reader that hangs or crashes can be explained."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

Reading = Callable[[str, str], AbstractContextManager[None]]
"""`with reading(root, path):` surrounds code that reads the settings of the project in `root` from `path`."""


def unobserved(root: str, path: str) -> AbstractContextManager[None]:
    """Reports nothing."""
    return nullcontext()


class Reporter:
    """A `Reading` that reports root and path when they change: the innermost that is open, or "" twice."""

    def __init__(self, report: Callable[[str, str], None]) -> None:
        self._report = report
        self._now = ("", "")

    @contextmanager
    def __call__(self, root: str, path: str) -> Iterator[None]:
        """Effect: reports at both ends; not after an exception, because the process ends and this was the cause."""
        outer = self._now
        self._set((root, path))
        yield
        self._set(outer)

    def _set(self, now: tuple[str, str]) -> None:
        self._now = now
        self._report(*now)
