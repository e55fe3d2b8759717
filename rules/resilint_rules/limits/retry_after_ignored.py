r"""A pause of a guessed length, although the peer says how long to wait.

An answer with status 429 has a `Retry-After` header, or says in another one when the limit is over. Who comes
back earlier is refused again, and many peers make the ban longer each time. Who comes back much later wastes
what it may use.

```python bad
import time
import requests

def items(url):
    while True:
        answer = requests.get(url, timeout=5)
        if answer.status_code == 429:
            time.sleep(60)  # finds: retry-after-ignored
            continue
        answer.raise_for_status()
        return answer.json()
```

```python fixed
import time
from email.utils import parsedate_to_datetime
import requests

<retry_after_seconds>


def items(url):
    while True:
        answer = requests.get(url, timeout=5)
        if answer.status_code == 429:
            time.sleep(retry_after_seconds(answer.headers.get("Retry-After", ""), 60))
            continue
        answer.raise_for_status()
        return answer.json()
```

Some peers answer 403 when it is too much, with the same headers.

```python bad
import time
import requests

def issues(url):
    answer = requests.get(url, timeout=5)
    if answer.status_code == 403 and "rate limit" in answer.text:
        time.sleep(120)  # finds: retry-after-ignored
        answer = requests.get(url, timeout=5)
    answer.raise_for_status()
    return answer.json()
```

Silent where the header is read, where the length of the pause is made of the answer or of what a function makes of
it, and for other statuses, as few peers say then how long to wait.

```python good
import json
import time
import requests

def reads(url):
    answer = requests.get(url, timeout=5)
    if answer.status_code == 429:
        time.sleep(min(60, parse(answer.headers.get("Retry-After"))))
    return answer.status_code

def reset(url):
    answer = requests.get(url, timeout=5)
    if answer.status_code == 403 and "rate limit" in answer.text:
        time.sleep(int(answer.headers["X-RateLimit-Reset"]) - time.time())
    return answer.status_code

def of_the_body(url):
    answer = requests.get(url, timeout=5)
    if answer.status_code == 429:
        time.sleep(answer.json()["parameters"]["seconds"])
    return answer.status_code

def weighed(url, longest):
    answer = requests.get(url, timeout=5)
    if answer.status_code == 429:
        available = json.loads(answer.text).get("available_in", "0 seconds")
        delay, unit = available.split()
        if longest < int(delay):
            time.sleep(longest)
        else:
            time.sleep(int(delay))
    return answer.status_code

def by_a_function(url):
    answer = requests.get(url, timeout=5)
    if answer.status_code == 429:
        time.sleep(pause_after(answer))
    return answer.status_code

def unavailable(url):
    answer = requests.get(url, timeout=5)
    if answer.status_code == 503:
        time.sleep(5)
    return answer.status_code

def with_another_key(url, keys):
    answer = requests.get(url, headers={"X-Api-Key": keys.current}, timeout=5)
    if answer.status_code == 429:
        keys.set_key(keys.others.pop())
        time.sleep(1)
    return answer.status_code

class Feed:
    def through_another_proxy(self, url):
        answer = requests.get(url, proxies={"https": self.proxy}, timeout=5)
        if answer.status_code == 429:
            self.proxy = next(self.known)
            time.sleep(1)
        return answer.status_code
```

The fix waits for as long as the header says, an hour at most, and for the old time where there is none. It is not
applied unasked: the function may wait longer.

When not to: a peer that never sends the header. Say so in a comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Frame
from ..kit.rule import rule
from ._guessed_delay import guessed_delays, heed_answer


@rule(code="RLM002", name="retry-after-ignored", preview=True)
def check(frame: Frame) -> Iterator[Finding]:
    """Reports a pause after a status that tells of a limit, whose length does not come from the answer."""
    for found in guessed_delays(frame):
        text = frame.tree.code(found.delay)
        yield frame.finding(
            f"after a {found.status} this waits for `{text}`: the peer says how long, and nothing reads it",
            frame.tree.span(found.call), tuple(heed_answer(frame, found)),
        )  # fmt: skip
