"""Summaries from a language model."""
# play: summarise("a long text")
import time

import httpx

URL = "https://llm.example/v1/chat/completions"


def summarise(text):
    while True:
        resp = httpx.post(
            URL,
            json={"model": "small", "messages": [{"role": "user", "content": text}]},
            timeout=None,
        )
        if resp.status_code == 429:
            time.sleep(int(resp.headers["retry-after"]))
            continue
        return resp.json()["choices"][0]["message"]["content"]
