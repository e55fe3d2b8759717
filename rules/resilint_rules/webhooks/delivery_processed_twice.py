r"""A webhook that does its work again when the same delivery comes twice.

Every sender repeats a delivery whose answer came late or got lost: at least once, not exactly once. The order is placed
twice and the customer gets two mails, unless the number of the delivery is remembered.

```python bad
import smtplib
import stripe
from flask import Flask, request

app = Flask(__name__)

@app.post("/hooks/payments")
def paid():
    event = stripe.Webhook.construct_event(request.get_data(), request.headers["Stripe-Signature"], SECRET)
    if event["type"] == "checkout.session.completed":
        with smtplib.SMTP("mail.example.com", timeout=5) as server:
            server.send_message(receipt(event))  # finds: delivery-processed-twice
    return "", 204
```

```python good
import smtplib
import stripe
from flask import Flask, request

app = Flask(__name__)

@app.post("/hooks/payments")
def paid():
    event = stripe.Webhook.construct_event(request.get_data(), request.headers["Stripe-Signature"], SECRET)
    if not cache.add(f"stripe:{event['id']}", 1, timeout=86400):
        return "", 204
    if event["type"] == "checkout.session.completed":
        with smtplib.SMTP("mail.example.com", timeout=5) as server:
            server.send_message(receipt(event))
    return "", 204
```

Functions of the project that are called count as well.

```python bad
import requests
from fastapi import FastAPI, Request

app = FastAPI()

def order(body):
    requests.post("https://erp.example.com/orders", json=body, timeout=5).raise_for_status()

@app.post("/hooks/shop")
async def sold(request: Request):
    check_signature(await request.body(), request.headers["X-Shopify-Hmac-Sha256"])
    if request.headers["X-Shopify-Topic"] == "orders/create":
        order(await request.json())  # finds: delivery-processed-twice
```

Silent where a number of the event or the delivery is read, or a word says that repetition is known; where the call
carries an idempotency key, or may be made twice; and where the work is given to a queue.

```python good
import requests
from fastapi import FastAPI, Request

app = FastAPI()

@app.post("/hooks/shop")
async def sold(request: Request):
    body, number = await request.json(), request.headers["X-Shopify-Webhook-Id"]
    if request.headers["X-Shopify-Topic"] == "orders/create" and await is_new(number):
        requests.post("https://erp.example.com/orders", json=body, timeout=5).raise_for_status()

@app.post("/hooks/code")
async def pushed(request: Request):
    if request.headers["X-GitHub-Event"] == "push":
        requests.put("https://build.example.com/head", json=await request.json(), timeout=5).raise_for_status()
        build.delay(await request.json())
```

There is no fix. Remember the number of the delivery for a day or longer, before the work: `X-GitHub-Delivery`,
`X-Shopify-Webhook-Id`, `webhook-id`, or the `id` of the event.

When not to: twice does no harm, such as for a message in a chat.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Frame
from ..kit.rule import rule
from ._repeats import repeated_work


@rule(code="WHK006", name="delivery-processed-twice", severity="hint", preview=True)
def check(frame: Frame) -> Iterator[Finding]:
    """Reports work of a webhook that is done again when a delivery is repeated."""
    found = repeated_work(frame)
    if found is None:
        return
    call, place = found
    yield frame.finding(
        f"`{frame.tree.code(place.func)}` is done again if the delivery comes twice: nothing remembers its number",
        frame.tree.span(place.func),
        callee=call.callee,
        library=call.library,
    )
