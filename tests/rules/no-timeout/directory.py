"""A limit that a part of the client brings: here the description of the server."""

from ldap3 import Connection, Server

HOST = "ldap.example"


def bare(user, password):
    server = Server(HOST, use_ssl=True)
    return Connection(server, user, password)  # finds: no-timeout


def by_name(user, password):
    return Connection(HOST, user, password)  # finds: no-timeout


def on_the_server(user, password):
    """What the socket was given to connect stays for reading, unless reading has its own."""
    server = Server(HOST, use_ssl=True, connect_timeout=5)
    return Connection(server, user, password)


def on_the_connection(user, password):
    """Connecting alone ends with the system."""
    server = Server(HOST)
    return Connection(server, user, password, receive_timeout=10)


def handed(server, user, password):
    return Connection(server, user, password)
