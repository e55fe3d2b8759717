"""Severity of an unchecked body where the code reports that it is not as expected."""

from __future__ import annotations

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

START = "import requests\n\ndef version():\n    try:\n        answer = requests.get(URL, timeout=5)\n"


def severity(text: str) -> str:
    """That of the one finding in a text."""
    doc = Document(START + text, "version.py", "version", "source")
    select = ("status-never-checked", "unchecked-body")
    (finding,) = check(doc, Project(lambda _: None), Settings(select=select)).findings
    return finding.severity.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("        return answer.json()['info']\n    except Exception as error:\n        log.warning(error)\n", "info"),
        ("        return answer.json().get('info')\n    except Exception:\n        log.exception(URL)\n", "warning"),
        ("        return answer.json()\n    except Exception:\n        log.exception(URL)\n", "warning"),
        (
            "        return answer.json()['info']\n    except requests.Timeout as error:\n        print(error)\n",
            "warning",
        ),
    ],
)
def test_a_part_that_must_be_there(text: str, expected: str) -> None:
    """A lack of it ends in the log; what may be missing, or is handed on, ends nowhere."""
    assert severity(text) == expected


def test_without_a_name() -> None:
    """The same holds where nothing keeps the response."""
    text = START.replace("answer = requests.get(URL, timeout=5)", "return requests.get(URL, timeout=5).json()['info']")
    doc = Document(f"{text}    except Exception:\n        log.exception(URL)\n", "version.py", "version", "source")
    (finding,) = check(doc, Project(lambda _: None), Settings(select=("unchecked-body",))).findings
    assert finding.severity.value == "info"
