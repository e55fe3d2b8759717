"""Nobody limits what it does."""

import urllib.request


def fetch(url):
    with urllib.request.urlopen(url) as answer:  # finds: no-timeout
        return answer.read()
