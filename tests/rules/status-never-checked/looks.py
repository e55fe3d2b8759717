"""What counts as a look at the status, and who may look instead."""

import json

import aiohttp
import httpx
import requests

URL = "https://partner.example/v1"


def blind():
    answer = requests.get(URL, timeout=5)  # finds: status-never-checked
    return answer.json()


def blind_chain():
    """No name holds the answer: unchecked-body speaks here."""
    return requests.get(URL, timeout=5).json()


def raises():
    answer = requests.get(URL, timeout=5)
    answer.raise_for_status()
    return answer.json()


def raises_chained():
    return httpx.get(URL).raise_for_status().json()


def truth():
    answer = requests.get(URL, timeout=5)
    if not answer:
        return None
    return answer.json()


def told_truth():
    answer = requests.get(URL, timeout=5)
    if not bool(answer):
        raise OSError(URL)
    return answer.json()


def compared():
    answer = requests.get(URL, timeout=5)
    return answer.json() if answer.status_code == 200 else None


def ok():
    answer = requests.get(URL, timeout=5)
    assert answer.ok, answer.text
    return answer.json()


def handed_on():
    return requests.get(URL, timeout=5)


def handed_to(check):
    answer = requests.get(URL, timeout=5)
    check(answer)
    return answer.json()


def kept(self):
    self.answer = requests.get(URL, timeout=5)


def logged(log):
    answer = requests.get(URL, timeout=5)
    log.info("partner said %s", answer.status_code)
    return answer.json()


def hooked():
    session = requests.Session()
    session.hooks["response"].append(lambda answer, *args, **kwargs: answer.raise_for_status())
    return session.get(URL, timeout=5).json()


def event_hooked():
    def check(answer):
        answer.raise_for_status()

    client = httpx.Client(event_hooks={"response": [check]})
    return client.get(URL).json()


def unused():
    """Whatever comes back is not used, so nothing wrong is stored."""
    requests.get(URL, timeout=5)


def linked(page, live):
    """The body is asked at the end, by then one of two things."""
    try:
        answer = requests.get(URL, timeout=5)
        data = answer.json()
    except ValueError:
        return fail(page)
    if live and "error" in data:
        return fail(page)
    return data["key"]


async def drained(session: aiohttp.ClientSession, entry):
    """The body is read so that the connection can be used again; nothing is taken from it."""
    async with session.post(URL, json=entry) as answer:
        await answer.read()


async def drained_first(session: aiohttp.ClientSession, entry):
    async with session.post(URL, json=entry) as answer:  # finds: status-never-checked
        await answer.read()
        return await answer.json()


async def inspected(session: aiohttp.ClientSession):
    """A function that says it checks is shown the body."""
    async with session.get(URL) as answer:
        data = await answer.json()
        raise_for_errors(data)
    return data["items"]


class Partner:
    def items(self):
        answer = requests.get(URL, timeout=5)
        return self._check_answer(answer.json())["items"]

    def stored(self):
        answer = requests.get(URL, timeout=5)  # finds: status-never-checked
        store(answer.json())


async def two_ways(order):
    try:
        async with aiohttp.ClientSession() as session:
            async with session.post(URL, json=order) as answer:
                data = await answer.json()
    except RuntimeError:
        data = fallback(order)
    if data.get("status") == "error":
        raise LookupError(order)
    return data["key"]


def proven(uid):
    """What an answer must hold is demanded of it."""
    answer = requests.post(URL, timeout=5)
    data = answer.json()
    if data.get("kind") != "user":
        raise LookupError(uid)
    return data["mail"]


async def demanded(client: httpx.AsyncClient):
    answer = await client.post(URL)
    data = answer.json()
    if data is None or data.get("token") is None:
        raise PermissionError(URL)
    return data["token"]


def asserted(uid):
    answer = requests.get(URL, timeout=5)
    data = answer.json()
    assert data["version"] == 2
    return data["mail"]


def wanted_more(uid):
    """A look that nothing follows from is none."""
    answer = requests.get(URL, timeout=5)  # finds: status-never-checked
    data = answer.json()
    if data.get("kind") != "user":
        uid += 1
    return uid, data["mail"]


def not_empty(uid):
    """An error page is not empty, either."""
    answer = requests.get(URL, timeout=5)  # finds: status-never-checked
    if not answer.text:
        raise LookupError(uid)
    return answer.json()


def by_verb(verb, body):
    """What is read at one place is one finding."""
    if verb == "POST":
        answer = requests.post(URL, json=body, timeout=5)  # finds: status-never-checked
    elif verb == "PUT":
        answer = requests.put(URL, json=body, timeout=5)
    else:
        answer = requests.get(URL, timeout=5)
    return answer.json()


def servers_faults_alone(uid):
    """A refusal has not the keys that are read."""
    answer = requests.get(URL, timeout=5)
    if answer.status_code >= 500:
        raise RuntimeError(f"server error {answer.status_code}")
    return answer.json()["user"]["mail"]  # finds: status-never-checked


def refusals_for_the_caller(uid):
    """Who looks for the faults of a server gives back refusals on purpose, or reads what they hold."""
    answer = requests.get(URL, timeout=5)
    if answer.status_code >= 500:
        raise RuntimeError(uid)
    return answer.json()


def refusals_too(uid):
    """The whole range is treated."""
    answer = requests.get(URL, timeout=5)
    if answer.status_code >= 400:
        raise RuntimeError(f"error {answer.status_code}")
    return answer.json()["user"]["mail"]


def said_again(uid):
    """What is said of a status that is treated is no further look."""
    answer = requests.get(URL, timeout=5)
    if answer.status_code == 404:
        raise LookupError(f"{uid}: {answer.status_code}")
    return answer.json()["user"]["mail"]  # finds: status-never-checked


def thought(prompt):
    """A text of a model says nothing of the answer that it came in."""
    answer = requests.post(URL, json={"prompt": prompt}, timeout=5)  # finds: status-never-checked
    text = answer.json()["choices"][0]["text"]
    try:
        return json.loads(text)["verdict"]
    except (ValueError, KeyError):
        return None
