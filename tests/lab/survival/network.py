"""A simulated network under HTTP clients: each request meets one failure, on a clock that waiting moves."""

from __future__ import annotations

import asyncio
import contextlib
import email.message
import http.client
import importlib
import io
import urllib.error
import urllib.response
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from unittest import mock

from .clock import Clock, EndlessError

MANY = 300
"""Requests after which a play counts as one that never ends."""


@dataclass(frozen=True)
class Failure:
    """What happens to each request: an answer, or how the connection ends."""

    name: str
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "answer"
    """answer, hang, refused, reset, truncated."""
    permanent: bool = False
    """Repeating it is useless."""
    after: float = 0.0
    """Seconds before which no request may be repeated."""


JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html"}
PAGE = b"<html><body><h1>Service maintenance</h1></body></html>"


def failures(wall: float) -> list[Failure]:
    """The twelve failures, for a play that begins at a time."""
    far = formatdate(wall + 400 * 86400, usegmt=True)
    slow = b'{"message": "API rate limit exceeded"}'
    return [
        Failure("hang", kind="hang"),
        Failure("refused", kind="refused"),
        Failure("400", 400, b'{"error": {"code": "invalid"}}', JSON, permanent=True),
        Failure("401", 401, b'{"message": "Bad credentials"}', JSON, permanent=True),
        Failure("404", 404, b'{"message": "Not Found"}', JSON, permanent=True),
        Failure("429, 7 s", 429, slow, {**JSON, "Retry-After": "7"}, after=7),
        Failure("429, a far date", 429, slow, {**JSON, "Retry-After": far}, after=400 * 86400),
        Failure("429, bare", 429, slow, JSON),
        Failure("503", 503, PAGE, HTML),
        Failure("empty body", 200, b"", JSON),
        Failure("HTML body", 200, PAGE, HTML),
        Failure("JSON of another shape", 200, b'["maintenance"]', JSON),
    ]


def further(wall: float) -> list[Failure]:
    """Failures beside the twelve."""
    return [
        Failure("reset", kind="reset"),
        Failure("truncated body", 200, b'{"items": [{"id": 1}, {"i', {**JSON, "Content-Length": "4000"}, kind="truncated"),
        Failure("500", 500, b'{"error": "internal"}', JSON),
        Failure("502 with HTML", 502, PAGE, HTML),
        Failure("503, 3600 s", 503, PAGE, {**HTML, "Retry-After": "3600"}, after=3600),
    ]


class Network:
    """Meets each request with a failure, and keeps when it came and what it was."""

    def __init__(self, clock: Clock, failure: Failure) -> None:
        self.clock = clock
        self.failure = failure
        self.sent: list[tuple[float, str, str]] = []

    def take(self, method: str, url: str) -> None:
        """Counts a request. Raises EndlessError after many."""
        self.sent.append((self.clock.now, method, url))
        if len(self.sent) > MANY:
            raise EndlessError(f"more than {MANY} requests")

    def wait(self, limit: float | None) -> None:
        """Waits for an answer that never comes."""
        if limit is None:
            raise EndlessError("waits for an answer without limit")
        self.clock.move(limit)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Puts itself under the libraries that are installed. Effect: patches them."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(mock.patch("ssl.SSLContext.load_verify_locations"))  # slow, and nothing is verified here
            stack.enter_context(mock.patch("urllib.request.AbstractHTTPHandler.do_open", self._urllib()))
            with contextlib.suppress(ImportError):
                stack.enter_context(
                    mock.patch("urllib3.connectionpool.HTTPConnectionPool._make_request", self._urllib3())
                )
            for name in ("httpx", "httpx2"):
                with contextlib.suppress(ImportError):
                    library = importlib.import_module(name)
                    stack.enter_context(mock.patch.object(library.HTTPTransport, "handle_request", self._httpx(library)))
                    handle = self._httpx_async(library)
                    stack.enter_context(mock.patch.object(library.AsyncHTTPTransport, "handle_async_request", handle))
            with contextlib.suppress(ImportError):
                stack.enter_context(mock.patch("aiohttp.ClientSession._request", self._aiohttp()))
            stack.enter_context(mock.patch("http.client.HTTPConnection.connect", self._http_client()))
            stack.enter_context(mock.patch("http.client.HTTPSConnection.connect", self._http_client()))
            yield

    def _urllib3(self) -> Any:
        import urllib3
        from urllib3 import exceptions

        def make_request(pool: Any, conn: Any, method: str, url: str, timeout: Any = None, **options: Any) -> Any:
            self.take(method, f"{pool.scheme}://{pool.host}{url}")
            limits = pool._get_timeout(timeout)
            failure = self.failure
            if failure.kind == "refused":
                raise exceptions.NewConnectionError(conn, "connection refused")
            if failure.kind == "hang":
                limits.start_connect()
                read = limits.read_timeout
                self.wait(read if isinstance(read, (int, float)) else None)
                raise exceptions.ReadTimeoutError(pool, url, "read timed out")
            if failure.kind == "reset":
                raise exceptions.ProtocolError("Connection aborted.", ConnectionResetError(104, "reset by peer"))
            return urllib3.HTTPResponse(
                io.BytesIO(failure.body), headers=dict(failure.headers), status=failure.status, preload_content=False,
                enforce_content_length=True, request_method=method, request_url=url, reason="",
            ) if failure.kind != "truncated" else _Broken(
                io.BytesIO(failure.body), headers=dict(failure.headers), status=failure.status, preload_content=False,
                request_method=method, request_url=url, reason="",
            )

        class _Broken(urllib3.HTTPResponse):
            def stream(self, *args: Any, **options: Any) -> Any:
                yield failure_body()
                raise exceptions.ProtocolError("Connection broken: IncompleteRead", None)

            def read(self, *args: Any, **options: Any) -> Any:
                raise exceptions.ProtocolError("Connection broken: IncompleteRead", None)

        def failure_body() -> bytes:
            return self.failure.body

        return make_request

    def _httpx(self, httpx: Any) -> Any:
        def handle(transport: Any, request: Any) -> Any:
            self.take(request.method, str(request.url))
            if self.failure.kind == "hang":
                self.wait(request.extensions.get("timeout", {}).get("read"))
                raise httpx.ReadTimeout("timed out", request=request)
            return self._httpx_answer(httpx, request)

        return handle

    def _httpx_async(self, httpx: Any) -> Any:
        async def handle(transport: Any, request: Any) -> Any:
            self.take(request.method, str(request.url))
            if self.failure.kind == "hang":
                limit = request.extensions.get("timeout", {}).get("read")
                if limit is None:
                    await asyncio.get_running_loop().create_future()
                await asyncio.sleep(limit)
                raise httpx.ReadTimeout("timed out", request=request)
            return self._httpx_answer(httpx, request)

        return handle

    def _httpx_answer(self, httpx: Any, request: Any) -> Any:
        failure = self.failure
        if failure.kind == "refused":
            raise httpx.ConnectError("connection refused", request=request)
        if failure.kind == "reset":
            raise httpx.ReadError("reset by peer", request=request)
        if failure.kind == "truncated":
            raise httpx.RemoteProtocolError("peer closed connection without sending complete message body", request=request)
        headers = {key: value for key, value in failure.headers.items() if key != "Content-Length"}
        return httpx.Response(failure.status, headers=headers, content=failure.body, request=request)

    def _aiohttp(self) -> Any:
        import aiohttp
        from multidict import CIMultiDict, CIMultiDictProxy
        from yarl import URL

        async def request(session: Any, method: str, target: Any, **options: Any) -> Any:
            url = session._build_url(target).update_query(options.get("params") or {})
            self.take(method, str(url))
            failure = self.failure
            if failure.kind == "hang":
                limits = options.get("timeout")
                limits = limits if isinstance(limits, aiohttp.ClientTimeout) else session._timeout
                known = [limit for limit in (limits.total, limits.sock_read) if limit]
                if not known:
                    await asyncio.get_running_loop().create_future()
                await asyncio.sleep(min(known))
                raise aiohttp.ServerTimeoutError("timed out")
            if failure.kind == "refused":
                raise aiohttp.ClientConnectorError(mock.Mock(), OSError(111, "Connect call failed"))
            if failure.kind == "reset":
                raise aiohttp.ServerDisconnectedError()
            headers = CIMultiDictProxy(CIMultiDict(failure.headers))
            about = aiohttp.RequestInfo(URL(str(url)), method, headers, URL(str(url)))
            answer = aiohttp.ClientResponse(
                method, URL(str(url)), writer=None, continue100=None, timer=None, request_info=about, traces=[],
                loop=asyncio.get_running_loop(), session=session, stream_writer=mock.Mock(),
            )  # fmt: skip
            answer.status, answer.reason, answer._headers = failure.status, "", headers
            answer._body = failure.body
            answer.content = aiohttp.StreamReader(mock.Mock(), 2**16, loop=asyncio.get_running_loop())
            if failure.kind == "truncated":
                answer._body = None
                answer.content.set_exception(aiohttp.ClientPayloadError("not enough data"))
            else:
                answer.content.feed_data(failure.body)
                answer.content.feed_eof()
            if options.get("raise_for_status", session._raise_for_status):
                answer.raise_for_status()
            return answer

        return request

    def _http_client(self) -> Any:
        def connect(connection: Any) -> None:
            if self.failure.kind == "refused":
                self.take("CONNECT", f"{connection.host}")
                raise ConnectionRefusedError(111, "Connection refused")
            connection.sock = _Socket(self, connection)

        return connect

    def _urllib(self) -> Any:
        def do_open(handler: Any, http_class: Any, request: Any, **options: Any) -> Any:
            self.take(request.get_method(), request.full_url)
            failure = self.failure
            if failure.kind == "refused":
                raise urllib.error.URLError(ConnectionRefusedError(111, "Connection refused"))
            if failure.kind == "hang":
                limit = request.timeout
                self.wait(limit if isinstance(limit, (int, float)) else None)
                raise TimeoutError("The read operation timed out")
            if failure.kind == "reset":
                raise urllib.error.URLError(ConnectionResetError(104, "Connection reset by peer"))
            headers = email.message.Message()
            for name, value in failure.headers.items():
                headers[name] = value
            body: Any = io.BytesIO(failure.body)
            if failure.kind == "truncated":
                body = _Short(failure.body)
            answer = urllib.response.addinfourl(body, headers, request.full_url, failure.status)
            answer.msg = ""  # type: ignore[attr-defined]
            return answer

        return do_open


class _Socket:
    """What `http.client` reads an answer from."""

    def __init__(self, network: Network, connection: Any) -> None:
        self.network = network
        self.connection = connection

    def sendall(self, data: Any) -> None:
        """Takes a request by its first line."""
        if isinstance(data, bytes) and b" HTTP/1.1\r\n" in data:
            method, path, _ = data.decode("latin-1").split(" ", 2)
            self.network.take(method, f"{self.connection.host}{path}")

    def makefile(self, mode: str) -> io.BytesIO:
        """The answer, as it comes over the wire."""
        failure = self.network.failure
        if failure.kind == "hang":
            limit = self.connection.timeout
            self.network.wait(limit if isinstance(limit, (int, float)) else None)
            raise TimeoutError("timed out")
        if failure.kind == "reset":
            raise ConnectionResetError(104, "Connection reset by peer")
        headers = {"Content-Length": str(len(failure.body)), **failure.headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return io.BytesIO(f"HTTP/1.1 {failure.status} X\r\n{head}\r\n".encode() + failure.body)

    def close(self) -> None:
        """Nothing to close."""


class _Short(io.BytesIO):
    """A body that ends too early."""

    def read(self, *args: Any) -> bytes:
        raise http.client.IncompleteRead(super().read(*args), 3000)
