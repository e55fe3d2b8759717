"""A client of the project with one layer of its own."""

import requests
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential


class Gateway:
    def __init__(self, url):
        self.url = url
        self.session = requests.Session()

    @retry(
        stop=stop_after_attempt(4),
        wait=wait_random_exponential(max=10),
        retry=retry_if_exception_type(requests.RequestException),
        reraise=True,
    )
    def quote(self, item):
        answer = self.session.get(f"{self.url}/{item}", timeout=(3, 10))
        answer.raise_for_status()
        return answer.json()

    def latest(self):
        try:
            return self.quote("latest")
        except requests.RequestException:
            return None


def quote(url, item):
    return Gateway(url).quote(item)
