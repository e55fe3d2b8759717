"""Stock levels through a session that repeats."""
# play: stock("sku-1")
import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

session = requests.Session()
retries = Retry(total=10, backoff_factor=1, status_forcelist=[400, 404, 429, 500, 502, 503, 504])
session.mount("https://", HTTPAdapter(max_retries=retries))


def stock(sku):
    response = session.get(f"https://stock.example/{sku}", timeout=60)
    return response.json()["level"]
