"""Tells whether a process that is no child of this one has ended, on each system in the way that it offers.

A process that has ended and was not waited for by its parent still has its id, and the id may later belong to
another process: where the system has handles of processes, they are used.
"""

from __future__ import annotations

import asyncio
import os
import select
import sys
from collections.abc import Callable

INTERVAL = 1.0
"""Seconds between two looks at a process."""

Ended = Callable[[], bool]


async def wait_for_end(pid: int) -> None:
    """Waits until a process has ended; returns at once if there is none. Without end for an id below 1."""
    ended = watch(pid)
    while not ended():  # noqa: ASYNC110 - no event of the loop tells of it on all systems
        await asyncio.sleep(INTERVAL)


def watch(pid: int) -> Ended:
    """Returns a function that says whether a process has ended. Effect: may open a handle of it."""
    if pid < 1:
        return lambda: False
    for attempt in (_by_process_descriptor, _by_kernel_queue, _by_handle):
        if (ended := attempt(pid)) is not None:
            return ended
    return lambda: _has_no_such_process(pid)


def _by_process_descriptor(pid: int) -> Ended | None:
    """Uses a file descriptor of a process: Linux, from 5.3 on."""
    if sys.platform != "linux":
        return None
    try:
        poller = select.poll()
        poller.register(os.pidfd_open(pid), select.POLLIN)
    except ProcessLookupError:
        return lambda: True
    except (OSError, OverflowError, AttributeError):
        return None
    return lambda: bool(poller.poll(0))


def _by_kernel_queue(pid: int) -> Ended | None:
    """Uses an event queue: macOS and the BSDs."""
    if sys.platform in ("linux", "win32") or not hasattr(select, "kqueue"):
        return None
    done = False
    queue = select.kqueue()
    try:
        queue.control([select.kevent(pid, select.KQ_FILTER_PROC, select.KQ_EV_ADD, select.KQ_NOTE_EXIT)], 0)
    except ProcessLookupError:
        return lambda: True
    except (OSError, OverflowError):
        return None

    def ended() -> bool:
        nonlocal done
        done = done or bool(queue.control(None, 1, 0))
        return done

    return ended


def _by_handle(pid: int) -> Ended | None:
    """Uses a handle: Windows, where `os.kill` with any number would end the process."""
    if sys.platform != "win32":
        return None
    from .windows import NOT_FOUND, RUNNING, SYNCHRONIZE, kernel, last_error

    handle = kernel().OpenProcess(SYNCHRONIZE, 0, pid)
    if not handle:
        missing = last_error() == NOT_FOUND
        return lambda: missing  # another reason: there is such a process, and we may not know more
    return lambda: kernel().WaitForSingleObject(handle, 0) != RUNNING


def _has_no_such_process(pid: int) -> bool:
    """Asks by the id alone: a POSIX system without handles of processes, or one that refuses them."""
    if sys.platform == "win32":
        return False
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat", "rb") as stream:
            return stream.read().rpartition(b")")[2].split()[:1] in ([b"Z"], [b"X"])
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False  # it belongs to another user, or there is no /proc
