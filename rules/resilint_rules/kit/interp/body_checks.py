"""Notes on response bodies: which values were examined for the words that tell success from failure."""

from __future__ import annotations

import re

import libcst as cst

from ..syntax.access_path import Item, Path
from .values import Arguments, Const, Derived, Pending, Ref, Response, Sequence, Value, options

ENVELOPE = frozenset((
    "error", "errors", "err", "ok", "success", "successful", "status", "code", "fault", "faultstring",
    "errcode", "errmsg", "error_code", "error_message", "statuscode", "status_code", "stat", "exception",
    "detail", "iserror", "is_error",
))  # fmt: skip
"""Words by which a body itself says whether it is an answer or an error."""


def look_into(value: Value, key: object) -> None:
    """Records that a key of a body is read that distinguishes success from failure."""
    if str(key).lower() in ENVELOPE:
        mark_checked(value)


def mark_checked(value: Value) -> None:
    """Records that a body, or a part of it, is checked for being an answer and no error."""
    for option in options(value):
        if isinstance(option, Derived) and option.source is not None:
            option.source.envelope = True


def answer_checked(value: Value) -> None:
    """Records that what made a call, or was awaited for it, has looked at the status of the response."""
    for option in options(value):
        found = option.value if isinstance(option, Pending) else option
        if isinstance(found, Response):
            found.envelope = True


def body_of(args: Arguments, function: str = "") -> Response | None:
    """The response whose body, or what was made of it, is the first argument; that of `re` is what to look for.

    None for what is parsed once more out of a part of a body, as a model's text is: that tells nothing of the answer.
    """
    first = next(iter((*args.positional[function.startswith("re.") :], *args.named.values())), None)
    given = [option for option in options(first.value) if isinstance(option, Derived)] if first is not None else []
    if function == "json.loads" and any(option.path.picks for option in given):
        return None
    return next((option.source for option in given if option.source is not None), None)


VERDICT = re.compile(r"\b(?:ok|okay|success\w*|good|accepted|pong|err\w*|fail\w*|denied|(?:in)?valid)\b", re.IGNORECASE)
"""Words that a body of one word uses to say the same."""


def tested(value: Value) -> None:
    """Records that the truth value of a response is tested."""
    for option in options(value):
        if isinstance(option, Response):
            option.truth = True


def whole(value: Value) -> bool:
    """Whether a value is a body as such, perhaps decoded or parsed, and no part of it."""
    return isinstance(value, Derived) and value.source is not None and not value.path.picks


TURNS_PAGES = re.compile(r"next|page|cursor|since|offset|marker|continu|(?<![a-z])(?:more|last)", re.IGNORECASE)
"""Words of keys that request the next page of an answer, and that its last page lacks."""


def words(value: Value) -> list[Value]:
    """What a value may be that was taken out of a body by its word: `body.get("token")`."""
    return [option for option in options(value) if isinstance(option, Derived) and option.path.called == "get"]


_PICKS = re.compile(r"(?:^|_)(?:search|match|fullmatch|find\w*|select_one|extract\w*)$|^get$")
"""Names of functions and methods that take a part out of a body."""


_ORDER = (cst.LessThan, cst.GreaterThan, cst.LessThanEqual, cst.GreaterThanEqual)
"""How a part is compared with a limit."""


def _picked(path: Path) -> bool:
    """Whether the last step takes a part out of a body."""
    last = path.steps[-1] if path.steps else None
    return isinstance(last, Item) or bool(_PICKS.search(path.called))


def demands(node: cst.Comparison, sides: list[Value]) -> bool:
    """Whether a comparison tells if a part of a body is there, or is what an answer has.

    One with a limit, or with a value that is not written out, concerns another matter, unless a part that is missing
    fails it, too: `body["name"] != name` raises KeyError for an error page.
    """
    ordered = len(node.comparisons) == 1 and isinstance(node.comparisons[0].operator, _ORDER)
    if not ordered and (len(node.comparisons) != 1 or any(isinstance(side, (Const, Sequence, Ref)) for side in sides)):
        return True
    if isinstance(node.comparisons[0].operator, (cst.In, cst.NotIn, cst.Is, cst.IsNot)):
        return True
    parts = [option for side in sides for option in options(side) if isinstance(option, Derived) and option.source]
    return not parts or any(not isinstance(part.path.steps[-1:] and part.path.steps[-1], Item) for part in parts)


_FAILURE = re.compile(
    r"err|fail|fault|except|messag|reason|problem|denied|invalid|reject|refus|warn|stat|code|result|ok|success|fatal|issue",
    re.IGNORECASE,
)
"""Words of keys that an error may have, and an answer may not."""


def holds_for_errors(test: cst.BaseExpression) -> bool:
    """Whether a body without the key that a test reads is not refused: `if body.get("archived"): raise`."""
    key: cst.BaseExpression | None = None
    if isinstance(test, cst.Call) and isinstance(test.func, cst.Attribute) and test.func.attr.value == "get":
        key = test.args[0].value if len(test.args) == 1 else None
    elif isinstance(test, cst.Subscript) and isinstance(test.slice[0].slice, cst.Index):
        key = test.slice[0].slice.value
    return isinstance(key, cst.SimpleString) and _FAILURE.search(str(key.evaluated_value)) is None


def demand(tested_values: list[Value]) -> None:
    """Notes that a body is not taken unless it holds what an answer must: a look at one of its parts decides."""
    for candidate in tested_values:
        if isinstance(candidate, Derived) and candidate.source is not None and _picked(candidate.path):
            candidate.source.envelope = True
