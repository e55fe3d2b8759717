"""Policies that judge what they repeat, layers around layers, limits of minutes, and failures that nothing tells."""

from __future__ import annotations

import pytest

from patterns.hardening import hardened

TENACITY = (
    "import requests\nfrom tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed\n\n\n"
    "@retry(retry=retry_if_exception_type(requests.RequestException), stop=stop_after_attempt(3), wait=wait_fixed(2))\n"
    "def f(u):\n    r = requests.get(u, timeout=5)\n    r.raise_for_status()\n    return r.text\n"
)
BACKOFF = (
    "import backoff\nimport requests\n\n\n@backoff.on_exception(backoff.expo, requests.RequestException, max_tries=3)\n"
    "def f(u):\n    r = requests.get(u, timeout=5)\n    r.raise_for_status()\n    return r.text\n"
)


def test_a_policy_judges_what_it_repeats() -> None:
    """It repeats what may pass, waits as long as the peer asks, and the caller sees the last failure."""
    done = hardened(TENACITY, ("retry",))
    assert (
        "@retry(\n    retry=retry_if_exception(_may_pass),\n    stop=stop_after_attempt(3),\n"
        "    wait=lambda state: max(wait_fixed(2)(state), _wanted_pause(state.outcome.exception())),\n"
        "    reraise=True,\n)\ndef f(u):"
    ) in done


def test_a_policy_that_cannot_wait_as_asked_gives_up() -> None:
    """Its pauses are its own: what asks for one is left to the caller."""
    assert "    giveup=lambda error: not _may_pass(error) or _wanted_pause(error) > 0,\n" in hardened(
        BACKOFF, ("retry",)
    )


@pytest.mark.parametrize(
    "text",
    [
        TENACITY.replace("retry=retry_if_exception_type(requests.RequestException)", "retry=retry_if_result(bool)"),
        BACKOFF.replace("max_tries=3)", "max_tries=3, giveup=is_final)"),
        BACKOFF.replace("requests.RequestException,", "(requests.ConnectionError, Busy),"),
        BACKOFF.replace("requests.RequestException,", "Exception,").replace("    r.raise", "    check(r)\n    r.raise")
        + "\n\ndef check(r):\n    if r.status_code == 503:\n        raise Busy(r)\n",
        TENACITY.replace("wait_fixed(2))\n", "wait_fixed(2))  # agreed with the team\n"),
    ],
)
def test_a_policy_that_judges_by_itself_stays(text: str) -> None:
    """So does one for errors of the project, and one with a comment in its call; the last one has it behind."""
    assert ("_may_pass" in hardened(text, ("retry",))) is ("agreed" in text)


def test_a_caught_end_of_a_policy_stays() -> None:
    """Whoever catches the policy's own exception still gets it."""
    text = TENACITY.replace("import retry,", "import RetryError, retry,")
    text += "\n\ndef g(u):\n    try:\n        return f(u)\n    except RetryError:\n        return ''\n"
    assert "reraise" not in hardened(text, ("retry",))


LAYERED = (
    "import time\n\nimport requests\nfrom tenacity import retry, stop_after_attempt, wait_fixed\n\n\n"
    "@retry(stop=stop_after_attempt(3), wait=wait_fixed(2))\ndef fetch(u):\n"
    "    return requests.get(u, timeout=5).text\n\n\n"
    "def f(u):\n    for n in range(3):\n        try:\n            return fetch(u)\n        except Exception:\n"
    "            time.sleep(1)\n    return None\n"
)


def test_a_loop_around_a_policy_is_removed() -> None:
    """With the value that it gave after the last failure, and an import that nothing else needs."""
    done = hardened(LAYERED, ("layers",))
    assert "def f(u):\n    return fetch(u)\n" in done
    assert "import time\n" not in done


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("            time.sleep(1)", "            # the peer needs a moment\n            time.sleep(1)"),
        ("    return None", "    log(u)\n    return None"),
        ("return fetch(u)", "return fetch(f'{u}/{n}')"),
    ],
)
def test_a_loop_that_does_more_stays(old: str, new: str) -> None:
    """A comment, something that follows, and a request that differs each time."""
    text = LAYERED.replace(old, new)
    assert "for n in range(3)" in hardened(text, ("layers",))


def test_refusals_are_left_to_the_caller_of_an_adapter() -> None:
    """It would wait for hours if the peer says so."""
    text = (
        "import requests\nfrom requests.adapters import HTTPAdapter\nfrom urllib3.util.retry import Retry\n\n\n"
        "def client():\n    s = requests.Session()\n"
        "    s.mount('https://', HTTPAdapter(max_retries=Retry(total=2, status_forcelist=[429, 500, 502])))\n"
        "    return s\n\n\nclient().get('https://a.example', timeout=5)\n"
    )
    done = hardened(text, ("layers",))
    assert "status_forcelist=[500, 502],\n" in done
    assert "respect_retry_after_header=False,\n" in done


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("import requests\n\n\ndef f(u):\n    return requests.post(u, timeout=600).text\n", "timeout=60)"),
        ("import requests\n\n\ndef f(u):\n    return requests.post(u, timeout=(5, 600)).text\n", "timeout=(5, 60))"),
        (
            "import requests\n\n\ndef call(method, path, **kwargs):\n    kwargs['headers'] = {}\n"
            "    return requests.request(method, path, **kwargs)\n",
            '    kwargs.setdefault("timeout", (3.05, 27))\n    kwargs[',
        ),
        (
            "import aiohttp\n\n\nasync def f(u):\n    async with aiohttp.ClientSession() as s:\n"
            "        async with s.get(u) as r:\n            return await r.text()\n",
            "ClientSession(timeout=aiohttp.ClientTimeout(total=30, sock_connect=3.05))",
        ),
        (
            "from openai import OpenAI\n\nclient = OpenAI(max_retries=9, timeout=60)\n\n\ndef f(t):\n"
            "    return client.embeddings.create(model='s', input=t)\n",
            "OpenAI(max_retries=2, timeout=35)",
        ),
    ],
)
def test_limits_of_minutes_become_shorter(text: str, wanted: str) -> None:
    """All attempts together end within two minutes."""
    assert wanted in hardened(text, ("limit",))


@pytest.mark.parametrize(
    "text",
    [
        "import requests\n\n\ndef f(u):\n    return requests.post(u, timeout=60).text\n",
        "import requests\n\n\ndef f(u, timeout=600):\n    return requests.post(u, timeout=timeout).text\n",
        "import httpx\n\n\ndef f(u):\n    with httpx.stream('GET', u, timeout=600) as r:\n        return r.read()\n",
        (
            "import aiohttp\n\n\nasync def train(u):\n    async with aiohttp.ClientSession() as s:\n"
            "        log.info('Now training, this may take a while')\n        await s.post(u, data=MODEL)\n"
        ),
    ],
)
def test_other_limits_stay(text: str) -> None:
    """A minute, what the caller decides, a stream, and what people are told to wait for."""
    assert hardened(text, ("limit",)) == text


STATUS = "import requests\n\n\ndef f(u):\n    r = requests.get(u, timeout=5)\n    if r.ok:\n        return r.json()\n"


def test_a_status_that_nothing_handles_raises() -> None:
    """Without this the caller gets None for a 500."""
    assert "        return r.json()\n    r.raise_for_status()\n" in hardened(STATUS, ("last-error",))


@pytest.mark.parametrize(
    "text",
    [
        STATUS.replace("def f(u):", "def f(u) -> dict | None:"),
        STATUS + "    return None\n",
        STATUS + "    else:\n        log(r)\n",
    ],
)
def test_a_none_on_purpose_stays(text: str) -> None:
    """The annotation says so, or a statement."""
    assert hardened(text, ("last-error",)) == text


BATCH = (
    "import logging\n\nimport requests\n\n\ndef f(urls):\n    done = []\n    for u in urls:\n        try:\n"
    "            done.append(requests.get(u, timeout=5).text)\n        except Exception:\n"
    "            logging.warning('skipped %s', u)\n    return done\n"
)


def test_a_batch_in_which_all_fail_raises() -> None:
    """One that fails is still skipped."""
    done = hardened(BATCH, ("last-error",))
    assert "    failure = None\n    for u in urls:\n" in done
    assert "        except Exception as error:\n            failure = error\n            logging.warning(" in done
    assert "    if failure is not None and not done:\n        raise failure\n    return done\n" in done


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("            logging.warning('skipped %s', u)\n", "            done.append('')\n"),
        ("    return done\n", "    report(done)\n    return done\n"),
    ],
)
def test_another_batch_stays(old: str, new: str) -> None:
    """A failure that leaves something in the result, and a result that is used before it is given back."""
    text = BATCH.replace(old, new)
    assert hardened(text, ("last-error",)) == text


def test_a_client_that_a_caller_passes_is_followed() -> None:
    """The parameter has no annotation; the only caller passes a client."""
    text = (
        "import httpx\n\n\nasync def one(client, n):\n    r = await client.get(f'/{n}')\n    return r.json()['a']\n\n\n"
        "async def every(names):\n    async with httpx.AsyncClient() as client:\n"
        "        return [await one(client, n) for n in names]\n"
    )
    done = hardened(text, ("status",))
    assert "    r.raise_for_status()\n    try:\n        return r.json()['a']\n" in done


def test_a_library_without_a_check_gets_one() -> None:
    """http.client raises for no status."""
    text = (
        "import http.client\nimport json\n\n\ndef f(p):\n    c = http.client.HTTPSConnection('a.example', timeout=5)\n"
        "    c.request('GET', p)\n    r = c.getresponse()\n    return json.loads(r.read())['a']\n"
    )
    done = hardened(text, ("status",))
    assert (
        '    if r.status >= 400:\n        raise http.client.HTTPException(f"HTTP status {r.status}")\n    try:' in done
    )


def test_the_object_of_an_sdk_may_lack_a_part() -> None:
    """A gateway's page makes a text of it."""
    text = (
        "import openai\n\nclient = openai.OpenAI(timeout=30)\n\n\ndef f(t):\n"
        "    answer = client.chat.completions.create(model='s', messages=[])\n"
        "    return answer.choices[0].message.content\n"
    )
    done = hardened(text, ("status",))
    assert (
        "    except (LookupError, TypeError, ValueError, AttributeError) as error:\n        raise openai.OpenAIError("
        in done
    )
