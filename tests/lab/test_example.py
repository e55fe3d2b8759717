"""Running examples: returned, raised, or still hanging at the deadline, and never longer."""

from __future__ import annotations

import time

import pytest

from lab import Lab, run_example

pytest.importorskip("requests", reason="the examples use requests")

CHARGE = """
import requests

def charge(order):
    return requests.post(GATEWAY, json=order{limit}).status_code
"""


def test_the_bad_hangs_and_the_fixed_raises() -> None:
    """The proof of a timeout: without it the call is still waiting at the deadline, with it not."""
    with Lab(life=20) as lab:
        bad = run_example(CHARGE.format(limit=""), lab, 1, path="hang", call="charge({})")
        code = CHARGE.format(limit=", timeout=(0.3, 0.3)")
        fixed = run_example(code, lab, 10, path="hang", call="charge({})")
        assert len(lab.received) == 2
    assert bad.ended == "hanging"
    assert bad.seconds >= 1
    assert (fixed.ended, fixed.error) == ("raised", "requests.exceptions.ReadTimeout")
    assert fixed.seconds < 5


def test_a_value_is_returned() -> None:
    """What the call returns is reported as its repr."""
    with Lab(life=20) as lab:
        done = run_example(CHARGE.format(limit=", timeout=5"), lab, 10, call="charge({'a': 1})")
        assert lab.received[0].body == b'{"a": 1}'
    assert (done.ended, done.value) == ("returned", "200")


def test_addresses_move_to_the_lab() -> None:
    """A literal address keeps its path and loses its host; nothing leaves the machine."""
    code = "import urllib.request\nurllib.request.urlopen('https://api.example.com/v1/x', timeout=5)"
    with Lab(life=20) as lab:
        assert run_example(code, lab, 10, path="ok").ended == "returned"
        assert [request.path for request in lab.received] == ["/ok/v1/x"]


def test_unknown_names_are_given() -> None:
    """A name in capitals is the address, another one an empty dictionary, `given` goes before both."""
    code = "from __future__ import annotations\nseen = (URL, options, retries, [i for i in ()])"
    with Lab(life=20) as lab:
        done = run_example(code, lab, 10, path="hang", call="seen", given="retries = 3")
        assert done.value == repr((lab.url("hang"), {}, 3, []))


def test_a_coroutine_is_run() -> None:
    """An asynchronous example needs no loop of its own."""
    code = "import asyncio\nasync def fetch():\n    await asyncio.sleep(0)\n    return 7"
    with Lab(life=20) as lab:
        assert run_example(code, lab, 10, call="fetch()").value == "7"


def test_several_files_make_an_example() -> None:
    """The files of an example can import each other, folders included."""
    files = {"shop/clients.py": "TARGET = 'http://partner.example/x'\n"}
    with Lab(life=20) as lab:
        done = run_example("from shop.clients import TARGET", lab, 10, call="TARGET", files=files)
        assert done.value == repr(lab.url("ok/x"))


def test_a_busy_loop_is_killed() -> None:
    """An example that does not even sleep ends with its deadline, its process too."""
    with Lab(life=20) as lab:
        start = time.monotonic()
        assert run_example("while True: pass", lab, 0.5).ended == "hanging"
    assert time.monotonic() - start < 15


def test_an_example_that_kills_its_process_is_an_error_of_the_test() -> None:
    """A process that dies without an outcome is not mistaken for one that hangs."""
    with Lab(life=20) as lab, pytest.raises(RuntimeError, match="died"):
        run_example("import os; os._exit(3)", lab, 10)
