"""Places where the header is read, as a number and otherwise."""

import re
import time
from datetime import timedelta

HEADER = "Retry-After"


class Throttled(Exception):
    def __init__(self, response):
        self.after = timedelta(seconds=int(response.headers.get("retry-after") or 60))  # finds: retry-after-as-number


def by_constant(response):
    return float(response.headers[HEADER])  # misses: retry-after-as-number - the function does not hold the name


def through_a_name(response):
    if (after := response.headers.get("Retry-After")) is not None:
        time.sleep(min(int(after), 60))  # finds: retry-after-as-number


def stripped(response):
    return int(response.getheader("Retry-After", "1").strip())  # finds: retry-after-as-number


def other_error(response):
    try:
        return int(response.headers["Retry-After"])  # finds: retry-after-as-number
    except KeyError:
        return 1


def any_error(response):
    try:
        return int(response.headers["Retry-After"])
    except Exception:
        return 1


def in_the_handler(response):
    try:
        return response.json()
    except ValueError:
        return int(response.headers["Retry-After"])  # finds: retry-after-as-number


def looked_at(response):
    after = response.headers["Retry-After"]
    return int(after) if re.match(r"\d+$", after) else 1


def own_name_again(response):
    after = response.headers.get("Retry-After")
    if after is None:
        after = 5
    return int(after)  # finds: retry-after-as-number


def milliseconds(response):
    return int(response.headers["retry-after-ms"]) / 1000


def if_it_is_there(response):
    after = response.headers.get("Retry-After") if "Retry-After" in response.headers else None
    if after is not None:
        time.sleep(float(after))  # finds: retry-after-as-number


def or_five(response):
    after = response.headers["Retry-After"] if response.headers.get("Retry-After") else "5"
    time.sleep(int(after))  # finds: retry-after-as-number


def nothing_at_first(response):
    after = None
    if response is not None:
        after = response.headers.get("Retry-After")
    if after:
        time.sleep(int(after))  # finds: retry-after-as-number


def something_else_at_first(response, pause):
    after = pause.length
    if response is not None:
        after = response.headers.get("Retry-After")
    time.sleep(int(after))


def either_of_two(response, pause):
    after = response.headers.get("Retry-After") if response is not None else pause.length
    time.sleep(int(after))


def of_a_body(result):
    """A field of the answer that is called like the header: a number."""
    if result.get("code") == "RATE_LIMIT_HIT":
        time.sleep(float(result["retry-after"]) + 1)


def of_some_headers(headers):
    time.sleep(float(headers["retry-after"]) + 1)  # finds: retry-after-as-number


def twice(response, other):
    if int(response.headers["Retry-After"]) > 60:  # finds: retry-after-as-number
        raise Throttled(response)
    time.sleep(float(response.headers['retry-after']))
    time.sleep(float(other.headers["Retry-After"]))  # finds: retry-after-as-number


MS = 0.001
PER_SECOND = 1000
TWICE = 2


def in_milliseconds(response):
    time.sleep(float(response.headers["Retry-After"]) * MS)
    time.sleep(MS * float(response.headers["Retry-After"]))


def of_milliseconds(response):
    time.sleep(int(response.headers["Retry-After"]) / PER_SECOND)


def in_seconds(response):
    time.sleep(int(response.headers["Retry-After"]) * TWICE)  # finds: retry-after-as-number


def with_local_unit(response):
    unit = 1e-3
    time.sleep(int(response.headers["Retry-After"]) * unit)
