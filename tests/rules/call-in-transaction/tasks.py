# Sending a task is what enqueue-in-transaction reports.
import requests
from celery import Celery, chain
from django.db import transaction

app = Celery("shop", broker="redis://queue/1")


@transaction.atomic
def order(number):
    app.send_task("orders.letter", args=(number,))


@transaction.atomic
def orders(number, letter):
    chain(letter.si(number), letter.si(number)).delay()


@transaction.atomic
def told(number):
    requests.post("https://stock.example.com/orders", json={"number": number}, timeout=4)  # finds: call-in-transaction
