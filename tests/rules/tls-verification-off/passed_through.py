"""False, given as a parameter of the project's own functions and classes."""

import httpx
import requests


def client(verify=True):
    return httpx.Client(verify=verify, timeout=10)


def inventory():
    with client(verify=False) as http:  # finds: tls-verification-off
        return http.get("https://erp.example.com/inventory").raise_for_status().json()


def read(url, verify_tls=True):
    with client(verify=verify_tls) as http:
        return http.get(url).raise_for_status().json()


def prices():
    return read("https://erp.example.com/prices", verify_tls=False)  # finds: tls-verification-off


def by_place():
    """Nothing here says what the False is for."""
    return read("https://erp.example.com/prices", False)  # misses: tls-verification-off - the function is not examined


def checked():
    return read("https://erp.example.com/prices")


def pinned():
    return read("https://erp.example.com/prices", "/etc/ssl/erp.pem")


def here():
    return read("http://localhost:8080/prices", verify_tls=False)


def by_choice(insecure):
    if insecure:
        return read("https://erp.example.com/prices", verify_tls=False)
    return read("https://erp.example.com/prices")


def replaced(url, verify=False):
    verify = "/etc/ssl/erp.pem" if not verify else verify
    answer = requests.get(url, verify=verify, timeout=5)
    answer.raise_for_status()
    return answer.json()


def with_replaced():
    return replaced("https://erp.example.com/prices", verify=False)


def checks_a_field(order, strict=True):
    answer = requests.post("https://erp.example.com/orders", json={"strict": strict, **order}, timeout=5)
    answer.raise_for_status()
    return answer.json()


def with_a_field(order):
    return checks_a_field(order, strict=False)


class Erp:
    def __init__(self, base, verify=True):
        self.base = base
        self.session = requests.Session()
        self.session.verify = verify


class Crm:
    def __init__(self, base, verify=True):
        self.base, self.pages = base, 9
        self.verify = verify

    def names(self):
        answer = requests.get(self.base + "/names", timeout=5, verify=self.verify)
        answer.raise_for_status()
        return answer.json()


class Shop:
    def __init__(self, base, verify=True):
        self.verify = verify
        if not verify:
            self.verify = "/etc/ssl/shop.pem"

    def names(self):
        answer = requests.get("https://shop.example.com/names", timeout=5, verify=self.verify)
        answer.raise_for_status()
        return answer.json()


erp = Erp("https://erp.example.com", verify=False)  # finds: tls-verification-off
crm = Crm("https://crm.example.com", verify=False)  # finds: tls-verification-off
shop = Shop("https://shop.example.com", verify=False)
other = Crm("https://crm.example.com", verify=True)


def many(url, left=9, verify=True):
    answer = requests.get(url, verify=verify, timeout=5)
    answer.raise_for_status()
    return answer.json() if not left else many(url, left - 1, verify=verify)


def some():
    return many("https://erp.example.com", verify=False)  # finds: tls-verification-off
