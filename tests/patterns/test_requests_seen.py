"""Loops around requests that another function sends, and answers that are kept in between."""

from __future__ import annotations

import pytest

from patterns.hardening import hardened

WRAPPED = (
    "import time\n\nimport requests\n\n\nclass Api:\n    def _get(self, path):\n"
    '        return requests.get("https://a.example" + path, timeout=5)\n\n'
    "    def load(self, path):\n"
)
GIVEN = "import time\n\nimport requests\n\n\ndef again(send, *args, **kwargs):\n"
ENDED = "if attempt == 2 or pause > 60 or r.status_code not in (429, 500, 502, 503, 504):\n"


def test_a_loop_on_the_status_of_what_a_method_sends_ends() -> None:
    """As one around the request itself."""
    done = hardened(
        f"{WRAPPED}        for attempt in range(9):\n            r = self._get(path)\n"
        "            if r.status_code == 200:\n                return r.text\n            time.sleep(attempt)\n"
        '        raise RuntimeError("no answer")\n'
    )
    assert "        for attempt in range(3):\n" in done and f"            {ENDED}" in done
    assert "            time.sleep(max(attempt, pause))\n" in done and "_retry_request" not in done


def test_a_wait_for_a_refusal_of_what_a_method_sends_ends() -> None:
    """In a `while True`."""
    done = hardened(
        f"{WRAPPED}        while True:\n            r = self._get(path)\n            if r.status_code == 429:\n"
        "                time.sleep(5)\n                continue\n            r.raise_for_status()\n"
        "            return r.text\n"
    )
    assert "                if refusals == 3 or pause > 60:\n                    r.raise_for_status()\n" in done


def test_a_refusal_that_is_counted_already_is_left() -> None:
    """The other one is counted; nothing sets its count back in between."""
    done = hardened(
        f"{WRAPPED}        tries = 0\n        while True:\n            r = self._get(path)\n"
        "            if r.status_code == 429:\n                time.sleep(5)\n                continue\n"
        "            if r.status_code >= 500 and tries < 4:\n                tries += 1\n"
        "                time.sleep(tries)\n                continue\n            break\n"
        "        r.raise_for_status()\n        return r.text\n"
    )
    assert done.count("refusals = 0") == 1 and done.count("refusals += 1") == 1
    assert "            if r.status_code >= 500 and tries < 4:\n                tries += 1\n" in done


@pytest.mark.parametrize(
    ("call", "sent"),
    [
        ("send(*args, **kwargs)", 'again(requests.get, "https://a.example", timeout=5)'),
        ("send()", 'again(lambda: requests.get("https://a.example", timeout=5))'),
    ],
)
def test_a_loop_on_the_status_of_what_it_is_given_ends(call: str, sent: str) -> None:
    """Where all callers of the module give it requests of one library."""
    text = (
        f"{GIVEN}    while True:\n        r = {call}\n        if r.status_code in (429, 503):\n"
        f"            time.sleep(5)\n            continue\n        return r\n\n\ndef load():\n    return {sent}.text\n"
    )
    done = hardened(text)
    assert "            if refusals == 3 or pause > 60:\n                r.raise_for_status()\n" in done
    assert "pause" not in hardened(text.replace(sent, "again(find)"))


def test_a_try_that_keeps_no_failure_hides_no_status() -> None:
    """The check of the status stands behind it."""
    done = hardened(
        f"{WRAPPED}        for attempt in range(9):\n            r = self._get(path)\n            try:\n"
        "                if r.status_code == 200:\n                    return r.json()\n"
        "            except ValueError as error:\n                raise RuntimeError(path) from error\n"
        '            time.sleep(attempt)\n        raise RuntimeError("no answer")\n'
    )
    assert "raise RuntimeError(path) from error\n            pause = " in done and ENDED in done


def test_a_body_that_is_kept_in_an_attribute_is_given_back() -> None:
    """It is taken apart by the caller."""
    done = hardened(
        "import urllib3\n\nhttp = urllib3.PoolManager(timeout=5, retries=False)\n\n\nclass Api:\n"
        '    def _get(self, path):\n        r = http.request("GET", "https://a.example" + path)\n'
        "        self._data = r.json()\n        return self._data\n\n"
        '    def name(self):\n        return self._get("/me")["name"]\n'
    )
    assert '            raise urllib3.exceptions.HTTPError(f"HTTP status {r.status}")\n' in done
    assert '            return self._get("/me")["name"]\n        except (LookupError, TypeError) as error:\n' in done


def test_an_endless_loop_that_waits_and_tries_again_ends() -> None:
    """Its wait for a refusal is left to the handler, which takes the error status."""
    done = hardened(
        "import time\n\nimport requests\n\n\ndef load(url):\n    while True:\n        try:\n"
        "            r = requests.get(url, timeout=5)\n            if r.status_code == 429:\n"
        "                time.sleep(10)\n                continue\n            return r.text\n"
        "        except requests.RequestException as e:\n            print(e)\n            time.sleep(5)\n"
    )
    assert "    for attempt in range(3):\n" in done and "            r.raise_for_status()\n            return" in done
    assert "            if attempt == 2 or not _may_pass(e):\n                raise\n" in done


def test_what_a_helper_repeats_as_a_partial_is_not_repeated_once_more() -> None:
    """The helper is the layer that stays."""
    done = hardened(
        "import functools\nimport time\n\nimport requests\n\n\ndef again(func, tries=3):\n    while tries > 1:\n"
        "        try:\n            return func()\n        except Exception as e:\n            print(e)\n"
        "            time.sleep(1)\n            tries -= 1\n    return func()\n\n\ndef load(url):\n"
        "    r = requests.get(url, timeout=5)\n    r.raise_for_status()\n    return r.text\n\n\n"
        "def run(url):\n    return again(functools.partial(load, url))\n"
    )
    assert "_retry_request" not in done
