"""The pattern `bulkhead` in pools of threads: as many workers as a list has members."""

from __future__ import annotations

import pytest

from patterns.hardening import hardened

HEAD = "from concurrent.futures import ThreadPoolExecutor\nimport requests\n\n"
FETCH = "def fetch(u):\n    return requests.get(u, timeout=5).text\n\n"
SHAPES = {
    "a function of a library": (
        "def f(us):\n    with ThreadPoolExecutor(max_workers=len(us)) as pool:\n"
        "        return list(pool.map(requests.get, us))\n",
        "ThreadPoolExecutor(max_workers=min(len(us), 10)) as pool",
    ),
    "a function of the module": (
        FETCH + "def f(us):\n    with ThreadPoolExecutor(len(us)) as pool:\n"
        "        made = [pool.submit(fetch, u) for u in us]\n    return made\n",
        "ThreadPoolExecutor(min(len(us), 10)) as pool",
    ),
    "lines of their own": (
        FETCH + "def f(us):\n    pool = ThreadPoolExecutor(\n        max_workers=len(us),  # one each\n    )\n"
        "    return list(pool.map(fetch, us))\n",
        "        max_workers=min(len(us), 10),  # one each\n",
    ),
}
LEFT = {
    "a number": SHAPES["a function of a library"][0].replace("len(us)", "50"),
    "a bound": SHAPES["a function of a library"][0].replace("len(us)", "min(8, len(us))"),
    "the default": SHAPES["a function of a library"][0].replace("max_workers=len(us)", ""),
    "no requests": SHAPES["a function of a library"][0].replace("requests.get", "abs"),
    "a function that is not known": (
        "def f(us, work):\n    with ThreadPoolExecutor(len(us)) as pool:\n        return list(pool.map(work, us))\n"
    ),
}


@pytest.mark.parametrize(("text", "wanted"), SHAPES.values(), ids=SHAPES)
def test_a_worker_for_each_becomes_ten(text: str, wanted: str) -> None:
    """Fewer where the list is shorter."""
    assert wanted in hardened(HEAD + text, ("bulkhead",))


@pytest.mark.parametrize("text", LEFT.values(), ids=LEFT)
def test_other_pools_stay(text: str) -> None:
    """Those with a bound, and those that make no request."""
    assert hardened(HEAD + text, ("bulkhead",)) == HEAD + text
