"""The lab itself: each fault is what it says, for clients that people use, and everything ends."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from types import ModuleType

import pytest

from lab import Lab, faults
from lab.server import PATHS, find_openssl

requests: ModuleType = pytest.importorskip("requests", reason="requests is not installed")
httpx: ModuleType = pytest.importorskip("httpx", reason="httpx is not installed")

TIMEOUT = 0.3

needs_openssl = pytest.mark.skipif(find_openssl() is None, reason="openssl makes the certificate")


def ask_requests(url: str) -> bytes:
    """GET with requests; an error status raises."""
    response = requests.get(url, timeout=TIMEOUT)
    response.raise_for_status()
    return bytes(response.content)


def ask_httpx(url: str) -> bytes:
    """GET with httpx, following redirects as the others do; an error status raises."""
    response = httpx.get(url, timeout=TIMEOUT, follow_redirects=True)
    response.raise_for_status()
    return bytes(response.content)


def ask_urllib(url: str) -> bytes:
    """GET with urllib; an error status raises of itself."""
    with urllib.request.urlopen(url, timeout=TIMEOUT) as response:
        return bytes(response.read())


def name_error(ask: Callable[[str], bytes], url: str) -> str:
    """The name of what asking raises, "" if it returns."""
    try:
        ask(url)
    except Exception as error:  # noqa: BLE001 - any way of failing is what is measured
        return type(error).__name__
    return ""


ERRORS = {
    "hang": ("ReadTimeout", "ReadTimeout", "TimeoutError"),
    "reset": ("ConnectionError", "ReadError", "ConnectionResetError"),
    "truncated": ("ChunkedEncodingError", "RemoteProtocolError", "IncompleteRead"),
    "redirect": ("TooManyRedirects", "TooManyRedirects", "HTTPError"),
    "error": ("HTTPError", "HTTPStatusError", "HTTPError"),
    "always-limited": ("HTTPError", "HTTPStatusError", "HTTPError"),
    "no-such-fault": ("HTTPError", "HTTPStatusError", "HTTPError"),
    "malformed": ("", "", ""),
    "ok": ("", "", ""),
}


@pytest.mark.parametrize("path", ERRORS)
@pytest.mark.parametrize("client", [0, 1, 2], ids=["requests", "httpx", "urllib"])
def test_each_client_meets_the_fault_in_its_own_words(path: str, client: int) -> None:
    """A fault shows as the error that the client's manual promises for it."""
    with Lab(life=10) as lab:
        ask = (ask_requests, ask_httpx, ask_urllib)[client]
        assert name_error(ask, lab.url(path)) == ERRORS[path][client]


def test_a_hang_has_no_end_of_its_own() -> None:
    """A call without a limit is still waiting when the lab closes, and ends then."""
    ended = threading.Event()

    def wait(url: str) -> None:
        with pytest.raises(requests.ConnectionError):
            requests.get(url)
        ended.set()

    with Lab(life=10) as lab:
        thread = threading.Thread(target=wait, args=[lab.url("hang")], daemon=True)
        thread.start()
        assert not ended.wait(0.5)
    assert ended.wait(5)


@pytest.mark.parametrize("path", ["drip", "slow-headers"])
def test_a_drip_passes_every_read_and_never_ends(path: str) -> None:
    """Bytes keep coming within the read timeout, so that only a limit on the whole would help."""
    with Lab(life=1) as lab:
        start = time.monotonic()
        name_error(ask_urllib, lab.url(path))
        assert time.monotonic() - start > 2 * TIMEOUT


def test_a_midway_reset_has_sent_something() -> None:
    """The peer sees the start of an answer before the connection is torn down."""
    with Lab(life=10) as lab, socket.create_connection(lab.address, timeout=5) as connection:
        connection.sendall(b"GET /reset-midway HTTP/1.1\r\nHost: lab\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            while connection.recv(1000):
                pass


def test_retry_after_in_seconds_and_as_a_date() -> None:
    """Both spellings of Retry-After that RFC 9110 allows; the second request succeeds."""
    with Lab(life=10) as lab:
        first = requests.get(lab.url("limited"), timeout=5)
        assert (first.status_code, first.headers["Retry-After"]) == (429, "1")
        assert requests.get(lab.url("limited"), timeout=5).status_code == 200
        dated = requests.get(lab.url("limited-date"), timeout=5)
        wait = parsedate_to_datetime(dated.headers["Retry-After"]).timestamp() - time.time()
        assert dated.status_code == 429
        assert 0 < wait <= 2


def test_500_then_200() -> None:
    """A hiccup: the first request fails, every later one succeeds."""
    with Lab(life=10) as lab:
        statuses = [requests.get(lab.url("flaky"), timeout=5).status_code for _ in range(3)]
    assert statuses == [500, 200, 200]


def test_malformed_json_says_that_it_is_json() -> None:
    """The status and the content type are fine, and the body does not parse."""
    with Lab(life=10) as lab:
        response = requests.get(lab.url("malformed"), timeout=5)
    assert response.ok
    assert response.headers["Content-Type"] == "application/json"
    with pytest.raises(ValueError, match="Expecting value"):
        response.json()


@needs_openssl
def test_the_certificate_is_refused_unless_nobody_looks() -> None:
    """A client that verifies refuses the peer; one that was told not to talks to anybody."""
    with Lab(tls=True, life=10) as lab:
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(lab.url(), timeout=5)
        with pytest.warns(Warning, match="Unverified HTTPS request"):
            response = requests.get(lab.url(), timeout=5, verify=False)
        assert response.json() == {"ok": True}


def test_a_mute_peer_takes_the_connection_and_says_nothing() -> None:
    """For protocols in which the server speaks first, such as SMTP: no greeting comes."""
    with Lab(mute=True, life=10) as lab, socket.create_connection(lab.address) as connection:
        connection.settimeout(TIMEOUT)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        assert lab.accepted == 1


def test_a_script_answers_in_turn() -> None:
    """A script goes before paths, and its last fault is repeated."""
    with Lab([faults.fail(503), faults.Answer(body=b"[1]")], life=10) as lab:
        answers = [requests.get(lab.url("hang"), timeout=5) for _ in range(3)]
    assert [(answer.status_code, answer.content[:3]) for answer in answers] == [
        (503, b'{"e'),
        (200, b"[1]"),
        (200, b"[1]"),
    ]


def test_it_records_what_it_received() -> None:
    """Method, target, headers and body of each request, chunked bodies put together."""
    with Lab(life=10) as lab:
        requests.post(lab.url("ok/charges?live=1"), json={"amount": 3}, timeout=5)
        requests.put(lab.url("ok"), data=iter([b"a", b"bc"]), timeout=5)
        post, put = lab.received
    assert (post.method, post.path, post.target) == ("POST", "/ok/charges", "/ok/charges?live=1")
    assert post.headers["content-type"] == "application/json"
    assert json.loads(post.body) == {"amount": 3}
    assert (put.method, put.body) == ("PUT", b"abc")


def test_connections_are_kept_open_for_the_next_request() -> None:
    """A session talks over one connection, so that rules on pooling can be proven."""
    with Lab(life=10) as lab:
        with requests.Session() as session:
            for _ in range(3):
                session.get(lab.url("error"), timeout=5)
        assert (len(lab.received), lab.accepted) == (3, 1)


def test_two_labs_do_not_share_their_turns() -> None:
    """What one lab has answered does not change what another one answers."""
    for _ in range(2):
        with Lab(life=10) as lab:
            assert requests.get(lab.url("flaky"), timeout=5).status_code == 500


def test_a_forgotten_lab_ends_by_itself() -> None:
    """Past its life a lab closes what is open and takes no more."""
    lab = Lab(life=0.3).__enter__()
    connection = http.client.HTTPConnection(*lab.address, timeout=5)
    connection.request("GET", "/hang")
    with pytest.raises(http.client.RemoteDisconnected):
        connection.getresponse()
    with pytest.raises(OSError, match="refused"):
        for _ in range(100):  # who answers and who listens end at the same moment, in either order
            socket.create_connection(lab.address, timeout=1).close()
            time.sleep(0.05)


def test_garbage_and_silence_do_not_stop_it() -> None:
    """A peer that sends no HTTP, or leaves at once, costs its own connection only."""
    with Lab(life=10) as lab:
        socket.create_connection(lab.address).close()
        with socket.create_connection(lab.address, timeout=5) as connection:
            connection.sendall(b"\x00\xff no http at all\r\n\r\n")
            assert connection.recv(1) == b""
        assert ask_urllib(lab.url()) == b'{"ok": true}'


def test_every_path_of_the_lab_answers_or_ends() -> None:
    """No fault outlives the lab, whichever it is."""
    for path in PATHS:
        with Lab(life=0.4) as lab:
            start = time.monotonic()
            name_error(ask_requests, lab.url(path))
        assert time.monotonic() - start < 5, path


def test_an_error_of_urllib_carries_the_body() -> None:
    """urllib's own exception is the answer: status, headers and body can be read from it."""
    with Lab(life=10) as lab:
        with pytest.raises(urllib.error.HTTPError) as caught:
            ask_urllib(lab.url("unavailable"))
        with caught.value as answer:
            assert (answer.code, json.loads(answer.read())) == (503, {"error": "Service Unavailable"})
