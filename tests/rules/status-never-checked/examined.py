"""Bodies that say themselves whether they are an answer, and a client whose hook raises."""

import requests


def order(uid):
    answer = requests.post(URL, timeout=5)
    data = answer.json()
    if data.get("status") != "success":
        raise LookupError(uid)
    return data["order"]


def items(uid):
    data = requests.get(URL, timeout=5).json()
    raise_for_errors(data)
    return data["items"]


def renewed():
    answer = requests.post(URL, timeout=5)
    return answer.text == "OK"


def token():
    answer = requests.post(URL, timeout=5)
    try:
        return answer.json()["access_token"]
    except KeyError:
        raise LookupError("no token") from None


def strict():
    session = requests.Session()
    session.hooks["response"].append(raise_if_bad)
    return session


def mine():
    answer = strict().get(URL, timeout=5)
    return answer.json()
