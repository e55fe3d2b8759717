"""The processor time and the memory of another process, as the system counts them.

They are read from outside because a process that hangs in compiled code cannot report them: a regular
expression, for example, holds the interpreter's lock until it is done.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from functools import cache

_TICKS = 10_000_000
"""Units of a Windows `FILETIME` in a second."""


def cpu_time(pid: int) -> float | None:
    """Returns the seconds of processor time that a process has used; None where the system does not report them."""
    try:
        return _cpu_time(pid)
    except (OSError, ValueError, IndexError, AttributeError):
        return None


def memory(pid: int) -> int:
    """Returns the bytes of memory of a process; 0 where the system does not report them."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as stream:
            return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return 0


def _of_linux(pid: int) -> float:
    with open(f"/proc/{pid}/stat", "rb") as stream:
        fields = stream.read().rpartition(b")")[2].split()  # the name before it may hold blanks and brackets
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _of_macos(pid: int) -> float | None:
    buffer = (ctypes.c_uint64 * 64)()  # `struct rusage_info_v0`, 12 of these, and room
    if _system().proc_pid_rusage(pid, 0, ctypes.byref(buffer)) != 0:
        return None
    numerator, denominator = _timebase()
    return (buffer[2] + buffer[3]) * numerator / denominator / 1e9


@cache
def _system() -> ctypes.CDLL:
    return ctypes.CDLL(None)


@cache
def _timebase() -> tuple[int, int]:
    """Returns the nanoseconds in a unit of macOS' processor times, as a fraction."""
    pair = (ctypes.c_uint32 * 2)()
    _system().mach_timebase_info(ctypes.byref(pair))
    return pair[0] or 1, pair[1] or 1


def _of_windows(pid: int) -> float | None:
    if sys.platform != "win32":
        return None
    from ctypes import wintypes

    from .windows import QUERY_LIMITED_INFORMATION, kernel, opened

    with opened(pid, QUERY_LIMITED_INFORMATION) as handle:
        times = [wintypes.FILETIME() for _ in range(4)]  # created, ended, in the kernel, in the program
        if not handle or not kernel().GetProcessTimes(handle, *map(ctypes.byref, times)):
            return None
    return sum((time.dwHighDateTime << 32) + time.dwLowDateTime for time in times[2:]) / _TICKS


def _not_reported(pid: int) -> None:
    """Stands for a system that reports no processor times of other processes."""


_SYSTEMS: dict[str, Callable[[int], float | None]] = {
    "linux": _of_linux,
    "darwin": _of_macos,
    "win32": _of_windows,
}
_cpu_time = _SYSTEMS.get(sys.platform, _not_reported)
