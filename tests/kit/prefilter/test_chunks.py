"""Which chunks are parsed: everything that may call out, and little else."""

from __future__ import annotations

from textwrap import dedent

import pytest

from resilint_rules.kit.prefilter.chunks import relevant
from resilint_rules.kit.prefilter.exports import Exports
from resilint_rules.kit.prefilter.reach import LONG
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import FunctionChunk, Module
from resilint_rules.kit.syntax.text import Document


def names(source: str, **others: str) -> list[str]:
    """The functions of a module that matter, `name*` if only for what they call."""
    files = {f"{name}.py": dedent(text).encode() for name, text in others.items()}
    doc = Document(dedent(source), "module.py", "module")
    project = Project(files.get, exists=lambda name: name in files or f"{name}.py" in files)
    found = relevant(Module(doc), Exports(project))
    return [
        each.qualname + "*" * (each.chunk.start in found.callers)
        for each in found.chunks
        if isinstance(each, FunctionChunk)
    ]


@pytest.mark.parametrize(
    "source",
    [
        "import requests\ndef f():\n    return requests.get(URL)\n",
        "import httpx\ndef f(client: httpx.Client):\n    return client.get(URL)\n",
        "import httpx\ndef f():\n    return make(httpx.Timeout(5))\n",
        "from tenacity import retry\n@retry\ndef f():\n    pass\n",
        "import asyncio\ndef f(loop: asyncio.AbstractEventLoop):\n    loop.create_task(work())\n",
        "import asyncio\ndef f():\n    loop = asyncio.get_running_loop()\n    loop.create_task(work())\n",
        "import requests\nimport contextlib as c\ndef f():\n    s = c.closing(requests.Session())\n    s.get(1)\n",
        "import requests\nimport strange\ndef f():\n    '''Asks.'''\n    return strange.Api(requests.get(URL))\n",
    ],
)
def test_what_may_call_out_matters(source: str) -> None:
    """By a library's function, a client, a limit or a task that is made."""
    assert names(source) == ["f"]


@pytest.mark.parametrize("opening", ["gather(*", "gather(\n        *", "gather(  # all\n\n        *"])
def test_rules_words_may_stand_on_several_lines(opening: str) -> None:
    """Formatters break long calls behind the bracket."""
    source = (
        f"from a import gather, it\ndef f():\n    return {opening}[it(x) for x in y])\ndef g():\n    gather(it, 1)\n"
    )
    assert names(source) == ["f"]


TASK = "import asyncio\nasync def f():\n    "


@pytest.mark.parametrize(
    "source",
    [
        TASK + "asyncio.create_task(g())\n",
        TASK + "asyncio.create_task(g()).add_done_callback(h)\n",
        TASK + "x = asyncio.create_task(g())\n    asyncio.ensure_future(x)\n",
        "from asyncio import create_task as start\nasync def f():\n    if x: start(g())\n",
        "import time\nasync def f():\n    time.sleep(1)\n",
        "import time\ndef f():\n    async def g():\n        time.sleep(1)\n    return g\n",
        "from time import sleep\nimport requests\ndef f():\n    sleep(1)\n    requests.get(URL)\n",
    ],
)
def test_a_task_or_a_sleep_matters(source: str) -> None:
    """Where nobody takes the task, or a loop could stand still."""
    assert names(source) == ["f"]


@pytest.mark.parametrize(
    "source",
    [
        TASK + "x = asyncio.create_task(g())\n",
        TASK + "self.tasks.append(asyncio.create_task(g()))\n",
        TASK + "await asyncio.ensure_future(g())\n",
        TASK + "return [asyncio.create_task(g()), asyncio.create_task(h())]\n",
        "import time\ndef f():\n    time.sleep(1)\n",
        "from time import sleep as pause\ndef f():\n    pause(1)\n",
    ],
)
def test_a_task_or_a_sleep_elsewhere_does_not(source: str) -> None:
    """Somebody takes the task; only a thread sleeps."""
    assert names(source) == []


SESSION = "import requests\nSESSION = requests.Session()\n"
CREATE = "import openai\nCLIENT = openai.OpenAI()\n"


@pytest.mark.parametrize(
    "source",
    [
        SESSION + "def f():\n    return SESSION.get(URL)\n",
        SESSION + "def f():\n    return g(SESSION.get, URL)\n",
        SESSION + "def f(s=None):\n    return (s or SESSION).get(URL)\n",
        SESSION + "def f(s=None):\n    return (SESSION if s else s).get(URL)\n",
        SESSION + "def f(s=None):\n    return SESSION \\\n        .get(URL)\n",
        SESSION + "def f(s=None):\n    s = s or SESSION\n    with s as t:\n        return t.get(URL)\n",
        SESSION + "def f():\n    for each in list([SESSION]):\n        each.get(URL)\n",
        "import requests\ndef make(a):\n    return requests.Session()\n"
        "def f():\n    with make(\n        g(1),\n    ) as s:\n        return s.get(URL)\n",
        "import httpx\ndef make(a):\n    return httpx.AsyncClient()\n"
        "async def f():\n    return await (await make(g(1))).get(URL)\n",
        SESSION + "def f():\n    other = SESSION\n    return other.get(URL)\n",
        SESSION + "def f():\n    SESSION.verify = False\n",
        SESSION + "def f():\n    for each in SESSION:\n        g(each)\n",
        SESSION + "def f(s=None):\n    s = s or SESSION\n    with s as t:\n        return s.get(URL)\n",
        CREATE + "def f():\n    return CLIENT.chat.completions.create()\n",
        CREATE + "def f():\n    return CLIENT.with_options(a=g(')')).chat.completions.create()\n",
        CREATE + "def f():\n    chat = CLIENT.chat\n    return chat.completions.create()\n",
        "import requests\nclass C(requests.Session):\n    def ask(self):\n        return self.get(URL)\n"
        "S = C()\nasync def f():\n    return S.ask()\n",
    ],
)
def test_what_is_done_with_a_client_matters(source: str) -> None:
    """One of the methods that the catalogue knows of it, or of a class of the module that extends it."""
    assert "f" in names(source)


@pytest.mark.parametrize(
    "source",
    [
        SESSION + "def f():\n    return SESSION.mount('x', y)\n",
        SESSION + "def f():\n    return SESSION.cookies\n",
        SESSION + "def f():\n    with SESSION as s:\n        return g(s)\n",
        CREATE + "def f():\n    return CLIENT.is_closed()\n",
        CREATE + "def f():\n    return g(key=CLIENT.api_key)\n",
    ],
)
def test_what_else_is_done_with_it_does_not(source: str) -> None:
    """No call goes out by it."""
    assert names(source) == []


@pytest.mark.parametrize(
    "source",
    [
        "import httpx\ndef f(timeout: httpx.Timeout | None = None):\n    return g(timeout)\n",
        "import httpx\ndef f(timeout):\n    return isinstance(timeout, httpx.Timeout)\n",
        "from google.api_core.retry import Retry\ndef f(retry: Retry | None = None):\n    return g(retry=retry)\n",
        "import requests\ndef f():\n    '''Like requests.get, but not.'''\n    return 1\n",
        "import requests\ndef f():\n    # requests.get would do\n    return 1\n",
        "import asyncio\nasync def f():\n    await asyncio.get_running_loop().run_in_executor(None, g)\n",
    ],
)
def test_what_only_speaks_of_it_does_not(source: str) -> None:
    """A type, a comment, an object that matters by other methods."""
    assert names(source) == []


def test_a_client_handed_to_a_stranger_is_not_followed_through_it() -> None:
    """Nobody knows what comes of it there; a function of the project may give it back."""
    source = """
        import requests
        import strange
        import helper

        class A:
            def __init__(self):
                self.theirs = strange.Api(requests.Session())
                self.ours = helper.keep(requests.Session())

            def one(self):
                return self.theirs.get(1)

            def two(self):
                return self.ours.get(1)
    """
    assert names(source, helper="def keep(it):\n    return it\n") == ["A.__init__", "A.two"]


def test_a_coroutine_matters_for_the_plain_functions_that_it_calls() -> None:
    """Only if those matter themselves, and if one is too long to be followed into, only if it turns out to wait."""
    source = f"""
        import requests

        def ask():
            return requests.get(URL)

        def long():
            '{"x" * LONG}'
            return requests.get(URL)

        async def one():
            return ask()

        async def two():
            return other()

        async def three():
            return long()
    """
    assert names(source) == ["ask", "long", "one", "three*"]


def test_a_loop_that_an_object_keeps() -> None:
    """What starts tasks on it matters, without a word of the library."""
    source = """
        import asyncio

        class Camera:
            def __init__(self):
                self._loop = asyncio.get_running_loop()

            def lost(self):
                self._loop.create_task(self.again())

            def asked(self):
                return self._loop.time()
        """
    assert names(source) == ["Camera.lost"]
