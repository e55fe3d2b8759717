r"""A file that is read or written on the event loop.

All coroutines of a loop share one thread. While a file is read there, no other request is served: for a moment on a
fast disk, for seconds on a network drive, a full disk or a large file.

```python bad
import json
from pathlib import Path

HOME = Path("/var/lib/feeds")

async def keep(name, answer):
    (HOME / name).write_bytes(await answer.read())  # finds: file-io-in-async

async def kept(name):
    with open(HOME / name, encoding="utf-8") as text:  # finds: file-io-in-async
        return json.load(text)
```

```python bad
import asyncio

async def page(path):
    return path.read_text("utf-8")  # finds: file-io-in-async
```

```python fixed
import asyncio

async def page(path):
    return await asyncio.to_thread(path.read_text, "utf-8")
```

```python bad
import asyncio
import shutil

async def keep(source, target):
    shutil.copyfile(source, target)  # finds: file-io-in-async

async def note(path, text):
    with path.open("a", encoding="utf-8") as out:  # finds: file-io-in-async
        out.write(text)
```

```python good
import asyncio
import shutil
import zipfile

async def keep(source, target):
    await asyncio.to_thread(shutil.copyfile, source, target)

async def member(archive: zipfile.ZipFile):
    with archive.open("a.txt") as inner:
        return inner.read(10)

async def remote(volume, text):
    async with volume.open("w") as out:
        await out.write(text)
```

In a thread it holds up no other coroutine, and what is awaited is the business of its library. A file of the kernel
is no disk.

```python good
import asyncio
import aiofiles

async def names(home):
    return await asyncio.to_thread(lambda: [open(each).read() for each in home.iterdir()])

async def copy(source, target):
    async with aiofiles.open(source) as text:
        await target.write_text(await text.read())

async def load():
    with open("/proc/self/status") as text:
        return text.read()

def plain(path):
    return open(path).read()
```

Before the loop serves a request, and where nothing else is on it, a wait for the disk does no harm.

```python good
import asyncio

async def main():
    with open("settings.json") as text:
        print(text.read())

async def lifespan(app):
    app.template = open("page.html").read()
    yield app

asyncio.run(main())
```

The severity is info: most files are small and cached. The fix is not applied unasked, as other coroutines now run
meanwhile. For a block of several lines, put them into a function and give that to `asyncio.to_thread`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit import Finding, Frame, Ref, awaited_calls, calls_in, children, dotted, elsewhere_driven, last_name
from ..kit.rule import rule
from ._alone import is_alone
from ._blocking import offloaded

_METHODS = frozenset(("read_text", "write_text", "read_bytes", "write_bytes"))
_STARTS = re.compile(
    r"_*(?:main|a?main_async|async_main|start\w*|on_start\w*|lifespan|startup|setup\w*|set_up\w*|a?init\w*|__aenter__|boot\w*|"
    r"configure\w*|load_config\w*|on_(?:load|ready|init)|shut_?down\w*|stop|close|run_(?:server|app|migrations\w*))"
)
"""How coroutines are called that run before the loop serves a request, or afterwards."""
_THREADS = frozenset(("to_thread", "run_in_executor", "run_sync"))
"""What reads the open file in a thread."""
_WHOLE = frozenset(
    f"shutil.{name}" for name in ("copy", "copy2", "copyfile", "copyfileobj", "copytree", "move", "rmtree")
)
"""Functions that take as long as files are large, or many."""
_MODE = re.compile(r"[rbfu]?[\"'](?:[rwax][bt]?\+?|[rwax]\+?[bt]?)[\"']")
"""How a file is opened, as the first argument: that of a path's method."""
_KERNEL = re.compile(r"[rbfRBF]*[\"']/(?:proc|sys|dev)/")


@rule(
    code="ASY008",
    name="file-io-in-async",
    severity="info",
    coroutine_words=("open(", "shutil.", ".read_text(", ".write_text(", ".read_bytes(", ".write_bytes("),
    equivalents=("ASYNC230", "ASYNC240", "S7493"),
)
def check(frame: Frame) -> Iterator[Finding]:
    """Reports files that a coroutine opens, reads or writes itself."""
    if not frame.is_async or _STARTS.fullmatch(frame.qualname.rpartition(".")[2]) or not _mentions(frame):
        return
    found = [(call, statement) for call, statement in _calls(frame) if _touches_file(frame, call, statement)]
    awaited = awaited_calls(frame) if found else ()
    if not found or is_alone(frame):
        return
    for call, statement in found:
        if id(call) not in awaited:
            written = frame.tree.code(call.func)
            fixes = offloaded(frame, call, statement, last_name(call) in _METHODS)
            yield frame.finding(
                f"`{written}` blocks the whole event loop for as long as the disk takes",
                frame.tree.span(call.func), tuple(fixes), statement=statement,
            )  # fmt: skip


def _mentions(frame: Frame) -> bool:
    return any(word in frame.tree.text for word in ("open", "shutil", *_METHODS))


def _calls(frame: Frame) -> Iterator[tuple[cst.Call, cst.CSTNode]]:
    """Yields the calls of a coroutine itself with their statements: what functions in it do is done later."""
    stack: list[tuple[cst.CSTNode, cst.CSTNode]] = [(frame.node.body, frame.node)] if frame.node is not None else []
    while stack:
        node, statement = stack.pop()
        if isinstance(node, (cst.BaseSmallStatement, cst.With)):
            statement = node
        if isinstance(node, cst.Call):
            yield node, statement
        inner = [] if isinstance(node, (cst.FunctionDef, cst.Lambda, cst.ClassDef)) else children(node)
        stack.extend((child, statement) for child in reversed([*inner]))


def _touches_file(frame: Frame, call: cst.Call, statement: cst.CSTNode) -> bool:
    """Whether a call opens a file by the builtin to use it here, or reads or writes a whole one."""
    if isinstance(call.func, cst.Attribute):
        touches = call.func.attr.value in _METHODS or _opens_path(frame, call, statement) or _copies(frame, call)
        return touches and not elsewhere_driven(frame.scope.module, frame.scope.catalog)
    if not isinstance(call.func, cst.Name) or call.func.value != "open" or not call.args:
        return False
    if isinstance(statement, cst.With) and any(last_name(inner) in _THREADS for inner in calls_in(statement.body)):
        return False
    known = frame.lookup("open")
    return (known is None or known == Ref("open")) and not _KERNEL.match(frame.tree.code(call.args[0].value))


def _opens_path(frame: Frame, call: cst.Call, statement: cst.CSTNode) -> bool:
    """Whether a plain `with` opens a path by its method, with the mode in so many words."""
    if last_name(call) != "open" or not call.args or not _MODE.fullmatch(frame.tree.code(call.args[0].value)):
        return False
    if not isinstance(statement, cst.With) or statement.asynchronous is not None:
        return False
    entered = any(item.item is call for item in statement.items)
    return entered and not any(last_name(inner) in _THREADS for inner in calls_in(statement.body))


def _copies(frame: Frame, call: cst.Call) -> bool:
    """Whether a call of the standard library takes as long as files are large."""
    targets = frame.scope.module.imports.get("shutil", ())
    return dotted(call.func) in _WHOLE and any(target.module == "shutil" and not target.name for target in targets)
