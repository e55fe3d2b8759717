"""A client in one place, and what limits its calls in another."""

import smtplib
import telnetlib

import urllib3

URL = "https://partner.example/v1"
shared = urllib3.PoolManager(num_pools=4)
half = urllib3.PoolManager(num_pools=4)  # finds: no-timeout


def prices():
    return shared.request("GET", URL, timeout=3)


def stock():
    return shared.request("GET", f"{URL}/stock", timeout=3)


def careful():
    return half.request("GET", URL, timeout=3)


def careless():
    return half.request("GET", f"{URL}/stock")


class Registry:
    """Each call brings its limit, in a closure that is made when a name is asked for."""

    def __init__(self):
        self.wait = 10
        self.pool = urllib3.PoolManager(maxsize=10)

    def __getattr__(self, verb):
        def ask(path, headers=None):
            options = {"retries": 0, "headers": headers}
            if path.endswith("watch"):
                options["timeout"] = 300
            else:
                options["timeout"] = self.wait
            return self.pool.request(verb.upper(), f"{URL}/{path}", **options)

        return ask


class Bare:
    def __init__(self):
        self.pool = urllib3.PoolManager(maxsize=10)  # finds: no-timeout

    def ask(self, path):
        return self.pool.request("GET", f"{URL}/{path}")


class Mixed:
    pool = urllib3.PoolManager(maxsize=10)  # finds: no-timeout

    def ask(self, path):
        return self.pool.request("GET", f"{URL}/{path}", timeout=5)

    def tell(self, path, options):
        return self.pool.request("POST", f"{URL}/{path}")


class Spread:
    def __init__(self):
        self.pool = urllib3.PoolManager(maxsize=10)

    def ask(self, path, **options):
        return self.pool.request("GET", f"{URL}/{path}", **options)


def post(message):
    mail = smtplib.SMTP("mail.example")  # finds: no-timeout
    mail.send_message(message)


def router():
    line = telnetlib.Telnet("10.0.0.1")
    line.read_until(b"> ", timeout=2)
    line.write(b"show\n")
    return line.read_until(b"> ", timeout=2)


class Late:
    """Kept under another name first."""

    def __init__(self, pool=None):
        if pool is None:
            pool = urllib3.PoolManager(maxsize=10)
        self.pool = pool

    def prices(self):
        return self.pool.request("GET", URL, timeout=3)
