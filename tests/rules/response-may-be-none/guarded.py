"""Statuses that are looked at only if the response of an exception is true: it is false for each of them."""

import httpx
import requests


def status(session: requests.Session, url):
    try:
        session.get(url, timeout=5).raise_for_status()
    except requests.RequestException as exc:
        return exc.response.status_code if exc.response else 0  # finds: response-may-be-none
    return 200


def words(session: requests.Session, url):
    try:
        session.get(url, timeout=5).raise_for_status()
    except requests.HTTPError as exc:
        if exc.response:  # finds: response-may-be-none
            return exc.response.text
        return "no answer"
    return ""


def missing(session: requests.Session, url):
    try:
        session.get(url, timeout=5).raise_for_status()
    except requests.exceptions.HTTPError as exc:
        if exc.response:  # finds: response-may-be-none
            if exc.response.status_code == 404:
                return True
        raise
    return False


def compared(session: requests.Session, url):
    try:
        session.get(url, timeout=5).raise_for_status()
    except requests.RequestException as exc:
        if exc.response is not None:
            return exc.response.status_code
        return exc.response.status_code if exc.response is not None else 0
    return 200


def other_library(client: httpx.Client, url):
    try:
        client.get(url).raise_for_status()
    except httpx.HTTPStatusError as exc:
        return exc.response.status_code if exc.response else 0
    return 200


def never_one(session: requests.Session, url):
    try:
        session.get(url, timeout=5).raise_for_status()
    except requests.ConnectionError as exc:
        return exc.response.status_code if exc.response else 0
    return 200


def not_read(session: requests.Session, url):
    try:
        session.get(url, timeout=5).raise_for_status()
    except requests.RequestException as exc:
        if exc.response:
            return "refused"
        raise
    return ""


def by_name(session: requests.Session, url):
    try:
        session.get(url, timeout=5).raise_for_status()
    except requests.HTTPError as exc:
        response = exc.response
        if response and response.status_code == 404:  # finds: response-may-be-none
            return True
        raise
    return False
