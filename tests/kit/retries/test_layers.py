"""What libraries, the transports of their clients and decorators repeat, as it is seen at a call."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import pytest

from resilint.config.settings import Settings
from resilint.engine.explain import policy
from resilint_rules.kit.policy.outcome import Outcome
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

HANG, DROPPED, UNAVAILABLE, LIMITED = "on a hang", "on a dropped connection", "on 503", "on 429"


def outcomes(text: str, mark: str, pins: Mapping[str, str] | None = None) -> dict[str, Outcome]:
    """The outcomes of the call whose name ends at the last `mark` of a text, by event."""
    text = textwrap.dedent(text).lstrip()
    project = Project(pins=pins)
    found = policy(Document(text, "app.py", "app"), project, Settings(), text.rindex(mark) + len(mark) - 1)
    assert found is not None
    return {known.event: known for known in found.outcomes}


def mounted(*lines: str, call: str = "session.get(url, timeout=5)") -> dict[str, Outcome]:
    """The outcomes of a call on a session of requests, set up by some lines."""
    setup = "\n".join(lines)
    text = (
        "import requests\nfrom requests.adapters import HTTPAdapter\nfrom urllib3.util import Retry\n"
        f"session = requests.Session()\n{setup}\n\ndef fetch(url):\n    return {call}\n"
    )
    return outcomes(text, call.partition("(")[0])


ALL = 'session.mount("https://", {})'


@pytest.mark.parametrize(
    ("adapter", "text"),
    [
        ("HTTPAdapter()", "nothing here repeats it"),
        ("HTTPAdapter(max_retries=0)", "nothing here repeats it"),
        ("HTTPAdapter(max_retries=3)", "tries 4 times in all"),
        ("HTTPAdapter(**OPTIONS)", "may repeat it (a spread may hold its retries)"),
        ("HTTPAdapter(max_retries=COUNT)", "may repeat it (its retries cannot be seen)"),
        ("make_adapter()", "nothing here repeats it"),  # as good as none: it is not an adapter that is known
    ],
)
def test_what_an_adapter_repeats(adapter: str, text: str) -> None:
    """A number counts repetitions of a GET; retries that are not seen may be any."""
    assert text in mounted(ALL.format(adapter))[DROPPED].text


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("session.get(url, timeout=5)", "only an answer with Retry-After"),
        ("session.post(url, timeout=5)", "nothing here repeats it"),
        ("session.request(verb, url, timeout=5)", "may repeat it (up to 4 attempts, "),
    ],
)
def test_a_number_is_a_policy_for_safe_methods(call: str, text: str) -> None:
    """requests makes `Retry(3)` of it: an error status is repeated if the answer says when, a POST never."""
    assert text in mounted(ALL.format("HTTPAdapter(max_retries=3)"), call=call)[UNAVAILABLE].text


def test_a_transport_of_httpx_repeats_connecting_only() -> None:
    """Its `retries` are for failures before anything was sent, which the text says beside the count of requests."""
    text = """
        import httpx

        def fetch(url):
            with httpx.Client(transport=httpx.HTTPTransport(retries=2)) as client:
                return client.get(url)
    """
    found = outcomes(text, "client.get")
    for event in (DROPPED, UNAVAILABLE):
        assert (found[event].attempts, found[event].least) == (1, False)
        assert found[event].text.startswith("nothing here repeats it")
    for event in (HANG, DROPPED):
        assert "its `HTTPTransport` makes up to 3 attempts to connect (`retries`, line 4)" in found[event].text
    assert "connect" not in found[UNAVAILABLE].text


@pytest.mark.parametrize(
    ("options", "address", "attempts"),
    [
        ('mounts={"https://": httpx.HTTPTransport(retries=2)}', "https://a", "up to 3 attempts"),
        ('mounts={"https://": httpx.HTTPTransport(retries=2)}', "http://a", ""),
        ('mounts={"http://": None, "https://a.": httpx.HTTPTransport(retries=4)}', "https://a.b", "up to 5 attempts"),
        ('mounts={"all://": httpx.HTTPTransport(retries=1)}', "http://a", "up to 2 attempts"),
    ],
)
def test_transports_by_address(options: str, address: str, attempts: str) -> None:
    """A mapping gives the transport for the beginning of an address; none of them holds a limit."""
    text = f"""
        import httpx

        client = httpx.Client({options}, timeout=7)

        def fetch():
            return client.get("{address}")
    """
    hang = outcomes(text, "client.get")[HANG]
    assert hang.text.startswith("gives up after 7 s of silence; ")
    assert (attempts in hang.text) if attempts else ("attempts" not in hang.text)


@pytest.mark.parametrize(
    ("options", "pause"),
    [
        ("", "3 s of pauses, or each as long as Retry-After says; "),
        (", retry_after_max=90", "3 s of pauses, or each as long as Retry-After says, up to 90 s; "),
        (", retry_after_max=LONGEST", "3 s of pauses, or each as long as Retry-After says; "),
        (", respect_retry_after_header=False", "3 s of pauses; "),
    ],
)
def test_pauses_that_the_server_sets(options: str, pause: str) -> None:
    """urllib3 waits as long as an answer asks for; how long at most depends on the version. No answer, no header."""
    policy = f"Retry(total=3, backoff_factor=0.5, status_forcelist=[429, 503]{options})"
    found = mounted(ALL.format(f"HTTPAdapter(max_retries={policy})"))
    for event in (UNAVAILABLE, LIMITED):
        assert f"4 attempts in all, {pause}" in found[event].text
    assert "4 attempts in all, 3 s of pauses; " in found[DROPPED].text


@pytest.mark.parametrize(
    ("pin", "pause"), [("==2.6.2", "says, without limit"), ("==2.6.3", "says, up to 21600 s (6 h)"), (">=2", "says; ")]
)
def test_the_longest_pause_depends_on_the_version(pin: str, pause: str) -> None:
    """urllib3 cuts Retry-After at six hours from 2.6.3 on."""
    text = """
        import requests
        from requests.adapters import HTTPAdapter
        from urllib3.util import Retry

        session = requests.Session()
        session.mount("https://", HTTPAdapter(max_retries=Retry(total=1, status_forcelist=[503])))

        def fetch(url):
            return session.get(url, timeout=5)
    """
    assert pause in outcomes(text, "session.get", {"urllib3": pin})[UNAVAILABLE].text


TWO = (
    'session.mount("https://", HTTPAdapter(max_retries=Retry(total=1)))',
    'session.mount("https://api.", HTTPAdapter(max_retries=Retry(total=4)))',
)


@pytest.mark.parametrize(
    ("address", "attempts"),
    [
        ("'https://api.example.com'", 5),
        ("'HTTPS://API.example.com'", 5),
        ("'https://example.com'", 2),
        ("'http://a'", 1),
    ],
)
def test_the_longest_prefix_chooses_the_adapter(address: str, attempts: int) -> None:
    """As requests does, without regard to case; the default adapter repeats nothing."""
    hang = mounted(*TWO, call=f"session.get({address}, timeout=5)")[HANG]
    assert hang.attempts == attempts


def test_an_unknown_address_chooses_none() -> None:
    """One of the adapters repeats it, and the text does not say which."""
    hang = mounted(*TWO)[HANG]
    assert hang.least
    assert "one of its transports may repeat it (which one is not known)" in hang.text


def test_one_adapter_for_two_prefixes_is_one() -> None:
    """It is the same object, whichever prefix the address has."""
    lines = ("both = HTTPAdapter(max_retries=Retry(total=2))", ALL.format("both"), 'session.mount("http://", both)')
    assert mounted(*lines)[HANG].attempts == 3


@pytest.mark.parametrize(
    ("options", "verb", "attempts"),
    [
        ("", "get", 4),
        ("", "post", 1),
        (", allowed_methods=['POST']", "post", 4),
        (", allowed_methods=['post']", "post", 1),  # it compares in capitals
        (", allowed_methods=None", "post", 4),
        (", allowed_methods=False", "patch", 4),
        (", allowed_methods=[]", "post", 4),
        (", allowed_methods=METHODS", "get", 1),
        (", allowed_methods=['POST']", "get", 1),
    ],
)
def test_a_policy_of_urllib3_is_for_some_methods(options: str, verb: str, attempts: int) -> None:
    """Idempotent methods by default; a list replaces them."""
    found = mounted(
        ALL.format(f"HTTPAdapter(max_retries=Retry(total=3{options}))"), call=f"session.{verb}(url, timeout=5)"
    )
    assert found[HANG].attempts == attempts


@pytest.mark.parametrize(
    ("options", "unavailable", "limited"),
    [
        ("status_forcelist=[503, 429]", "tries 4 times in all", "tries 4 times in all"),
        ("status_forcelist=[503]", "tries 4 times in all", "only an answer with Retry-After"),
        ("", "only an answer with Retry-After", "only an answer with Retry-After"),
        ("respect_retry_after_header=False", "nothing here repeats it", "nothing here repeats it"),
    ],
)
def test_a_policy_of_urllib3_is_for_some_statuses(options: str, unavailable: str, limited: str) -> None:
    """Those it lists; 429 and 503 also without, if the answer says when, unless that is turned off."""
    found = mounted(ALL.format(f"HTTPAdapter(max_retries=Retry(total=3, {options}))"))
    assert unavailable in found[UNAVAILABLE].text
    assert limited in found[LIMITED].text


@pytest.mark.parametrize(
    ("factor", "total", "pace"),
    [
        ("backoff_factor=0", 20.0, "no pause"),
        ("backoff_factor=1", 26.0, "`backoff_factor=1`"),  # 0, 2 and 4 seconds between four attempts
        ("backoff_factor=100", 260.0, "`backoff_factor=100`"),  # 0, and 120 twice: no pause is longer
    ],
)
def test_the_pauses_of_urllib3(factor: str, total: float, pace: str) -> None:
    """None before the second attempt, then the factor times 2, 4, ... seconds, at most 120."""
    hang = mounted(ALL.format(f"HTTPAdapter(max_retries=Retry(total=3, {factor}))"))[HANG]
    assert (hang.attempts, hang.seconds, hang.least) == (4, total, False)
    assert pace in hang.text


def asked(made: str, call: str = "ai.chat.completions.create(model='x', messages=[prompt])") -> dict[str, Outcome]:
    """The outcomes of a call on a client of openai."""
    text = f"import openai\n\ndef ask(prompt, many, other, **options):\n    {made}\n    return {call}\n"
    return outcomes(text, "completions.create")


@pytest.mark.parametrize(
    ("made", "attempts"),
    [("ai = openai.OpenAI()", 3), ("ai = openai.OpenAI(max_retries=4)", 5), ("ai = openai.OpenAI(max_retries=0)", 1)],
)
def test_the_retries_of_a_client(made: str, attempts: int) -> None:
    """The SDK repeats a request twice by default; the argument counts repetitions."""
    assert asked(made)[DROPPED].attempts == attempts


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        ("ai = openai.OpenAI(**options)", "a spread may hold `max_retries`"),
        ("ai = openai.OpenAI(max_retries=many)", "`max_retries` cannot be seen"),
        ("ai = openai.OpenAI() if many else openai.OpenAI(max_retries=9)", "it may be made on several clients"),
        ("ai = openai.OpenAI(); other(ai)", "its client may be configured elsewhere: "),
    ],
)
def test_retries_that_are_not_seen(made: str, reason: str) -> None:
    """At least one attempt is made, and the text says why no more is known."""
    dropped = asked(made)[DROPPED]
    assert (dropped.attempts, dropped.least) == (1, True)
    assert f"openai may repeat it ({reason}" in dropped.text


def test_retries_that_are_given_on_the_way() -> None:
    """`with_options` makes another client with other retries, whatever the first was made with."""
    call = "ai.with_options(max_retries=7).chat.completions.create(model='x', messages=[prompt])"
    dropped = asked("ai = openai.OpenAI(max_retries=1)", call)[DROPPED]
    assert "openai may repeat it (`max_retries` is given on the way)" in dropped.text


@pytest.mark.parametrize(
    ("retries", "times"),
    [
        ('{"mode": "standard"}', 3),
        ('{"mode": "legacy"}', 5),
        ('{"mode": "standard", "max_attempts": 6}', 7),
        ("{}", 5),
    ],
)
def test_the_modes_of_botocore(retries: str, times: int) -> None:
    """Three attempts in standard mode and five in legacy mode, unless a number says otherwise."""
    text = f"""
        import boto3
        from botocore.config import Config

        def fetch(key):
            s3 = boto3.client("s3", config=Config(retries={retries}))
            return s3.get_object(Bucket="b", Key=key)
    """
    assert outcomes(text, "get_object")[DROPPED].attempts == times


@pytest.mark.parametrize("retries", ["many", '{"max_attempts": many}', "{**many}"])
def test_options_of_botocore_that_are_not_seen(retries: str) -> None:
    """A mapping or a value that is not written there is not guessed."""
    text = f"""
        import boto3
        from botocore.config import Config

        def fetch(key, many):
            s3 = boto3.client("s3", config=Config(retries={retries}))
            return s3.get_object(Bucket="b", Key=key)
    """
    dropped = outcomes(text, "get_object")[DROPPED]
    assert (dropped.attempts, dropped.least) == (1, True)
    assert "`retries` of its `config` cannot be seen" in dropped.text


def decorated(decorator: str, imports: str = "from tenacity import *") -> Outcome:
    """The outcome of a dropped connection under a decorator."""
    text = f"import httpx\n{imports}\n\n{decorator}\ndef fetch(url):\n    return httpx.get(url, timeout=3)\n"
    return outcomes(text, "httpx.get")[DROPPED]


TENACITY = "from tenacity import retry, stop_after_attempt, stop_after_delay, wait_exponential, wait_fixed, wait_none"


@pytest.mark.parametrize(
    ("options", "attempts", "pace"),
    [
        ("stop=stop_after_attempt(3)", 3, "no pause"),
        ("stop=stop_after_attempt(3), wait=wait_none()", 3, "no pause"),
        ("stop=stop_after_attempt(3), wait=wait_fixed(0)", 3, "no pause"),
        ("stop=stop_after_attempt(3), wait=wait_fixed(2)", 3, "pauses in between"),
        ("stop=stop_after_attempt(3), wait=wait_exponential(1, 60)", 3, "pauses in between"),
        ("stop=stop_after_attempt(7) | stop_after_attempt(4)", 4, "no pause"),
        ("stop=stop_after_attempt(4) | stop_after_delay(9)", 4, "no pause"),
    ],
)
def test_a_decorator_of_tenacity(options: str, attempts: int, pace: str) -> None:
    """Its stop condition counts all attempts; it does not wait unless a strategy does."""
    dropped = decorated(f"@retry({options})", TENACITY)
    assert dropped.attempts == attempts
    assert f"{pace})" in dropped.text


def test_a_decorator_without_parentheses() -> None:
    """tenacity's plain `@retry` has no end and no pause."""
    dropped = decorated("@retry", TENACITY)
    assert dropped.attempts is None
    assert "`retry` repeats it without end (line 4, no pause)" in dropped.text


@pytest.mark.parametrize(
    ("options", "pace"),
    [
        ("backoff.expo, httpx.HTTPError, max_tries=3", "pauses in between"),
        ("backoff.constant, httpx.HTTPError, max_tries=3, interval=2", "pauses in between"),
        ("backoff.constant, httpx.HTTPError, max_tries=3, interval=0", "no pause"),
    ],
)
def test_a_decorator_of_backoff(options: str, pace: str) -> None:
    """The generator's seconds are among the decorator's own arguments."""
    dropped = decorated(f"@backoff.on_exception({options})", "import backoff")
    assert dropped.attempts == 3
    assert f"{pace})" in dropped.text


def test_the_transports_of_a_client_that_is_made_elsewhere() -> None:
    """Who makes a session may mount adapters that repeat."""
    text = """
        import requests

        def fetch(session: requests.Session, url):
            return session.get(url, timeout=5)
    """
    hang = outcomes(text, "session.get")[HANG]
    assert (hang.attempts, hang.least) == (1, True)
    assert "its client's transport may repeat it (its client is made elsewhere)" in hang.text


@pytest.mark.parametrize(
    ("options", "event"),
    [("allowed_methods=METHODS", HANG), ("status_forcelist=CODES", UNAVAILABLE)],
)
def test_a_policy_of_urllib3_whose_lists_are_not_seen(options: str, event: str) -> None:
    """It may repeat a failure of this kind, at most as often as its total says."""
    found = mounted(ALL.format(f"HTTPAdapter(max_retries=Retry(total=3, {options}))"))[event]
    assert (found.attempts, found.least) == (1, True)
    assert "may repeat it (up to 4 attempts, whether this failure counts is not known, " in found.text


def test_a_backoff_factor_that_is_not_seen() -> None:
    """The attempts are known, and their time without pauses is the least."""
    hang = mounted(ALL.format("HTTPAdapter(max_retries=Retry(total=3, backoff_factor=FACTOR))"))[HANG]
    assert (hang.attempts, hang.seconds, hang.least) == (4, 20.0, True)


def test_other_options_of_botocore_keep_its_default() -> None:
    """Legacy mode, five attempts, if the object that holds the options says nothing of retries."""
    text = """
        import boto3
        from botocore.config import Config

        def fetch(key):
            s3 = boto3.client("s3", config=Config(read_timeout=9))
            return s3.get_object(Bucket="b", Key=key)
    """
    assert outcomes(text, "get_object")[DROPPED].attempts == 5


def test_a_client_class_of_the_project_may_change_the_retries() -> None:
    """Its constructor may pass on what it likes."""
    made = "ai = Own()\n"
    text = f"import openai\n\nclass Own(openai.OpenAI):\n    pass\n\ndef ask(prompt):\n    {made}"
    text += "    return ai.chat.completions.create(model='x', messages=[prompt])\n"
    dropped = outcomes(text, "completions.create")[DROPPED]
    assert dropped.least
    assert "may repeat it (its client's class may change it)" in dropped.text


HUB = """
    import github

    hub = github.Github(timeout=10{options})

    def stars(name):
        return hub.get_repo(name).stargazers_count
"""


@pytest.mark.parametrize(
    ("pin", "unavailable", "limited"),
    [
        ("==2.10.0", "github tries 11 times in all", "only an answer with Retry-After"),
        ("==1.59", "nothing here repeats it", "nothing here repeats it"),
        (
            ">=1.59",
            "github may repeat it (up to 11 attempts, in some versions only, ",
            "(up to 11 attempts, in some versions only",
        ),
    ],
)
def test_retries_that_some_versions_have(pin: str, unavailable: str, limited: str) -> None:
    """Where the version is not known, they are possible: neither sure, nor out of the question."""
    found = outcomes(HUB.format(options=""), "hub.get_repo", {"PyGithub": pin})
    assert unavailable in found[UNAVAILABLE].text
    assert limited in found[LIMITED].text
    assert (found[HANG].attempts == 11) is (pin == "==2.10.0")


def test_a_policy_that_replaces_the_own_one() -> None:
    """What another one repeats is not known."""
    found = outcomes(HUB.format(options=", retry=3"), "hub.get_repo", {"PyGithub": "==2.10.0"})
    assert "github may repeat it (`retry`, line 3 replaces its own)" in found[UNAVAILABLE].text


def test_the_exception_after_repeated_error_statuses() -> None:
    """PyGithub's transport raises RetryError, not the exception of a single answer."""
    found = outcomes(HUB.format(options=""), "hub.get_repo", {"PyGithub": "==2.10.0"})
    assert "`requests.exceptions.RetryError` reaches" in found[UNAVAILABLE].text
    assert "`github.GithubException` reaches" in found[LIMITED].text


@pytest.mark.parametrize(("given", "attempts"), [("", 1), ("num_retries=5", 6)])
def test_retries_by_number_at_the_call(given: str, attempts: int) -> None:
    """googleapiclient repeats 5xx and 429 as often as it is told; a closed connection may double it."""
    text = f"""
        from googleapiclient.discovery import build

        drive = build("drive", "v3")

        def names():
            return drive.files().list(pageSize=100).execute({given})
    """
    found = outcomes(text, ".execute")
    for event in (HANG, UNAVAILABLE, LIMITED):
        assert found[event].attempts == attempts
    assert (found[DROPPED].attempts, found[DROPPED].least) == (attempts, True)
    assert "its transport may repeat it (up to 2 attempts, if the peer closes" in found[DROPPED].text
