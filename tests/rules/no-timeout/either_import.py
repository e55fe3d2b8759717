"""One function from one of two places."""
try:
    from urllib.request import urlopen
except ImportError:
    from urllib2 import urlopen

from six.moves.urllib.request import urlopen as other


def raw(url):
    with urlopen(url) as handle:  # finds: no-timeout
        return handle.read()


def moved(url):
    return other(url).read()  # finds: no-timeout


def calm(url):
    return urlopen(url, timeout=4).read() + other(url, None, 4).read()
