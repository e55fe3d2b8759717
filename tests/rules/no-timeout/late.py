"""Clients that connect later, options that a session takes from the environment, adapters of the program's own."""

from requests.adapters import HTTPAdapter
import ftplib
import requests


def upload(host, data):
    ftp = ftplib.FTP()
    ftp.connect(host, 2121)  # finds: no-timeout
    ftp.storbinary("STOR today.csv", data)


def put(session: requests.Session, prepared):
    settings = session.merge_environment_settings(prepared.url, {}, None, None, None)
    return session.send(prepared, **settings)  # finds: no-timeout


class Pooled(HTTPAdapter):
    def init_poolmanager(self, connections, maxsize, block=False, **kw):
        super().init_poolmanager(connections, maxsize=50, block=True, **kw)


def both():
    session = requests.Session()
    session.mount("https://one.example.com/", Pooled())
    return session.get("https://one.example.com/list")  # finds: no-timeout


class Limited(HTTPAdapter):
    def send(self, request, **kw):
        kw["timeout"] = kw.get("timeout") or 10
        return super().send(request, **kw)


def limited():
    session = requests.Session()
    session.mount("https://", Limited())
    return session.get("https://three.example.com/list")


def listed(host):
    ftp = ftplib.FTP(timeout=30)
    ftp.connect(host)
    return ftp.nlst()


def late(host):
    ftp = ftplib.FTP()
    ftp.connect(host, timeout=30)
    return ftp.nlst()


def put_with_limit(session: requests.Session, prepared):
    settings = session.merge_environment_settings(prepared.url, {}, None, None, None)
    settings["timeout"] = 20
    return session.send(prepared, **settings)
