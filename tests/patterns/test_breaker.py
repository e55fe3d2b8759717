"""The pattern `breaker`: with a library that the project has, around what lets its failures out."""

from __future__ import annotations

import types
from pathlib import Path
from typing import Any

import pytest

from patterns.hardening import hardened
from resilint.__main__ import main

FUNCTION = """def rates(url):
    answer = requests.get(url, timeout=5)
    answer.raise_for_status()
    return answer.json()
"""
HANDLED = """import pybreaker
import requests

def f(u):
    try:
        r = requests.get(u, timeout=5)
        r.raise_for_status()
        return r.json()
    except requests.RequestException:
        return {}
"""
SHAPES = {
    "an object": (
        f"import pybreaker\nimport requests\n\n{FUNCTION}",
        "_rates_breaker = pybreaker.CircuitBreaker(\n"
        "    fail_max=5, reset_timeout=30, exclude=[lambda error: not _may_pass(error)]\n)\n\n\n"
        "@_rates_breaker\ndef rates(url):\n",
    ),
    "a decorator": (
        f"from circuitbreaker import circuit\nimport requests\n\n# all of them\n{FUNCTION}",
        "# all of them\n@circuit(\n    failure_threshold=5,\n    recovery_timeout=30,\n"
        "    expected_exception=lambda kind, error: _may_pass(error),\n)\ndef rates(url):\n",
    ),
    "a coroutine": (
        "import circuitbreaker\nimport httpx\n\nasync def rates(client: httpx.AsyncClient, url):\n"
        "    answer = await client.get(url)\n    answer.raise_for_status()\n    return answer.json()\n",
        ")\nasync def rates(client",
    ),
    "a method": (
        "import pybreaker\nimport requests\n\nclass Desk:\n"
        + "".join(f"    {line}\n" for line in FUNCTION.splitlines()),
        "class Desk:\n    @_rates_breaker\n    def rates(url):\n",
    ),
}
UNFIT = {
    "no library": f"import requests\n\n{FUNCTION}",
    "a decorator already": f"import pybreaker\nimport requests\n\n@cached\n{FUNCTION}",
    "a coroutine and a library for threads": SHAPES["a coroutine"][0].replace("circuitbreaker", "pybreaker"),
    "a function that handles its failures": HANDLED,
    "statuses that stay silent": (
        "import pybreaker\nimport requests\n\ndef f(u):\n    return requests.get(u, timeout=5).status_code\n"
    ),
    "two calls": (
        f"import pybreaker\nimport requests\n\n{FUNCTION}".replace(
            "    return", "    requests.get(url, timeout=9)\n    return"
        )
    ),
    "a generator": f"import pybreaker\nimport requests\n\n{FUNCTION}".replace("return answer", "yield answer"),
    "a database": "import pybreaker\nimport redis\n\ndef f(r: redis.Redis):\n    return r.get('a')\n",
}


@pytest.mark.parametrize(("text", "wanted"), SHAPES.values(), ids=SHAPES)
def test_a_function_gets_a_breaker(text: str, wanted: str) -> None:
    """Made once, at the top of the module, and only for what tells of the peer's health."""
    assert wanted in hardened(text, ("breaker",))


@pytest.mark.parametrize("text", UNFIT.values(), ids=UNFIT)
def test_none_where_it_would_see_nothing(text: str) -> None:
    """Or where there is no library, or another peer than an HTTP one."""
    assert hardened(text, ("breaker",)) == text


def test_the_project_may_have_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Among its dependencies, though the module does not import it yet; and only where it is wanted."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\ndependencies = ["pybreaker==1.4.1", "requests"]\n')
    (tmp_path / "app.py").write_text(f"import requests\n\n\n{FUNCTION}")
    monkeypatch.chdir(tmp_path)
    assert main(["harden"]) == 0
    assert "breaker" not in (tmp_path / "app.py").read_text()
    assert main(["harden", "--with", "breaker"]) == 0
    done = (tmp_path / "app.py").read_text()
    assert "import pybreaker\n" in done and "@_rates_breaker\ndef rates(url):\n" in done


def test_it_stands_around_the_retries() -> None:
    """One failure of all attempts counts as one."""
    done = hardened(f"import pybreaker\nimport requests\n\n{FUNCTION}", ("retry", "breaker"))
    assert "@_rates_breaker\ndef rates(url):\n    answer = _retry_request(requests.get, url, timeout=5)\n" in done


@pytest.mark.parametrize(
    ("library", "opened"), [("pybreaker", "CircuitBreakerError"), ("circuitbreaker", "CircuitBreakerError")]
)
def test_it_opens_after_five_failures(library: str, opened: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal by status 404 is none."""
    requests: Any = pytest.importorskip("requests")
    error = getattr(pytest.importorskip(library), opened)
    sent: list[str] = []

    def get(url: str, **options: Any) -> Any:
        sent.append(url)
        if url == "gone":
            response = requests.Response()
            response.status_code = 404
            return response
        raise requests.ConnectionError(url)

    monkeypatch.setattr(requests, "get", get)
    module = types.ModuleType("broken")
    exec(
        compile(hardened(f"import {library}\nimport requests\n\n{FUNCTION}", ("breaker",)), "app.py", "exec"),
        module.__dict__,
    )
    for _ in range(9):
        with pytest.raises(requests.HTTPError):
            module.rates("gone")
    for _ in range(5):
        with pytest.raises((requests.ConnectionError, error)):
            module.rates("away")
    with pytest.raises(error):
        module.rates("away")
    assert sent.count("gone") == 9 and sent.count("away") == 5
