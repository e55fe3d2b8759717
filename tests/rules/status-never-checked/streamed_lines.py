"""The lines of a streamed body say what a body says."""

import json

import httpx


def rows(url):
    with httpx.stream("GET", url) as answer:
        for text in answer.iter_lines():
            row = json.loads(text)
            if "error" in row:
                raise LookupError(row)
            yield row["result"]


async def parts(client: httpx.AsyncClient, url):
    async with client.stream("GET", url) as answer:
        async for part in answer.aiter_text():
            row = json.loads(part)
            error = row.get("error")
            if error:
                return None
            return row["result"]


def unread(url):
    with httpx.stream("GET", url) as answer:  # finds: status-never-checked
        for text in answer.iter_lines():
            yield json.loads(text)["result"]
