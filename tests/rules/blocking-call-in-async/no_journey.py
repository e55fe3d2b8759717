"""Calls that leave the machine only for some of what they are given."""

import feedparser
import httpx


async def parsed(client: httpx.AsyncClient, url):
    answer = await client.get(url)
    answer.raise_for_status()
    return feedparser.parse(answer.text)


async def given(text):
    return feedparser.parse(text)


async def fetched():
    return feedparser.parse("https://fx.example.com/feed.xml")  # finds: blocking-call-in-async
