"""What a module does says what it is for, then where it lies."""

from __future__ import annotations

import pytest

from resilint_rules.kit.project.module import Module
from resilint_rules.kit.project.place import Places, is_service
from resilint_rules.kit.syntax.text import Document, Kind, Span

_HEAD = "import requests, time\n"


def _module(text: str, name: str = "app.py", module: str = "app", kind: Kind = "source") -> Module:
    return Module(Document(_HEAD + text, name, module, kind))


@pytest.mark.parametrize(
    "text",
    [
        "def main():\n    while True:\n        work()\n        time.sleep(9)\n",
        "while not stop.is_set():\n    work()\n",
        "while True:\n    try:\n        work()\n    except KeyboardInterrupt:\n        break\n",
        "while True:\n    for job in jobs():\n        if job:\n            break\n    time.sleep(1)\n",
        "def handler(event, context):\n    return work()\n",
        "@app.post('/orders')\ndef order():\n    return work()\n",
        "server.serve_forever()\n",
    ],
)
def test_a_service_goes_on_until_it_is_stopped(text: str) -> None:
    """Its loop is the work, or something calls it for each event."""
    assert is_service(_module(text))
    assert not Places(_module(text, "scripts/feed.py", "feed", "script")).everywhere


@pytest.mark.parametrize(
    "text",
    [
        "while True:\n    try:\n        work()\n        break\n    except OSError:\n        time.sleep(1)\n",
        "def page():\n    while True:\n        found = work()\n        if not found:\n            return\n",
        "while True:\n    work(input())\n",
        "work()\n",
    ],
)
def test_a_loop_that_ends_is_none(text: str) -> None:
    """A retry, a search and a talk with a person end by themselves."""
    assert not is_service(_module(text))
    assert Places(_module(text, "scripts/feed.py", "feed", "script")).everywhere


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("tools/dev/icons.py", "icons"),
        ("contrib/old_orders.py", "old_orders"),
        ("docs/source/conf.py", "conf"),
        ("setup.py", "setup"),
        ("shop/migrations/0007_prices.py", "shop.migrations.0007_prices"),
        ("alembic/versions/3f21_index.py", "3f21_index"),
    ],
)
def test_places_of_the_makers(name: str, module: str) -> None:
    """What is run by hand, or has run already, is for information only."""
    assert Places(_module("work()\n", name, module)).everywhere


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("shop/stock.py", "shop.stock"),
        ("crew/tools/search.py", "crew.tools.search"),
        ("shop/contrib/pay.py", "shop.contrib.pay"),
        ("shop/build.py", "shop.build"),
    ],
)
def test_parts_of_a_program_are_not_theirs(name: str, module: str) -> None:
    """A folder of a package is a part of it, whatever it is called."""
    assert not Places(_module("work()\n", name, module)).everywhere


@pytest.mark.parametrize(
    "text",
    [
        "import pytest\n\nclass TestOrders:\n    def test_there(self):\n        work()\n",
        "class Orders(unittest.TestCase):\n    def test_there(self):\n        work()\n",
        "import pytest\n\ndef test_there():\n    work()\n",
        "import pytest\n\nclass CheckOrders:\n    def test_there(self):\n        work()\n",
    ],
)
def test_tests_are_known_by_what_they_are(text: str) -> None:
    """A runner may collect them from any folder."""
    assert Places(_module(text, "qa/orders_api.py", "orders_api")).everywhere
    assert not Places(_module("def test_connection():\n    work()\n")).everywhere


def test_a_demonstration_below_a_library() -> None:
    """What runs only if a library module is started by itself is for information; what others import is not."""
    text = "def names():\n    work()\n\nif __name__ == '__main__':\n    show()\n"
    places = Places(_module(text))
    at = (_HEAD + text).index
    assert places.reason(Span(at("show"), at("show") + 4))
    assert not places.reason(Span(at("work"), at("work") + 4))


def test_a_program_below_its_functions() -> None:
    """A program that runs its own functions, or goes on without end, is no demonstration."""
    for body in ("names()\n    show()\n", "while True:\n        show()\n"):
        text = f"def names():\n    work()\n\nif __name__ == '__main__':\n    {body}"
        at = (_HEAD + text).index("show")
        assert not Places(_module(text)).reason(Span(at, at + 4))


@pytest.mark.parametrize(
    ("text", "demo"),
    [
        ("def _demo():\n    show()\n\nif __name__ == '__main__':\n    _demo()\n", True),
        ("async def example() -> None:\n    show()\n\nif __name__ == '__main__':\n    run(example())\n", True),
        ("def demo():\n    show()\n\ndef other():\n    demo()\n\nif __name__ == '__main__':\n    demo()\n", False),
        ("def main():\n    show()\n\nif __name__ == '__main__':\n    main()\n", False),
        ("def _demo():\n    while True:\n        show()\n\nif __name__ == '__main__':\n    _demo()\n", False),
        ("def demo():\n    show()\n", False),
    ],
)
def test_a_demonstration_in_a_function(text: str, demo: bool) -> None:
    """A function that is called like one, and called where the module is started, and nowhere else."""
    text = f"class Client:\n    def item(self):\n        work()\n\n{text}"
    places = Places(_module(text))
    at = (_HEAD + text).index
    assert bool(places.reason(Span(at("show"), at("show") + 4))) is demo
    assert not places.reason(Span(at("work"), at("work") + 4))
