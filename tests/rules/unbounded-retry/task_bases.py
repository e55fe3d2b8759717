"""Tasks whose base class sets no limit, and a decorator of the project that has none."""

import time
import requests
from celery import Celery, Task

app = Celery("shop")

class Patient(Task):
    autoretry_for = (requests.RequestException,)
    max_retries = None
    retry_backoff = True

@app.task(base=Patient)  # finds: unbounded-retry
def push(url):
    requests.get(url, timeout=5).raise_for_status()

def forever(function):
    def wrapper(*args):
        while True:  # finds: unbounded-retry
            try:
                return function(*args)
            except requests.RequestException:
                time.sleep(5)
    return wrapper

@forever
def pulled(url):
    return requests.get(url, timeout=5).text
