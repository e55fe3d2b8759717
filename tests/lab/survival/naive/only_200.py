"""Search in the shop's index."""
# play: search("shoes")
# fallback: None
import requests


def search(words):
    r = requests.get("https://search.example/query", params={"q": words})
    if r.status_code == 200:
        return [hit["id"] for hit in r.json()["hits"]]
    return None
