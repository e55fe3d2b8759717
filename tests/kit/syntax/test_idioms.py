"""Every predicate of the vocabulary, with code that it recognises and code that only looks similar."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst
import pytest

from resilint_rules.kit.syntax.idioms import (
    COMPUTES,
    COMPUTES_ELSEWHERE,
    CONSTANT,
    KEEPS_NOTHING,
    Harmless,
    calls_in,
    checks,
    closes,
    harmless,
    is_log,
    last_name,
    probes,
    reports,
    skips_checks,
    sleeps,
)


def call(code: str) -> cst.Call:
    """The call that a line of code is."""
    node = cst.parse_expression(code)
    assert isinstance(node, cst.Call)
    return node


LOGS = (
    "print('x')", "log('x')", "_log('x')", "logger.info('x')", "self.logger.exception('x')", "log.alog('x')",
    "logging.getLogger(__name__).warning('x')", "warn('x')", "log_message('x')", "log_failed_request('x')",
    "click.echo('x')", "typer.secho('x')", "sys.stderr.write('x')", "console.print('x')", "warnings.warn('x')",
    "error_msg('x')", "structlog.get_logger().aerror('x')",
)  # fmt: skip
NO_LOGS = (
    "parser.error('x')", "argparser().error('x')", "log_in(user)", "log_out()", "log_and_raise(e)", "log_exit(1)",
    "file.write('x')", "json.dumps('x')", "login()", "math.log2(3)", "catalog(x)", "printer('x')", "logs[0]('x')",
    "bus.echo('x')",
)  # fmt: skip


@pytest.mark.parametrize(("code", "expected"), [*((code, True) for code in LOGS), *((code, False) for code in NO_LOGS)])
def test_log_calls(code: str, expected: bool) -> None:
    """A log call writes to a log, a warning or the terminal."""
    assert is_log(call(code)) is expected


SLEEPS = (
    "time.sleep(1)", "backoff()", "back_off()", "delay(3)", "pause()", "throttle()", "cooldown()", "cool_down()",
    "event.wait(1)", "do_wait()", "wait_for(x)", "jitter()",
)  # fmt: skip
NO_SLEEPS = ("asyncio.wait_for(get(), 3)", "await_result()", "waiter()[0]()", "get()", "asleep_count.get()")


@pytest.mark.parametrize(
    ("code", "expected"), [*((code, True) for code in SLEEPS), *((code, False) for code in NO_SLEEPS)]
)
def test_sleeping_calls(code: str, expected: bool) -> None:
    """`asyncio.wait_for` limits a wait instead of causing one, and only the last part of a name counts."""
    assert sleeps(call(code)) is expected


WORDS: tuple[tuple[Callable[[str], bool], tuple[str, ...], tuple[str, ...]], ...] = (
    (
        checks,
        (
            "check",
            "check_response",
            "_raise",
            "raise_for_error",
            "ensure_ok",
            "ASSERT_OK",
            "validate",
            "verify_it",
            "errors",
        ),
        ("checkout", "raised", "ensured", "is_valid", "verification", "terrors", "mirror"),
    ),
    (
        probes,
        (
            "is_up",
            "has_access",
            "can_reach",
            "check",
            "ping",
            "probe_host",
            "test_connection",
            "try_connect",
            "exists",
            "exist",
            "valid",
            "validate_key",
            "verify",
            "alive",
            "healthcheck",
            "ready",
            "reachable",
            "available",
            "online",
            "connected",
            "running",
            "responds",
            "respond",
            "wait_until",
            "await_start",
            "poll",
            "supports",
            "support",
            "detect_version",
            "discover",
            "identify",
            "guess_type",
            "maybe_get",
            "ensure_table",
            "status",
        ),
        ("island", "hash", "scan", "pinging", "testing", "upload", "statuses", "send", "fetch_all"),
    ),
    (
        reports,
        (
            "fail",
            "mark_failed",
            "error",
            "on_err",
            "warning",
            "abort",
            "alert",
            "notify",
            "report_it",
            "complain",
            "problem",
        ),
        ("profail", "interrogate", "aborted", "alerts", "notifies", "problems", "mirror", "send"),
    ),
    (
        closes,
        (
            "close",
            "_cleanup",
            "stop",
            "shutdown",
            "teardown",
            "__del__",
            "__exit__",
            "__aexit__",
            "disconnect",
            "logout",
            "logoff",
            "quit",
            "dispose",
            "release",
            "abort",
            "cancel",
            "kill",
            "terminate",
            "finalize",
            "drain",
            "unregister",
            "unsubscribe",
            "reset",
            "forget",
            "delete",
            "remove",
            "purge",
            "leave",
        ),
        ("open", "start", "register", "send", "__enter__", "login", "exit"),
    ),
    (
        skips_checks,
        (
            "no_verify",
            "non_verified",
            "unverified",
            "insecure",
            "unsafe_get",
            "peek",
            "disable_ssl",
            "disabling_tls",
            "without_cert",
            "skip_verify",
            "ignore_cert",
            "off_check",
            "nocheck",
            "trust_all",
            "acceptall",
        ),
        ("verify", "secure", "safe", "check_cert", "tls", "trust_store", "enable_ssl"),
    ),
)


@pytest.mark.parametrize(
    ("predicate", "name", "expected"),
    [
        (predicate, name, expected)
        for predicate, recognised, similar in WORDS
        for names, expected in ((recognised, True), (similar, False))
        for name in names
    ],
)
def test_names(predicate: Callable[[str], bool], name: str, expected: bool) -> None:
    """A word counts in the form and place that the vocabulary states."""
    assert predicate(name) is expected


@pytest.mark.parametrize(
    ("functions", "recognised", "similar"),
    [
        (
            COMPUTES,
            ("str", "repr", "len", "min", "max", "int", "float", "round", "type", "format", "abs", "bool", "pow"),
            ("strip", "print", "input", "open", "minimum", "typing.cast"),
        ),
        (
            COMPUTES_ELSEWHERE,
            (
                "random.uniform",
                "time.time",
                "datetime.datetime.now",
                "logging.info",
                "math.pow",
                "traceback.format_exc",
            ),
            ("randomizer.get", "timeit.timeit", "requests.get", "app.time.sleep", "math"),
        ),
        (
            CONSTANT,
            ("str", "len", "int", "dict", "format", "join", "dumps", "urljoin", "quote", "urlencode"),
            ("list", "loads", "uuid4", "urlopen", "time"),
        ),
        (
            KEEPS_NOTHING,
            (
                "logging.info",
                "isinstance",
                "print",
                "len",
                "str",
                "repr",
                "bool",
                "type",
                "id",
                "callable",
                "hasattr",
                "format",
                "hash",
                "hashlib.sha256",
                "types.MappingProxyType",
            ),
            ("list", "typing.cast", "app.logging.info", "setattr", "register", "json.dumps"),
        ),
    ],
    ids=["computes", "computes elsewhere", "constant", "keeps nothing"],
)
def test_harmless_functions(functions: Harmless, recognised: tuple[str, ...], similar: tuple[str, ...]) -> None:
    """Each question has its own set of harmless functions."""
    assert [name for name in recognised if not harmless(name, functions)] == []
    assert [name for name in similar if harmless(name, functions)] == []


def test_calls_of_inner_functions_are_not_made() -> None:
    """What a block only defines, it does not call."""
    block = cst.parse_module(
        "def f():\n    a(b())\n    def g():\n        c()\n    h = lambda: d()\n    class K:\n        x = e()\n"
    )
    function = block.body[0]
    assert sorted(last_name(node) for node in calls_in(function)) == ["a", "b"]


@pytest.mark.parametrize(("code", "name"), [("f()", "f"), ("a.b.f()", "f"), ("f()()", ""), ("fs[0]()", "")])
def test_last_name(code: str, name: str) -> None:
    """The last name of a callee, if it has one."""
    assert last_name(call(code)) == name
