"""What all tests share: no clock decides a property, and nothing of the machine's settings leaks in."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "house",
    deadline=None,  # a busy machine is no reason to fail
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("house")

for variable in ("FORCE_COLOR", "NO_COLOR", "RESILINT_CACHE_DIR"):
    os.environ.pop(variable, None)
