"""A module that speaks with TLS, too: what has no address of its own may be for that."""

import aiohttp


def connect(host, port):
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=False))  # finds: tls-verification-off
    return session, f"http://{host}" if port == 80 else f"https://{host}:{port}"
