"""One status is treated, by its name."""
from http import HTTPStatus

import httpx
import requests
from fastapi import status


def package(url):
    answer = httpx.get(url)
    if answer.status_code == httpx.codes.NOT_FOUND:
        return None
    return answer.json()  # finds: status-never-checked


def owner(url):
    answer = requests.get(url, timeout=5)
    if answer.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN.value):
        raise PermissionError(url)
    return answer.json()["owner"]  # finds: status-never-checked


def readme(url):
    answer = httpx.get(url)
    if answer.status_code == status.HTTP_404_NOT_FOUND:
        return ""
    return answer.text  # finds: status-never-checked


def size(url):
    answer = httpx.get(url)
    if answer.status_code != HTTPStatus.OK:
        return 0
    return len(answer.content)


def parts(url):
    answer = httpx.get(url)
    if answer.status_code == requests.codes.ok:
        return answer.json()
    return []


def unknown(url, missing):
    answer = httpx.get(url)
    if answer.status_code == missing.codes.whatever:
        return None
    return answer.json()
