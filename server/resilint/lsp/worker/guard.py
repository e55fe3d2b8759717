"""Ends this process with the server, and when it hangs, even if no Python code can run.

A worker notices the end of the server when its input ends. While compiled code holds the interpreter's lock it
does not; a regular expression may hold it for years. On Linux the system ends it together with its parent. Other
POSIX systems have no such service; there, and for a server that hangs itself, the system counts the processor
time since the last message, and its signal needs no Python code. On Windows `supervision/windows.py` does this.
"""

from __future__ import annotations

import ctypes
import signal
import sys

from ..supervision.watchdog import Limits

_PARENT_DEATH_SIGNAL = 1
"""`PR_SET_PDEATHSIG`: an operation of `prctl`."""

_RESERVE = 3.0
"""Seconds more than the server allows, which counts roughly and has the better explanation."""


class Guard:
    """Ends this process when it has used so much processor time since the last call. Made on the main thread."""

    def __init__(self, silence: float) -> None:
        self._limits = Limits(silence=silence)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        if sys.platform != "win32":
            signal.signal(signal.SIGPROF, signal.SIG_DFL)
        self._set(self._limits.start)

    def extend(self, size: int) -> None:
        """Starts the count again; the limit is that for a text of this size."""
        self._set(self._limits.silence_at(size))

    def _set(self, seconds: float) -> None:
        if sys.platform != "win32":
            signal.setitimer(signal.ITIMER_PROF, seconds + _RESERVE)
