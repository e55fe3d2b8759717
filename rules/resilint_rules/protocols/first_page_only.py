r"""The first page of a list, taken for the whole list.

Most lists of a remote system come in pages: a thousand keys of a bucket, a hundred databases, twenty projects.
The answer says that there is more, and how to get it. Code that never looks works while there is little. When
there is more than fits on a page, the rest does not exist for it: backups are not pruned, users are not found.

```python bad
import boto3

glue = boto3.client("glue")

def tables():
    return [each["Name"] for each in glue.get_tables()["TableList"]]  # finds: first-page-only
```

```python fixed
import boto3

glue = boto3.client("glue")

def tables():
    return [each["Name"] for each in glue.get_paginator("get_tables").paginate().build_full_result()["TableList"]]
```

```python bad
import boto3

s3 = boto3.client("s3")

def prune(bucket, prefix):
    answer = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)  # finds: first-page-only
    for item in answer.get("Contents", []):
        s3.delete_object(Bucket=bucket, Key=item["Key"])
```

```python fixed
import boto3

s3 = boto3.client("s3")

def prune(bucket, prefix):
    answer = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix).build_full_result()
    for item in answer.get("Contents", []):
        s3.delete_object(Bucket=bucket, Key=item["Key"])
```

Other libraries return the page as a list.

```python bad
import gitlab

gl = gitlab.Gitlab(URL)

def names():
    return [project.name for project in gl.projects.list()]  # finds: first-page-only
```

```python bad
import stripe

def active():
    for plan in stripe.Subscription.list(status="active", limit=100):  # finds: first-page-only
        charge(plan)
    return [customer.email for customer in stripe.Customer.list().data]  # finds: first-page-only
```

Over plain HTTP it is seen where an API says the next page by a `Link` header, and where a long page is chosen.

```python bad
import requests

def repositories(owner):
    answer = requests.get(f"https://api.github.com/orgs/{owner}/repos", timeout=5)  # finds: first-page-only
    answer.raise_for_status()
    return [repository["name"] for repository in answer.json()]

def open_issues(name):
    answer = requests.get(  # finds: first-page-only
        f"https://api.github.com/repos/{name}/issues", params={"state": "open"}, timeout=5
    )
    answer.raise_for_status()
    return [issue["title"] for issue in answer.json()]

def people():
    answer = requests.get("https://example.com/people", params={"per_page": 99}, timeout=5)  # finds: first-page-only
    answer.raise_for_status()
    return [person["mail"] for person in answer.json()["people"]]
```

Silent where anything goes on: a paginator, a token or marker that is read, an argument that asks for all. Silent,
too, where less is wanted: one entry, a test whether there is any, a short page, one thing by its name.

```python good
import boto3, gitlab, requests, stripe

s3 = boto3.client("s3")
batch = boto3.client("batch")
rds = boto3.client("rds")
gl = gitlab.Gitlab(URL)

def keys(bucket):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [item["Key"] for page in pages for item in page.get("Contents", [])]

def running(queue):
    found, more = [], {}
    while True:
        page = batch.list_jobs(jobQueue=queue, jobStatus="RUNNING", **more)
        found += page["jobSummaryList"]
        if "nextToken" not in page:
            return found
        more = {"nextToken": page["nextToken"]}

def any_backup(bucket, prefix):
    return s3.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1)["KeyCount"] > 0

def exists(bucket, prefix):
    return "Contents" in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)

def state(name):
    answer = rds.describe_db_instances(DBInstanceIdentifier=name)
    return [instance["DBInstanceStatus"] for instance in answer["DBInstances"]]

def first(bucket):
    return s3.list_objects_v2(Bucket=bucket)["Contents"][0]["Key"]

def page_of(bucket, **chosen):
    return [item["Key"] for item in s3.list_objects_v2(Bucket=bucket, **chosen)["Contents"]]

def projects():
    return [project.name for project in gl.projects.list(get_all=True)]

def customers():
    return [customer.email for customer in stripe.Customer.list(limit=100).auto_paging_iter()]

def invoices(customer):
    return [invoice.id for invoice in stripe.Invoice.list(customer=customer).data]

def repositories(owner):
    address = f"https://api.github.com/orgs/{owner}/repos"
    while address:
        answer = requests.get(address, timeout=5)
        answer.raise_for_status()
        yield from answer.json()
        address = answer.links.get("next", {}).get("url")

def last_commit(name):
    answer = requests.get(f"https://api.github.com/repos/{name}/commits", timeout=5)
    answer.raise_for_status()
    return answer.json()[0]["sha"]

def newest(name):
    chosen = {"sort": "created", "per_page": 3}
    answer = requests.get(f"https://api.github.com/repos/{name}/issues", params=chosen, timeout=5)
    answer.raise_for_status()
    return [issue["title"] for issue in answer.json()]

def latest():
    return [project.name for project in gl.projects.list(order_by="created_at", per_page=5)]

def stored(bucket, key):
    found = s3.list_objects_v2(Bucket=bucket, Prefix=key)
    return any(item["Key"] == key for item in found["Contents"])
```

The fix lets the library get all pages and put them together. It is not applied unasked: with many pages it takes
longer, and needs more memory; a loop over the pages does not.

When not to: a list that cannot be longer than a page. Say so in a comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Call, Finding
from ..kit.rule import rule
from ._linked_pages import linked_page
from ._pages import first_page, get_all


@rule(code="RPC006", name="first-page-only")
def check(call: Call) -> Iterator[Finding]:
    """Reports a call for a list that ends at a page, where all of it is used and nothing goes on."""
    page = first_page(call)
    sign = linked_page(call) if page is None else ""
    if sign:
        yield call.finding(
            f"`{call.written}` gives one page of `{sign}`: the list ends where it does, and nothing gets the next",
            help="follow the next link, cursor or page number of the answer until there is none",
        )
    if page is None:
        return
    rest = f"`{page.key}` ends where the page does" if page.key else "the list ends where the page does"
    yield call.finding(
        f"`{call.written}` gives the first page only: {rest}, and nothing gets the next", *get_all(call, page),
        help=page.pages.rest,
    )  # fmt: skip
