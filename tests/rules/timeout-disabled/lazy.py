"""Libraries that are imported only where they are needed, and objects that carry more than the limit."""

from zeep import Client, Transport


def named_late(url):
    from httpx import Client as Web
    from httpx import Timeout as Wait

    return Web(timeout=Wait(None))  # finds: timeout-disabled


def cached(wsdl, cache):
    transport = Transport(cache=cache, operation_timeout=None)
    return Client(wsdl, transport=transport)  # finds: timeout-disabled


def left_out(wsdl, cache):
    """Nobody switched anything off here: that is for another rule."""
    return Client(wsdl, transport=Transport(cache=cache))  # finds: no-timeout
