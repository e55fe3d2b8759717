"""A function of the project that repeats what it is given is preferred to a new one."""

from __future__ import annotations

import pytest

from patterns.hardening import hardened

HELPER = (
    "import time\nimport requests\n\n\ndef {name}(fn, *args, **kwargs):\n    for attempt in range({attempts}):\n"
    "        try:\n            return fn(*args, **kwargs)\n        except {error}:\n"
    "            if attempt == {attempts} - 1:\n                raise\n            {pause}\n"
)
GOOD = {"name": "call_with_retries", "attempts": "3", "error": "requests.ConnectionError", "pause": "time.sleep(2)"}
CALL = "import requests\n{}\n\ndef f(u):\n    return requests.get(u, timeout=5).text\n"
LOCAL = {
    "by its error": GOOD,
    "by a base of it": {**GOOD, "error": "requests.RequestException"},
    "by every error": {**GOOD, "error": "Exception"},
    "by any name": {**GOOD, "name": "run"},
}
UNFIT = {
    "too often": {**GOOD, "attempts": "50"},
    "once": {**GOOD, "attempts": "1"},
    "without a pause": {**GOOD, "pause": "pass"},
    "after other errors": {**GOOD, "error": "KeyError"},
}
TAKEN = "call_with_retries(requests.get, u, timeout=5).text"


@pytest.mark.parametrize("words", LOCAL.values(), ids=LOCAL)
def test_a_function_of_the_module_is_taken(words: dict[str, str]) -> None:
    """Whatever it is called, if it repeats the failures of the library."""
    done = hardened(HELPER.format(**words) + "\n\ndef f(u):\n    return requests.get(u, timeout=5).text\n", ("retry",))
    assert TAKEN.replace("call_with_retries", words["name"]) in done and "_retry_request" not in done


@pytest.mark.parametrize("words", UNFIT.values(), ids=UNFIT)
def test_one_that_does_not_help_is_not(words: dict[str, str]) -> None:
    """A new function is written then."""
    done = hardened(HELPER.format(**words) + "\n\ndef f(u):\n    return requests.get(u, timeout=5).text\n", ("retry",))
    assert "_retry_request(requests.get, u, timeout=5).text" in done


def test_an_imported_function_is_taken() -> None:
    """Under the name that the module has for it."""
    more = {"shop/net.py": HELPER.format(**GOOD), "shop/__init__.py": ""}
    text = CALL.format("from shop.net import call_with_retries")
    assert TAKEN in hardened(text, ("retry",), name="shop/app.py", more=more)
    text = CALL.format("from .net import call_with_retries as patiently")
    assert "patiently(requests.get, u, timeout=5)" in hardened(text, ("retry",), name="shop/app.py", more=more)


def test_of_two_none_is_taken() -> None:
    """Which of them is meant for this call is not known."""
    both = HELPER.format(**GOOD) + HELPER.format(**{**GOOD, "name": "repeat"}).partition("requests\n")[2]
    done = hardened(both + "\n\ndef f(u):\n    return requests.get(u, timeout=5).text\n", ("retry",))
    assert "_retry_request(requests.get, u, timeout=5)" in done


def test_a_coroutine_is_taken_for_coroutines_only() -> None:
    """And a plain function for plain ones only."""
    coroutine = (
        "import asyncio\nimport httpx\n\n\nasync def persistently(fn, *args, **kwargs):\n    for attempt in range(3):\n"
        "        try:\n            return await fn(*args, **kwargs)\n        except httpx.TransportError:\n"
        "            if attempt == 2:\n                raise\n            await asyncio.sleep(2)\n"
    )
    used = hardened(
        coroutine + "\n\nasync def f(c: httpx.AsyncClient, u):\n    return (await c.get(u)).text\n", ("retry",)
    )
    assert "(await persistently(c.get, u)).text" in used
    done = hardened(coroutine + "\n\ndef f(u):\n    return httpx.get(u).text\n", ("retry",))
    assert "_retry_request(httpx.get, u).text" in done
