"""Decorators of the module that are kept in a name of their own."""
import functools
import time

import requests


def again(times):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for attempt in range(times):  # finds: retry-without-backoff
                try:
                    return function(*args, **kwargs)
                except requests.RequestException:
                    if attempt == times - 1:
                        raise
            return None

        return wrapper

    return decorate


def calmly(times):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for attempt in range(times):
                try:
                    return function(*args, **kwargs)
                except requests.RequestException:
                    if attempt == times - 1:
                        raise
                    time.sleep(2**attempt)
            return None

        return wrapper

    return decorate


def hastily(times):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for attempt in range(times):
                try:
                    return function(*args, **kwargs)
                except requests.RequestException:
                    if attempt == times - 1:
                        raise
            return None

        return wrapper

    return decorate


def counted(times):
    return times


thrice = again(3)
calmly_thrice = calmly(3)
once = hastily(1)
unused = counted(3)


@thrice
def order(number):
    return requests.get(f"https://shop.example.com/{number}", timeout=5)


@calmly_thrice
def item(number):
    return requests.get(f"https://shop.example.com/items/{number}", timeout=5)


@once
def price(number):
    return requests.get(f"https://shop.example.com/prices/{number}", timeout=5)
