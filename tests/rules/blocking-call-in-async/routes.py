"""Handlers of a service: a library's client of the module, one that the framework gives, one that a class keeps."""

import asyncio
from typing import Annotated

import boto3
import redis
import requests
import stripe
from fastapi import BackgroundTasks, Depends, FastAPI
from openai import OpenAI
from slack_sdk import WebClient
from starlette.concurrency import run_in_threadpool

app = FastAPI()
llm = OpenAI(timeout=30)
slack = WebClient(token="x")
cache = redis.Redis(host="cache", socket_timeout=1)
store = boto3.client("s3")


def made() -> requests.Session:
    return requests.Session()


Session = Annotated[requests.Session, Depends(made)]


@app.post("/ask")
async def ask(text: str):
    return llm.responses.create(model="small", input=text).output_text  # finds: blocking-call-in-async


@app.post("/notify")
async def notify(text: str):
    slack.chat_postMessage(channel="c", text=text)  # finds: blocking-call-in-async


@app.get("/cached")
async def cached(key: str):
    return cache.get(key)  # finds: blocking-call-in-async


@app.get("/file")
async def file(key: str):
    return store.get_object(Bucket="b", Key=key)["Body"].read()  # finds: blocking-call-in-async


@app.post("/pay")
async def pay(amount: int):
    return stripe.PaymentIntent.create(amount=amount, currency="eur")  # finds: blocking-call-in-async


@app.get("/given")
async def given(session: Session):
    return session.get("https://partner.example", timeout=5).text  # finds: blocking-call-in-async


@app.get("/in-a-thread")
async def in_a_thread(session: Session, key: str):
    answer = await run_in_threadpool(session.get, "https://partner.example", timeout=5)
    return answer.text, await asyncio.to_thread(store.get_object, Bucket="b", Key=key)


@app.get("/plain")
def plain(session: Session):
    return session.get("https://partner.example", timeout=5).text


@app.post("/later")
async def later(tasks: BackgroundTasks, text: str):
    tasks.add_task(slack.chat_postMessage, channel="c", text=text)


@app.get("/found")
async def found(query: str):
    """What holds the commands of a module asks nobody by itself."""
    index = cache.ft("pages")
    return index.search(query)  # finds: blocking-call-in-async
