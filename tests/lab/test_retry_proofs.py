"""Rules on retries proven by what the partner sees: how many requests arrive, and how far apart."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import pairwise

import pytest

from lab import Lab, Outcome, Received, run_example
from lab.fixing import page_example

DEADLINE = 30.0
SEED = 4
"""Makes jittered waits the same each time: none of the first ones is near nothing."""
SEEDED = f"import random\nrandom.seed({SEED})\n"
AT_PARTNER = "import httpx\nclient = httpx.AsyncClient(base_url='https://partner.example')"

Seen = tuple[Outcome, tuple[Received, ...]]


def watch(code: str, fault: str, call: str, given: str = "") -> Seen:
    """Runs an example against a lab of its own; gives how it ended and what the partner has seen of it."""
    with Lab() as lab:
        outcome = run_example(code, lab, DEADLINE, path=fault, call=call, given=given)
        assert outcome.ended != "hanging", outcome
        return outcome, lab.received


def gaps(received: tuple[Received, ...]) -> list[float]:
    """Seconds between one request and the next."""
    return [after.at - before.at for before, after in pairwise(received)]


@dataclass(frozen=True, slots=True)
class Pace:
    """A case of `retry-without-backoff`, and the seconds that its mended text waits between its three attempts."""

    case: int
    fault: str
    call: str
    waits: tuple[float, float]
    shorten: tuple[tuple[str, str], ...]
    given: str = ""


def jitter(*most: float) -> tuple[float, float]:
    """What a seeded `uniform(0, most)` gives, one after the other."""
    dice = random.Random(SEED)
    first, second = (dice.uniform(0, each) for each in most)
    return first, second


PACES = [
    Pace(1, "reset", "rates(URL)", jitter(1, 2), (("range(5)", "range(3)"),)),
    Pace(2, "reset", "user(client, 1)", jitter(0.5, 1), (("attempt(4)", "attempt(3)"),), given=AT_PARTNER),
    Pace(  # urllib3 repeats the first time at once
        3, "unavailable", "PoolManager(retries=policy).request('GET', URL)", (0, 1), (("total=5", "total=2"),),
        given="from urllib3 import PoolManager",
    ),
    Pace(4, "unavailable", "rates(URL)", jitter(1, 2), (("range(5)", "range(3)"),)),
]  # fmt: skip


@pytest.mark.parametrize("pace", PACES, ids=lambda pace: str(pace.case))
def test_attempts_keep_their_distance(pace: Pace) -> None:
    """Before, all attempts arrive at once; mended, each waits as long as its policy says. Both fail in the end."""
    pair = page_example("retry-without-backoff", pace.case, pace.shorten)
    failed, stormed = watch(pair.before["example.py"], pace.fault, pace.call, SEEDED + pace.given)
    ended, spaced = watch(pair.after["example.py"], pace.fault, pace.call, SEEDED + pace.given)
    assert len(stormed) == len(spaced) == 3
    assert sum(gaps(stormed)) < sum(pace.waits) / 2
    assert all(gap >= 0.95 * wait for gap, wait in zip(gaps(spaced), pace.waits, strict=True))
    assert failed.error == ended.error
    assert ended.error


@dataclass(frozen=True, slots=True)
class Bug:
    """A case of `retries-every-exception` that meets a bug: how often it is made before, and what shows after."""

    case: int
    fault: str
    attempts: int
    before: str
    after: str
    shorten: tuple[tuple[str, str], ...] = ()
    call: str = "name(1)"


BUGS = [
    Bug(1, "ok", 3, "tenacity.RetryError", "builtins.KeyError", (("fixed(2)", "fixed(0.1)"),)),
    Bug(
        2, "malformed", 5, *["requests.exceptions.JSONDecodeError"] * 2,
        shorten=(("max_tries=5", "max_tries=5, factor=0.02"),), call="rates()",
    ),
]  # fmt: skip


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: str(bug.case))
def test_a_bug_is_not_repeated(bug: Bug) -> None:
    """Before, a bug is met as often as an outage, hidden or late; mended, it shows at once."""
    pair = page_example("retries-every-exception", bug.case, bug.shorten)
    before, repeated = watch(pair.before["example.py"], bug.fault, bug.call)
    after, once = watch(pair.after["example.py"], bug.fault, bug.call)
    assert (before.error, after.error) == (bug.before, bug.after)
    assert (len(repeated), len(once)) == (bug.attempts, 1)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: str(bug.case))
def test_an_outage_still_is(bug: Bug) -> None:
    """What the policy was made for, a connection that is torn down, is repeated as often as before."""
    pair = page_example("retries-every-exception", bug.case, bug.shorten)
    _, repeated = watch(pair.after["example.py"], "reset", bug.call)
    assert len(repeated) == bug.attempts


def test_an_endless_retry_gets_five_attempts() -> None:
    """The number that the fix writes is the number of requests that the partner sees."""
    pair = page_example("unbounded-retry", 1, [("max=10", "max=0.1")])
    _, seen = watch(pair.after["example.py"], "reset", "rates()")
    assert len(seen) == 5


def test_a_date_is_waited_for() -> None:
    """Asked to come back at a certain second, the mended text leaves the partner alone until about then."""
    pair = page_example("retry-after-as-number", 1)
    _, seen = watch(pair.after["example.py"], "limited-date", "fetch(URL), fetch(URL)")
    (gap,) = gaps(seen)
    assert gap >= 1
