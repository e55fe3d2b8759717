"""What is read of a value: keys, positions, tests, and all the ways out of sight."""

from __future__ import annotations

import libcst as cst
import pytest

from resilint_rules.kit.responses.answer_reads import Reads, reads_at
from resilint_rules.kit.syntax.idioms import last_name
from resilint_rules.kit.syntax.tree import parse, walk


def reads(*lines: str) -> Reads:
    """What the lines of a function read of what `send()` gives back."""
    text = "async def job(self, key):\n" + "".join(f"    {line}\n" for line in lines)
    tree = parse(text, 0, indented=False)
    assert tree is not None
    (node,) = (node for node in walk(tree.module) if isinstance(node, cst.Call) and last_name(node) == "send")
    return reads_at(tree, node)


@pytest.mark.parametrize(
    "lines",
    [
        ["send()"],
        ["await send()"],
        ["answer = send()", "print('done')"],
        ["answer: dict = await send()"],
        ["for _ in send():", "    pass"],
        ["deque(send(), maxlen=0)"],
        ["answer = send() if key else None"],
        ["_, _ = send()"],
    ],
)
def test_a_value_that_nothing_reads(lines: list[str]) -> None:
    """It is a statement of its own, or a name that does not occur again."""
    assert reads(*lines).discarded


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (['return send()["Failed"]'], {"Failed"}),
        (["answer = send()", 'log(answer.get("Failed", []))'], {"Failed"}),
        (["answer = send()", 'if "Failed" in answer:', "    stop()"], {"Failed"}),
        (["answer = send()", "return answer.failed, answer.failures()"], {"failed", "failures"}),
        (["if (answer := send()).failed:", '    return answer["why"]'], {"failed", "why"}),
        (["answer = (await send()) or {}", 'return answer["why"]'], {"why"}),
        (["answer = send()", "def inner():", '    return answer["late"]'], {"late"}),
        (["answer = send()", 'index[answer["at"]] = key'], {"at"}),
    ],
)
def test_keys_and_attributes(lines: list[str], words: set[str]) -> None:
    """Of the value itself, and of all names that it has."""
    found = reads(*lines)
    assert found.words == words
    assert not found.escaped


@pytest.mark.parametrize(
    ("lines", "positions"),
    [
        (["done, refused = send()", "return refused"], {1}),
        (["done, refused = send()"], set()),
        (["return send()[0]"], {0}),
        (["for ok, item in send():", "    print(ok)"], {0}),
    ],
)
def test_positions(lines: list[str], positions: set[int]) -> None:
    """A member that is bound to a name counts if the name is read."""
    found = reads(*lines)
    assert found.positions == positions
    assert not found.escaped


@pytest.mark.parametrize(
    "lines",
    [["if send():", "    stop()"], ["answer = send()", "if not answer:", "    stop()"], ["assert not send()"],
     ["answer = send()", "if answer is None:", "    stop()"], ["return 1 if send() else 2"]],
)  # fmt: skip
def test_a_truth_value(lines: list[str]) -> None:
    """A test reads no part, but it is something."""
    found = reads(*lines)
    assert found.tested
    assert not found.escaped
    assert not found.discarded


@pytest.mark.parametrize(
    "lines",
    [
        ["return send()"],
        ["examine(send())"],
        ["self.answer = send()"],
        ["answer = send()", "log.info('%s', answer)"],
        ["answer = send()", "return answer[key]"],
        ["answer = send()", "return answer.get(key)"],
        ["answer = send()", "return answer.items()"],
        ["answer = send()", "if key in answer:", "    stop()"],
        ["answer = send()", "return {**answer}"],
        ["first, *rest = send()"],
        ["global answer", "answer = send()"],
        ["answer = send() or key", "return answer"],
        ["yield send()"],
        ["return [part for part in send()]"],
    ],
)
def test_out_of_sight(lines: list[str]) -> None:
    """Then nothing can be said of what is read."""
    assert reads(*lines).escaped


def test_a_module_has_readers_elsewhere() -> None:
    """A name of the module may be read in any of its functions."""
    tree = parse("answer = send()\n", 0, indented=False)
    assert tree is not None
    (node,) = (node for node in walk(tree.module) if isinstance(node, cst.Call))
    assert reads_at(tree, node).escaped


def test_a_name_that_is_given_itself_again() -> None:
    """It is followed once more, and no further."""
    found = reads("answer = send()", "answer = answer or {}", "answer['Failed']")
    assert (found.words, found.names, found.tested) == ({"Failed"}, ["answer"], True)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["answer = send()", "answer = other()", "answer['Failed']"], set()),
        (["answer = send()", 'answer = {**base, "more": 1}', 'return answer["more"]'], set()),
        (["answer = other()", "answer['Code']", "answer = send()", "answer['Failed']"], {"Failed"}),
        (["answer = {}", "if key:", "    answer = send()", "answer['Failed']"], {"Failed"}),
        (["answer = {}", "while key:", "    answer['Failed']", "    answer = send()"], {"Failed"}),
    ],
)
def test_a_name_that_is_given_several_values(lines: list[str], words: set[str]) -> None:
    """What is read of another one's value is not read of this one."""
    found = reads(*lines)
    assert (found.words, found.escaped) == (words, False)
