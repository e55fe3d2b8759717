"""The toy engine, where settings files with the comments `# HANG` and `# CRASH` do what they say.

The settings files that are known to hang are refused by now; this stands for those that are not known.
"""

from __future__ import annotations

import os
import threading
from typing import Any

from clients import toy_engine
from resilint.config import settings

_parse = settings.parse


def parse(data: bytes, *rest: Any) -> Any:
    """Misbehaves, or parses."""
    if b"# HANG" in data:
        threading.Event().wait()
    if b"# CRASH" in data:
        os._exit(9)
    if b"# RAISE" in data:
        raise RuntimeError("a mistake in the parser")
    return _parse(data, *rest)


settings.parse = parse
engine = toy_engine.engine
