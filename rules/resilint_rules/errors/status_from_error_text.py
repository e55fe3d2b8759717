r"""A status that is searched for in the text of an error.

"429" also stands in an address, an item number or a request id, and nothing promises the wording of the
text. The status itself is there: the exception has the response.

```python bad
import requests

def item(base, number):
    try:
        answer = requests.get(f"{base}/items/{number}", timeout=5)
        answer.raise_for_status()
        return answer.json()
    except requests.HTTPError as error:
        if "404" in str(error):  # finds: status-from-error-text
            return None
        raise
```

```python fixed
import requests

def item(base, number):
    try:
        answer = requests.get(f"{base}/items/{number}", timeout=5)
        answer.raise_for_status()
        return answer.json()
    except requests.HTTPError as error:
        if error.response.status_code == 404:
            return None
        raise
```

An exception that may have no response is reported without a fix.

```python bad
import httpx

def item(client: httpx.Client, number):
    try:
        return client.get(f"/items/{number}").raise_for_status().json()
    except httpx.HTTPError as exc:
        if "429 Too Many Requests" in f"{exc}".strip():  # finds: status-from-error-text
            return None
        raise
```

Any other search is the same: one of several, a regular expression, `find`, the first argument of the exception; and
so is one in what a library raises by itself.

```python bad
import re

import httpx
import requests
from openai import OpenAI

client = OpenAI(timeout=20)

def item(url):
    try:
        answer = requests.get(url, timeout=5)
        answer.raise_for_status()
        return answer.json()
    except requests.RequestException as error:
        if any(status in str(error) for status in ("429", "503")):  # finds: status-from-error-text
            return None
        raise

def left(url):
    try:
        return httpx.get(url).raise_for_status().json()
    except httpx.HTTPStatusError as e:
        reason = f"no stock: {e}"
        if re.search(r"\b40[14]\b", reason):  # finds: status-from-error-text
            return 0
        if reason.find("410") >= 0:  # finds: status-from-error-text
            return 0
        if "404" not in e.args[0]:  # finds: status-from-error-text
            raise
    return 0

def say(text):
    try:
        return client.responses.create(model="small", input=text)
    except Exception as e:
        if "429" in str(e):  # finds: status-from-error-text
            return None
        raise
```

Silent for other texts, where the status itself is compared, and where no check of a status raises.

```python good
import requests

def by_status(base, number):
    try:
        answer = requests.get(f"{base}/items/{number}", timeout=5)
        answer.raise_for_status()
        return answer.json()
    except requests.HTTPError as error:
        if error.response.status_code == 404:
            return None
        raise

def other_text(base, number):
    try:
        answer = requests.get(f"{base}/items/{number}", timeout=5)
        answer.raise_for_status()
        return answer.json()
    except requests.HTTPError as error:
        if "quota" in str(error) or any(word in str(error) for word in ("quota", "limit")):
            return None
        raise

def unraised(base, number):
    try:
        return requests.get(f"{base}/items/{number}", timeout=5)
    except requests.RequestException as error:
        if "404" in str(error):
            return None
        raise
```

Where a text begins, or what stands at a place of it, is the library's wording, which no version promises.

```python bad
import boto3
import httpx
import requests
from botocore.exceptions import ClientError

store = boto3.client("s3")

def item(url):
    try:
        answer = requests.get(url, timeout=5)
        answer.raise_for_status()
        return answer.json()
    except requests.HTTPError as error:
        if error.args[0].startswith("404"):  # finds: status-from-error-text
            return None
        if int(str(error)[:3]) == 410:  # finds: status-from-error-text
            return None
        if str(error).split()[0] == "451":  # finds: status-from-error-text
            return None
        raise

def left(client: httpx.Client, number):
    try:
        return client.get(f"/items/{number}").raise_for_status().json()
    except httpx.HTTPStatusError as error:
        if str(error).startswith("Client error '404"):  # finds: status-from-error-text
            return 0
        raise

def size(key):
    try:
        return store.head_object(Bucket="items", Key=key)["ContentLength"]
    except ClientError as error:
        if "(404)" in str(error):  # finds: status-from-error-text
            return None
        raise
```

```python fixed
import boto3
import httpx
import requests
from botocore.exceptions import ClientError

store = boto3.client("s3")

def item(url):
    try:
        answer = requests.get(url, timeout=5)
        answer.raise_for_status()
        return answer.json()
    except requests.HTTPError as error:
        if error.response.status_code == 404:
            return None
        if error.response.status_code == 410:
            return None
        if error.response.status_code == 451:
            return None
        raise

def left(client: httpx.Client, number):
    try:
        return client.get(f"/items/{number}").raise_for_status().json()
    except httpx.HTTPStatusError as error:
        if error.response.status_code == 404:
            return 0
        raise

def size(key):
    try:
        return store.head_object(Bucket="items", Key=key)["ContentLength"]
    except ClientError as error:
        if "(404)" in str(error):
            return None
        raise
```

```python good
import httpx

def left(client: httpx.Client, number):
    try:
        return client.get(f"/items/{number}").raise_for_status().json()
    except httpx.HTTPStatusError as error:
        if str(error).startswith("Server") or str(error).startswith("quota 4000") or error.args[0] == 404:
            return 0
        if str(error)[:3] == "404x" or str(error) == "order 404 of 500":
            return 0
        raise
```

The fix compares the status of the response. It is not applied unasked: texts that only looked alike take
another path then.

When not to: an exception of your own that has nothing but a text. Give it the status.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Guard
from ..kit.rule import rule
from ._raised.texts import compare_status, searches


@rule(code="ERR015", name="status-from-error-text", preview=True)
def check(guard: Guard) -> Iterator[Finding]:
    """Reports a search for a status in the text of an exception that has the response."""
    frame = guard.frame
    for search in searches(guard):
        text = frame.tree.code(search.node)
        if search.worded:
            why = f"`{text}` takes a status from a text: nothing promises its wording"
        else:
            why = f"`{text}` searches a text for a status: an address or a number may hold it, too"
        yield frame.finding(
            why,
            frame.tree.span(search.node), tuple(compare_status(search)), callee=search.call.callee,
        )  # fmt: skip
