"""A limit that a library keeps for the whole program."""

import websocket
from websocket import create_connection


def begin():
    websocket.setdefaulttimeout(5)


def ask():
    peer = create_connection("wss://partner.example")
    return peer.recv()
