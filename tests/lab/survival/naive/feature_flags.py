"""Feature flags, read at each start."""
# play: flags()
import json
import time
from urllib.request import urlopen


def flags():
    last = None
    for n in range(20):
        try:
            body = urlopen("https://flags.example/all", timeout=60).read()
            return json.loads(body)["flags"]
        except Exception as error:
            last = error
            time.sleep(1)
    raise last
