"""Where it matters in a text what is behind the functions that are called there: looked for once in each module."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...syntax.words import phrases, stands

if TYPE_CHECKING:
    from ...project.module import Module
    from ...syntax.outline import Chunk

_ASKING = ("async ", "atomic", "@retry", ".retry(", "on_exception(", "Retrying(", "autoretry_for", "for attempt in ")
"""What a text holds that defines a coroutine, opens a transaction or retries: what is called there matters."""
_LISTENING = (
    "X-Hub-Sig", "X_HUB_SIG", "x_hub_sig", "x-hub-sig",
    "X-GitHub-Ev", "X-Github-Ev", "X_GITHUB_EV", "x_github_ev", "x-github-ev",
    "X-Gitlab-", "X_GITLAB_", "x_gitlab_", "x-gitlab-", "X-Shopify-", "X_SHOPIFY_", "x_shopify_", "x-shopify-",
    "X-Slack-", "X_SLACK_", "x_slack_", "x-slack-", "Stripe-Sig", "STRIPE_SIG", "stripe_sig", "stripe-sig",
    "Linear-Sig", "linear_sig", "construct_event(", "ack(", "ack)", "ack,", "app.event(",
)  # fmt: skip
"""What a function holds that answers a webhook: its sender waits for all that is called there, awaited or not."""

# Each begins with a word, for which a text is searched at once; what has to stand before it is looked at then.
_SILENT = re.compile(
    r"except\b(?:[^:#]|#[^\n]*\n){0,400}:(?:[ \t]*(?:#[^\n]*)?\n)*[ \t]*"
    r"(?:pass|continue|return|\.\.\.|\w+[ \t]*=[ \t]*(?:\[\s*\]|\{\s*\}|\(\s*\)|[\"']{2}[ \t;]*(?:#|$)))",
    re.MULTILINE,
)
"""A handler that begins with an end of its own: nothing is logged, and nothing is raised."""
_TRY = re.compile(r"try[ \t]*:")
_LOOP = re.compile(r"[ \t]+(?:async[ \t]+)?(?:while|for)\b")
_NEAR = 4
"""Lines of code above a `try` of which one begins the loop that it stands in, or nearly."""
_ENTRY = re.compile(
    r"@[ \t]*(?:\w+[ \t]*\.[ \t]*)*(?:task|shared_task|actor|job|get|post|put|patch|delete|route|api_view)\b"
)
_MESSAGES = re.compile(r"for[ \t]+\w*(?:message|msg|record)\w*[ \t]+in\b")
_HOLDS = re.compile(r"with[ \t]+(?:\w+[ \t]*\.[ \t]*)*\w+[ \t]*:")
"""A block that enters an object with a name, as it is written for locks: others wait for its end."""
_TAKEN = ("basic_ack(", ".ack(", "delete_message(")
"""What is done with a message; its queue waits for it."""
_INDENT = re.compile(r"[ \t]+(?:async[ \t]+)?")
_BLANKS = re.compile(r"[ \t]*")


class Asking:
    """The places of one text. Get it with `module.derived(Asking)`."""

    __slots__ = ("_asking", "_ends", "_listening", "_loops", "_starts", "_text")

    def __init__(self, module: Module) -> None:
        self._text = text = module.text.replace("\r\n", " \n")
        self._asking = [word for word in _ASKING if stands(word, text)]
        self._listening = [word for word in _LISTENING if stands(word, text)]
        self._loops = sorted(_loops(text)) if "except" in text else []
        entered = sorted(_entered(text))
        self._starts, self._ends = [start for start, _ in entered], [end for _, end in entered]

    def far(self) -> bool:
        """Whether it matters what is behind all functions that are called in some place of the text."""
        return bool(self._asking or self._listening)

    def near(self) -> bool:
        """The same for functions of the same module: failures are hidden or repeated, or others wait for a function."""
        return bool(self._starts or self._loops)

    def in_function(self, chunk: Chunk) -> bool:
        """Whether it matters in a function what is behind all functions that it calls, not only what blocks there."""
        words = self._listening if chunk.is_async else (*self._asking, *self._listening)
        return self.near_in(chunk) or any(stands(word, self._text, chunk.start, chunk.end) for word in words)

    def near_in(self, chunk: Chunk) -> bool:
        """Whether one of the places that `near` is about lies in a function."""
        start, end = chunk.start, chunk.end
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        if any(self._ends[number] <= end for number in range(first, last)):
            return True
        loops = self._loops[bisect_left(self._loops, (start, 0)) : bisect_left(self._loops, (end, 0))]
        return any(stop <= end for _, stop in loops) and self._text.find("except", start, end) >= 0


def _entered(text: str) -> Iterator[tuple[int, int]]:
    """Yields where failures are hidden, or begins what others wait for: a task, a request, a message, a lock."""
    for found in _SILENT.finditer(text):
        before = text[found.start() - 1 : found.start()]
        if not (before.isalnum() or before == "_"):
            yield found.span()
    for pattern, indent in ((_ENTRY, _BLANKS), (_MESSAGES, _INDENT), (_HOLDS, _INDENT)):
        for found in pattern.finditer(text):
            line = text.rfind("\n", 0, found.start()) + 1
            if indent.fullmatch(text, line, found.start()):
                yield line, found.end()
    for word in _TAKEN:
        for at in phrases(word, text):
            before = text[at - 1 : at]
            if not (before.isalnum() or before == "_"):
                yield at, at + len(word)


def _loops(text: str) -> Iterator[tuple[int, int]]:
    """Yields the nearest loop above each `try` that it may begin with."""
    for found in _TRY.finditer(text):
        line = text.rfind("\n", 0, found.start()) + 1
        if line == found.start() or not _BLANKS.fullmatch(text, line, found.start()):
            continue
        left = _NEAR
        while line and left:
            end, line = line - 1, text.rfind("\n", 0, line - 1) + 1
            if _LOOP.match(text, line, end):
                yield line, found.end()
                break
            code = text[line:end].lstrip()
            left -= bool(code) and not code.startswith("#")
