"""Plays one module under one failure, and judges how it ended."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
import random
import re
import sys
import traceback
import types
from dataclasses import dataclass

from .clock import Clock, EndlessError, running
from .network import Failure, Network, failures, further

MOST_SECONDS = 120.0
MOST_REQUESTS = 6
LONGEST_PAUSE = 61.0
_PLAY = re.compile(r"^# play: (.+)$", re.MULTILINE)
_FALLBACK = re.compile(r"^# fallback: (.+)$", re.MULTILINE)
_NETWORK = ("requests.", "httpx.", "httpx2.", "urllib.error.", "urllib3.", "aiohttp.", "http.client.", "openai.")
_ERRORS = {"TimeoutError", "ConnectionError", "ConnectionRefusedError", "ConnectionResetError", "OSError"}


@dataclass(frozen=True)
class Ending:
    """How a play ended: `reason` is "" if the code survived."""

    reason: str
    seconds: float
    requests: int
    ended: str


def play(text: str, failure: Failure) -> Ending:
    """Runs a module's `# play:` line. Effect: none that outlasts the call."""
    clock = Clock()
    network = Network(clock, failure)
    module = types.ModuleType("played")
    module.__dict__["__file__"] = "played.py"
    ended, kind, value = "", "", None
    called = _PLAY.search(text)
    assert called is not None, "a module has no line `# play: ...`"
    random.seed(7)
    sys.modules["played"] = module
    with running(clock), network.running(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            exec(compile(text, "played.py", "exec"), module.__dict__)
            value = eval(called.group(1), module.__dict__)
            if inspect.iscoroutine(value):
                value = asyncio.run(value)
            ended = f"returned {value!r}"[:200]
        except EndlessError as error:
            ended = kind = str(error)
        except ModuleNotFoundError:  # a library of the play is not installed: that says nothing about its code
            raise
        except BaseException as error:  # noqa: BLE001 - any way of failing is an ending
            name = f"{type(error).__module__}.{type(error).__qualname__}"
            ended, kind = f"raised {name}: {error}"[:200], name
            kind = "" if _is_network(error) or _is_raised(text, error) else f"a bug of its own: {name.removeprefix('builtins.')}"
        else:
            kind = _judge_value(text, module, value, failure)
    sys.modules.pop("played", None)
    return Ending(_judge(clock, network, kind, failure), clock.now, len(network.sent), ended)


def _is_network(error: BaseException) -> bool:
    """Whether an exception tells the caller that the network or the peer failed: by its class, or the module's own."""
    kinds = [f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__]
    if type(error).__module__ == "played":
        return True
    if type(error).__qualname__ in _ERRORS:
        return True
    if kinds[0].startswith("json.") or kinds[0] == "tenacity.RetryError":
        return False
    return any(kind.startswith(_NETWORK) for kind in kinds)


def _is_raised(text: str, error: BaseException) -> bool:
    """Whether the module raises an exception on purpose, by a statement that makes it."""
    trace = traceback.extract_tb(error.__traceback__)
    if not trace or trace[-1].filename != "played.py":
        return False
    raised = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Raise)]
    return any(isinstance(node.exc, ast.Call) and node.lineno == trace[-1].lineno for node in raised)


def _judge_value(text: str, module: types.ModuleType, value: object, failure: Failure) -> str:
    allowed = [eval(found, dict(module.__dict__)) for found in _FALLBACK.findall(text)]
    if any(value == one and type(value) is type(one) for one in allowed):
        return ""
    if value is None:
        return "nothing tells the caller: None"
    return f"taken for data: {value!r}"[:90]


def _judge(clock: Clock, network: Network, kind: str, failure: Failure) -> str:
    times = [at for at, _, _ in network.sent]
    if kind and "limit" in kind or "still running" in kind or "more than" in kind or "ever wake" in kind:
        return kind
    if clock.now > MOST_SECONDS:
        return f"{clock.now:.0f} s"
    if failure.permanent and len(set(network.sent)) and _repeated(network):
        return f"{len(times)} requests for what stays"
    if len(times) > MOST_REQUESTS:
        return f"{len(times)} requests"
    gaps = [later - earlier for (earlier, _, first), (later, _, second) in zip(network.sent, network.sent[1:], strict=False) if first == second]
    if failure.after and any(gap < failure.after - 0.5 for gap in gaps):
        return "earlier than Retry-After"
    if any(gap > LONGEST_PAUSE for gap in gaps) and failure.kind != "hang":
        return "a pause of over a minute"
    return kind


def _repeated(network: Network) -> bool:
    """Whether the same request was sent twice."""
    what = [(method, url) for _, method, url in network.sent]
    return len(what) != len(set(what))
