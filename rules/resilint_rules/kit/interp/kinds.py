"""Closed sets of the interpreter: what a call stands in, what happens to an object, what a frame is of."""

from __future__ import annotations

import enum


class Around(enum.Enum):
    """What a call can stand in. SCOPE is the call of a function that bounds what it is given, as `wait_for`."""

    IF = "if"
    LOOP = "loop"
    TRY = "try"
    WITH = "with"
    SCOPE = "scope"


class Part(enum.Enum):
    """A block of an `if` or a `try`."""

    BODY = "body"
    ELSE = "else"
    HANDLER = "handler"
    FINALLY = "finally"


class EventKind(enum.Enum):
    """What can happen to an object that the catalogue knows."""

    SET = "an attribute was set"
    CALL = "a method was called"
    TOUCH = "something was read of an attribute"


class FrameKind(enum.Enum):
    """What a frame is of."""

    FUNCTION = "function"
    LAMBDA = "lambda"
    STATEMENT = "statement"
