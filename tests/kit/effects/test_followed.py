"""Calls of functions of the project, in this module and in others."""

from __future__ import annotations

from textwrap import dedent

from resilint_rules.kit.effects.followed import followed_calls
from resilint_rules.kit.interp.session import Session
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.syntax.text import Document

FILES = {
    "work.py": "async def ask(): ...\nclass Service:\n    def pay(self): ...\nservice = Service()\n"
    "def steps():\n    yield 1\n@unknown\ndef wrapped(): ...\n"
}


def followed(text: str) -> list[str]:
    """The functions, by qualified name, that the last one of a text calls."""
    module = Module(Document(dedent(text), "app.py", "app", "source"))
    project = Project(lambda name: FILES[name].encode() if name in FILES else None)
    frame = Session(project).scope(module).frame(list(module.all_functions())[-1])
    assert frame is not None
    return [inner.qualname for _, inner in followed_calls(frame)]


def test_functions_of_this_module() -> None:
    """Plain functions, coroutines and methods of the same object."""
    text = """
    def plain(): ...
    async def late(): ...
    class Hook:
        def own(self): ...
        async def f(self):
            plain()
            await late()
            self.own()
            print(1)
    """
    assert sorted(followed(text)) == ["Hook.own", "late", "plain"]


def test_functions_of_other_modules() -> None:
    """By their own name, by the module's, and as methods of an object."""
    text = """
    import work
    from work import ask as question, service
    async def f():
        await question()
        work.ask()
        service.pay()
    """
    assert sorted(followed(text)) == ["Service.pay", "ask", "ask"]


def test_what_a_call_does_not_run() -> None:
    """A generator runs later, an unknown decorator may do anything, and a local name is not the imported one."""
    text = """
    from work import ask, steps, wrapped
    def f(ask):
        ask()
        steps()
        wrapped()
    """
    assert followed(text) == []
