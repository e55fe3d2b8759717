"""Loops that repeat by hand, and keys made in them: what is added, and what stays as it is."""

from __future__ import annotations

import pytest

from patterns.hardening import hardened

HEAD = "import logging\nimport time\nimport uuid\n\nimport requests\n\nlog = logging.getLogger(__name__)\n\n\n"
LOOP = (
    "def f(u):\n    for n in range(5):\n        try:\n            r = requests.get(u, timeout=5)\n"
    "            r.raise_for_status()\n            return r.text\n        except Exception as e:\n"
    "            time.sleep(2 ** n)\n    return None\n"
)


def test_a_loop_lets_out_what_stays_and_the_last_failure() -> None:
    """The attempts are bounded, and a pause is at least as long as the peer asks."""
    done = hardened(HEAD + LOOP, ("retry",))
    assert "    for n in range(3):\n" in done
    assert "            if n == 2 or not _may_pass(e):\n                raise\n" in done
    assert "            time.sleep(max(2 ** n, _wanted_pause(e)))\n" in done
    assert "_retry_request" not in done


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("for n in range(5)", "for n in range(1, 6)", "if n == 3 or not _may_pass(e):"),
        ("for n in range(5)", "for n in range(2)", "if n == 1 or not _may_pass(e):"),
        ("except Exception as e:", "except requests.RequestException:", "except requests.RequestException as error:"),
        ("except Exception as e:", "except:", "except Exception as error:"),
        (
            "time.sleep(2 ** n)",
            "pass",
            "                raise\n            time.sleep(max(1, _wanted_pause(e)))\n    return None",
        ),
        ("time.sleep(2 ** n)", "if n == 4:\n                raise", "if not _may_pass(e):\n                raise\n"),
        ("timeout=5", "timeout=60", "if n == 2 or not _may_pass(e) or time.monotonic() >= end:"),
        ("    return None", "    raise RuntimeError(u)", "if n == 2 or not _may_pass(e):\n                raise\n"),
    ],
)
def test_each_shape_of_a_loop(old: str, new: str, wanted: str) -> None:
    """Whatever counts it, catches the failure and waits."""
    assert old in LOOP
    done = hardened(HEAD + LOOP.replace(old, new).replace("2 ** n", "1" if " n " not in new else "2 ** n"), ("retry",))
    assert wanted in done


def test_a_failure_that_is_kept_changes_no_attempt() -> None:
    """Nor does a number that is used to wait; a good status alone leaves the loop."""
    text = (
        "def f(u, tries=9):\n    last = None\n    for n in range(tries):\n        try:\n"
        "            r = requests.get(u, timeout=5)\n            if r.status_code < 400:\n                return r\n"
        "            time.sleep(2 * n)\n            last = ValueError(r.text)\n"
        "        except requests.RequestException as e:\n            last = e\n    raise last\n"
    )
    done = hardened(HEAD + text, ("retry",))
    assert "    for n in range(min(tries, 3)):\n" in done and "failures" not in done
    assert "            last = ValueError(r.text)\n            r.raise_for_status()\n" in done
    assert "            if n == min(tries, 3) - 1 or not _may_pass(e) or time.monotonic() >= end:\n" in done


def test_the_project_has_an_error_of_its_own() -> None:
    """It is what the callers expect, so that the loop is left and it is raised."""
    text = f"{HEAD}class Gone(Exception):\n    pass\n\n\n{LOOP}".replace("    return None", "    raise Gone(u)")
    assert "if n == 2 or not _may_pass(e):\n                break\n" in hardened(text, ("retry",))


def test_the_last_failure_is_kept_before_the_loop_is_left() -> None:
    """Else the error of the project says nothing of it."""
    kept = LOOP.replace("            time", "            last = e\n            time")
    kept = kept.replace("    return None", "    raise Gone(str(last))")
    wanted = "            last = e\n            if n == 2 or not _may_pass(e):\n                break\n            time"
    assert wanted in hardened(f"{HEAD}class Gone(Exception):\n    pass\n\n\n{kept}", ("retry",))


@pytest.mark.parametrize(
    ("start", "head", "step", "wanted"),
    [
        ("left = 5", "left > 0", "left -= 1", "if left <= 1 or not _may_pass(e)"),
        ("n = 0", "n < 5", "n += 1", "if n >= 2 or not _may_pass(e)"),
        ("n = 0", "n < TRIES", "n = n + 1", "if n >= TRIES - 1 or not _may_pass(e)"),
        ("n = 0", "n <= 4", "n += 1", "if not _may_pass(e)"),
    ],
)
def test_a_while_that_counts_raises_at_last(start: str, head: str, step: str, wanted: str) -> None:
    """Up to a number, or down to nothing."""
    text = LOOP.replace("    for n in range(5):\n", f"    {start}\n    while {head}:\n").replace("2 ** n", "2")
    text = text.replace("            time", f"            {step}\n            time")
    done = hardened(HEAD + text, ("retry",))
    assert wanted in done
    assert "    left = 3\n" in done or "left" not in start


def test_a_wait_inside_gives_way_where_attempts_are_used_up() -> None:
    """A count that goes down is left to end the loop."""
    text = (
        "def f(u):\n    left = 5\n    while True:\n        try:\n            r = requests.get(u, timeout=30)\n"
        "            if r.status_code == 429:\n                time.sleep(30)\n                continue\n"
        "            r.raise_for_status()\n            return r.text\n        except requests.RequestException as e:\n"
        "            left -= 1\n            if not left:\n                raise\n            time.sleep(10)\n"
    )
    done = hardened(HEAD + text, ("retry",))
    assert "429:" not in done and "            if not _may_pass(e) or time.monotonic() >= end:\n" in done
    assert "time.sleep(max(10, _wanted_pause(e)))" in done


def test_a_long_pause_is_known_by_its_name() -> None:
    """Three attempts with it take more than two minutes."""
    text = HEAD + "WAIT = 10\n\n\n" + LOOP.replace("2 ** n", "WAIT * 2").replace("timeout=5", "timeout=30")
    assert "or time.monotonic() >= end:" in hardened(text, ("retry",))
    assert "time.monotonic() >=" not in hardened(text.replace("WAIT = 10", "WAIT = 1"), ("retry",))


def test_an_answer_of_no_use_spends_an_attempt() -> None:
    """A loop that counts its attempts goes round for it; one over pages does not."""
    text = LOOP.replace("return r.text", "if not r.text:\n                continue\n            return r.text")
    text = text.replace(" n ", " attempt ").replace("** n", "** attempt")
    done = hardened(HEAD + text, ("retry",))
    assert "for attempt in range(3):\n" in done and "if attempt == 2 or not _may_pass(e):\n" in done


def test_an_error_that_is_raised_to_be_repeated_is_repeated() -> None:
    """For statuses that may pass alone."""
    check = "            if r.status_code >= 500:\n                raise RuntimeError(r.status_code)\n"
    text = LOOP.replace("            r.raise_for_status()\n", check)
    assert "not (_may_pass(e) or isinstance(e, RuntimeError)):\n" in hardened(HEAD + text, ("retry",))
    other = text.replace(">= 500", "!= 200")
    passing = "(isinstance(e, RuntimeError) and r.status_code in (429, 500, 502, 503, 504))"
    assert f"not (_may_pass(e) or {passing}):\n" in hardened(HEAD + other, ("retry",))
    broad = other.replace("RuntimeError", "OSError")  # as requests raises for an address that is none
    assert "isinstance(e, OSError)" not in hardened(HEAD + broad, ("retry",))


def test_a_refusal_behind_the_try_is_let_out() -> None:
    """Each way to the next attempt waits, and not for an hour."""
    text = (
        "def f(u):\n    tries = 0\n    while tries < 4:\n        tries = tries + 1\n        try:\n"
        "            r = requests.get(u, timeout=5)\n        except requests.Timeout:\n            continue\n"
        "        if r.status_code == 429:\n            time.sleep(int(r.headers['Retry-After']))\n"
        "            continue\n        return r.text\n    return None\n"
    )
    done = hardened(HEAD + text)
    assert "while tries < 3:\n" in done
    assert "            time.sleep(max(1, _wanted_pause(error)))\n            continue\n" in done
    assert "            pause = retry_after_seconds(r.headers.get('Retry-After', \"\"))\n" in done
    assert "            if tries >= 3 or pause > 60:\n                r.raise_for_status()\n" in done
    assert "            time.sleep(pause)\n            continue\n" in done


INSIDE = (
    "import time\n\nimport requests\nfrom tenacity import retry, stop_after_attempt, wait_exponential\n\n\n"
    "class Gone(Exception):\n    pass\n\n\n"
    "@retry(stop=stop_after_attempt(4), wait=wait_exponential(max=9))\ndef one(u):\n"
    "    r = requests.get(u, timeout=5)\n    r.raise_for_status()\n    return r.text\n\n\n"
    "def f(u):\n    for n in range(1, 5):\n        try:\n            return one(u)\n"
    "        except Exception as e:\n            last = e\n            time.sleep(n)\n    raise Gone(str(last))\n"
)


@pytest.mark.parametrize("stop", ["5", "MOST + 1"])
def test_a_loop_around_a_policy_tries_twice(stop: str) -> None:
    """Attempts multiply."""
    pytest.importorskip("tenacity")
    done = hardened(INSIDE.replace("(1, 5)", f"(1, {stop})").replace("class", "MOST = 4\n\n\nclass", 1))
    assert "stop_after_attempt(3)" in done
    if stop == "5":
        assert "for n in range(1, 3):\n" in done and "if n == 2 or not" in done
    else:
        assert "for n in range(1, min(MOST + 1, 3)):\n" in done and "if n == 2 or not" in done


def test_a_status_that_is_looked_at_in_part_is_raised_at_the_end() -> None:
    """Else a 404 goes round until the attempts are used up."""
    text = LOOP.replace("            r.raise_for_status()\n            return r.text\n", (
        "            if r.status_code == 200:\n                return r.text\n"
    ))  # fmt: skip
    done = hardened(HEAD + text, ("retry",))
    assert "                return r.text\n            r.raise_for_status()\n        except" in done


POLLS = (
    "def f(u):\n    for n in range(20):\n        if n:\n            time.sleep(2)\n"
    "        r = requests.get(u, timeout=5)\n        if r.status_code == 404:\n            continue\n"
    "        r.raise_for_status()\n        return r.json()\n    return None\n"
)


def test_a_result_that_is_not_there_yet_is_waited_for() -> None:
    """As often as the code says: a 404 is no failure here."""
    assert hardened(HEAD + POLLS, ("retry",)) == HEAD + POLLS
    assert "range(3)" in hardened(HEAD + POLLS.replace("404", "503"), ("retry",))


WATCHES = (
    "def f(u, tries):\n    for n in range(tries):\n        try:\n            r = requests.get(u, timeout=5)\n"
    "            r.raise_for_status()\n            if r.json()['state'] == 'done':\n                return r.json()\n"
    "        except requests.RequestException as e:\n            log.warning(e)\n        time.sleep(9)\n"
    "    return None\n"
)


def test_what_is_waited_for_may_take_its_time() -> None:
    """Only failures in a row end a loop that asks until something is done, however long it goes on."""
    done = hardened(HEAD + WATCHES, ("retry",))
    assert "failures == 3 or not _may_pass(e):\n" in done and "time.monotonic() >=" not in done


@pytest.mark.parametrize(
    "text",
    [
        "def f(hosts):\n    for h in hosts:\n        try:\n            return requests.get(h, timeout=5).text\n"
        "        except requests.RequestException:\n            continue\n",
        "def f(urls):\n    for n in range(3):\n        try:\n            return requests.get(urls[n], timeout=5).text\n"
        "        except requests.RequestException:\n            time.sleep(1)\n",
        "def f(u):\n    try:\n        return requests.post(u, timeout=5).text\n    except requests.RequestException:\n"
        "        return ''\n",
    ],
)
def test_what_is_no_repetition_is_left_alone(text: str) -> None:
    """Other hosts, other addresses, and a single try."""
    assert hardened(HEAD + text, ("retry",)) == HEAD + text


@pytest.mark.parametrize(
    ("line", "moved"),
    [
        ('headers={"Idempotency-Key": str(uuid.uuid4())}', "    idempotency_key = str(uuid.uuid4())\n    for n"),
        ('headers={"idempotency-key": uuid.uuid4().hex}', "    idempotency_key = uuid.uuid4().hex\n    for n"),
        ('headers={"X-Request-Id": f"{uuid.uuid4()}"}', "for n"),
    ],
)
def test_a_key_is_made_once(line: str, moved: str) -> None:
    """Before the loop, so that the peer knows the request again."""
    text = LOOP.replace("requests.get(u, timeout=5)", f"requests.post(u, {line}, timeout=5)")
    done = hardened(HEAD + text, ("idempotency",))
    assert moved in done
    assert done.count("uuid.uuid4()") == 1


def test_a_key_from_outside_stays() -> None:
    """It is the same for all attempts already."""
    text = LOOP.replace("requests.get(u, timeout=5)", 'requests.post(u, headers={"Idempotency-Key": u}, timeout=5)')
    assert hardened(HEAD + text, ("idempotency",)) == HEAD + text
