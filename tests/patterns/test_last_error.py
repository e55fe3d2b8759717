"""Failures that become a None which nothing mentions."""

from __future__ import annotations

import pytest

from patterns.hardening import hardened

HEAD = "import logging\n\nimport requests\n\nlog = logging.getLogger(__name__)\n\n\n"
BODY = "    try:\n        return requests.get(u, timeout=5).text\n    except requests.RequestException:\n"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"{HEAD}def f(u):\n{BODY}        pass\n", '        log.exception("f failed")\n        raise\n'),
        (f"{HEAD}def f(u):\n{BODY}        log.warning('no')\n", "        log.warning('no')\n        raise\n"),
        (f"{HEAD}def f(u):\n{BODY}        print('no')  # later\n", "        print('no')  # later\n        raise\n"),
        (
            f"{HEAD}def g(u):\n    return requests.get(u, timeout=5).text\n\n\n"
            "def f(u):\n    try:\n        return g(u)\n    except Exception:\n        pass\n",
            '        log.exception("f failed")\n        raise\n',
        ),
    ],
)
def test_a_failure_is_let_out(text: str, wanted: str) -> None:
    """It is logged where nothing is said of it."""
    assert hardened(text, ("last-error",)).endswith(wanted)


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}def f(u):\n{BODY}        return None\n",
        f"{HEAD}def f(u) -> str | None:\n{BODY}        pass\n",
        f'{HEAD}def f(u):\n    """The text, or None."""\n{BODY}        pass\n',
        f"{HEAD}def f(u):\n{BODY}        pass\n    return ''\n",
        f"{HEAD}def f(u):\n    try:\n        requests.get(u, timeout=5)\n    except OSError:\n        pass\n",
        f"{HEAD}def f(u):\n    try:\n        return int(u)\n    except ValueError:\n        pass\n",
    ],
)
def test_an_answer_of_its_own_stays(text: str) -> None:
    """None that is written, said or annotated, another value, and what is done for its effect alone."""
    assert hardened(text, ("last-error",)) == text
