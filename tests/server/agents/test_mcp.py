"""The door for coding agents, tried with the SDK's own client: in this process, and over the pipes of a real one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from architecture.readme import environment
from resilint.agents import commands, server
from resilint.run import own_process

RISKY = "import requests\n\n\ndef fetch(url):\n    return requests.get(url).json()\n"


def now() -> str:
    """The risky file as it is on the disk."""
    return Path("pay.py").read_text()


def talk(conversation: Callable[[Any], Awaitable[None]], target: Any = None) -> None:
    """Lets the SDK's client talk to a server."""
    mcp = pytest.importorskip("mcp", reason="the SDK is optional: pip install 'resilint[mcp]'")

    async def run() -> None:
        async with mcp.Client(target if target is not None else server.make()) as client:
            await conversation(client)

    asyncio.run(run())


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a risky file, in which the server runs."""
    (tmp_path / "pay.py").write_text(RISKY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_tools_say_what_they_do(project: Path) -> None:
    """Four of them, with their parameters; three only read."""

    async def conversation(client: Any) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert sorted(tools) == ["check", "explain", "harden", "rule"]
        assert sorted(tools["check"].input_schema["properties"]) == ["limit", "paths", "preview", "rules"]
        assert tools["harden"].input_schema["required"] == ["places"]
        assert [name for name, tool in sorted(tools.items()) if tool.annotations.read_only_hint] == [
            "check", "explain", "rule",
        ]  # fmt: skip
        for tool in tools.values():
            assert all(f"`{name}`" in tool.description for name in tool.input_schema["properties"])

    talk(conversation)


@pytest.mark.once
def test_an_agent_finds_understands_and_repairs(project: Path) -> None:
    """The worst first, with fixes; the page of the rule; what happens; the patch, and then its result."""

    async def conversation(client: Any) -> None:
        found = (await client.call_tool("check", {"limit": 1})).structured_content
        assert (found["total"], found["by_severity"]) == (2, {"warning": 2})
        (finding,) = found["findings"]
        assert finding["filename"] == "pay.py"
        assert finding["location"] == {"row": 5, "column": 12}
        assert "response.raise_for_status()" in finding["fixes"][0]["edits"][0]["content"]
        page = (await client.call_tool("rule", {"name": finding["name"]})).structured_content
        assert page["code"] == finding["code"]
        assert "```python bad" in page["explanation"]
        known = (await client.call_tool("explain", {"file": "pay.py", "line": 5})).structured_content
        assert known["calls"][0]["limit"]["state"] == "unbounded"
        behind = (await client.call_tool("explain", {"file": "pay.py", "function": "fetch"})).structured_content
        assert behind["reachable"][0]["name"] == "fetch"
        proposed = (await client.call_tool("harden", {"places": ["pay.py:fetch"]})).structured_content
        assert "+++ " in proposed["diff"]
        assert proposed["written"] is False
        assert now() == RISKY
        done = (await client.call_tool("harden", {"places": ["pay.py"], "write": True})).structured_content
        assert done["written"] is True
        assert "timeout=(3.05, 27)" in now()
        again = (await client.call_tool("harden", {"places": ["pay.py"], "write": True})).structured_content
        assert (again["diff"], again["written"]) == ("", False)

    talk(conversation)


def test_all_rules_in_short(project: Path) -> None:
    """So that an agent can choose; no pages."""

    async def conversation(client: Any) -> None:
        rules = (await client.call_tool("rule", {})).structured_content["rules"]
        assert ("TMO001", "no-timeout") in {(rule["code"], rule["name"]) for rule in rules}
        assert "explanation" not in rules[0]

    talk(conversation)


@pytest.mark.parametrize(
    ("tool", "given", "reason"),
    [
        ("check", {"rules": ["no-timeuot"]}, "no-timeout"), ("check", {"limit": "many"}, "limit"),
        ("explain", {"file": "pay.py", "line": 99}, "no line 99"),
        ("explain", {"file": "--help"}, "--help"), ("rule", {"name": "--color=always"}, "--color=always"),
        ("harden", {"places": ["pay.py:gone"]}, "gone"), ("harden", {"places": ["--diff"]}, "--diff"),
        ("harden", {"places": ["."], "patterns": ["luck"]}, "luck"),
    ],
)  # fmt: skip
def test_a_mistake_is_an_answer(project: Path, tool: str, given: dict[str, Any], reason: str) -> None:
    """With the reason for the agent to read; nothing that it names is taken for an option."""

    async def conversation(client: Any) -> None:
        answer = await client.call_tool(tool, given)
        assert answer.is_error
        assert reason in answer.content[0].text
        assert "Traceback" not in answer.content[0].text
        assert now() == RISKY

    talk(conversation)


@pytest.mark.parametrize("name", ["away.py", "--fix"])
def test_a_file_that_is_not_there_is_a_finding(project: Path, name: str) -> None:
    """As in a terminal: what cannot be read is never silence."""

    async def conversation(client: Any) -> None:
        found = (await client.call_tool("check", {"paths": [name, "pay.py"]})).structured_content
        assert [(one["code"], one["filename"]) for one in found["findings"] if one["filename"] != "pay.py"] == [
            ("E902", name)
        ]
        assert found["total"] == 3

    talk(conversation)


def test_over_pipes(project: Path) -> None:
    """As agents start it; what lies in the project is not imported."""
    (project / "resilint.py").write_text("raise SystemExit('the project was run')\n")
    mcp = pytest.importorskip("mcp", reason="the SDK is optional: pip install 'resilint[mcp]'")
    command = ["-P", "-m", "resilint", "mcp"] if sys.version_info >= (3, 11) else ["-m", "resilint", "mcp"]
    if sys.version_info < (3, 11):
        (project / "resilint.py").unlink()

    async def conversation(client: Any) -> None:
        found = (await client.call_tool("check", {"paths": ["pay.py"]})).structured_content
        assert found["total"] == 2

    talk(conversation, mcp.StdioServerParameters(command=sys.executable, args=command, env=environment()))


def test_without_the_sdk_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    """In one line, with the status of a run that failed."""
    monkeypatch.setitem(sys.modules, "mcp", None)
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    assert server.main() == 2
    assert capsys.readouterr().err == "resilint: the command `mcp` needs the package mcp: pip install 'resilint[mcp]'\n"


def test_a_command_that_takes_too_long_is_ended(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its process too; the agent is told what to do."""
    monkeypatch.setattr(own_process, "PATIENCE", 0.0)
    with pytest.raises(commands.Refused, match="longer than 0 seconds; name fewer paths"):
        asyncio.run(commands.check())
