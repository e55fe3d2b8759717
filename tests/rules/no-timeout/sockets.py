"""Sockets of either kind."""

import socket

import websocket


def raw():
    peer = socket.create_connection(("partner.example", 70))  # finds: no-timeout
    peer.sendall(b"/")


def limited():
    return socket.create_connection(("partner.example", 70), 5)


def web():
    peer = websocket.create_connection("wss://partner.example")  # finds: no-timeout
    return peer.recv()


def set_afterwards():
    peer = websocket.create_connection("wss://partner.example")
    peer.settimeout(5)
    return peer.recv()
