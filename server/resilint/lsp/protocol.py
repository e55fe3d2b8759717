"""JSON-RPC message handling: every client message gets an answer or an error, or is ignored.

pygls never answers a request with bad parameters, exits with 0 when it should not, keeps a second
copy of every document and displays a message for each of its own errors; this module corrects that.
Private parts of pygls are used for it: `tests/architecture/test_private_api.py` lists all, with reasons.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from typing import Any

from lsprotocol import types
from pygls.protocol import LanguageServerProtocol, lsp_method

log = logging.getLogger(__name__)

INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
NOT_INITIALIZED = -32002

_DOCUMENT_METHODS = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
)
"""Methods for which pygls keeps documents of its own; ours are kept by `document.py`."""


class Protocol(LanguageServerProtocol):
    """One session with an editor."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for method in _DOCUMENT_METHODS:
            self.fm.builtin_features.pop(method, None)
        self._initialized = False
        self.after_initialize: Callable[[], None] = _nothing
        """Called when the answer to `initialize` is complete, before any other message is handled."""
        self.leave: Callable[[], None] = _nothing
        """Called at `exit`."""

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        """Answers `initialize` and runs what follows it."""
        result = yield from super().lsp_initialize(params)
        self.after_initialize()
        return result

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *args: Any) -> None:  # type: ignore[override]
        """Cancels pending requests; pygls fails because it changes its list of them while iterating."""
        self._shutdown = True
        for future in [*self._request_futures.values()]:
            future.cancel()

    @lsp_method(types.EXIT)
    def lsp_exit(self, *args: Any) -> None:  # type: ignore[override]
        """Ends the session; pygls would end the process from inside a callback, and lose the status."""
        self.leave()

    @property
    def shut_down(self) -> bool:
        """Whether the editor has sent `shutdown`."""
        return bool(self._shutdown)

    def handle(self, data: Any) -> None:
        """Handles one decoded message. Bad ones are answered or logged, never raised."""
        if not isinstance(data, dict) or data.get("jsonrpc") != "2.0":
            self._refuse(data, INVALID_REQUEST, "not a JSON-RPC 2.0 message")
        elif "method" in data:
            self._handle_call(data)
        elif _is_id(data.get("id")):
            self._handle_answer(data)
        else:
            self._refuse(data, INVALID_REQUEST, "neither a method nor an id")

    def _handle_call(self, data: dict[str, Any]) -> None:
        method = data["method"]
        request = "id" in data
        if not isinstance(method, str) or (request and not _is_id(data["id"])):
            self._refuse(data, INVALID_REQUEST, "the method must be a string, the id a string or number")
        elif self._shutdown and method != types.EXIT:
            self._refuse(data, INVALID_REQUEST, "the server is shutting down")
        elif not self._initialized and method not in (types.INITIALIZE, types.EXIT):
            self._refuse(data, NOT_INITIALIZED, "`initialize` comes first")
        elif self._initialized and method == types.INITIALIZE:
            self._refuse(data, INVALID_REQUEST, "`initialize` was sent before")
        elif not self._knows(method):
            if request or not method.startswith("$/"):
                self._refuse(data, METHOD_NOT_FOUND, f"no such method: {method[:100]}")
        else:
            self._structure(data, method)

    def _structure(self, data: dict[str, Any], method: str) -> None:
        try:
            message = self._converter.structure(data, self.get_message_type(method) or Any)
        except Exception as error:  # whatever a converter stumbles over, RecursionError included
            log.info("bad parameters of %s", method, exc_info=True)
            self._refuse(data, INVALID_PARAMS, f"bad parameters of `{method}`: {_first_error(error)}")
            return
        self._initialized = self._initialized or method == types.INITIALIZE
        self.handle_message(message)

    def _handle_answer(self, data: dict[str, Any]) -> None:
        """Handles the answer to a request of the server; one that cannot be decoded counts as an error."""
        if data["id"] not in self._request_futures:
            log.info("an answer to an unknown question %r", data["id"])
            return
        kind = types.ResponseErrorMessage if "error" in data else self._result_types.get(data["id"])
        try:
            message = self._converter.structure(data, kind or types.ResponseErrorMessage)
        except Exception as error:  # noqa: BLE001 - as above
            log.warning("an answer that cannot be read: %s", _first_error(error))
            failure = types.ResponseError(code=INVALID_PARAMS, message="the answer cannot be read")
            message = types.ResponseErrorMessage(id=data["id"], error=failure, jsonrpc="2.0")
        self._result_types.pop(data["id"], None)
        if not self._request_futures[data["id"]].done():
            self.handle_message(message)

    def _knows(self, method: str) -> bool:
        known = method in self.fm.builtin_features or method in self.fm.features
        return (known or method == types.CANCEL_REQUEST) and bool(self.get_message_type(method))

    def _refuse(self, data: Any, code: int, why: str) -> None:
        """Answers a request with an error; anything else is only logged."""
        if isinstance(data, dict) and "id" in data and ("method" in data or not _is_id(data["id"])):
            number = data["id"] if _is_id(data["id"]) else None
            self._send_response(number, error=types.ResponseError(code=code, message=why))  # type: ignore[arg-type]
            log.log(logging.WARNING if code == INVALID_PARAMS else logging.INFO, "refused: %s", why)
        else:
            log.info("ignored: %s", why)


def _nothing() -> None:
    """Does nothing: the default callback."""


def _is_id(value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool)


def _first_error(error: BaseException) -> str:
    """Returns the innermost error of a converter's error, short enough for a log."""
    nested = getattr(error, "exceptions", None)
    if nested:
        return _first_error(nested[0])
    return f"{type(error).__name__}: {error}"[:200]
