"""Clients that are made in places that are gone through often, and those that only look so."""

import aiohttp
import boto3
import celery
import grpc
import httpx
import openai
import requests
from celery import shared_task
from flask import Blueprint

pages = Blueprint("pages", __name__)
worker = celery.Celery("worker")
REGION = "eu-central-1"


# tells who is there
@pages.route("/who")
def who():
    """Who is there."""
    client = requests.Session()  # finds: client-per-call
    return client.get("https://id.example.com/who", timeout=5).text


@shared_task
def count(name):
    table = boto3.resource("dynamodb", region_name=REGION)  # finds: client-per-call
    return table.Table("counts").get_item(Key={"name": name})


@worker.task(bind=True)
def answer(self, question):
    return openai.OpenAI().chat.completions.create(model="small", messages=question)  # finds: client-per-call


@worker.task
def tenant(key, question):
    return openai.OpenAI(api_key=key).chat.completions.create(model="small", messages=question)


@pages.get("/made")
def made():
    client = httpx.Client()
    return client


@pages.get("/passed")
def passed():
    client = httpx.Client()
    return load(client)


@pages.get("/many")
def many():
    client = httpx.Client()
    return [client.get(url).raise_for_status().text for url in URLS]


@pages.get("/live")
async def live():
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect("wss://example.com/live") as live:
            return await live.receive()


def each(hosts):
    for host in hosts:
        with requests.Session() as session:  # finds: client-per-call
            session.get(host, timeout=5).raise_for_status()


def channels(hosts):
    for host in hosts:
        channel = grpc.insecure_channel(host)
        yield channel


def forever():
    while True:
        with httpx.Client() as client:
            client.get("https://example.com/poll").raise_for_status()


def set_up(hosts):
    for host in hosts:
        session = requests.Session()
        session.headers = {"Host": host}
        session.get(host, timeout=5).raise_for_status()


class Pool:
    def fill(self, hosts):
        for host in hosts:
            self.client = httpx.Client()
            self.client.get(host).raise_for_status()


def lambda_handler(event, context):
    table = boto3.resource("dynamodb")  # finds: client-per-call
    return table.Table("counts").get_item(Key={"name": event["name"]})


def error_handler(error, context):
    return boto3.client("sns").publish(TopicArn=REGION, Message=str(error))


class Events:
    def handler(self, event, context):
        return boto3.client("sns").publish(TopicArn=REGION, Message=str(event))
