"""Sends events to webhooks."""
# play: WebhookSender("https://hooks.example/in", "s3cret").send("order.paid", {"id": 1})
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request


class WebhookSender:
    MAX_ATTEMPTS = 8

    def __init__(self, url, secret):
        self.url = url
        self.secret = secret.encode()

    def send(self, kind, payload):
        body = json.dumps({"type": kind, "data": payload}).encode()
        signature = hmac.new(self.secret, body, hashlib.sha256).hexdigest()
        request = urllib.request.Request(
            self.url,
            data=body,
            headers={"Content-Type": "application/json", "X-Signature": signature},
            method="POST",
        )
        attempt = 0
        while attempt < self.MAX_ATTEMPTS:
            try:
                with urllib.request.urlopen(request, timeout=15) as response:
                    answer = json.loads(response.read())
                    return answer["id"]
            except urllib.error.HTTPError as e:
                print("HTTP", e.code)
            except urllib.error.URLError as e:
                print("unreachable", e.reason)
            attempt += 1
            time.sleep(2 ** attempt)
        raise RuntimeError(f"webhook {self.url} failed")
