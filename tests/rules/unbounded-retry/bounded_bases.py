"""Tasks that limit what their base class does not, and one whose base is not seen."""

import requests
from celery import Celery, Task

from shop.tasks import Unknown

app = Celery("shop")

class Patient(Task):
    autoretry_for = (requests.RequestException,)
    max_retries = None
    retry_backoff = True

class Bounded(Patient):
    max_retries = 4

@app.task(base=Patient, max_retries=5)
def push(url):
    requests.get(url, timeout=5).raise_for_status()

@app.task(base=Bounded)
def pull(url):
    requests.get(url, timeout=5).raise_for_status()

@app.task(base=Unknown, max_retries=None)
def other(url):
    requests.get(url, timeout=5).raise_for_status()
