"""What only connects by itself ends with the system's patience, and what waits for events waits on purpose."""

import asyncio

import requests
from sseclient import SSEClient

URL = "https://partner.example/events"


async def connect(host, port):
    reader, writer = await asyncio.open_connection(host, port)
    return reader, writer


async def ask(host, port):
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(b"?\n")
    return await reader.readline()  # misses: no-timeout - the catalogue has no entry for a stream's reader


def events():
    """They come whenever something happens."""
    answer = requests.get(URL, stream=True)
    for event in SSEClient(answer).events():
        yield event.data


def asked_for():
    answer = requests.get(URL, stream=True, headers={"Accept": "text/event-stream"})
    yield from answer.iter_lines()


def rows():
    answer = requests.get(URL, stream=True)  # finds: no-timeout
    yield from answer.iter_lines()


def answered(question):
    """The answer to a question has an end."""
    headers = {"Accept": "text/event-stream"}
    answer = requests.post(URL, json=question, stream=True, headers=headers)  # finds: no-timeout
    yield from answer.iter_lines()
