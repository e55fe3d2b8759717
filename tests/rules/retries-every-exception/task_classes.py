"""Tasks as classes that ask for another attempt."""
import httpx
from celery import Celery, Task


class Reminder(Task):
    name = "reminder"
    max_retries = 4

    def run(self, customer):
        try:
            httpx.post("https://mail.example.net/reminders", json={"to": customer}, timeout=9).raise_for_status()
        except Exception as exc:  # finds: retries-every-exception
            raise self.retry(exc=exc, countdown=30)


class Parcel(Task):
    def run(self, number):
        try:
            return httpx.get(f"https://parcels.example.net/{number}", timeout=9).json()
        except httpx.TransportError as exc:
            raise self.retry(exc=exc, countdown=30)


class NoTask:
    def run(self, number):
        try:
            return httpx.get(f"https://parcels.example.net/{number}", timeout=9).json()
        except Exception as exc:
            raise self.retry(exc=exc, countdown=30)


app = Celery("shop")


class OfAnApp(app.Task):
    def run(self, order):
        try:
            httpx.post("https://orders.example.net", json=order, timeout=5)
        except Exception as error:  # finds: retries-every-exception
            self.retry(exc=error, countdown=30)
