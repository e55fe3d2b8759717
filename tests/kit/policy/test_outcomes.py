"""What a failure of the peer leads to: handlers, loops and policies that it meets, attempts and seconds in all."""

from __future__ import annotations

import textwrap

import pytest

from resilint.config.settings import Settings
from resilint.engine.explain import policy
from resilint_rules.kit.policy.effective import Policy
from resilint_rules.kit.policy.outcome import Outcome
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.retries.layer import seconds
from resilint_rules.kit.syntax.text import Document

HANG, DROPPED, UNAVAILABLE = "on a hang", "on a dropped connection", "on 503"


def explained(text: str, mark: str = "requests.get") -> Policy:
    """The policy of the call whose name ends at the last `mark` of a text."""
    text = textwrap.dedent(text).lstrip()
    doc = Document(text, "app.py", "app")
    found = policy(doc, Project(), Settings(), text.rindex(mark) + len(mark) - 1)
    assert found is not None
    return found


def outcome(text: str, event: str, mark: str = "requests.get") -> Outcome:
    """The outcome of one event."""
    return next(known for known in explained(text, mark).outcomes if known.event == event)


def guarded(handler: str) -> str:
    """A function whose call has a limit of 5 seconds and a `try`; the handler starts on line 8."""
    clause = textwrap.indent(textwrap.dedent(handler).strip(), "        ")
    return (
        "import requests\n\ndef fetch(urls, strict):\n    found = []\n    for url in urls:\n        try:\n"
        f"            found.append(requests.get(url, timeout=5))\n{clause}\n    return found\n"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.5 s"),
        (119, "119 s"),
        (120, "120 s (2 min)"),
        (7199, "7199 s (120 min)"),
        (7200, "7200 s (2 h)"),
    ],
)
def test_long_durations_are_readable(value: float, text: str) -> None:
    """Minutes from two minutes on, hours from two hours on."""
    assert seconds(value) == text


@pytest.mark.parametrize(
    ("handler", "end"),
    [
        ("except requests.Timeout:\n    pass", "`except requests.Timeout` (line 8) sees it and goes on"),
        ("except requests.Timeout:\n    return None", "sees it and returns"),
        ("except requests.Timeout:\n    break", "sees it and leaves the loop"),
        ("except requests.Timeout:\n    continue", "sees it and goes on with the loop"),
        (
            "except requests.Timeout:\n    if strict:\n        raise\n    return None",
            "sees it and may raise or returns",
        ),
        ("except:  # any\n    return None", "`except` (line 8) sees it and returns"),
        ("except (OSError, KeyError) as error:\n    return error", "`except (OSError, KeyError)` (line 8) sees it"),
    ],
)
def test_a_handler_ends_the_failure(handler: str, end: str) -> None:
    """The text names the handler by its head and line, and says how it can be left."""
    text = outcome(guarded(handler), HANG).text.partition("; if the answer stops half way")[0]
    assert text.startswith("gives up after 5 s of silence; `requests.exceptions.Timeout`: ")
    assert end in text
    assert "reaches" not in text


@pytest.mark.parametrize(
    ("handler", "middle", "end"),
    [
        ("except requests.Timeout:\n    raise", "raises it again", "`requests.exceptions.Timeout` reaches"),
        ("except requests.Timeout as e:\n    raise e", "raises it again", "`requests.exceptions.Timeout` reaches"),
        (
            "except requests.Timeout as e:\n    raise LookupError from e",
            "raises another exception",
            "an exception reaches",
        ),
    ],
)
def test_a_handler_that_always_raises_passes_a_failure_on(handler: str, middle: str, end: str) -> None:
    """It is the same exception if that is what the handler raises; another one is not followed by name."""
    text = outcome(guarded(handler), HANG).text
    assert f"`except requests.Timeout` (line 8) {middle}; {end} the caller of `fetch`: no handler here" in text


def test_a_handler_for_a_part_of_the_failures_may_catch_it() -> None:
    """A timeout is a ConnectTimeout only while connecting; a class that is not known may be any."""
    narrow = outcome(guarded("except requests.ConnectTimeout:\n    return None"), HANG)
    assert "may be caught by `except requests.ConnectTimeout` (line 8)" in narrow.text
    unknown = outcome(guarded("except strict.errors:\n    return None"), HANG)
    assert "may be caught by `except strict.errors` (line 8)" in unknown.text
    other = outcome(guarded("except requests.Timeout:\n    return None"), DROPPED)
    assert "`requests.exceptions.ConnectionError` reaches the caller of `fetch`" in other.text


LOOP = """
    import time
    import requests

    def fetch(url):
        {head}
            try:
                return requests.get(url, timeout=2)
            except requests.RequestException:
                {body}
"""


def test_a_loop_that_sleeps_takes_longer_than_its_limits() -> None:
    """Three limits of 2 seconds are at least 6: the pauses come on top, and are not summed up."""
    hang = outcome(LOOP.format(head="for turn in range(3):", body="time.sleep(1)"), HANG)
    assert (hang.attempts, hang.seconds, hang.least) == (3, 6.0, True)
    assert "the loop tries 3 times in all (line 5, pauses in between)" in hang.text
    assert "; 3 attempts, at least 6 s in all; " in hang.text
    assert hang.text.endswith("`except requests.RequestException` (line 8) sees each failure")


def test_a_loop_without_an_end() -> None:
    """No number of attempts, and one limit as the least time."""
    text = LOOP.format(head="while True:", body="continue")
    hang, dropped = outcome(text, HANG), outcome(text, DROPPED)
    assert (hang.attempts, hang.seconds, hang.least) == (None, 2.0, True)
    assert "the loop repeats it without end (line 5, no pause); at least 2 s in all" in hang.text
    assert (dropped.attempts, dropped.seconds) == (None, None)
    assert "in all" not in dropped.text


SCOPE = """
    import asyncio, httpx

    async def fetch(url):
        async with httpx.AsyncClient(timeout={timeout}) as client:
            for turn in range(2):
                try:
                    async with asyncio.timeout(3):
                        return await client.get(url)
                except Exception:
                    pass
"""


@pytest.mark.parametrize(("timeout", "total"), [("None", 6.0), ("9", 6.0), ("1", 2.0)])
def test_a_limit_around_each_attempt(timeout: str, total: float) -> None:
    """Two attempts take the shorter one of their own limit and the one around them, twice."""
    hang = outcome(SCOPE.format(timeout=timeout), HANG, "client.get")
    assert (hang.attempts, hang.seconds, hang.least) == (2, total, False)
    assert f"2 attempts, {total:g} s in all" in hang.text


def test_retries_inside_an_enclosing_limit() -> None:
    """It ends all attempts of the library together, here before the second has reached its own limit."""
    text = """
        import asyncio, openai

        ai = openai.AsyncOpenAI(timeout=2, max_retries=1)

        async def ask(prompt):
            async with asyncio.timeout(3):
                return await ai.chat.completions.create(model="x", messages=[prompt])
    """
    hang = outcome(text, HANG, "completions.create")
    assert (hang.attempts, hang.seconds) == (2, 3.0)
    assert hang.text.startswith("the enclosing limit ends it after 3 s; ")
    assert "`TimeoutError` reaches the caller of `ask`" in hang.text


STATUS = """
    import requests

    def fetch(url):
        answer = requests.get(url, timeout=5)
        {use}
"""


@pytest.mark.parametrize(
    ("use", "end"),
    [
        ("print(url)", "nothing raises, and nothing here looks at the status"),
        (
            "if answer.status_code == 503: return None",
            "nothing raises; the function looks at `status_code` on line 5",
        ),
        (
            "answer.raise_for_status()",
            "`raise_for_status()` on line 5 raises; `requests.exceptions.HTTPError` reaches the caller of `fetch`: "
            "no handler here",
        ),
    ],
)
def test_an_error_status_is_an_answer(use: str, end: str) -> None:
    """It raises only where the function has it raised; else the text says whether anything looks at it."""
    assert outcome(STATUS.format(use=use), UNAVAILABLE).text == f"nothing here repeats it; {end}"


def test_an_answer_that_is_passed_on() -> None:
    """Whoever receives it may check it, which the text does not hide."""
    text = outcome(STATUS.format(use="return answer"), UNAVAILABLE).text
    assert "nothing raises, and nothing here looks at the status; " in text


def test_a_loop_is_no_retry_of_the_library() -> None:
    """In a loop that looks at the status, only the library is known not to repeat it."""
    text = """
        import requests

        def fetch(url):
            for turn in range(3):
                answer = requests.get(url, timeout=5)
                if answer.ok:
                    return answer
    """
    assert outcome(text, UNAVAILABLE).text.startswith("requests does not repeat it; nothing raises; ")


@pytest.mark.parametrize(
    ("options", "then", "reason"),
    [
        ("raise_for_status=strict", "pass", "the client or an argument may make it raise"),
        ("", "configure(session)", "its client is not seen whole"),
        ("raise_for_status=False", "pass", ""),
        ("", "pass", ""),
    ],
)
def test_a_client_that_may_raise_by_itself(options: str, then: str, reason: str) -> None:
    """An option that is not known, or a function that is given the client, may have each error status raise."""
    text = f"""
        import aiohttp

        async def fetch(url, strict, configure):
            async with aiohttp.ClientSession({options}) as session:
                {then}
                async with session.get(url) as answer:
                    return await answer.json()
    """
    found = outcome(text, UNAVAILABLE, "session.get").text
    assert ("whether an error status raises cannot be seen: " in found) is bool(reason)
    assert found.endswith(reason)


POLICY = """
    import httpx, tool
    from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_none

    @retry(stop=stop_after_attempt(2), wait=wait_none(){options})
    def fetch(url, strict):
        return httpx.get(url, timeout=3)
"""


@pytest.mark.parametrize(
    ("options", "end"),
    [
        ("", "`tenacity.RetryError` reaches"),
        (", reraise=True", "`httpx.TimeoutException` reaches"),
        (", reraise=False", "an exception reaches"),
        (", reraise=tool.strict", "an exception reaches"),
    ],
)
def test_the_exception_after_the_last_attempt(options: str, end: str) -> None:
    """tenacity wraps it in RetryError, unless `reraise` is true; what is not known is not named."""
    hang = outcome(POLICY.format(options=options), HANG, "httpx.get")
    assert (hang.attempts, hang.seconds, hang.least) == (2, 6.0, False)
    assert f"; {end} the caller of `fetch`" in hang.text


@pytest.mark.parametrize(
    ("wanted", "attempts", "begin"),
    [
        ("httpx.TransportError", 2, "`retry` tries 2 times in all"),
        ("(httpx.ConnectError, httpx.TimeoutException)", 2, "`retry` tries 2 times in all"),
        ("KeyError", 1, ""),
        ("tool.Error", 1, "`retry` may repeat it (up to 2 attempts, whether this failure counts is not known, "),
    ],
)
def test_a_policy_for_some_exceptions(wanted: str, attempts: int, begin: str) -> None:
    """It repeats the failures whose class it lists, or a base of it."""
    text = POLICY.format(options=f", retry=retry_if_exception_type({wanted})")
    hang = outcome(text, HANG, "httpx.get")
    assert hang.attempts == attempts
    assert ("`retry`" in hang.text) is bool(begin)
    assert begin in hang.text


CHECKED = """
    import requests
    from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_none

    @retry(stop=stop_after_attempt(3), wait=wait_none(), retry=retry_if_exception_type({wanted}), reraise=True)
    def fetch(url):
        answer = requests.get(url, timeout=5)
        {use}
        return answer.json()
"""


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ("requests.RequestException", "`retry` tries 3 times in all (line 4, no pause); 3 attempts in all; "),
        ("requests.HTTPError", "`retry` tries 3 times in all (line 4, no pause); 3 attempts in all; "),
        ("requests.ConnectionError", "nothing here repeats it; "),
    ],
)
def test_a_policy_around_the_check_of_a_status(wanted: str, text: str) -> None:
    """It is one layer, and counts if it is for the exception that the check raises."""
    found = outcome(CHECKED.format(wanted=wanted, use="answer.raise_for_status()"), UNAVAILABLE)
    assert found.text.startswith(text + "`raise_for_status()` on line 7 raises; ")


def test_a_policy_around_a_status_that_the_function_looks_at() -> None:
    """Whether it raises what the policy repeats cannot be seen."""
    found = outcome(CHECKED.format(wanted="OSError", use="if answer.status_code > 499: raise stop(url)"), UNAVAILABLE)
    assert found.text.startswith("`retry` may repeat it (up to 3 attempts, ")


@pytest.mark.parametrize(
    ("body", "end"),
    [
        (
            """
            try:
                answer = requests.get(url, timeout=5)
            except requests.RequestException:
                return None
            answer.raise_for_status()
            """,
            "`requests.exceptions.HTTPError` reaches the caller of `fetch`: no handler here",
        ),
        (
            """
            answer = requests.get(url, timeout=5)
            try:
                answer.raise_for_status()
            except requests.HTTPError:
                return None
            """,
            "`except requests.HTTPError` (line 7) sees it and returns",
        ),
    ],
)
def test_the_handlers_around_the_check_of_a_status(body: str, end: str) -> None:
    """Those around the check see its exception, not those around the request."""
    text = "import requests\n\ndef fetch(url):\n" + textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
    found = outcome(text, UNAVAILABLE)
    assert found.text.endswith(end)


@pytest.mark.parametrize(
    ("handler", "end"),
    [
        (
            "except requests.Timeout:\n    return None",
            "sees it and returns; if the answer stops half way, `requests.exceptions.ConnectionError` reaches",
        ),
        ("except requests.RequestException:\n    return None", "`except requests.RequestException` (line 8) sees it"),
        (
            "except KeyError:\n    return None",
            "`requests.exceptions.Timeout` reaches the caller of `fetch`: no handler",
        ),
    ],
)
def test_an_answer_that_stops_half_way(handler: str, end: str) -> None:
    """requests raises another class then; it is named where another one sees it, or nobody."""
    text = outcome(guarded(handler), HANG).text
    assert end in text
    assert ("half way" in text) is ("half way" in end)


def test_an_answer_that_stops_half_way_is_not_repeated() -> None:
    """A policy for timeouts does not see it."""
    found = outcome(CHECKED.format(wanted="requests.Timeout", use="pass"), HANG)
    assert "`retry` tries 3 times in all" in found.text
    assert "; if the answer stops half way, `requests.exceptions.ConnectionError` reaches the caller" in found.text
    both = outcome(CHECKED.format(wanted="requests.RequestException", use="pass"), HANG)
    assert "half way" not in both.text


def test_a_call_that_is_made_later() -> None:
    """A function object carries the failure to where it is called, past the handlers around its making."""
    text = """
        import requests

        def later(url):
            try:
                return lambda: requests.get(url, timeout=5)
            except requests.Timeout:
                return None
    """
    assert outcome(text, HANG).text.endswith("it is raised where the function is called in the end")


def test_a_decorator_of_the_project_repeats_it() -> None:
    """Its loop is read with the arguments that the decorator is given."""
    found = outcome(
        """
        import functools
        import requests

        def again(times):
            def decorate(function):
                @functools.wraps(function)
                def wrapper(*args):
                    for _ in range(times):
                        try:
                            return function(*args)
                        except OSError:
                            continue
                return wrapper
            return decorate

        @again(3)
        def fetch(url):
            return requests.get(url, timeout=5)
        """,
        DROPPED,
    )
    assert "`again` tries 3 times in all (line 16, by its loop, line 8, no pause)" in found.text
    assert (found.attempts, found.least, found.handled) == (3, False, True)


CATCHES = """
import functools
import requests

def renewed(function):
    @functools.wraps(function)
    def wrapper(*args):
        try:
            return function(*args)
        except PermissionError:
            renew()
            return function(*args)
    return wrapper

def timed(function):
    @functools.wraps(function)
    def wrapper(*args):
        with clock():
            return function(*args)
    return wrapper

@DECORATOR
def fetch(url):
    return requests.get(url, timeout=5)
"""


def test_a_decorator_that_calls_it_twice_may_repeat_and_catch_it() -> None:
    """Without a loop, too; nothing is said to be seen by the caller for sure."""
    found = outcome(CATCHES.replace("DECORATOR", "renewed"), DROPPED)
    assert "`renewed` may repeat it (line 21)" in found.text
    assert "`renewed` may catch it (line 21); else an exception reaches" in found.text
    assert not found.handled


def test_a_decorator_that_only_calls_it_changes_nothing() -> None:
    """What it wraps ends as it does without."""
    found = outcome(CATCHES.replace("DECORATOR", "timed"), DROPPED)
    assert "decorator" not in found.text
    assert "nothing here repeats it" in found.text
