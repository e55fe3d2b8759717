"""Layers of retries: one of two is removed, many attempts become few, and loops on a status or by recursion end."""

from __future__ import annotations

import pytest

from patterns.hardening import hardened

HEAD = "import time\n\nimport requests\n"
LOOP = (
    "def f(u):\n    for n in range(3):\n        try:\n            return requests.get(u, timeout=5).text\n"
    "        except requests.RequestException:\n            if n == 2:\n                raise\n"
    "            time.sleep(n)\n"
)


@pytest.mark.parametrize(
    ("imports", "decorator"),
    [
        ("from tenacity import retry, stop_after_attempt\n", "@retry(stop=stop_after_attempt(5))\n"),
        ("import backoff\n", "@backoff.on_exception(backoff.expo, requests.RequestException, max_tries=4)\n"),
    ],
)
def test_a_decorator_around_a_loop_goes(imports: str, decorator: str) -> None:
    """With the imports that only it needed; the loop is nearer to the failure and says more about it."""
    assert hardened(f"{HEAD}{imports}\n\n{decorator}{LOOP}", ("layers",)) == f"{HEAD}\n\n{LOOP}"


def test_imports_that_others_need_stay() -> None:
    """Name by name."""
    text = (
        f"{HEAD}from tenacity import retry, stop_after_attempt, wait_fixed\n\n\n"
        f"@retry(stop=stop_after_attempt(5))\n{LOOP}\n\nWAIT = wait_fixed(1)\n"
    )
    done = hardened(text, ("layers",))
    assert "from tenacity import wait_fixed\n" in done and "@retry" not in done


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@retry(stop=stop_after_attempt(8), wait=wait_fixed(1))", "stop_after_attempt(3)"),
        ("@retry(stop=stop_after_attempt(2), wait=wait_fixed(1))", "stop_after_attempt(2)"),
        ("@backoff.on_exception(backoff.expo, requests.RequestException, max_tries=8)", "max_tries=3"),
    ],
)
def test_many_attempts_become_three(old: str, new: str) -> None:
    """Fewer stay as they are."""
    text = (
        f"import backoff\nimport requests\nfrom tenacity import retry, stop_after_attempt, wait_fixed\n\n\n{old}\n"
        "def f(u):\n    return requests.get(u, timeout=5).text\n"
    )
    assert new in hardened(text, ("layers",))


def test_a_mounted_policy_tries_three_times() -> None:
    """A number of retries is one less than that of attempts."""
    text = (
        "import requests\nfrom requests.adapters import HTTPAdapter, Retry\n\ns = requests.Session()\n"
        's.mount("https://", HTTPAdapter(max_retries=Retry(total=10, backoff_factor=1)))\n'
    )
    assert "Retry(total=2, backoff_factor=1)" in hardened(text, ("layers",))


def test_a_function_that_calls_itself_stops_early() -> None:
    """After three attempts, and at once for what stays."""
    text = (
        f"{HEAD}\n\ndef f(u, n=0):\n    try:\n        return requests.get(u, timeout=5).text\n"
        "    except Exception:\n        if n > 8:\n            raise\n        time.sleep(1)\n"
        "        return f(u, n + 1)\n"
    )
    done = hardened(text, ("retry",))
    assert (
        "    except Exception as error:\n        if not _may_pass(error):\n            raise\n        if n > 1:" in done
    )
    assert "_retry_request" not in done and "time.sleep(max(1, _wanted_pause(error)))" in done


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "def f(u):\n    r = requests.post(u, timeout=5)\n    while r.status_code == 429:\n        time.sleep(1)\n"
            "        r = requests.post(u, timeout=5)\n    return r\n",
            "    attempt = 1\n    while r.status_code == 429 and attempt < 3 and retry_after_seconds(r.headers",
        ),
        (
            "def f(u):\n    while True:\n        r = requests.post(u, timeout=5)\n        if r.status_code == 429:\n"
            "            time.sleep(1)\n            continue\n        return r\n",
            "            refusals += 1\n"
            '            pause = retry_after_seconds(r.headers.get("Retry-After", ""), default=0.0)\n'
            "            if refusals == 3 or pause > 60:\n                r.raise_for_status()\n",
        ),
    ],
)
def test_a_loop_on_a_status_ends(text: str, wanted: str) -> None:
    """After three attempts, or where the peer wants more than a minute."""
    assert wanted in hardened(f"{HEAD}\n\n{text}", ("retry",))


def test_polling_is_no_repetition() -> None:
    """The answer is what changes there."""
    text = (
        f"{HEAD}\n\ndef f(u):\n    while True:\n        r = requests.get(u, timeout=5)\n        r.raise_for_status()\n"
        "        if r.status_code == 202:\n            time.sleep(5)\n            continue\n        return r\n"
    )
    assert "while True:" in hardened(text, ("retry",))


OWN = (
    "import functools\nimport time\n\nimport requests\n\n\n"
    "def again(f):\n    @functools.wraps(f)\n    def inner(*args):\n        for n in range(4):\n            try:\n"
    "                return f(*args)\n            except Exception:\n                time.sleep(n)\n"
    "    return inner\n\n\n"
    "@again\ndef get(u):\n    r = requests.get(u, timeout=5)\n    r.raise_for_status()\n    return r.json()\n\n\n"
    "@again\ndef name(u):\n    return get(u)\n"
)


def test_a_decorator_of_the_project_repeats_once() -> None:
    """The function inside keeps it."""
    done = hardened(OWN, ("layers",))
    assert done.count("@again\n") == 1 and "@again\ndef get(u):\n" in done


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@again\ndef get", "def get"),
        ("    return get(u)", "    requests.get(u, timeout=5)\n    return get(u)"),
        ("@again\ndef name", "@again  # the page is slow\ndef name"),
    ],
)
def test_a_decorator_of_the_project_stays(old: str, new: str) -> None:
    """Where it repeats something else as well, or where somebody says why."""
    text = OWN.replace(old, new)
    assert hardened(text, ("layers",)).count("@again") == text.count("@again")


FACTORY = (
    "import requests\nfrom requests.adapters import HTTPAdapter\nfrom urllib3.util import Retry\n\n\n"
    "def session(retries: int = 8, wait=2.0):\n    made = requests.Session()\n"
    "    policy = Retry(total=retries, connect=retries, backoff_factor=wait, status_forcelist=(500, 502))\n"
    "    made.mount('https://', HTTPAdapter(max_retries=policy))\n    return made\n"
)


def test_a_default_says_how_often() -> None:
    """The number of a factory is that of its parameter."""
    assert "def session(retries: int = 2, wait=2.0):\n" in hardened(FACTORY, ("layers",))
    few = FACTORY.replace("= 8", "= 2")
    assert "def session(retries: int = 2, wait=2.0):\n" in hardened(few, ("layers",))
    none = FACTORY.replace("retries: int = 8", "retries: int")
    assert "def session(retries: int, wait=2.0):\n" in hardened(none, ("layers",))
