"""What a module is for: by what it does, then by where it lies. Findings in some places are for information only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..syntax.text import Span
from .module import Module

_DEMOS = frozenset((
    "example", "examples", "example_dags", "example_apps", "sample", "samples", "tutorial", "tutorials", "doc", "docs",
    "demo", "demos",
))  # fmt: skip
_TOOLS = frozenset(
    (
        "contrib", "tools", "dev", "devtools", "hack", "ci", "benchmark", "benchmarks", "evaluation", "evals",
        "build_tools", "release",
    )
)  # fmt: skip
_OWN_TOOLS = frozenset(("setup", "noxfile", "fabfile", "dodo", "build", "release", "make_release", "bump_version"))
"""Modules at the top of a project that its makers run."""

_SERVES = re.compile(
    r"\.(?:serve_forever|run_forever|loop_forever|start_consuming|run_polling|run_pending|infinity_polling|start_polling|"
    r"worker_main|run_server|consume_forever)\("
    r"|\b(?:uvicorn|hypercorn|waitress|gunicorn)\.(?:run|serve)\(|\bBlockingScheduler\(|\brun_app\(|\bKafkaConsumer\("
    r"|\.listen\(\):|^def \w+\(event(?:: ?[\w.\[\], ]+)?, context\b"
    r"|^[ \t]*@[\w.]+\.(?:get|post|put|patch|delete|route|websocket|task|on_event|scheduled_job)\("
    r"|^[ \t]*@shared_task\b",
    re.MULTILINE,
)
"""What only a program does that goes on until it is stopped, or that is called for each event."""
_LOOP = re.compile(
    r"^([ \t]*)while (?:True|1|not [\w.]+\.is_set\(\)|(?:self\.)?_?running|(?:self\.)?_?alive):", re.MULTILINE
)
_ENDS = re.compile(r"(?:break|return)\b")
_ON_REQUEST = re.compile(
    r"KeyboardInterrupt|SystemExit|\bstop|shut|terminat|signal|is_set|\bquit|\bexit", re.IGNORECASE
)
"""Conditions under which a service ends at the request of its owner."""
_PERSON = re.compile(r"\binput\(")

_MIGRATES = re.compile(
    r"^class Migration\(|^down_revision\b|^(?:steps|__depends__) ?= ?[\[{]|\bmigrations\.(?:RunPython|Migration)\b",
    re.MULTILINE,
)
_NUMBERED = re.compile(r"(?:V?\d{2,}|(?=[a-f]*\d)[0-9a-f]{4,})[_.-]")

_TESTS = re.compile(r"^[ \t]+(?:async )?def test_\w*\(", re.MULTILINE)
_TEST_CLASS = re.compile(r"^class (?:Test\w*\b|\w+\([^)\n]*TestCase\b)", re.MULTILINE)
_TEST_FUNCTION = re.compile(r"^(?:async )?def test_\w*\(", re.MULTILINE)
_TEST_TOOL = re.compile(r"^[ \t]*(?:import|from) (?:pytest|unittest|hypothesis)\b", re.MULTILINE)

_MAIN = re.compile(r"^if (?:__name__ ?== ?['\"]__main__['\"]|['\"]__main__['\"] ?== ?__name__)[^\n]*\n", re.MULTILINE)
_WORD = re.compile(r"\w+")
_DEMO = re.compile(r"_*(?:demo|example|sample|try_?(?:it|out)|self_?test|smoke)(?:_\w+)?\Z|_*\w+_demo\Z")
_INSIDE = re.compile(r"(?:[ \t][^\n]*(?:\n|\Z)|\n|#[^\n]*\n)*")


class Places:
    """Where findings of a module are for information only, with the reason."""

    def __init__(self, module: Module) -> None:
        self.everywhere = _reason(module)
        self._demos = () if self.everywhere else tuple(_demonstrations(module))

    def reason(self, span: Span) -> str:
        """Returns why a finding at a place is for information only; "" if it is not."""
        if self.everywhere or not any(start <= span.start < end for start, end in self._demos):
            return self.everywhere
        return "more serious elsewhere; this runs only if the module is started by itself"


def _reason(module: Module) -> str:
    """Why all findings of a module are for information only; "" if they are not."""
    doc = module.doc
    *folders, own = doc.name.split("/")
    if _is_migration(module, folders, own):
        return "more serious elsewhere; this is a migration, which has run where it matters"
    if _is_test(module):
        return "more serious elsewhere; this is a test"
    if doc.kind != "script" and not _is_tool(doc.module, folders, own):
        return ""
    if _DEMOS.isdisjoint(folders) and is_service(module):
        return ""
    return "more serious elsewhere; this is a script that is run by hand"


def _is_tool(module: str, folders: list[str], own: str) -> bool:
    """Whether a module lies among the tools of a project's makers, and in no package that is installed."""
    stem = own.partition(".")[0]
    inner = module.split(".")[1:-1]  # the top package may be a folder of tools, those in it are parts of a program
    outside = [folder for folder in folders if folder not in inner]
    if not _TOOLS.isdisjoint(outside) or not _DEMOS.isdisjoint(outside):
        return True
    return stem in _OWN_TOOLS and "." not in module and len(folders) <= 1


def _is_migration(module: Module, folders: list[str], own: str) -> bool:
    """Whether a module changes a database once: by what it holds, or by its number in a folder of migrations."""
    words = ("igration", "down_revision", "__depends__")
    if any(word in module.text for word in words) and _MIGRATES.search(module.text):
        return True
    return any(folder in ("migrations", "versions") for folder in folders) and _NUMBERED.match(own) is not None


def _is_test(module: Module) -> bool:
    """Whether a module holds tests that a runner collects, wherever it lies."""
    text = module.text
    if "def test_" not in text:
        return False
    if _TEST_CLASS.search(text) and _TESTS.search(text):
        return True
    if _TEST_TOOL.search(text) is None:
        return False
    return _TEST_FUNCTION.search(text) is not None or (_TESTS.search(text) is not None and "pytest" in text)


def is_service(module: Module) -> bool:
    """Whether a module goes on until it is stopped, or is called for each event: a service, not a script."""
    return _is_endless(module.flat)


def _goes_on(text: str, loop: re.Match[str]) -> bool:
    """Whether nothing in a loop leaves it: it is no search and no retry, but the work itself."""
    headers: list[tuple[int, str]] = [(len(loop.group(1)), "")]
    for line in _lines(text, text.find("\n", loop.end()) + 1):
        code = line.lstrip()
        column = len(line) - len(code)
        if not code:
            continue
        while headers and headers[-1][0] >= column:
            headers.pop()
        if not headers:
            return True  # its body is over
        if _PERSON.search(code):
            return False
        ends = _ENDS.match(code)
        if ends is not None and not _is_inner(code, headers[1:]) and not _ON_REQUEST.search(headers[-1][1]):
            return False
        if code.rstrip().endswith(":"):
            headers.append((column, code))
    return True


def _is_inner(code: str, headers: list[tuple[int, str]]) -> bool:
    """Whether a statement leaves a function or a loop inside of the one at hand."""
    kinds = ("def ", "async def ", "class ") + (("for ", "while ", "async for ") if code.startswith("break") else ())
    return any(header.startswith(kinds) for _, header in headers)


def _lines(text: str, start: int) -> Iterator[str]:
    """Yields the lines of a text from an offset on."""
    while 0 < start < len(text):
        end = text.find("\n", start)
        end = end if end >= 0 else len(text)
        yield text[start:end]
        start = end + 1


def _demonstrations(module: Module) -> Iterator[Span]:
    """Yields the blocks that run only if a module is started by itself, where others import what else it defines."""
    text = module.text
    if "__main__" not in text:
        return
    for found in _MAIN.finditer(text):
        inside = _INSIDE.match(text, found.end())
        end = inside.end() if inside is not None else found.end()
        block = text[found.start() : end]
        defined = [*module.functions, *module.classes]
        words = set(_WORD.findall(block))
        others = [name for name in defined if not name.startswith("_") and name not in words]
        if (others or module.classes) and not _is_endless(block):
            yield Span(found.start(), end)
        yield from _demo_functions(module, words)


def _demo_functions(module: Module, started: set[str]) -> Iterator[Span]:
    """Yields the functions for demonstration that run where the module is started, by some names, and nowhere else."""
    for name in started:
        chunks = module.functions.get(name, ()) if _DEMO.match(name) else ()
        if len(chunks) != 1 or len(re.findall(rf"\b{name}\b", module.text)) != 2:
            continue
        chunk = chunks[0].chunk
        if not _is_endless(module.text[chunk.start : chunk.end]):
            yield Span(chunk.start, chunk.end)


def _is_endless(text: str) -> bool:
    """Whether a text goes on until it is stopped."""
    return _SERVES.search(text) is not None or any(_goes_on(text, loop) for loop in _LOOP.finditer(text))
