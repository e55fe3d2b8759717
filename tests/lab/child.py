"""Runs one example in a process of its own and says how it ended; started by `run_example`.

Reads a job as JSON from standard input. Writes "ready" when the example's imports are done, then one
line of JSON with the outcome. Standard library only, and nothing of the project.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import faulthandler
import importlib
import inspect
import json
import os
import sys
import time


def import_early(code: str) -> None:
    """Imports what the example imports, so that the clock measures the call and not the import."""
    for node in ast.walk(ast.parse(code)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        for name in names:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)


def run(prelude: str, code: str, call: str) -> object:
    """Executes the module, then the call in it; a coroutine is run to its end."""
    space: dict[str, object] = {"__name__": "example"}
    exec(compile(prelude, "prelude", "exec"), space)
    exec(compile(code, "example.py", "exec"), space)
    value = eval(compile(call, "call", "eval"), space) if call else None
    return asyncio.run(value) if inspect.iscoroutine(value) else value


def main() -> None:
    """Effect: executes what stands in the job; ends by itself a little after the deadline."""
    job = json.load(sys.stdin)
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    faulthandler.dump_traceback_later(job["deadline"] + 30, exit=True)
    sys.path.insert(0, job["folder"])
    import_early(job["prelude"])
    import_early(job["code"])
    print("ready", file=answer, flush=True)
    start = time.monotonic()
    outcome = {"ended": "returned", "error": "", "message": "", "value": ""}
    try:
        outcome["value"] = repr(run(job["prelude"], job["code"], job["call"]))[:300]
    except BaseException as error:  # noqa: BLE001 - any way of failing is an outcome
        kind = type(error)
        outcome |= {"ended": "raised", "error": f"{kind.__module__}.{kind.__qualname__}"}
        outcome["message"] = str(error)[:300]
    print(json.dumps(outcome | {"seconds": time.monotonic() - start}), file=answer, flush=True)
    os._exit(0)  # an example's forgotten thread must not keep the process


main()
