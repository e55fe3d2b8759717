r"""GraphQL errors that nothing reads: they come with status 200, beside data that is missing or in part.

A server of GraphQL answers a query that failed with status 200 and a list of `errors`. `data` is null then, or
lacks the fields that could not be read. `raise_for_status()` sees nothing of it: the reason is lost, and what
is left of the data is taken for all of it.

```python bad
import requests

ISSUES = "query Issues($repo: String!) { repository(name: $repo) { issues { title } } }"

def titles(repo):
    query = {"query": ISSUES, "variables": {"repo": repo}}
    answer = requests.post(URL, json=query, timeout=10)  # finds: graphql-errors-unchecked
    answer.raise_for_status()
    body = answer.json()
    return [issue["title"] for issue in body["data"]["repository"]["issues"]]
```

```python fixed
import requests

ISSUES = "query Issues($repo: String!) { repository(name: $repo) { issues { title } } }"

def titles(repo):
    query = {"query": ISSUES, "variables": {"repo": repo}}
    answer = requests.post(URL, json=query, timeout=10)
    answer.raise_for_status()
    body = answer.json()
    if body.get("errors"):
        raise RuntimeError(body)
    return [issue["title"] for issue in body["data"]["repository"]["issues"]]
```

A mutation whose answer is not read at all may have changed nothing.

```python bad
import httpx

def close(client: httpx.Client, number):
    response = client.post("/graphql", json={"query": CLOSE, "variables": number})  # finds: graphql-errors-unchecked
    response.raise_for_status()
```

```python fixed
import httpx

def close(client: httpx.Client, number):
    response = client.post("/graphql", json={"query": CLOSE, "variables": number})
    response.raise_for_status()
    if response.json().get("errors"):
        raise RuntimeError(response.json())
```

```python bad
import aiohttp

async def viewer(session: aiohttp.ClientSession):
    async with session.post(GRAPHQL_URL, json={"query": VIEWER}) as response:  # finds: graphql-errors-unchecked
        response.raise_for_status()
        data = (await response.json())["data"]
        return data["viewer"]["login"]
```

Silent where `errors` is read, where the body or the response is returned or passed on, and where `query` is
the query of something else.

```python good
import requests

def checked(document):
    answer = requests.post(f"{BASE}/graphql", json={"query": document}, timeout=10)
    answer.raise_for_status()
    body = answer.json()
    if "errors" in body:
        raise RuntimeError(body["errors"])
    return body["data"]

def returned(document):
    answer = requests.post(GRAPHQL_URL, json={"query": document}, timeout=10)
    answer.raise_for_status()
    return answer.json()

def examined(document):
    answer = requests.post(GRAPHQL_URL, json={"query": document}, timeout=10)
    answer.raise_for_status()
    return unwrap(answer.json())

def search(words):
    answer = requests.post(f"{BASE}/index/_search", json={"query": {"match": {"title": words}}}, timeout=10)
    answer.raise_for_status()
    return answer.json()["hits"]

def found(words):
    answer = requests.post(f"{BASE}/search", json={"query": words, "limit": 5}, timeout=10)
    answer.raise_for_status()
    return answer.json()["results"]
```

The fix raises with the whole body. It is not applied unasked: a query that is answered in part will raise.

When not to: fields that may be missing, where part of an answer is welcome. Log `errors` then.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Call, Finding, is_body_unread, raise_where
from ..kit.rule import rule
from ._graphql import is_graphql


@rule(code="RPC001", name="graphql-errors-unchecked", preview=True)
def check(call: Call) -> Iterator[Finding]:
    """Reports a GraphQL request whose answer is not searched for errors."""
    if is_graphql(call) and is_body_unread(call, ("errors", "error")):
        yield call.finding(
            f"`{call.written}` sends a GraphQL query and never reads `errors`: a failure has status 200, too",
            *raise_where(call, '{name}.get("errors")', "Raise where `errors` tells a failure"),
        )
