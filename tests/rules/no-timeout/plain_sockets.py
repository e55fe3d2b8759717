"""Plain sockets: a read without a limit is found where the socket asks another machine."""

import socket
from socket import AF_INET, SOCK_DGRAM, SOCK_STREAM

def udp(host):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.sendto(b"\x1b", (host, 123))
    data, addr = s.recvfrom(1024)  # finds: no-timeout
    return data

def udp_server():
    s = socket.socket(AF_INET, SOCK_DGRAM)
    s.bind(("", 99))
    while True:
        data, addr = s.recvfrom(100)
        s.sendto(data, addr)

class Printer:
    def __init__(self, host):
        self.sock = socket.socket()
        self.sock.connect((host, 1))
    def ask(self, x):
        self.sock.sendall(x)
        return self.sock.recv(10)  # finds: no-timeout

class Listener:
    def __init__(self, host):
        self.s2 = socket.socket()
        self.s2.connect((host, 1))
    def loop(self):
        while True:
            print(self.s2.recv(10))

def unix(path):
    s = socket.socket(socket.AF_UNIX)
    s.connect(path)
    return s.recv(10)

def here():
    s = socket.socket()
    s.connect(("localhost", 4))
    return s.recv(10)

def port_open(host):
    s = socket.socket()
    return s.connect_ex((host, 4)) == 0  # finds: no-timeout

def whole(host):
    with socket.socket(AF_INET, SOCK_STREAM) as s:
        s.connect((host, 4))
        parts = []
        while True:
            part = s.recv(100)  # finds: no-timeout
            if not part:
                break
            parts.append(part)
    return b"".join(parts)

def given(s):
    s.connect(("a", 1))
    return s.recv(10)

def wrapped(host, ctx):
    s = socket.socket()
    s.connect((host, 4))
    t = ctx.wrap_socket(s)
    return t.recv(1)
def passed(host, lib):
    s = socket.socket()
    s.connect((host, 4))
    lib.configure(s)
    return s.recv(1)
