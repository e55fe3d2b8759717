"""Requests that a circuit breaker makes for its caller."""

import aiobreaker
import httpx
import pybreaker
import requests

breaker = pybreaker.CircuitBreaker(fail_max=5, reset_timeout=30)
other = aiobreaker.CircuitBreaker(fail_max=5)
http = httpx.AsyncClient(timeout=5)


def customer(number):
    answer = breaker.call(requests.get, f"https://crm.example.com/{number}", timeout=9)  # finds: status-never-checked
    return answer.json()


async def orders(number):
    answer = await other.call_async(http.get, f"https://crm.example.com/{number}")  # finds: status-never-checked
    return answer.json()


def checked(number):
    answer = breaker.call(requests.get, f"https://crm.example.com/{number}", timeout=9)
    answer.raise_for_status()
    return answer.json()


def own(number):
    return breaker.call(customer, number)["name"]
