"""Rules on asyncio proven inside a loop: how long nobody else is served, and what the collector takes away."""

from __future__ import annotations

import pytest

from lab import Lab, run_example
from lab.faults import Fault, Late
from lab.fixing import page_example
from lab.server import PATHS

DEADLINE = 30.0
HEARTBEAT = """
import asyncio, time

async def longest_stall(work):
    # the longest time, in seconds, in which the loop ran nobody but `work`
    task, longest, last = asyncio.ensure_future(work), 0.0, time.monotonic()
    while not task.done():
        await asyncio.sleep(0.01)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    await task
    return longest
"""


def stall(code: str, script: tuple[Fault, ...], call: str, given: str = "") -> float:
    """Seconds for which the example's work holds up its event loop."""
    with Lab(script) as lab:
        outcome = run_example(code, lab, DEADLINE, call=f"longest_stall({call})", given=HEARTBEAT + given)
    assert outcome.ended == "returned", outcome
    return float(outcome.value)


@pytest.mark.parametrize(("case", "call"), [(1, "me('token')"), (2, "greet('token')")])
def test_a_slow_partner_stops_nobody_else(case: int, call: str) -> None:
    """Before, nothing runs until the partner has answered; mended, the loop turns as if nothing were."""
    pair = page_example("blocking-call-in-async", case)
    late = (Late(1.5),)
    assert stall(pair.before["example.py"], late, call) >= 1.4
    assert stall(pair.after["example.py"], late, call) < 0.7


def test_a_pause_stops_nobody_else() -> None:
    """Before, all coroutines pause with the one that waits for a busy partner; mended, that one does."""
    pair = page_example("blocking-sleep-in-async", 1, [("2**attempt", "1.5 * 2**attempt"), ("range(3)", "range(1)")])
    client = "import httpx\nclient = httpx.AsyncClient()\n"
    limited = PATHS["always-limited"]
    assert stall(pair.before["example.py"], limited, "fetch(client, URL)", client) >= 1.4
    assert stall(pair.after["example.py"], limited, "fetch(client, URL)", client) < 0.7


DELIVERY = """
import asyncio, gc, weakref

answers = weakref.WeakSet()
delivered = []

async def deliver(event):
    # as many clients do: what it waits for is held by nobody else
    answer = asyncio.get_running_loop().create_future()
    answers.add(answer)
    delivered.append(await answer)

async def after_a_collection(start):
    await start
    await asyncio.sleep(0)  # the task has come to its `await`
    gc.collect()
    for answer in list(answers):
        answer.set_result("event")
    while asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.sleep(0)
    return delivered
"""


@pytest.mark.parametrize(
    ("case", "start"),
    [(1, "accept('event')"), (3, "type('Posting', (Hooks,), {'post': staticmethod(deliver)})().ping('hook')")],
)
def test_a_task_that_is_kept_outlives_the_collector(case: int, start: str) -> None:
    """Before, one run of the collector takes the delivery away half-way; mended, it arrives."""
    pair = page_example("task-dropped", case)
    with Lab() as lab:
        call = f"after_a_collection({start})"
        before, after = (
            run_example(texts["example.py"], lab, DEADLINE, call=call, given=DELIVERY)
            for texts in (pair.before, pair.after)
        )
    assert (before.value, after.value) == ("[]", "['event']"), before
    assert "Task was destroyed but it is pending!" in before.output
    assert "destroyed" not in after.output
