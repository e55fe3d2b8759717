"""Workers of several queues whose calls last longer than the queue leaves them a message, and some that do not."""

import time

import dramatiq
import httpx
import paho.mqtt.client as mqtt
import pika
import requests
from aiokafka import AIOKafkaConsumer
from celery import Celery
from confluent_kafka import Consumer
from redis import Redis
from rq import Queue

app = Celery("x", broker="amqp://q")
app.conf.task_soft_time_limit = 60
queue = Queue(connection=Redis())


class Worker:
    def __init__(self):
        self.connection = pika.BlockingConnection(pika.URLParameters("amqp://mq/?heartbeat=30"))
        self.channel = self.connection.channel()

    def run(self):
        self.channel.basic_consume(queue="films", on_message_callback=self.on_message)
        self.channel.basic_consume(queue="pauses", on_message_callback=self.on_pause)
        self.channel.basic_consume(queue="songs", on_message_callback=self.on_song)
        self.channel.start_consuming()

    def on_message(self, channel, method, props, body):
        self.encode(body)  # finds: timeout-exceeds-limit
        channel.basic_ack(method.delivery_tag)

    def on_pause(self, channel, method, props, body):
        requests.post("https://media.example.com", data=body, timeout=5).raise_for_status()
        time.sleep(90)  # finds: timeout-exceeds-limit
        channel.basic_ack(method.delivery_tag)

    def on_song(self, channel, method, props, body):
        requests.post("https://media.example.com", data=body, timeout=25).raise_for_status()
        channel.basic_ack(method.delivery_tag)

    def encode(self, body):
        httpx.post("https://media.example.com", content=body, timeout=120).raise_for_status()


def on_reading(client, userdata, message):
    requests.post("https://meter.example.com", data=message.payload, timeout=120)  # finds: timeout-exceeds-limit


def on_light(client, userdata, message):
    requests.post("https://meter.example.com", data=message.payload, timeout=80)


def listen():
    client = mqtt.Client()
    client.on_message = on_reading
    client.connect("mq", 1883, 60)
    client.loop_forever()


async def orders():
    consumer = AIOKafkaConsumer("orders", max_poll_interval_ms=30000)
    await consumer.start()
    async with httpx.AsyncClient(timeout=60) as client:
        async for message in consumer:
            await client.post("https://bank.example.com", content=message.value)  # finds: timeout-exceeds-limit


def bookings():
    consumer = Consumer({"group.id": "bookings", "max.poll.interval.ms": 60000})
    while True:
        message = consumer.poll(1.0)
        if message is not None:
            requests.post("https://bank.example.com", data=message.value(), timeout=100)  # finds: timeout-exceeds-limit


def patient():
    consumer = Consumer({"group.id": "bookings", "max.poll.interval.ms": 600000})
    while True:
        message = consumer.poll(1.0)
        if message is not None:
            requests.post("https://bank.example.com", data=message.value(), timeout=100)


def report(tenant):
    requests.post("https://reports.example.com", data=tenant, timeout=100)


def nightly(tenant):
    queue.enqueue(report, tenant, job_timeout=60)  # finds: timeout-exceeds-limit
    queue.enqueue(report, tenant, job_timeout=600)


@dramatiq.actor(time_limit=30_000)
def post(letter):
    requests.post("https://mail.example.com", data=letter, timeout=100)  # finds: timeout-exceeds-limit


@app.task
def sync(tenant):
    requests.post("https://crm.example.com", data=tenant, timeout=100)  # finds: timeout-exceeds-limit


@app.task(time_limit=50, autoretry_for=(requests.RequestException,), max_retries=5, retry_backoff=True)
def again(tenant):
    requests.post("https://crm.example.com", data=tenant, timeout=20).raise_for_status()
