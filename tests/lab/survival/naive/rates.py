"""Exchange rates, with yesterday's as a fallback."""
# play: rate("EUR")
# fallback: 1.1
import requests

LAST = {"EUR": 1.1}


def rate(currency):
    try:
        resp = requests.get("https://rates.example/latest", params={"base": "USD"})
        value = resp.json()["rates"][currency]
        LAST[currency] = value
        return value
    except requests.RequestException:
        return LAST[currency]
