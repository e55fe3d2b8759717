"""How much memory this process holds."""

from __future__ import annotations

import os
import sys


def held() -> int:
    """Returns the current or peak memory of this process in bytes; 0 where it cannot be determined."""
    try:
        with open("/proc/self/statm", "rb") as statm:  # Linux adds to the peak what our parent held
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        pass
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
