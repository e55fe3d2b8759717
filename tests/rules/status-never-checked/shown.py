"""A body that is only shown to whoever watches, or told to somebody who reads whatever it says."""

import logging

import aiohttp
import requests
from agents.tools import BaseTool

URL = "https://partner.example/v1"
log = logging.getLogger(__name__)


def _reported(event):
    answer = requests.post(URL, json=event, timeout=5)
    return answer.text


def report(event):
    said: str | None = _reported(event)
    if said is None:
        said = another_way(event)
    log.msg("the partner said:", said)


async def _pinged(session: aiohttp.ClientSession):
    async with session.post(URL) as answer:
        return await answer.text()


async def ping(session: aiohttp.ClientSession):
    await _pinged(session)
    print(await _pinged(session))


def named(event):
    answer = requests.post(URL, json=event, timeout=5)
    said = answer.text
    log.debug("the partner said: %s", said)


def _stored(event):
    answer = requests.post(URL, json=event, timeout=5)  # finds: status-never-checked
    return answer.text


def store(event):
    said = _stored(event)
    log.info("the partner said: %s", said)
    event.keep(said)


def _handed(event):
    """Somebody may do with it what we do not see."""
    answer = requests.post(URL, json=event, timeout=5)  # finds: status-never-checked
    return answer.text


SENDERS = {"post": _handed}


def hand(event):
    log.info("the partner said: %s", _handed(event))


def shown(event):
    """Not private: others may call it."""
    answer = requests.post(URL, json=event, timeout=5)  # finds: status-never-checked
    return answer.text


def show(event):
    log.info("the partner said: %s", shown(event))


def found(query):
    """What is given back tells what is wrong, too: the first step says so."""
    answer = requests.post(URL, json={"query": query}, timeout=5)
    if answer.status_code != 201:
        return answer.text
    number = answer.json()["id"]
    answer = requests.get(f"{URL}/{number}", timeout=5)
    return answer.text


def counted(query):
    """What is told when something is wrong is one thing, what is counted another."""
    answer = requests.post(URL, json={"query": query}, timeout=5)
    if answer.status_code != 201:
        return answer.text
    answer = requests.get(f"{URL}/{answer.json()['id']}", timeout=5)  # finds: status-never-checked
    return len(answer.text)


class SearchTool(BaseTool):
    def _run(self, query):
        answer = requests.get(URL, params={"q": query}, timeout=5)
        return answer.text

    def _first(self, query):
        """A model sees no body that is taken apart first."""
        answer = requests.get(URL, params={"q": query}, timeout=5)  # finds: status-never-checked
        return answer.json()["pages"][0]


@mcp.tool()
async def pages(query: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(URL) as answer:
        return await answer.text()
