"""Users of a chat workspace."""
# play: members("general")
import time

import requests


def members(channel):
    url = "https://chat.example/api/members"
    r = requests.get(url, params={"channel": channel})
    while r.status_code == 429:
        time.sleep(int(r.headers["Retry-After"]))
        r = requests.get(url, params={"channel": channel})
    r.raise_for_status()
    return r.json()["members"]
