"""Sockets that one method keeps for others, and sockets that only connect."""
import contextlib
import socket


class Meter:
    def open(self, host):
        self.line = socket.socket()
        self.line.connect((host, 502))

    def read(self):
        return self.line.recv(256)  # finds: no-timeout


class PatientMeter:
    def __init__(self, host):
        self.wire = socket.socket()
        self.wire.settimeout(4)
        self.wire.connect((host, 502))

    def read(self):
        return self.wire.recv(256)


class Lent:
    def open(self, host):
        self.lent = socket.socket()
        self.lent.connect((host, 502))

    def read(self):
        return self.lent.recv(256)


def hurry(meter):
    meter.lent.settimeout(4)


class Parent:
    def open(self, host):
        self.tube = socket.socket()
        self.tube.connect((host, 502))

    def read(self):
        return self.tube.recv(256)


class Child(Parent):
    def open(self, host):
        super().open(host)
        self.tube.settimeout(4)


def open_ports(host, ports):
    found = []
    for port in ports:
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.connect((host, port))  # finds: no-timeout
            found.append(port)
    return found


def own_address():
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    probe.connect(("192.0.2.1", 9))
    return probe.getsockname()[0]


def is_up(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def dial(host):
    line = socket.socket()
    line.connect((host, 22))
    return line


def keep(host, lines):
    line = socket.socket()
    line.connect((host, 22))
    lines.append(line)
