"""The queries of a computation about a module's text, with answers: it holds as long as they are the same."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

Query = tuple[Hashable, ...]
"""The kind of a query and its arguments."""
Answer = Hashable


class Recording:
    """The queries of one computation with their answers, and the computations whose results it used."""

    __slots__ = ("answers", "used")

    def __init__(self) -> None:
        self.answers: dict[Query, Answer] = {}
        self.used: dict[Recording, None] = {}

    def all_answers(self) -> dict[Query, Answer]:
        """The queries of this computation and of all that it used, directly or not."""
        found: dict[Query, Answer] = {}
        seen = {id(self)}
        stack = [self]
        while stack:
            recording = stack.pop()
            found.update(recording.answers)
            for other in recording.used:
                if id(other) not in seen:
                    seen.add(id(other))
                    stack.append(other)
        return found


@dataclass(slots=True)
class BodyFacts:
    """What was found in functions, by their text: it serves the next text of the module, too."""

    flat: dict[str, str] = field(default_factory=dict)
    """The flat text of a function."""
    assigned: dict[str, frozenset[str]] = field(default_factory=dict)
    """Attributes that a function may set on its object, by the flat text of its body."""
