r"""Text of a language model that is parsed as JSON, where nothing expects that it is none.

A model may put a sentence around its JSON, or a fence, or stop in the middle where its limit is. That happens every
day, and `json.loads` raises for it. Without a handler the error of a text reaches the user as one of the program.

```python bad
import json
from openai import OpenAI

client = OpenAI()

def tags(messages):
    answer = client.chat.completions.create(model=MODEL, messages=messages)
    return json.loads(answer.choices[0].message.content)  # finds: llm-output-parsed-unguarded
```

Silent where a handler takes the error, where the answer has a shape that was set for it, and where it is found
out whether the answer is whole.

```python good
import json
from openai import OpenAI

client = OpenAI()

def guarded(messages):
    answer = client.chat.completions.create(model=MODEL, messages=messages)
    try:
        return json.loads(answer.choices[0].message.content or "")
    except ValueError as error:
        raise BadOutput(answer.id) from error

def shaped(messages):
    answer = client.chat.completions.create(model=MODEL, messages=messages, response_format={"type": "json_object"})
    return json.loads(answer.choices[0].message.content)

def whole(messages):
    answer = client.chat.completions.create(model=MODEL, messages=messages)
    if answer.choices[0].finish_reason != "stop":
        raise BadOutput(answer.id)
    return json.loads(answer.choices[0].message.content)

def open_options(messages, **options):
    answer = client.chat.completions.create(model=MODEL, messages=messages, **options)
    return json.loads(answer.choices[0].message.content)
```

There is no fix: take the error, and try again or say what is wrong. An argument that sets the shape of the answer
makes it rare; a limit on the length still cuts it off.

When not to: a script that a person runs and reads.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Call, Finding
from ..kit.rule import rule
from ._model_output import parsed_output


@rule(code="RPC002", name="llm-output-parsed-unguarded", preview=True)
def check(call: Call) -> Iterator[Finding]:
    """Reports the text of a model's answer that is parsed as JSON outside of a handler for what is none."""
    parser = parsed_output(call)
    if parser is not None:
        text = call.frame.tree.code(parser)
        yield call.finding(
            f"`{text}` parses what a model wrote: a text that is cut off, or has words around it, raises here",
            span=call.frame.tree.span(parser),
        )
