"""One function from one of two places that are the same."""
try:
    from urllib.request import urlopen
except ImportError:
    from urllib import request
    urlopen = request.urlopen


def raw(url):
    with urlopen(url) as handle:  # finds: no-timeout
        return handle.read()


def calm(url):
    return urlopen(url, timeout=4).read()
