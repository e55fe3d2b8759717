"""Calls of Windows: handles of processes, and a job that ends the worker together with the server."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

SYNCHRONIZE = 0x100000
QUERY_LIMITED_INFORMATION = 0x1000
_SET_QUOTA_AND_TERMINATE = 0x101
_EXTENDED_LIMITS = 9
_KILL_ON_JOB_CLOSE = 0x2000
NOT_FOUND = 87
"""`ERROR_INVALID_PARAMETER`: there is no process with this id."""
RUNNING = 0x102
"""`WAIT_TIMEOUT`: the process has not ended."""


class _ExtendedLimits(ctypes.Structure):
    """`JOBOBJECT_EXTENDED_LIMIT_INFORMATION`; only the flags are used."""

    _fields_ = (
        ("times", ctypes.c_int64 * 2),
        ("flags", ctypes.c_uint32),
        ("sizes", ctypes.c_size_t * 2),
        ("active", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32 * 2),
        ("counters", ctypes.c_uint64 * 6),
        ("memory", ctypes.c_size_t * 4),
    )


@cache
def kernel() -> Any:
    """Returns `kernel32` with the types that a handle needs: it is as wide as a pointer."""
    if sys.platform != "win32":
        raise OSError("there is no kernel32 on this system")
    library = ctypes.WinDLL("kernel32", use_last_error=True)
    handle = ctypes.c_void_p
    library.OpenProcess.restype = handle
    library.OpenProcess.argtypes = (ctypes.c_uint32, ctypes.c_int, ctypes.c_uint32)
    library.CreateJobObjectW.restype = handle
    library.CreateJobObjectW.argtypes = (handle, handle)
    library.CloseHandle.argtypes = (handle,)
    library.GetProcessTimes.argtypes = (handle,) * 5
    library.WaitForSingleObject.restype = ctypes.c_uint32
    library.WaitForSingleObject.argtypes = (handle, ctypes.c_uint32)
    library.SetInformationJobObject.argtypes = (handle, ctypes.c_int, handle, ctypes.c_uint32)
    library.AssignProcessToJobObject.argtypes = (handle, handle)
    return library


def last_error() -> int:
    """Returns the number of the last error of a call."""
    if sys.platform != "win32":
        return 0
    return ctypes.get_last_error()


@contextmanager
def opened(pid: int, rights: int) -> Iterator[int | None]:
    """Opens a handle of a process for a while; None if that is refused."""
    handle = kernel().OpenProcess(rights, 0, pid)
    try:
        yield handle
    finally:
        if handle:
            kernel().CloseHandle(handle)


def end_with_this_process(pid: int) -> bool:
    """Puts a process into a job that Windows ends when this process ends, however that happens; whether it worked."""
    job = _job()
    with opened(pid, _SET_QUOTA_AND_TERMINATE) as handle:
        return bool(job and handle and kernel().AssignProcessToJobObject(job, handle))


@cache
def _job() -> int | None:
    """Creates the job; its only handle stays open until this process ends."""
    job: int | None = kernel().CreateJobObjectW(None, None)
    limits = _ExtendedLimits(flags=_KILL_ON_JOB_CLOSE)
    size = ctypes.sizeof(limits)
    if job and kernel().SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), size):
        return job
    return None
