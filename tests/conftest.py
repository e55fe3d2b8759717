"""What all tests share: no clock decides a property, and nothing of the machine's settings leaks in."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

from hypothesis import HealthCheck, settings

settings.register_profile(
    "house",
    deadline=None,  # a busy machine is no reason to fail
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("house")

os.environ["XDG_CACHE_HOME"] = os.environ["LOCALAPPDATA"] = tempfile.mkdtemp(prefix="resilint-tests-")
"""Where the key of caches lies; on macOS it is in the home folder."""
atexit.register(shutil.rmtree, os.environ["XDG_CACHE_HOME"], ignore_errors=True)
for variable in ("CI", "FORCE_COLOR", "FORCE_HYPERLINK", "NO_COLOR", "PRE_COMMIT", "RESILINT_CACHE_DIR"):
    os.environ.pop(variable, None)
