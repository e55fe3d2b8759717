"""What waits for a command that another machine runs, and whether a limit of the call that began it reaches that."""

from __future__ import annotations

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint.fixes.apply import apply
from resilint_rules.kit.findings import Finding
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

START = (
    "import paramiko\n\n\ndef run(host, command):\n    ssh = paramiko.SSHClient()\n    ssh.connect(host, timeout=9)\n"
)
LIMITED = "    _, out, _ = ssh.exec_command(command, timeout=27)\n"
BEGUN = LIMITED.replace(", timeout=27", "")
WATCHED = """    if not out.channel.status_event.wait(27):
        raise TimeoutError("ssh.exec_command has not ended in time")
"""


def found(text: str) -> tuple[Document, Finding]:
    """A text as a document, and the one finding in it."""
    doc = Document(START + text, "run.py", "run", "source")
    (finding,) = check(doc, Project(lambda _: None), Settings(select=("no-timeout",))).findings
    return doc, finding


@pytest.mark.parametrize(
    "wait",
    [
        "    return out.channel.recv_exit_status()\n",
        "    if out.channel.recv_exit_status() != 0:\n        raise OSError(command)\n    return out.read()\n",
    ],
)
def test_a_wait_that_the_limit_does_not_reach(wait: str) -> None:
    """The limit alone would change nothing: the wait gets one of its own, for a person to look at."""
    doc, finding = found(BEGUN + wait)
    assert finding.message.endswith("by default, and `recv_exit_status()` takes no timeout")
    (fix,) = finding.fixes
    assert fix.applicability == "displayonly"
    assert apply(doc.text, [fix]).text == START + LIMITED + WATCHED + wait


@pytest.mark.parametrize(
    "wait",
    [
        "    said = out.read()\n    return said, out.channel.recv_exit_status()\n",
        "    for line in out:\n        print(line)\n    return out.channel.recv_exit_status()\n",
        "    return out.readlines()\n",
    ],
)
def test_a_limit_that_is_enough(wait: str) -> None:
    """Who reads all the other machine says has its exit status, too."""
    doc, finding = found(BEGUN + wait)
    assert "recv_exit_status" not in finding.message
    assert [(fix.title, fix.applicability) for fix in finding.fixes] == [("Add timeout=27", "displayonly")]
    assert apply(doc.text, finding.fixes[:1]).text == START + LIMITED + wait


@pytest.mark.parametrize(
    "text",
    [
        "    return ssh.exec_command(command)[1].channel.recv_exit_status()\n",
        BEGUN + "    while out.channel.recv_exit_status():\n        pass\n",
        BEGUN + "    if command:\n        pass\n    elif out.channel.recv_exit_status():\n        pass\n",
    ],
)
def test_no_place_for_another_wait(text: str) -> None:
    """Nothing is offered that would not help."""
    assert found(text)[1].fixes == ()
