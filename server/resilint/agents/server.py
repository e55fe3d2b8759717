"""`resilint mcp`: the tools check, explain, harden and rule for coding agents, on standard input and output.

The SDK is an optional dependency, and imported here alone.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from ..version import __version__
from . import commands

Tool = Callable[..., Awaitable[dict[str, Any]]]

_WHAT_FOR = """\
resilint finds Python integration code that will fail in production: calls of HTTP APIs, databases, brokers and
language models without a time limit, retries that multiply, failures that are swallowed. Use `check` on the files
that you have changed; for a finding that is not clear, `rule` says why it matters and `explain` what really happens
at the call. A finding's `fixes` are text edits: apply one with applicability `safe` as it is; `unsafe` ones, such as a
new time limit, change what happens on a failure, so look at the values; `displayonly` ones are to be finished by hand.
`harden` writes whole patterns. Rows and columns count from one. Where resilint is silent, it does not know."""
_MISSING = "resilint: the command `mcp` needs the package mcp: pip install 'resilint[mcp]'"


def main() -> int:
    """Serves one agent until its input ends, and returns the exit status."""
    try:
        server = make()
    except ImportError:
        print(_MISSING, file=sys.stderr)
        return 2
    server.run("stdio")
    return 0


def make() -> Any:
    """Returns the server, not yet connected. Raises ImportError without the SDK."""
    from mcp.server import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp_types import ToolAnnotations

    def refusing(tool: Tool) -> Tool:
        """The tool, whose refusals are those of the protocol: any other error counts as a crash, without its text."""

        @functools.wraps(tool)
        async def run(**given: Any) -> dict[str, Any]:
            try:
                return await tool(**given)
            except commands.Refused as error:
                raise ToolError(str(error)) from None

        return run

    server = MCPServer("resilint", instructions=_WHAT_FOR, version=__version__, log_level="WARNING")
    reads = ToolAnnotations.model_validate({"readOnlyHint": True, "openWorldHint": False})
    hints = {"readOnlyHint": False, "destructiveHint": False, "idempotentHint": True, "openWorldHint": False}
    writes = ToolAnnotations.model_validate(hints)
    server.add_tool(refusing(commands.check), description=_CHECK, annotations=reads)
    server.add_tool(refusing(commands.explain), description=_EXPLAIN, annotations=reads)
    server.add_tool(refusing(commands.rule), description=_RULE, annotations=reads)
    server.add_tool(refusing(commands.harden), description=_HARDEN, annotations=writes)
    return server


_CHECK = """\
Finds risky integration code. Returns counts and the worst findings, each with its place, message, help and fixes. Use
it on what you have changed, and again after the changes. `paths`: files and folders, the current folder if there are
none. `rules`: only these, by code, name or first letters of codes. `preview`: also rules that are still on trial.
`limit`: findings that are returned at most."""
_EXPLAIN = """\
Says what really happens at the external calls on a line, behind a function, or in a file: the time limit in force and
who sets it, retries, how many requests are sent while a peer is away, how long a hang takes, who sees the failure.
`file`: a Python file or a notebook. `line`: from 1. `function`: its name, if no line is given."""
_RULE = """\
Returns the page of a rule: the failure that it prevents, bad and good code, and what the fix does. `name`: a code or
name, such as no-timeout; without it all rules in short."""
_HARDEN = """\
Returns a patch that puts resilient patterns around external calls: a time limit, a check of the status, another attempt
where that is safe. A second run changes nothing. `places`: files and folders, or FILE:LINE, or FILE:FUNCTION.
`patterns`: only these, such as limit, status, retry. `write`: apply the patch; otherwise it is only returned."""
