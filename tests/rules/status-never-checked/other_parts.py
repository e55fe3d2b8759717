"""Tests of another part of the body: an error page has no such part, or has it by chance."""

import requests

def price(name):
    answer = requests.get(URL, timeout=5)  # finds: status-never-checked
    item = answer.json()
    if item["name"] != name:
        raise LookupError(name)
    return item["price"]

def rows():
    answer = requests.get(URL, timeout=5)  # finds: status-never-checked
    data = answer.json()
    if "rows" in data:
        return data["rows"]
    return []
