"""Where it starts."""

import socket

from . import fetching


def main(options):
    socket.setdefaulttimeout(options.timeout)
    fetching.fetch(options.url)
