"""Functions that call themselves again for a status that passes, and those that end."""
import asyncio
import time

import httpx


class Quotes:
    def latest(self, symbol):
        try:
            answer = self.http.get(f"https://quotes.example.org/{symbol}")
            answer.raise_for_status()
        except httpx.HTTPStatusError as error:
            if error.response.status_code in (502, 503):
                time.sleep(2)
                return self.latest(symbol)  # finds: unbounded-retry
            raise
        return answer.json()

    def __init__(self):
        self.http = httpx.Client()

async def token(http: httpx.AsyncClient, user):
    answer = await http.post("https://id.example.org/token", data={"user": user})
    if answer.status_code >= 500:
        await asyncio.sleep(1)
        return await token(http, user)  # finds: unbounded-retry
    return answer.raise_for_status().json()


async def pages(http: httpx.AsyncClient, url):
    answer = await http.get(url)
    if answer.status_code == 303:
        return await pages(http, url)  # somewhere else by then
    body = answer.raise_for_status().json()
    return body["items"] + (await pages(http, body["next"]) if body["next"] else [])

async def user(http: httpx.AsyncClient, uid, again=True):
    answer = await http.get(f"/users/{uid}")
    if answer.status_code == 503 and again:
        return await user(http, uid, again=False)
    return answer.raise_for_status().json()

def signed(session, url):
    try:
        return session.get(url).raise_for_status().json()
    except httpx.HTTPStatusError as error:
        if error.response.status_code != 401:
            raise
        session.sign_in()
        return signed(session, url)
