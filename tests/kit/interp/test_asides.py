"""Waits inside the program and settings of the process: recorded, but apart from the calls that other rules see."""

from __future__ import annotations

from resilint_rules.kit.interp.call_kinds import BlockCall, GlobalCall
from resilint_rules.kit.interp.calls import Frame
from resilint_rules.kit.interp.session import Session
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.subscriptions import Subscriptions
from resilint_rules.kit.syntax.text import Document

TEXT = """
import asyncio, socket, subprocess

async def work(folder):
    subprocess.run(["git", "fetch"])
    await asyncio.to_thread(subprocess.run, ["git", "fetch"])
    process = await asyncio.create_subprocess_exec("git", "fetch")
    await process.wait()
    socket.setdefaulttimeout(5)
    line = socket.socket()
    line.connect(("a", 1))
    line.recv(10)
"""


def frame_of(text: str) -> Frame:
    """The frame of the only function of a text."""
    module = Module(Document(text, "work.py", "work", "source"))
    found = Session(Project(lambda _: None)).scope(module).own_frame(next(module.all_functions()))
    assert found is not None
    return found


def test_asides_are_no_calls() -> None:
    """What runs in a thread waits there, so that it is none of them."""
    frame = frame_of(TEXT)
    asides = [call.written for call in frame.asides.values()]
    assert asides == ["subprocess.run", "process.wait", "socket.setdefaulttimeout", "line.connect", "line.recv"]
    assert not {id(call.node) for call in frame.asides.values()} & frame.calls.keys()


def test_rules_get_asides_by_their_kind() -> None:
    """A wait is no setting."""
    found = Subscriptions([frame_of(TEXT)])
    assert [type(call) for call in found.of(("GlobalCall",))] == [GlobalCall]
    assert [type(call) for call in found.of(("BlockCall",))] == [BlockCall] * 4
