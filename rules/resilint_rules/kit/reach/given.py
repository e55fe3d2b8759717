"""Clients that functions of a module are given by its other functions, in parameters without annotation.

The prefilter names the functions that may be given one. They, and all that mention them, are interpreted in a session
of their own, in which such a parameter stands for itself: so it is seen which calls pass it on, however deep. A
parameter holds a client if every call of the module is seen, and each gives a client of one type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

import libcst as cst

from ..interp.calls import Call, Env, Frame
from ..interp.parts.parameter import Parameter
from ..interp.session import Session
from ..interp.values import Class, Const, Function, Instance, Value, join, options
from ..project.module import FunctionChunk, Module
from ..project.recording import Recording
from ..syntax.outline import Chunk
from ..syntax.tree import Misread, Tree, dotted, walk
from .callers import is_code

_CHANGED = re.compile(r"timeout|mount|adapter|retr|hook|=(?!(?:headers|auth|cookies|params|proxies|verify|cert)$)")
"""Attributes of a client by which a function may change its limits, or how it sends; with "=" what it sets."""
_OFTEN = 40
"""Functions that mention another beyond which its calls are not looked for."""
Source = tuple[FunctionChunk, str]
"""A parameter of a function."""


class GivenClients(Mapping[FunctionChunk, Env]):
    """What the functions of a checked module are given, found when the first of them is interpreted.

    Effect: the session that it is made for uses it.
    """

    def __init__(self, asking: Session, module: Module) -> None:
        asking.given, asking.leaves = self, self.leaves
        self._asking = asking
        self._module = module
        self._session: Session | None = None
        self._found: dict[FunctionChunk, Env] = {}
        self._plain: set[FunctionChunk] = set()
        self._recording = Recording()
        self._may = {
            id(function) for name in asking.scope(module).known.receiving for function in module.functions_named(name)
        }

    def __getitem__(self, function: FunctionChunk) -> Env:
        if not self._looked_at(function):
            raise KeyError(function)
        return self._found[function]

    def __iter__(self) -> Iterator[FunctionChunk]:
        if self._may and self._session is None:
            self._find()
        return iter(self._found)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def leaves(self, function: FunctionChunk) -> bool:
        """Whether a function, and those that it passes them to, leave the clients that it is given as they are."""
        return self._looked_at(function) and function in self._plain

    def _looked_at(self, function: FunctionChunk) -> bool:
        """Whether it is known what a function may be given. Effect: it is found, and its use is recorded."""
        if id(function) not in self._may:
            return False
        if self._session is None:
            self._find()
        self._module.use(self._recording)
        return True

    def dismiss(self) -> None:
        """Lets go of all that was learnt."""
        self._found.clear()
        if self._session is not None:
            self._session.dismiss()

    def _find(self) -> None:
        self._session = Session(self._asking.project, self._asking.timeouts, self._asking.patterns)
        self._session.follows = self._asking.follows
        self._session.scope(self._module).share(self._asking.scope(self._module))
        with self._module.recording(self._recording):
            search = _Search(self._session, self._module)
            self._found.update(search.found())
        self._plain = search.plain
        self._asking.chunks += self._session.chunks
        self._asking.lines += self._session.lines


class _Search:
    """Looks for what the functions of a module are given."""

    def __init__(self, session: Session, module: Module) -> None:
        self.session = session
        self.module = module
        self.scope = session.scope(module)
        self.params: dict[FunctionChunk, dict[str, _Param]] = {}
        """Their parameters without annotation, by name."""
        self.frames: dict[int, list[Frame]] = {}
        """What was interpreted, by the start of its chunk."""
        self.sources: dict[Source, list[Value | None]] = {}
        """What the calls give for a parameter; None for what cannot be seen."""
        self.called: dict[int, set[FunctionChunk]] = {}
        """The functions that the calls in these frames run, by their nodes."""
        self.plain: set[FunctionChunk] = set()
        """Those that leave what they are given as it is."""
        self.known: set[int] = set()
        """The nodes of the calls of what is none of the module's."""
        for name in sorted(self.scope.known.receiving):
            for function in module.functions_named(name):
                if params := self._params(function):
                    self.params[function] = params
        session.given = {
            function: {name: Parameter(f"`{name}` is given by the caller", function, name) for name in params}
            for function, params in self.params.items()
        }

    def _params(self, function: FunctionChunk) -> dict[str, _Param]:
        """The parameters of a function that have no annotation."""
        tree = self.scope.tree(function.chunk)
        node = tree.body[0] if tree is not None and tree.body else None
        if not isinstance(node, cst.FunctionDef):
            return {}
        receiver = function.owner is not None and "staticmethod" not in self.module.header(function.chunk)
        params = [*node.params.posonly_params, *node.params.params][receiver:]
        places = [*enumerate(params), *((-1, param) for param in node.params.kwonly_params)]
        bare = ((place, param) for place, param in places if param.annotation is None)
        return {param.name.value: _Param(place, param.default is not None) for place, param in bare}

    def found(self) -> dict[FunctionChunk, Env]:
        """What each function is given."""
        self._look()
        clients = {
            (function, name): self._clients((function, name))
            for function, params in self.params.items()
            for name in params
        }
        self.plain = plain = self._plain(clients)
        changed = {
            client.made.node: function.name
            for (function, _), given in clients.items()
            for client in (given if function not in plain else ())
            if client.made is not None
        }
        found: dict[FunctionChunk, Env] = {}
        for (function, name), given in clients.items():
            if given:
                found.setdefault(function, {})[name] = join([_in_sight(client, plain, changed) for client in given])
        return found

    def _look(self) -> None:
        """Effect: finds what the calls give, and what cannot be seen of them."""
        mentions = {function: self._mentioning(function) for function in self.params}
        for items in mentions.values():
            for item in items if len(items) <= _OFTEN else ():
                self._interpret(item)
        for frames in self.frames.values():
            for frame in frames:
                self._collect(frame)
        for function, items in mentions.items():
            if len(items) > _OFTEN or not all(self._sees_calls(function, item) for item in items):
                for name in self.params[function]:
                    self.sources.setdefault((function, name), []).append(None)

    def _mentioning(self, function: FunctionChunk) -> list[FunctionChunk | Chunk]:
        """The functions and statements that mention a function, and itself."""
        name = _called_by(function)
        others = self.module.chosen(self.module.functions_mentioning(name))
        statements = [chunk for chunk in self.module.statements_mentioning(name) if is_code(self.module, chunk)]
        return [function, *(other for other in others if other is not function), *statements]

    def _interpret(self, item: FunctionChunk | Chunk) -> None:
        chunk = item.chunk if isinstance(item, FunctionChunk) else item
        if chunk.start in self.frames:
            return
        frame = None
        try:
            frame = self.scope.frame(item) if isinstance(item, FunctionChunk) else self.scope.statement(chunk)
        except (RecursionError, Misread):
            self.session.left_out.add((self.module.doc.name, chunk.start))
        self.frames[chunk.start] = frame.all_frames() if frame is not None else []

    def _collect(self, frame: Frame) -> None:
        """Notes what the calls in a frame run, and what they give it."""
        self.known.update(frame.calls)
        for key, (call, target) in frame.uses.items():
            runs = self.called.setdefault(key, set())
            for function in _run_by(self.module, target):
                runs.add(function)
                for name, param in self.params.get(function, {}).items():
                    self.sources.setdefault((function, name), []).extend(_passed(call, name, param))

    def _sees_calls(self, function: FunctionChunk, item: FunctionChunk | Chunk) -> bool:
        """Whether all that names a function in another one, or a statement, was seen to call it, or something else."""
        tree = self.scope.tree(item.chunk if isinstance(item, FunctionChunk) else item)
        if tree is None:
            return False
        is_method = function.owner is not None and function.name != "__init__"
        for node in tree.derived(_uses, tree.module).get(_called_by(function), ()):
            if isinstance(node, cst.Attribute) is not is_method:
                continue
            call = tree.parent(node)
            if not isinstance(call, cst.Call) or call.func is not node:
                return False
            runs = self.called.get(id(call), set())
            if function not in runs and not (is_method and (runs or self._is_foreign(call))):
                return False
        return True

    def _is_foreign(self, call: cst.Call) -> bool:
        """Whether a call is one of what the module imports, or of a client."""
        return id(call) in self.known or dotted(call.func).partition(".")[0] in self.module.imports

    def _plain(self, clients: dict[Source, list[Instance]]) -> set[FunctionChunk]:
        """The functions that leave the clients they are given as they are, as do those that they pass them to."""
        given = {
            function: [param for name, param in params.items() if clients[function, name]] or [*params.values()]
            for function, params in self.session.given.items()
        }
        plain = set(given)
        while True:
            fresh = {function for function in plain if all(_leaves(param, plain) for param in given[function])}
            if fresh == plain:
                return plain
            plain = fresh

    def _clients(self, source: Source) -> list[Instance]:
        """The clients, all of one type, one of which a parameter holds; none if that is not known."""
        pending, seen = [source], {source}
        clients: list[Instance] = []
        for current in pending:  # grows while it is iterated
            for value in self.sources.get(current, ()):
                if isinstance(value, Parameter) and value.function is not None:
                    origin = value.function, value.name
                    if origin not in seen:
                        seen.add(origin)
                        pending.append(origin)
                elif isinstance(value, Instance):
                    clients.append(value)
                else:
                    return []
        return clients if len({(client.type, id(client.subclass)) for client in clients}) == 1 else []


class _Param(NamedTuple):
    """A parameter: its place, -1 if it is given by name alone."""

    place: int
    optional: bool


def _called_by(function: FunctionChunk) -> str:
    """The name that a call of a function has: its own, or that of the class whose objects it makes."""
    made = function.owner if function.name == "__init__" else None
    return made.name if made is not None else function.name


def _run_by(module: Module, target: Value) -> Iterator[FunctionChunk]:
    """The functions of a module that a call runs: those it names, and what makes the objects of a class."""
    for option in options(target):
        if isinstance(option, Function) and option.module is module:
            yield option.chunk
        elif isinstance(option, Class) and option.module is module:
            yield from option.chunk.methods.get("__init__", ())


def _passed(call: Call, name: str, param: _Param) -> Iterator[Value | None]:
    """What a call gives for a parameter; nothing if it leaves it to its default, None for what cannot be seen."""
    argument = call.args.named.get(name)
    if argument is None and 0 <= param.place < len(call.args.positional):
        argument = call.args.positional[param.place]
    if argument is None:
        if call.args.open_positions or call.args.open_names or not param.optional:
            yield None
        return
    for option in options(argument.value):
        if isinstance(option, (Instance, Parameter)):
            yield option
        elif not (isinstance(option, Const) and option.value is None):
            yield None


def _leaves(param: Value, plain: set[FunctionChunk]) -> bool:
    """Whether a function leaves what it is given for a parameter as it is, if those that are `plain` do."""
    assert isinstance(param, Parameter)
    return plain.issuperset(param.receivers) and not any(_CHANGED.search(member) for member in param.members)


def _in_sight(client: Instance, plain: set[FunctionChunk], changed: dict[cst.Call, str]) -> Instance:
    """A client as a function has it: in sight if it has left its maker only for others that leave it as it is."""
    name = changed.get(client.made.node, "") if client.made is not None else ""
    stays = not name and bool(client.receivers) and plain.issuperset(client.receivers)
    why = f"it is passed to `{name}`" if name else "" if stays else client.escaped
    return replace(client, escaped=why, receivers=[])


def _uses(tree: Tree, top: cst.CSTNode) -> dict[str, list[cst.CSTNode]]:
    """The names and attributes in a tree that are read, by their names; annotations aside."""
    found: dict[str, list[cst.CSTNode]] = {}
    others: set[int] = set()
    for node in walk(top):
        if isinstance(node, cst.Attribute):
            others.add(id(node.attr))
            found.setdefault(node.attr.value, []).append(node)
        elif isinstance(node, (cst.FunctionDef, cst.ClassDef, cst.Param)):
            others.add(id(node.name))
        elif isinstance(node, cst.Arg):
            others.add(id(node.keyword))
        elif isinstance(node, cst.Annotation):
            others.update(map(id, walk(node)))
        elif isinstance(node, cst.Name):
            found.setdefault(node.value, []).append(node)
    return {name: [node for node in nodes if id(node) not in others] for name, nodes in found.items()}
