"""Libraries under another import name, from a copy in another package, and with a name for Python 2."""

import six
from six.moves import http_client
from six.moves.urllib.request import urlopen as other_urlopen

try:
    import requests
except ImportError:
    from pip._vendor import requests

try:
    from urllib2 import Request, urlopen
except ImportError:
    from urllib.request import Request, urlopen

try:
    import xmlrpclib
except ImportError:
    import xmlrpc.client as xmlrpclib


def page(url):
    return requests.get(url).text  # finds: no-timeout


def calm_page(url):
    return requests.get(url, timeout=5).text


def opened(url):
    return urlopen(Request(url)).read()  # finds: no-timeout


def calmly_opened(url):
    return urlopen(Request(url), timeout=5).read()


def moved(url):
    return other_urlopen(url).read()  # finds: no-timeout


def by_attributes(url):
    return six.moves.urllib.request.urlopen(url).read()  # finds: no-timeout


def connected(host):
    return http_client.HTTPConnection(host)  # finds: no-timeout


def called(url):
    return xmlrpclib.ServerProxy(url).status()  # finds: no-timeout


def inside(url):
    try:
        from urllib2 import urlopen
    except ImportError:
        from future.moves.urllib.request import urlopen
    return urlopen(url).read()  # finds: no-timeout


def python2_alone(url):
    from urllib2 import urlopen

    return urlopen(url).read()
