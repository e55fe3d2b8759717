"""Loops that connect again at once: the work for the messages is done inside, a client is made anew in each round."""
import logging
import time

import paho.mqtt.client as mqtt
import pika
import psycopg2
import redis
import websockets

log = logging.getLogger(__name__)


def consume(handle):
    while True:  # finds: retry-without-backoff
        try:
            connection = pika.BlockingConnection(pika.ConnectionParameters("queue.example.com"))
            channel = connection.channel()
            channel.basic_consume("orders", handle)
            channel.start_consuming()
        except pika.exceptions.AMQPConnectionError:
            log.warning("connecting again")
            continue


def consume_calmly(handle):
    while True:
        try:
            connection = pika.BlockingConnection(pika.ConnectionParameters("queue.example.com"))
            connection.channel().start_consuming()
        except pika.exceptions.AMQPConnectionError:
            time.sleep(5)


def repeated_by_the_library(handle):
    while True:
        try:
            settings = pika.ConnectionParameters("queue.example.com", connection_attempts=5, retry_delay=3)
            connection = pika.BlockingConnection(settings)
            connection.channel().start_consuming()
        except pika.exceptions.AMQPConnectionError:
            log.warning("connecting again")


def subscribe():
    while True:  # finds: retry-without-backoff
        try:
            client = mqtt.Client()
            client.connect("broker.example.com")
            client.loop_forever()
        except OSError:
            log.info("connecting again")


def subscribe_with_a_delay():
    while True:
        try:
            client = mqtt.Client()
            client.reconnect_delay_set(1, 60)
            client.connect("broker.example.com")
            client.loop_forever()
        except OSError:
            log.info("connecting again")


async def feed(handle):
    while True:  # finds: retry-without-backoff
        try:
            async with websockets.connect("wss://feed.example.com") as line:
                async for message in line:
                    handle(message)
        except (OSError, websockets.ConnectionClosed):
            continue


def work(rows):
    while True:  # finds: retry-without-backoff
        try:
            connection = psycopg2.connect("dbname=shop")
        except psycopg2.OperationalError:
            continue
        rows.take(connection)


def work_after_a_failure(rows):
    connection = None
    while True:
        try:
            connection = psycopg2.connect("dbname=shop")
        except psycopg2.OperationalError:
            log.warning("no database")
        rows.take(connection)


def listen(handle):
    # some versions of the library repeat the connection with pauses of their own
    while True:
        try:
            channel = redis.Redis("cache.example.com").pubsub()
            channel.subscribe("orders")
            for message in channel.listen():
                handle(message)
        except redis.ConnectionError:
            log.warning("connecting again")
            continue
