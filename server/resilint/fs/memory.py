"""How much memory this process holds."""

from __future__ import annotations

import os
import sys


def held() -> int:
    """The bytes of memory this process holds, or has held at most; 0 where that cannot be told."""
    try:
        with open("/proc/self/statm", "rb") as told:  # Linux adds to the peak what our parent held
            return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        pass
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
