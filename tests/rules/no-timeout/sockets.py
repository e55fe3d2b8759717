"""Sockets of either kind, and clients that are given one."""

import http.client
import socket
import xmlrpc.client

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


def on_its_socket():
    peer = websocket.create_connection("wss://partner.example")
    peer.sock.settimeout(5)
    return peer.recv()


def of_the_daemon(path):
    peer = http.client.HTTPConnection("localhost")
    peer.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    peer.sock.settimeout(5)
    peer.sock.connect(path)
    peer.request("GET", "/version")
    return peer.getresponse().status == 200


class Impatient(xmlrpc.client.Transport):
    def make_connection(self, host):
        made = super().make_connection(host)
        made.timeout = 5
        return made


def by_place():
    return xmlrpc.client.ServerProxy("http://partner.example", Impatient()).stock()


def by_nothing():
    return xmlrpc.client.ServerProxy("http://partner.example", None).stock()  # finds: no-timeout


def forgotten():
    # TODO there is no timeout here
    return socket.create_connection(("partner.example", 70))  # finds: no-timeout


def endless():
    # We never set a timeout here, the other side speaks when it likes.
    return socket.create_connection(("partner.example", 70))
