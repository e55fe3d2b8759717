"""Calls that leave the machine only for some of what they are given."""

import feedparser
import httpx
import psycopg


async def parsed(client: httpx.AsyncClient, url):
    answer = await client.get(url)
    answer.raise_for_status()
    return feedparser.parse(answer.text)


async def given(text):
    return feedparser.parse(text)


async def fetched():
    return feedparser.parse("https://fx.example.com/feed.xml")  # finds: blocking-call-in-async


async def row(pool, key):
    """Rows are there once the statement has been executed."""
    with psycopg.connect("postgresql:///shop", connect_timeout=5) as connection:  # finds: blocking-call-in-async
        cursor = connection.cursor()
        cursor.execute("SELECT * FROM orders WHERE key = %s", (key,))
        return cursor.fetchone()


def _either(colour):
    """Waits only where nobody awaits what it gives."""
    if colour == "async":

        async def asked():
            async with httpx.AsyncClient() as client:
                return await client.get("https://fx.example.com")

        return asked()
    return httpx.get("https://fx.example.com")


async def coloured(result):
    return await result(_either("async"))
