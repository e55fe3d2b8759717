"""Loops around functions of the project, loops on a status, and answers that a function passes on."""

from __future__ import annotations

import pytest

from patterns.hardening import hardened

HEAD = "import time\n\nimport requests\n\n\n"
FETCH = "def fetch(u):\n    r = requests.get(u, timeout=5)\n    r.raise_for_status()\n    return r.json()\n\n\n"
AROUND = (
    "def f(u):\n    while True:\n        try:\n            return fetch(u)\n        except Exception:\n"
    "            time.sleep(1)\n"
)
ON_STATUS = (
    "def f(u):\n    for _ in range(9):\n        r = requests.get(u, timeout=5)\n        if r.status_code == 200:\n"
    "            return r.text\n        time.sleep(3)\n    return ''\n"
)


def test_a_loop_around_a_function_of_the_project_ends() -> None:
    """As one around the request itself does; the request is not repeated inside as well."""
    done = hardened(HEAD + FETCH + AROUND, ("retry",))
    assert (
        "            return fetch(u)\n        except Exception as error:\n"
        "            if attempt == 2 or not _may_pass(error):\n                raise\n"
    ) in done
    assert "    for attempt in range(3):\n" in done
    assert "            time.sleep(max(1, _wanted_pause(error)))\n" in done
    assert "_retry_request" not in done


POLL = (
    "def f(u):\n    while True:\n        try:\n            r = requests.get(u, timeout=5)\n"
    "            r.raise_for_status()\n"
    "            if r.json() == 'done':\n                return\n        except Exception:\n            print(u)\n"
    "        time.sleep(9)\n"
)


def test_a_loop_that_waits_for_work_goes_on() -> None:
    """Failures in a row end it, not the rounds in which the work is not done."""
    for text in (POLL, POLL.replace("while True", "for n in range(60)")):
        done = hardened(HEAD + text, ("retry",))
        assert text.splitlines()[1] in done
        assert "                return\n            failures = 0\n        except Exception as error:\n" in done
        assert "            failures += 1\n            if failures == 3 or not _may_pass(error):\n" in done


PAGES = (
    "def f(u):\n    out = []\n    while True:\n        r = requests.get(u, timeout=5)\n"
    "        if r.status_code == 429:\n            time.sleep(9)\n            continue\n"
    "        out.append(r.json())\n        u = r.links.get('next')\n"
    "        if not u:\n            return out\n"
)


def test_a_loop_over_pages_goes_on() -> None:
    """Refusals of one page are counted, not the pages."""
    done = hardened(HEAD + PAGES, ("retry",))
    assert "    refusals = 0\n    while True:\n" in done
    assert "            if refusals == 3 or pause > 60:\n                r.raise_for_status()\n" in done
    assert "            continue\n        refusals = 0\n" in done


def test_a_function_that_calls_itself_counts() -> None:
    """It raises what the function raises for other statuses, and passes one attempt less on."""
    text = (
        "class Gone(Exception):\n    pass\n\n\ndef f(u, **params):\n"
        "    r = requests.post(u, params=params, timeout=5)\n"
        "    if r.status_code == 429:\n        time.sleep(2)\n        return f(u, **params)\n"
        "    if r.status_code >= 400:\n        raise Gone(r.text)\n    return r\n"
    )
    done = hardened(HEAD + text, ("retry",))
    assert "def f(u, *, attempts=3, **params):\n" in done
    assert "        if attempts == 1 or pause > 60:\n            raise Gone(r.text)\n" in done
    assert "        return f(u, attempts=attempts - 1, **params)\n" in done


HELPER = (
    "def again(call, *args, tries=8):\n    for n in range(tries):\n        try:\n            return call(*args)\n"
    "        except Exception as e:\n            print(e)\n            time.sleep(2)\n\n\n"
)
DECORATOR = (
    "def again(tries=4):\n    def wrap(call):\n        def inner(*args):\n            for n in range(tries):\n"
    "                try:\n                    return call(*args)\n                except Exception as e:\n"
    "                    print(e)\n                    time.sleep(2)\n        return inner\n    return wrap\n\n\n"
)


def test_a_helper_of_the_project_lets_out_what_stays() -> None:
    """It is given the function that sends the request; its number of attempts is far too high."""
    done = hardened(f"{HEAD}{HELPER}{FETCH}def f(u):\n    return again(fetch, u)\n", ("retry",))
    assert "    for n in range(min(tries, 3)):\n" in done
    assert "if n == min(tries, 3) - 1 or not _may_pass(e) or time.monotonic() >= end:\n            raise" not in done
    assert "            if n == min(tries, 3) - 1 or not _may_pass(e) or time.monotonic() >= end:\n" in done
    assert "_retry_request" not in done


def test_a_decorator_of_the_project_lets_out_what_stays() -> None:
    """A number that the project chose, and that is not too high, stays."""
    done = hardened(HEAD + DECORATOR + FETCH.replace("def fetch", "@again()\ndef fetch"), ("retry",))
    assert "            for n in range(tries):\n" in done
    assert "                    if n == tries - 1 or not _may_pass(e) or time.monotonic() >= end:\n" in done
    assert "_retry_request" not in done


def test_a_loop_on_a_status_ends_for_what_stays() -> None:
    """The last status raises, pauses are as long as the peer asks, and what else is answered leaves the loop."""
    done = hardened(HEAD + ON_STATUS, ("retry",))
    assert "    for attempt in range(3):\n" in done
    assert (
        '        pause = retry_after_seconds(r.headers.get("Retry-After", ""), default=0.0)\n'
        "        if attempt == 2 or pause > 60 or r.status_code not in (429, 500, 502, 503, 504):\n"
        "            r.raise_for_status()\n            break\n        time.sleep(max(3, pause))\n    return ''\n"
    ) in done


@pytest.mark.parametrize(
    "text",
    [
        ON_STATUS.replace("requests.get(u", "requests.get(f'{u}?page={n}'").replace("for _", "for n"),
        ON_STATUS.replace("        time.sleep(3)\n", "        refresh()\n        time.sleep(3)\n"),
        ON_STATUS.replace("        time.sleep(3)\n", "        r.raise_for_status()\n        time.sleep(3)\n"),
    ],
)
def test_other_loops_on_a_status_stay(text: str) -> None:
    """Pages, something that is done about the failure, and a loop that raises already."""
    assert "pause > 60" not in hardened(HEAD + text, ("retry",))


WAITS = (
    "def f(u):\n    items = []\n    while u:\n        r = requests.get(u, timeout=5)\n"
    "        if r.status_code == 429:\n            time.sleep(9)\n            continue\n"
    "        items.append(r.json())\n        u = r.links.get('next')\n"
    "    return items\n"
)


def test_a_wait_gives_way_to_the_retry() -> None:
    """Two layers that wait for the same refusal multiply."""
    done = hardened(HEAD + WAITS, ("retry",))
    assert "        r = _retry_request(requests.get, u, timeout=5)\n        r.raise_for_status()\n        items" in done


@pytest.mark.parametrize("last", ["            continue\n", "            save(items)\n            continue\n"])
def test_a_wait_that_does_more_stays(last: str) -> None:
    """A comment, or something that is saved, would be lost; and a retry inside would multiply what the loop repeats."""
    remark = "            # ask the team before you change this\n"
    done = hardened(HEAD + WAITS.replace("            continue\n", f"{remark}{last}"), ("retry",))
    assert "time.sleep(9)\n" in done or "time.sleep(max(9, pause))\n" in done
    assert f"{remark}{last}" in done
    assert "_retry_request" not in done


WRAPPER = "def ask(path):\n    return requests.post('https://a.example' + path, timeout=5)\n\n\n"


def test_an_answer_that_is_passed_on_is_checked_where_it_comes_from() -> None:
    """Once for all callers, as none of them looks at the status; what they take out of it may be missing."""
    done = hardened(HEAD + WRAPPER + "def f():\n    return ask('/x').json()['id']\n", ("status",))
    assert "    response.raise_for_status()\n    return response\n" in done
    assert "    try:\n        return ask('/x').json()['id']\n    except (LookupError, TypeError) as error:\n" in done


def test_where_a_caller_looks_at_the_status_each_one_checks_it() -> None:
    """The caller that handles a 404 still gets it."""
    others = "def g():\n    r = ask('/y')\n    return None if r.status_code == 404 else r.json()\n\n\n"
    done = hardened(f"{HEAD}{WRAPPER}{others}def f():\n    r = ask('/x')\n    return r.json()\n", ("status",))
    assert "    r = ask('/x')\n    r.raise_for_status()\n    return r.json()\n" in done
    assert "    return requests.post(" in done


def test_parts_of_a_body_are_followed_into_callers() -> None:
    """Through two functions, also as a text that the last one parses."""
    text = (
        "import json\nfrom urllib.request import urlopen\n\n\ndef load(u):\n    with urlopen(u, timeout=5) as r:\n"
        "        return r.read()\n\n\ndef parsed(u):\n    return json.loads(load(u))\n\n\n"
        "def f(u):\n    data = parsed(u)\n    return data['a']\n"
    )
    done = hardened(text, ("status",))
    assert "    try:\n        return json.loads(load(u))\n    except ValueError as error:\n" in done
    assert done.count("except ValueError") == 1
    assert "    try:\n        return data['a']\n    except (LookupError, TypeError) as error:\n" in done


def test_all_refusals_of_a_loop_are_counted_together() -> None:
    """Behind a `try` that counts its failures, too."""
    done = hardened(
        "import time\nimport requests\n\ndef send(data):\n    while True:\n        try:\n"
        "            r = requests.post(URL, data=data, timeout=5)\n        except requests.ConnectionError:\n"
        "            time.sleep(1)\n            continue\n        if r.status_code == 429:\n            time.sleep(2)\n"
        "            continue\n        if r.status_code >= 500:\n            time.sleep(5)\n            continue\n"
        "        return r.json()\n",
        ("retry",),
    )
    assert done.count("refusals += 1") == done.count("r.raise_for_status()") == 2
    assert done.count("refusals = 0") == done.count("attempts += 1") == 1
    assert "                raise\n            time.sleep(max(1, _wanted_pause(error)))" in done
    assert "failures" not in done
