r"""A webhook that is answered later than its sender waits, or with a success after a failure.

Slack waits 3 s for the answer, Shopify 5, GitHub and GitLab 10; of others 30 are supposed. After that a delivery
counts as failed, though the work goes on, and the same event is sent again: the customer gets two mails, the model
is paid twice. Senders that see many failures stop sending.

```python bad
import requests
from flask import Flask, request

app = Flask(__name__)

@app.post("/hooks/code")
def pushed():
    verify(request.get_data(), request.headers["X-Hub-Signature-256"])
    requests.post("https://build.example.com/runs", json=request.json, timeout=60)  # finds: webhook-answered-late
    return "", 204
```

```python good
from flask import Flask, request

app = Flask(__name__)

@app.post("/hooks/code")
def pushed():
    verify(request.get_data(), request.headers["X-Hub-Signature-256"])
    start_build.delay(request.json)
    return "", 202
```

Functions of the project that are called count as well. What is given to a task, a thread or a queue does not, and
neither does a call that ends in time.

```python bad
from fastapi import FastAPI, Request
from openai import AsyncOpenAI

app = FastAPI()
ai = AsyncOpenAI(timeout=60)

async def summary(text):
    answer = await ai.responses.create(model="gpt-5", input=text)
    return answer.output_text

@app.post("/hooks/issues")
async def issue(request: Request):
    if request.headers["X-GitHub-Event"] == "issues":
        await comment(await summary((await request.json())["issue"]["body"]))  # finds: webhook-answered-late
```

```python good
import requests
from fastapi import BackgroundTasks, FastAPI, Request
from openai import OpenAI

app = FastAPI()
ai = OpenAI(timeout=60)

def summary(text):
    return ai.responses.create(model="gpt-5", input=text).output_text

@app.post("/hooks/issues")
async def issue(request: Request, later: BackgroundTasks):
    if request.headers["X-GitHub-Event"] == "issues":
        later.add_task(summary, (await request.json())["issue"]["body"])

@app.post("/hooks/pushes")
def pushed(request: Request):
    if request.headers["X-GitHub-Event"] == "push":
        requests.get("https://api.example.com/health", timeout=2)

@app.post("/summaries")
def summarise(text: str):
    return summary(text)
```

A chat framework answers when `ack()` is called, and events before their listener runs. On a function platform
(`process_before_response=True`) nothing leaves before the listener has ended, so that `ack()` in its first line does
not help; a lazy listener does.

```python bad
from openai import OpenAI
from slack_bolt import App

app = App(process_before_response=True)
ai = OpenAI(timeout=60)

@app.event("app_mention")
def mention(event, say, ack):
    ack()
    say(ai.responses.create(model="gpt-5", input=event["text"]).output_text)  # finds: webhook-answered-late
```

```python good
from openai import OpenAI
from slack_bolt import App

app = App(process_before_response=True)
bot = App()
ai = OpenAI(timeout=60)

def hurry(ack):
    ack()

def think(event, say):
    say(ai.responses.create(model="gpt-5", input=event["text"]).output_text)

app.event("app_mention")(ack=hurry, lazy=[think])

@bot.event("app_mention")
def mention(event, say):
    say(ai.responses.create(model="gpt-5", input=event["text"]).output_text)

@bot.command("/ask")
def ask(ack, command, respond):
    ack()
    respond(ai.responses.create(model="gpt-5", input=command["text"]).output_text)
```

A webhook that writes a failure of its work to the log and is answered with a success all the same is reported, too:
the sender takes the event for delivered, and nothing sends it again. What is kept elsewhere, for a later attempt,
is not lost.

```python bad
import logging
import requests
from flask import Flask, request

app = Flask(__name__)
log = logging.getLogger(__name__)

@app.post("/hooks/code")
def pushed():
    verify(request.get_data(), request.headers["X-Hub-Signature-256"])
    try:
        requests.post("https://build.example.com/runs", json=request.json, timeout=5).raise_for_status()
    except requests.RequestException:  # finds: webhook-answered-late
        log.exception("the build was not started")
    return "", 204

@app.post("/hooks/issue")
def opened():
    verify(request.get_data(), request.headers["X-Hub-Signature-256"])
    try:
        requests.post("https://desk.example.com/tickets", json=request.json, timeout=5).raise_for_status()
    except requests.RequestException as error:  # finds: webhook-answered-late
        log.error("no ticket: %s", error)
        return {"ok": True}, 200
    return "", 204
```

```python fixed
import logging
import requests
from flask import Flask, request

app = Flask(__name__)
log = logging.getLogger(__name__)

@app.post("/hooks/code")
def pushed():
    verify(request.get_data(), request.headers["X-Hub-Signature-256"])
    try:
        requests.post("https://build.example.com/runs", json=request.json, timeout=5).raise_for_status()
    except requests.RequestException:
        log.exception("the build was not started")
        raise
    return "", 204

@app.post("/hooks/issue")
def opened():
    verify(request.get_data(), request.headers["X-Hub-Signature-256"])
    try:
        requests.post("https://desk.example.com/tickets", json=request.json, timeout=5).raise_for_status()
    except requests.RequestException as error:
        log.error("no ticket: %s", error)
        raise
    return "", 204
```

```python good
import logging
import requests
from flask import Flask, request

app = Flask(__name__)
log = logging.getLogger(__name__)

@app.post("/hooks/code")
def refused():
    verify(request.get_data(), request.headers["X-Hub-Signature-256"])
    try:
        requests.post("https://build.example.com/runs", json=request.json, timeout=5).raise_for_status()
    except requests.RequestException:
        log.exception("the build was not started")
        return "", 503
    return "", 204

@app.post("/hooks/issue")
def kept():
    verify(request.get_data(), request.headers["X-Hub-Signature-256"])
    try:
        requests.post("https://desk.example.com/tickets", json=request.json, timeout=5).raise_for_status()
    except requests.RequestException:
        log.exception("no ticket")
        later.append(request.json)
    return "", 204

@app.post("/hooks/star")
def asked():
    verify(request.get_data(), request.headers["X-Hub-Signature-256"])
    try:
        owner = requests.get("https://people.example.com/owner", timeout=5).json()
    except requests.RequestException:
        log.exception("no owner")
        owner = None
    store(request.json, owner)
    return "", 204

@app.post("/orders")
def ordered():
    try:
        requests.post("https://desk.example.com/tickets", json=request.json, timeout=5).raise_for_status()
    except requests.RequestException:
        log.exception("no ticket")
    return "", 204
```

The fix raises the error again; it is not applied unasked, as the sender may then send the event twice. For late
answers there is no fix: where the work can run depends on what the program has, a queue of tasks, background tasks of
the web framework or lazy listeners.

When not to: the sender takes the result from the answer, and waits longer than those named here."""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Frame
from ..kit.rule import rule
from ._answers.acknowledged import acknowledged, report_failure
from ._answers.slow_work import slow_work


@rule(
    code="WHK005",
    name="webhook-answered-late",
    preview=True,
    words=(
        "x-github-event",
        "x_github_event",
        "x-hub-signature",
        "x_hub_signature",
        "x-gitlab-event",
        "_signature:",
    ),
)
def check(frame: Frame) -> Iterator[Finding]:
    """Reports webhooks that are answered with a success after a failure, or after more than their senders wait."""
    for handler, call in acknowledged(frame):
        yield frame.finding(
            f"this handler lets the webhook be answered with a success after `{call.written}` has failed: "
            "its sender takes the event for delivered, and nothing sends it again",
            handler.head,
            tuple(report_failure(handler)),
            callee=call.callee,
            library=call.library,
        )
    found = slow_work(frame)
    if found is None:
        return
    taken, work = found
    written = frame.tree.code(work.node.func)
    does = work.lasts if work.node is work.slow.node else f"leads to `{work.slow.written}`, which {work.lasts}"
    yield frame.finding(
        f"`{written}` {does} before `{taken.sign}` is answered: "
        f"its sender gives up after {taken.patience} s and sends the event again",
        frame.tree.span(work.node.func),
        related=work.path,
        callee=work.slow.callee,
        library=work.slow.library,
    )
