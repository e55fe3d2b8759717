"""Statuses that a `match` treats, and those that it lets pass."""

from http import HTTPStatus

import httpx


def page(client: httpx.Client, path):
    answer = client.get(path)
    match answer.status_code:
        case 404 | 410:
            return None
        case 304:
            return ""
    return answer.text  # finds: status-never-checked


def named(client: httpx.Client, path):
    answer = client.get(path)
    match answer.status_code:
        case HTTPStatus.NOT_FOUND:
            return None
    return answer.text  # finds: status-never-checked


def success(client: httpx.Client, path):
    answer = client.get(path)
    match answer.status_code:
        case 200:
            return answer.text
        case 404:
            return None


def guarded(client: httpx.Client, path):
    answer = client.get(path)
    match answer.status_code:
        case 404:
            return None
        case status if status >= 400:
            raise RuntimeError(status)
    return answer.text


def others(client: httpx.Client, path):
    answer = client.get(path)
    match answer.status_code:
        case 404:
            return None
        case 200:
            pass
        case _:
            raise RuntimeError
    return answer.text
