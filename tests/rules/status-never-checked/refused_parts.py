"""Answers that are refused because of what they say, which an error page does not."""

import httpx


def owner(client: httpx.Client, repo):
    found = client.get(f"/repos/{repo}")  # finds: status-never-checked
    body = found.json()
    if body.get("archived"):
        raise PermissionError(repo)
    return body["owner"]


def level(client: httpx.Client, name):
    found = client.get(f"/players/{name}")  # finds: status-never-checked
    body = found.json()
    if body["banned"]:
        raise PermissionError(name)
    return body["level"]


def by_message(client: httpx.Client, name):
    found = client.get(f"/players/{name}")
    body = found.json()
    if body.get("errorMessage"):
        raise LookupError(name)
    return body["level"]


def by_what_is_there(client: httpx.Client, name):
    found = client.get(f"/players/{name}")
    body = found.json()
    if not body.get("player"):
        raise LookupError(name)
    return body["player"]


def by_the_other_branch(client: httpx.Client, name):
    found = client.get(f"/players/{name}")
    body = found.json()
    if body.get("player"):
        return body["player"]
    else:
        raise LookupError(name)
