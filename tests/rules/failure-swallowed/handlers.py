"""Handlers that say nothing, and those that only look as if they did."""

import logging
import smtplib
import socket

import httpx
import requests
import websockets
from starlette.websockets import WebSocketDisconnect

LOG = logging.getLogger(__name__)


def bare(url):
    try:
        requests.post(url, timeout=5)
    except:  # finds: failure-swallowed
        ...


def short(url):
    try: return requests.get(url, timeout=5).text
    except requests.RequestException: return None  # finds: failure-swallowed


def fetch(url):
    try:
        body = requests.get(url, timeout=5).text
    except (ValueError, OSError):  # finds: failure-swallowed
        return []
    else:
        return [body]


def narrow(url):
    try:
        return requests.get(url, timeout=5).json()["name"]
    except (KeyError, ValueError):
        return ""


def told(url):
    try:
        return requests.get(url, timeout=5).text
    except requests.Timeout:
        LOG.warning("%s is slow", url)
        return ""
    except requests.RequestException:  # misses: failure-swallowed - the clause above takes some of the failures
        return ""


def counted(urls):
    failed = 0
    for url in urls:
        try:
            requests.post(url, timeout=5)
        except requests.RequestException:
            continue
        failed += 1
    return failed


def flagged(url):
    answer = None
    try:
        answer = requests.get(url, timeout=5)
    except requests.RequestException:
        pass
    if answer is None:
        LOG.error("no answer")
    return answer


def sent(url):
    try:
        requests.post(url, timeout=5)
        return True
    except requests.RequestException:
        return False


def ping(url):
    try:
        return requests.get(url, timeout=5).elapsed
    except requests.RequestException:
        return None


def linted(url):
    try:
        requests.post(url, timeout=5)
    except Exception:  # noqa: BLE001  # finds: failure-swallowed
        pass


def gone(url):
    try:
        requests.delete(url, timeout=5)
    except requests.RequestException:
        pass


def inner(url):
    try:
        try:
            requests.post(url, timeout=5)
        except requests.RequestException:
            raise LookupError(url) from None
    except Exception:  # misses: failure-swallowed - what the inner handler makes of it is not followed
        pass


def report_usage(url):
    try:
        requests.post(url, timeout=1)
    except requests.RequestException:
        pass


def worded(url):
    try:
        return requests.get(url, timeout=5).text
    except requests.RequestException:
        return "There is no text."


def _part(url):
    try:
        return requests.get(url, timeout=5).text
    except requests.RequestException:
        return None


def tried(self, url):
    for _ in range(3):
        try:
            return requests.post(url, timeout=5)
        except requests.RequestException:
            pass
    self._log_failure("gave up")


def resolved(host):
    try:
        return socket.gethostbyname(host)
    except OSError:
        return None


async def relayed(url, browser):
    """Who reads is told in this way that the other side has hung up."""
    async with websockets.connect(url) as partner:
        try:
            while True:
                await browser.send_text(await partner.recv())
        except (WebSocketDisconnect, websockets.ConnectionClosedOK, websockets.ConnectionClosedError):
            pass


async def pushed(url, event):
    async with websockets.connect(url) as partner:
        try:
            await partner.send(event)
        except websockets.ConnectionClosed:  # finds: failure-swallowed
            pass


class Feed:
    def __init__(self):
        self.log = logging.getLogger("feed")
        self.client = httpx.Client(timeout=5)

    def load(self):
        self.log.debug("reading")
        try:
            return self.client.get("/feed").raise_for_status().text
        except httpx.HTTPError:  # finds: failure-swallowed
            return ""

    def __del__(self):
        try:
            self.client.post("/bye")
        except Exception:
            pass

    def send_telemetry(self):
        try:
            self.client.post("/seen")
        except Exception:
            pass


def internet(hosts):
    """What the function ends with is the answer."""
    for host in hosts:
        try:
            requests.get(host, timeout=2)
            return True
        except requests.RequestException:
            pass
    return False


def _site(url):
    try:
        response = requests.get(url, timeout=5)
        if response.ok:
            return response.json()["id"]
    except requests.RequestException:
        pass
    return None


def told(url, event):
    """Nobody learns that it was not sent."""
    try:
        requests.post(url, json=event, timeout=5)
    except requests.RequestException:  # finds: failure-swallowed
        pass
    return True


class Line:
    """Whoever calls looks whether it is there."""

    def _connect(self):
        try:
            self._socket = socket.create_connection(self.address, timeout=5)
        except OSError:
            pass

    def start(self):
        self._connect()
        if self._socket is None:
            raise ConnectionError(self.address)


def latest(url) -> "str | None":
    """Whoever calls is told to expect that it is not known."""
    try:
        return requests.get(url, timeout=5).json()["version"]
    except requests.RequestException:
        return None


def stat(url):
    try:
        return {"size": requests.head(url, timeout=5).headers["Content-Length"]}
    # it does not exist yet
    except requests.RequestException:
        return {}


def code(url):
    """What is missing is told afterwards, in a low voice."""
    found = None
    try:
        found = requests.get(url, timeout=5).text
    except requests.RequestException:
        pass
    if not found:
        LOG.debug("failed to fetch %s", url)
    return found


def mail_host(hosts):
    """The one that answers is kept: another failure only means the next."""
    for host in hosts:
        try:
            smtplib.SMTP(host, timeout=3).close()
        except Exception:
            continue
        return host
    return ""


def mirror(urls):
    for url in urls:
        try:
            requests.head(url, timeout=3)
            break
        except requests.RequestException:
            pass
    else:
        url = ""
    return url


def told_all(urls, order):
    for url in urls:
        try:
            requests.post(url, json=order, timeout=3)
        except requests.RequestException:  # finds: failure-swallowed
            continue
        LOG.debug("told %s", url)


def traced(order):
    try:
        requests.post(URL, json=order, timeout=3)
    except Exception:  # noqa: BLE001 - the trace must never break the run
        pass


def silenced(order):
    try:
        requests.post(URL, json=order, timeout=3)
    except Exception:  # noqa: BLE001  # pylint: disable=broad-except  # finds: failure-swallowed
        pass


def released(lease):
    # Let go of it. Failures are swallowed: it may be over by now, in which case
    # there is nothing to do.
    try:
        requests.post(URL, json=lease, timeout=3)
    except Exception:  # pylint: disable=broad-except
        pass


def forgotten(order):
    # Tell the warehouse.
    try:
        requests.post(URL, json=order, timeout=3)
    except Exception:  # finds: failure-swallowed
        pass


async def show_typing(client, room):
    """A sign that somebody is typing: decoration."""
    while room.open:
        try:
            requests.post(f"{URL}/typing", timeout=3)
        except Exception:
            pass


def sent(trace, attempts):
    """Success is 0, and failure is 1."""
    for _ in range(attempts):
        try:
            requests.post(URL, json=trace, timeout=3)
            return 0
        except Exception:
            pass
    return 1


def total(day):
    """A fallback that reads like an answer."""
    try:
        return len(requests.get(f"{URL}/{day}", timeout=3).json())
    except Exception:  # finds: failure-swallowed
        return 0


def asked(question):
    """None is also what comes back from whoever does not answer: callers look."""
    key = input("Key? ")
    if not key:
        return None
    try:
        found = requests.get(URL, params={"key": key}, timeout=3)
        found.raise_for_status()
    except Exception:
        return None
    return {"key": key, "kind": found.json()["kind"]}


def picture(name):
    """Whoever asks is told by the status of the answer."""
    try:
        found = requests.get(f"{URL}/{name}", timeout=3)
    except Exception:
        return "", 404
    return found.content, 200


def sizes(name):
    try:
        found = requests.get(f"{URL}/{name}", timeout=3)
    except Exception:  # finds: failure-swallowed
        return 0, 0
    return found.json()["width"], found.json()["height"]
