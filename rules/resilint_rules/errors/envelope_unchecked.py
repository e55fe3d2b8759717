r"""A failure that stands in the body of a successful answer, where nothing reads it.

Some peers answer every request that they understood with status 200. A batch may be half refused, a message
may not have been delivered: the list of what failed stands in the answer. Neither `raise_for_status()` nor an
`except` sees it, so that the code goes on as if all were done.

```python bad
import boto3

sqs = boto3.client("sqs")

def forget(queue, entries):
    sqs.delete_message_batch(QueueUrl=queue, Entries=entries)  # finds: envelope-unchecked
```

```python fixed
import boto3

sqs = boto3.client("sqs")

def forget(queue, entries):
    answer = sqs.delete_message_batch(QueueUrl=queue, Entries=entries)
    if answer.get("Failed"):
        raise RuntimeError(answer)
```

```python bad
import boto3

kinesis = boto3.client("kinesis")

def publish(stream, records):
    answer = kinesis.put_records(StreamName=stream, Records=records)  # finds: envelope-unchecked
    return answer["EncryptionType"]
```

```python fixed
import boto3

kinesis = boto3.client("kinesis")

def publish(stream, records):
    answer = kinesis.put_records(StreamName=stream, Records=records)
    if answer["FailedRecordCount"]:
        raise RuntimeError(answer)
    return answer["EncryptionType"]
```

A helper that was given `raise_on_error=False` gives the refused documents back.

```python bad
from elasticsearch import Elasticsearch, helpers

def load(client: Elasticsearch, items):
    helpers.bulk(client, items, raise_on_error=False)  # finds: envelope-unchecked
```

```python fixed
from elasticsearch import Elasticsearch, helpers

def load(client: Elasticsearch, items):
    helpers.bulk(client, items)
```

```python bad
import requests

def tell(channel, text, token):
    reply = requests.post(  # finds: envelope-unchecked
        "https://slack.com/api/chat.postMessage",
        json={"channel": channel, "text": text},
        headers={"Authorization": f"Bearer {token}"},
        timeout=5,
    )
    reply.raise_for_status()
```

```python fixed
import requests

def tell(channel, text, token):
    reply = requests.post(
        "https://slack.com/api/chat.postMessage",
        json={"channel": channel, "text": text},
        headers={"Authorization": f"Bearer {token}"},
        timeout=5,
    )
    reply.raise_for_status()
    if not reply.json().get("ok"):
        raise RuntimeError(reply.json())
```

A function in the cloud that raised an exception is an answer with status 200, too.

```python bad
import boto3, json

functions = boto3.client("lambda")

def price(item):
    answer = functions.invoke(FunctionName="price", Payload=json.dumps(item))  # finds: envelope-unchecked
    return json.loads(answer["Payload"].read())
```

Silent where the part is read, the answer is returned, passed on or logged, where the call raises by itself or
there is nothing to be read, and where an argument cannot be seen.

```python good
import boto3, json, requests
from elasticsearch import Elasticsearch, helpers

sqs = boto3.client("sqs")
functions = boto3.client("lambda")

def read(queue, entries):
    answer = sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    for entry in answer.get("Failed", []):
        log.error("not sent: %s", entry)

def counted(queue, entries):
    return len(sqs.send_message_batch(QueueUrl=queue, Entries=entries)["Successful"])

def returned(queue, entries):
    return sqs.send_message_batch(QueueUrl=queue, Entries=entries)

def passed_on(queue, entries):
    answer = sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    examine(answer)

def raises(client: Elasticsearch, items):
    helpers.bulk(client, items)

def unpacked(client: Elasticsearch, items):
    done, refused = helpers.bulk(client, items, raise_on_error=False)
    if refused:
        raise RuntimeError(refused)

def streamed(client: Elasticsearch, items):
    for ok, item in helpers.streaming_bulk(client, items, raise_on_error=False):
        if not ok:
            log.error("not indexed: %s", item)

def chosen(client: Elasticsearch, items, strict):
    helpers.bulk(client, items, raise_on_error=strict)

def nothing_to_read(item):
    functions.invoke(FunctionName="price", InvocationType="Event", Payload=json.dumps(item))

def some_way(item, way):
    functions.invoke(FunctionName="price", InvocationType=way, Payload=json.dumps(item))

def looked_at(channel, token):
    reply = requests.post("https://slack.com/api/conversations.join", json={"channel": channel}, timeout=5)
    reply.raise_for_status()
    return reply.json()["ok"]

def statuses_only(text):
    requests.post("https://hooks.slack.com/services/T0/B0/x", json={"text": text}, timeout=5).raise_for_status()
```

The answer to a batch of records has an entry for each, so that the length of that list tells nothing.

```python bad
import boto3

kinesis = boto3.client("kinesis")

def publish(stream, records):
    answer = kinesis.put_records(StreamName=stream, Records=records)  # finds: envelope-unchecked
    return len(answer["Records"])
```

```python good
import boto3

kinesis = boto3.client("kinesis")

def publish(stream, records):
    answer = kinesis.put_records(StreamName=stream, Records=records)
    log.info("%s answers", len(answer["Records"]))
    return [part for part in answer["Records"] if "ErrorCode" in part]

def counted(stream, records):
    answer = kinesis.put_records(StreamName=stream, Records=records)
    return len(answer["Records"]) - answer["FailedRecordCount"]
```

The fix raises with the whole answer. It is not applied unasked: what failed until now without a trace will be
an exception. Where the rest is to go on, send the failed parts again, a few times, with a pause in between.

When not to: parts that may be missing. Say so in a comment beside the call.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Call, Finding
from ..kit.rule import rule
from ._bodies.envelopes import read_envelope, unread_envelope


@rule(code="ERR009", name="envelope-unchecked")
def check(call: Call) -> Iterator[Finding]:
    """Reports an answer whose own word about what failed is not read, where nothing raises for it."""
    unread = unread_envelope(call)
    if unread is None:
        return
    where = f"`{unread.key}` in its answer" if unread.key else "its answer"
    if unread.silenced:
        consequence = f"returns the {unread.parts} that were refused, and nothing reads them"
    elif unread.parts:
        consequence = f"does not raise for {unread.parts} that failed: {where}, which tells them, is never read"
    else:
        consequence = f"is answered with status 200 on a failure, too: {where}, which tells it, is never read"
    yield call.finding(f"`{call.written}` {consequence}", *read_envelope(call, unread))
