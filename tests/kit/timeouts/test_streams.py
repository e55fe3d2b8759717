"""Streams: the limit on the whole, silence, and whether one answer is all that is read."""

from __future__ import annotations

import pytest

from kit.timeouts.test_effective import call_of, work
from resilint_rules.kit.timeouts.streams import silent_for_one_answer, total_alone

READ = ("for line in answer.iter_lines():", "    if line:", "        return line")
FOLLOW = ("for line in answer.iter_lines():", "    yield line")


def stream(options: str, body: tuple[str, ...] = READ, client: str = "client = httpx.Client()") -> bool:
    """Whether a stream that is opened with some options is found."""
    lines = (client, f"with client.stream('GET', url{options}) as answer:", *(f"    {line}" for line in body))
    return silent_for_one_answer(call_of(work(*lines), "client.stream"))


def test_a_stream_that_is_read_for_one_answer() -> None:
    """The call switches the limit off, or its client does."""
    assert stream(", timeout=None")
    assert stream(", timeout=httpx.Timeout(5, read=None)")
    assert stream("", client="client = httpx.Client(timeout=httpx.Timeout(options, read=None))")


def test_other_streams_are_left_alone() -> None:
    """They go on, have a limit, or one that cannot be seen."""
    assert not stream(", timeout=None", FOLLOW)
    assert not stream(", timeout=None", ("for line in answer.iter_lines():", "    print(line)"))
    assert not stream("")
    assert not stream(", timeout=60", client="client = httpx.Client(timeout=None)")
    assert not stream(", timeout=options")
    assert not stream(", **options")


@pytest.mark.parametrize(
    ("limit", "seconds"),
    [
        ("aiohttp.ClientTimeout(total=7200)", 7200),
        ("aiohttp.ClientTimeout(7200, sock_connect=5)", 7200),
        ("aiohttp.ClientTimeout(total=7200, sock_read=60)", None),
        ("aiohttp.ClientTimeout(total=None)", None),
        ("options", None),
    ],
)
def test_the_limit_on_the_whole_is_alone(limit: str, seconds: float | None) -> None:
    """It is where nothing limits a silence, and all can be seen."""
    opened = f"async with aiohttp.request('GET', url, timeout={limit}) as answer:"
    lines = (opened, "    async for line in answer.content:", "        print(line)")
    assert total_alone(call_of(work(*lines, head="async def work(url, options):"), "aiohttp.request")) == seconds
