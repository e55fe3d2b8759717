r"""A subscription that is lost with the first connection.

The client connects again by itself, but with a clean session the broker has forgotten what it was subscribed to.
After the first short outage everything looks well: the connection is up, keep-alives are answered, and no message
arrives any more. The place for `subscribe` is the callback that runs at each connection.

```python bad
import paho.mqtt.client as mqtt

def run(host, handle):
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.on_message = handle
    client.connect(host, 1883, keepalive=30)
    client.subscribe("van/+/set", 1)  # finds: subscribed-once
    client.loop_forever()
```

```python bad
import paho.mqtt.client as mqtt

class Bridge:
    def __init__(self, host):
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self.client.on_connect = self.on_connect
        self.client.connect(host)

    def on_connect(self, client, userdata, flags, reason, properties):
        print("connected")

    def start(self):
        self.client.subscribe("van/+/set")  # finds: subscribed-once
        self.client.loop_start()
```

A subscription in the callback is made again each time. The broker keeps those of a session that is not clean, and a
program that ends after its first message needs no second one.

```python good
import paho.mqtt.client as mqtt

def on_connect(client, userdata, flags, reason, properties):
    client.subscribe("van/+/set")

def run(host, handle):
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.on_connect = on_connect
    client.connect(host)
    client.subscribe("van/status")
    client.loop_forever()

def run_with_session(host, name):
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=name, clean_session=False)
    client.connect(host)
    client.subscribe("van/+/set", 1)
    client.loop_forever()

def read_once(host, topic, done):
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.connect(host)
    client.subscribe(topic)
    client.loop_start()
    done.wait(10)
    client.disconnect()
```

```python good
import paho.mqtt.client as mqtt

class Bridge:
    def __init__(self, host):
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self.client.on_connect = self.connected
        self.client.connect(host)
        self.client.loop_start()

    def connected(self, client, userdata, flags, reason, properties):
        self.renew()

    def renew(self):
        self.client.subscribe("van/+/set")

class Any:
    def __init__(self, host):
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self.client.connect(host)
        self.client.loop_start()

    def listen(self, topic):
        self.client.subscribe(topic)
```

There is no fix: what else has to be done at each connection only you know.

When not to: the process ends when the connection is lost, and is started again.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Frame
from ..kit.rule import rule
from ._subscribing import lost_subscriptions


@rule(code="MSG010", name="subscribed-once", preview=True, words=(".subscribe(",))
def check(frame: Frame) -> Iterator[Finding]:
    """Reports subscriptions that are made outside of the callback for each connection."""
    for call, callback in lost_subscriptions(frame):
        yield frame.finding(
            f"`{frame.tree.code(call.func)}` is called once: after a reconnect nothing arrives, as only `{callback}` "
            "is called again",
            frame.tree.span(call.func),
            statement=frame.tree.parent(call),
        )
