"""Names of a module: what they stand for, when they are evaluated, and where evaluation ends."""

from __future__ import annotations

import pytest

from resilint_rules.kit.interp import module_scope
from resilint_rules.kit.interp.module_scope import DEEP, FOREIGN, HUGE, ModuleScope
from resilint_rules.kit.interp.session import Session
from resilint_rules.kit.interp.values import UNKNOWN, Class, Const, Function, Instance, Object, OneOf, Ref
from resilint_rules.kit.prefilter.chunks import relevant
from resilint_rules.kit.prefilter.exports import Exports
from resilint_rules.kit.project.imports import Project, module_name
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.syntax.text import Document


def scope_of(text: str, **others: str) -> ModuleScope:
    """The scope of a module `app.py`, beside other modules."""
    files = {f"{name}.py": source for name, source in others.items()}
    project = Project(
        read=lambda name: files[name].encode() if name in files else None,
        exists=lambda name: name in files or any(known.startswith(f"{name}/") for known in files),
    )
    module = Module(Document(text, "app.py", module_name("app.py"), "source"))
    scope = Session(project).scope(module)
    scope.known = relevant(module, project.derived(Exports)).summary
    return scope


def test_what_names_stand_for() -> None:
    """Imports, functions, classes and assignments; None for what nothing binds."""
    scope = scope_of("import requests\nLIMIT = 5\ndef f():\n    pass\nclass C:\n    pass\n")
    assert scope.value("requests") == Ref("requests")
    assert scope.value("LIMIT") == Const(5, name="LIMIT")
    assert isinstance(scope.value("f"), Function)
    assert isinstance(scope.value("C"), Class)
    assert scope.value("missing") is None


def test_a_name_with_several_meanings() -> None:
    """All of them are possible; of two functions of one name the later one counts."""
    scope = scope_of(
        "try:\n    from a import f\nexcept ImportError:\n    def f():\n        pass\n    def f(x):\n        pass\n"
    )
    found = scope.value("f")
    assert isinstance(found, OneOf)
    reference, function = found.options
    assert reference == Ref("a.f")
    assert isinstance(function, Function)
    assert "f(x)" in scope.module.source(function.chunk.chunk)


def test_names_are_evaluated_when_they_are_needed_and_once() -> None:
    """No statement is parsed before its name is read, and none twice."""
    scope = scope_of("A = 1\nB = 2\nC = 3\n")
    assert scope.session.chunks == 0
    assert scope.value("B") == Const(2, name="B")
    assert scope.session.chunks == 1
    first = scope.value("B")
    assert scope.value("B") is first
    assert scope.session.chunks == 1


def test_functions_are_interpreted_once() -> None:
    """A frame is kept; a function that is being interpreted has none yet."""
    scope = scope_of("import requests\n\ndef make():\n    make()\n    return requests.Session()\n")
    (function,) = scope.module.all_functions()
    frame = scope.frame(function)
    assert frame is not None
    assert scope.frame(function) is frame
    assert isinstance(frame.returned(), Instance)


def test_the_use_of_a_frame_is_recorded() -> None:
    """Whoever uses a frame depends on the queries that it was computed from, also where it was kept."""
    scope = scope_of("import requests\n\nA = 1\n\ndef f():\n    return A\n")
    (function,) = scope.module.all_functions()
    for _ in range(2):
        with scope.module.recording() as recording:
            frame = scope.frame(function)
        assert frame is not None
        assert frame.returned() == Const(1, name="A")
        assert len(recording.used) == 1
    with scope.module.recording() as recording:
        scope.value("requests")
    assert not any(used.used for used in recording.used)


def test_a_chain_of_names_that_is_too_long() -> None:
    """What lies deeper than the limit is unknown, what is not so deep is known."""
    chain = "N0 = 5\n" + "".join(f"N{number} = N{number - 1}\n" for number in range(1, DEEP + 10))
    assert scope_of(chain).value(f"N{DEEP - 1}") == Const(5, name="N0")
    assert scope_of(chain).value(f"N{DEEP + 5}") == UNKNOWN


def test_names_that_need_each_other() -> None:
    """A circle ends in an unknown value, not in a recursion."""
    scope = scope_of("A = B\nB = A\n")
    assert scope.value("A") == UNKNOWN
    assert scope.value("B") == UNKNOWN


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("A = " + "(" * 300 + ")" * 300, id="nested"),
        pytest.param("A = " + "+".join("1" * 1500), id="heavy"),
        pytest.param("A = 1 +", id="invalid"),
        pytest.param("A = [" + "1, " * (HUGE // 3 + 1) + "]", id="huge"),
    ],
)
def test_statements_that_are_not_parsed(statement: str) -> None:
    """They are dangerous, invalid or tables: their names are unknown, the others are known."""
    scope = scope_of(f"{statement}\nB = 2\n")
    assert scope.value("A") == UNKNOWN
    assert scope.value("B") == Const(2, name="B")


def test_what_is_left_out_is_counted() -> None:
    """Only what would be dangerous to parse counts as left out."""
    scope = scope_of("A = " + "(" * 300 + ")" * 300 + "\nB = 1 +\n")
    assert (scope.value("A"), scope.value("B")) == (UNKNOWN, UNKNOWN)
    assert scope.session.left_out == {("app.py", 0)}


def test_a_function_that_cannot_be_parsed() -> None:
    """It has no frame, and is not tried again."""
    scope = scope_of("def f(:\n    pass\n")
    for function in scope.module.all_functions():
        assert scope.frame(function) is None
        assert scope.frame(function) is None


def test_few_parts_of_other_modules_are_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit, names of other modules are unknown."""
    monkeypatch.setattr(module_scope, "FOREIGN", 2)
    names = [f"timeout{number}" for number in range(4)]
    scope = scope_of(f"from other import {', '.join(names)}\n", other="".join(f"{name} = 5\n" for name in names))
    found = [scope.value(name) for name in names]
    assert found == [Const(5, name="timeout0"), Const(5, name="timeout1"), UNKNOWN, UNKNOWN]
    assert FOREIGN > 2


def test_names_that_cannot_matter_are_not_followed() -> None:
    """Another module is read for what may be a client, an event loop or a time limit, not for anything else."""
    scope = scope_of("from other import SIZE, TIMEOUT, main_loop\n", other="SIZE = TIMEOUT = main_loop = 5\n")
    assert scope.value("SIZE") == UNKNOWN
    assert scope.value("TIMEOUT") == Const(5, name="TIMEOUT")
    assert scope.value("main_loop") == Const(5, name="main_loop")
    assert scope.interesting("timeout_s")
    assert not scope.interesting("size")


ATTRIBUTES = """
import requests

class Base:
    def __init__(self):
        self.session = requests.Session()

class Api(Base, requests.Session if LATER else object):
    LIMIT = 5
    limit_timeout = 6
    size = 7
    broken_timeout = 1 +

    class Inner:
        pass

    def method(self):
        return 1

    @staticmethod
    def static(url):
        return url

    @classmethod
    def made(cls):
        return cls
"""


def test_attributes_of_a_class() -> None:
    """Methods, classes and values of a class; those of its bases are found through the session."""
    scope = scope_of(ATTRIBUTES)
    cls = scope.value("Api")
    assert isinstance(cls, Class)
    owner = Object(cls)

    def attribute(name: str) -> object:
        return scope.attribute(cls.chunk, name, owner)

    assert attribute("LIMIT") == Const(5, name="self.LIMIT")
    assert attribute("limit_timeout") == Const(6, soft=True, name="self.limit_timeout")
    assert attribute("size") == UNKNOWN
    assert attribute("broken_timeout") == UNKNOWN
    assert attribute("missing") is None
    assert isinstance(attribute("Inner"), Class)
    method = attribute("method")
    assert isinstance(method, Function)
    assert method.owner is owner
    again = scope.attribute(cls.chunk, "method", cls)
    assert isinstance(again, Function)
    assert again.owner is cls
    assert attribute("session") is None
    assert isinstance(scope.session.attribute(owner, "session"), Instance)
    assert scope.session.attribute(owner, "missing") is None
    assert scope.session.attribute(UNKNOWN, "session") is None


def test_what_a_method_is_called_on() -> None:
    """An object, the class or nothing."""
    scope = scope_of(ATTRIBUTES + "\ndef free(x):\n    pass\n")
    found = {function.qualname: scope.receiver(function) for function in scope.module.all_functions()}
    assert isinstance(found["Base.__init__"], Object)
    assert isinstance(found["Api.method"], Object)
    assert isinstance(found["Api.made"], Class)
    assert found["Api.static"] is None
    assert found["free"] is None


def test_bases_that_cannot_be_seen() -> None:
    """A conditional base is either; a class without bases has none; an invalid header has none."""
    scope = scope_of(ATTRIBUTES)
    classes = scope.module.classes
    assert scope.bases(classes["Base"]) == []
    base, other = scope.bases(classes["Api"])
    assert isinstance(base, Class)
    assert other == OneOf((Ref("requests.Session"), Ref("object")))
    broken = scope_of("class C(a b):\n    pass\n")
    assert broken.bases(broken.module.classes["C"]) == []


def test_a_dict_that_functions_change() -> None:
    """It may have more keys than its statement says."""
    scope = scope_of('A = {"a": 1}\nB = {"a": 1}\n\ndef f():\n    B["b"] = 2\n')
    closed, changed = scope.value("A"), scope.value("B")
    assert (closed.open, changed.open) == (False, True)  # type: ignore[union-attr]


def test_libraries_that_a_module_names() -> None:
    """A flow is followed only if the module can have something to follow."""
    assert scope_of("import hmac\n").mentions_library("digest")
    assert not scope_of("import requests\n").mentions_library("digest")


def test_a_scope_that_was_dismissed() -> None:
    """Frames let go of what they hold, so that trees go at once."""
    scope = scope_of("import requests\n\ndef f():\n    return requests.get('https://a')\n")
    (function,) = scope.module.all_functions()
    frame = scope.frame(function)
    assert frame is not None
    (call,) = frame.calls.values()
    assert call.response is not None
    scope.session.dismiss()
    assert call.response is None
    assert not frame.calls
    assert not scope.session.frames
