"""A policy that one function counts with, and the same class in a client of another one."""

import ftplib

import urllib3
from urllib3.util.retry import Retry as Attempts


class Store:
    def __init__(self, host):
        self.host = host
        self.attempts = Attempts(5, backoff_factor=0.5)

    def names(self):
        left = self.attempts
        while True:
            try:
                with ftplib.FTP(self.host, timeout=9) as ftp:
                    return ftp.nlst()
            except OSError as error:
                left = left.increment(error=error)
                left.sleep()


def pages():
    return urllib3.PoolManager(timeout=5.0, retries=Attempts(5, backoff_factor=0.2))  # finds: retry-without-effect
