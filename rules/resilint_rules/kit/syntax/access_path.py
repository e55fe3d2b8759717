"""How a value was derived from another: attribute, item and call steps, as `response.json()["error"]`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attr:
    """An attribute was read."""

    name: str


@dataclass(frozen=True, slots=True)
class Item:
    """A part was taken by its key, a text in lower case; `None` if the key is not known."""

    key: object


@dataclass(frozen=True, slots=True)
class Called:
    """What came before was called; `converted` is what it turned into another type, as in `int(x)`."""

    converted: Path | None = None


Step = Attr | Item | Called


@dataclass(frozen=True, slots=True)
class Path:
    """A qualified name outside of the project, or the type of a response, and the steps that lead on from it."""

    base: str
    steps: tuple[Step, ...] = ()

    def then(self, *steps: Step) -> Path:
        """The path that goes on with more steps."""
        return Path(self.base, (*self.steps, *steps))

    @property
    def attribute(self) -> str:
        """The attribute that the last step reads; "" if it does something else."""
        last = self.steps[-1] if self.steps else None
        return last.name if isinstance(last, Attr) else ""

    @property
    def called(self) -> str:
        """The name of the function or method that the last step calls, without its owner; "" if it calls nothing."""
        if not self.steps or self.steps[-1] != Called():
            return ""
        before = self.steps[-2] if len(self.steps) > 1 else None
        if before is None:
            return self.base.rpartition(".")[2]
        return before.name if isinstance(before, Attr) else ""

    @property
    def qualified(self) -> str:
        """The dotted name that the path spells, with a call of it left out; "" if it spells more than a name."""
        steps = self.steps[:-1] if self.steps and self.steps[-1] == Called() else self.steps
        names = [step.name for step in steps if isinstance(step, Attr)]
        return ".".join((self.base, *names)) if len(names) == len(steps) else ""

    @property
    def picks(self) -> bool:
        """Whether a part was taken out on the way: by a key, or by `get`."""
        for number, step in enumerate(self.steps):
            if isinstance(step, Item) or (isinstance(step, Called) and step.converted and step.converted.picks):
                return True
            if step == Called() and Path(self.base, self.steps[: number + 1]).called == "get":
                return True
        return False

    def mentions(self, word: str) -> bool:
        """Whether one of its names holds a word."""
        names = [self.base]
        for step in self.steps:
            if isinstance(step, Attr):
                names.append(step.name)
            elif isinstance(step, Called) and step.converted is not None and step.converted.mentions(word):
                return True
        return any(word in name for name in names)
