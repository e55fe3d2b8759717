"""Texts of errors that have a name before they are searched."""

import httpx
import requests


def item(client: httpx.Client, number):
    try:
        return client.get(f"/items/{number}").raise_for_status().json()
    except httpx.HTTPStatusError as exc:
        message = str(exc).lower()
        if "503" in message:  # finds: status-from-error-text
            return None
        raise


def other(base, number):
    try:
        answer = requests.get(f"{base}/items/{number}", timeout=5)
        answer.raise_for_status()
    except requests.HTTPError as error:
        message = str(error)
        if number == 1:
            message = error.response.text
        if "404" in message:
            return None
        raise
    return answer.json()


def told(base, number):
    try:
        answer = requests.get(f"{base}/items/{number}", timeout=5)
        answer.raise_for_status()
    except requests.HTTPError as error:
        message = error.response.text
        if "404" in message:
            return None
        raise
    return answer.json()
