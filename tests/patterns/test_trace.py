"""The pattern `trace`: attempts that fail are written to the log, by policies and by loops."""

from __future__ import annotations

import logging
import sys
import types
from typing import Any

import pytest

from patterns.hardening import hardened

POLICY = (
    "import logging\nimport requests\n"
    "from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed\n\n"
    "logger = logging.getLogger(__name__)\n\n"
    "@retry(retry=retry_if_exception_type(OSError), stop=stop_after_attempt(3), wait=wait_fixed(2))\n"
    "def f(u):\n    return requests.get(u, timeout=5).text\n"
)
LOOP = (
    "import time\nimport requests\n\ndef f(u):\n    for attempt in range(3):\n        try:\n"
    "            return requests.get(u, timeout=5)\n        except requests.ConnectionError:\n"
    "            time.sleep(1)\n    raise OSError(u)\n"
)
SHAPES = {
    "a policy": (POLICY, "wait=wait_fixed(2), before_sleep=before_sleep_log(logger, logging.WARNING))\ndef f"),
    "a policy without a logger": (
        POLICY.replace("logger = logging.getLogger(__name__)\n\n", "").replace("import logging\n", ""),
        "before_sleep=before_sleep_log(logging.getLogger(__name__), logging.WARNING))\ndef f",
    ),
    "a policy by its module": (
        "import requests\nimport tenacity\n\n@tenacity.retry(\n"
        "    retry=tenacity.retry_if_exception_type(OSError),\n    stop=tenacity.stop_after_attempt(3),  # three\n"
        "    wait=tenacity.wait_fixed(2),\n)\nasync def f(u):\n    return requests.get(u, timeout=5).text\n",
        "    wait=tenacity.wait_fixed(2),\n"
        "    before_sleep=tenacity.before_sleep_log(logging.getLogger(__name__), logging.WARNING),\n)\n",
    ),
    "a loop": (
        LOOP,
        "        except requests.ConnectionError as error:\n            logging.getLogger(__name__).warning(\n"
        '                "requests.get failed in attempt %d: %r", attempt + 1, error\n            )\n'
        "            time.sleep(1)\n",
    ),
    "a loop with a logger and a name": (
        LOOP.replace("import time\n", "import logging\nimport time\n")
        .replace("def f", "log = logging.getLogger('x')\n\ndef f")
        .replace("Error:", "Error as exc:")
        .replace("range(3)", "range(1, 4)"),
        'Error as exc:\n            log.warning("requests.get failed in attempt %d: %r", attempt, exc)\n',
    ),
    "a loop that passes": (
        LOOP.replace("time.sleep(1)\n    raise", "pass\n        time.sleep(2)\n    raise"),
        '"requests.get failed in attempt %d: %r", attempt + 1, error\n            )\n        time.sleep(2)\n',
    ),
    "a while": (
        "import time\nimport requests\n\ndef f(u):\n    tries = 0\n    while tries < 3:\n        try:\n"
        "            return requests.get(u, timeout=5)\n        except requests.ConnectionError:\n"
        "            tries += 1\n            time.sleep(1)\n    raise OSError(u)\n",
        'logging.getLogger(__name__).warning("requests.get failed: %r", error)\n            tries += 1\n',
    ),
}
SAID = {
    "a policy that says it": POLICY.replace("wait=wait", "before_sleep=print, wait=wait"),
    "a policy for what is no call": POLICY.replace("OSError", "LookupError").replace(
        "requests.get(u, timeout=5).text", "u[0]"
    ),
    "options that cannot be seen": POLICY.replace("wait=wait_fixed(2)", "**OPTIONS"),
    "a loop that prints": LOOP.replace("            time.sleep", "            print('again')\n            time.sleep"),
    "a loop that keeps it": LOOP.replace("Error:", "Error as e:").replace(
        "            time.sleep", "            last = e\n            time.sleep"
    ),
    "a loop with a reason": LOOP.replace(
        "            time.sleep", "            # it starts slowly\n            time.sleep"
    ),
    "a loop that waits for its own server": LOOP.replace("get(u,", "get('http://localhost:80/',"),
    "a loop over addresses": (
        "import requests\n\ndef f(us):\n    for u in us:\n        try:\n"
        "            return requests.get(u, timeout=5)\n        except requests.ConnectionError:\n"
        "            # the next mirror\n            continue\n    raise OSError(us)\n"
    ),
}


@pytest.mark.parametrize(("text", "wanted"), SHAPES.values(), ids=SHAPES)
def test_silent_attempts_are_logged(text: str, wanted: str) -> None:
    """By the logger of the module, or one by its name, with the number of the attempt where it is known."""
    done = hardened(text, ("trace",))
    assert wanted in done and done.count("\nimport logging\n") + done.startswith("import logging\n") == 1


@pytest.mark.parametrize("text", SAID.values(), ids=SAID)
def test_what_is_said_already_stays(text: str) -> None:
    """Logged, printed, kept for later, or explained."""
    assert hardened(text, ("trace",)) == text


def test_the_log_has_each_attempt(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Counted from one."""

    def get(url: str, **options: Any) -> None:
        raise ConnectionError(url)

    requests: Any = types.ModuleType("requests")
    requests.ConnectionError, requests.get = ConnectionError, get
    monkeypatch.setitem(sys.modules, "requests", requests)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    module = types.ModuleType("traced")
    exec(compile(hardened(LOOP, ("trace",)), "app.py", "exec"), module.__dict__)
    with caplog.at_level(logging.WARNING), pytest.raises(OSError, match="x"):
        module.f("x")
    assert [record.getMessage() for record in caplog.records] == [
        f"requests.get failed in attempt {number}: ConnectionError('x')" for number in (1, 2, 3)
    ]
