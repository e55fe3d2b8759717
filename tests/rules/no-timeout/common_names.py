"""Wrappers that are named like the methods of a library, or of a dictionary."""

import os

import requests

BASE = os.environ.get("BASE")


class Named:
    def request(self, method, path, timeout=None, **kw):
        return requests.request(method, BASE + path, timeout=timeout, **kw)  # finds: no-timeout

    def get(self, path, **kw):
        return requests.get(BASE + path, **kw)  # finds: no-timeout

    def post(self, path, **kw):
        return requests.post(BASE + path, **kw)

    def put(self, path, **kw):
        return requests.put(BASE + path, **kw)

    def use(self, settings):
        self.get("/one")
        settings.put("two")
        return self.request("GET", "/three")

    def save(self):
        return self.post("/four", timeout=4)


class Further(Named):
    def again(self):
        return super().post("/five", timeout=5)


class Static:
    @staticmethod
    def patch(path, **kw):
        return requests.patch(BASE + path, **kw)  # finds: no-timeout

    @classmethod
    def rename(cls, number):
        return cls.patch(f"/{number}", json={})

    @staticmethod
    def delete(path, **kw):
        return requests.delete(BASE + path, **kw)  # finds: no-timeout

    @staticmethod
    def drop(number):
        return Static.delete(f"/{number}")
