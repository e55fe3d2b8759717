"""Messages to a chat."""
# play: post("general", "deployed")
import requests


def post(channel, text):
    resp = requests.post("https://chat.example/api/post", json={"channel": channel, "text": text})
    if not resp.json()["ok"]:
        print("message was not sent")
    return resp.json()["ts"]
