"""Claims about databases and brokers, proven with the real ones: what hangs, and what the fix makes of it.

Each test is skipped where the server (from Debian) or its client (from PyPI) is missing.
"""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from importlib import metadata

import pytest

pytest.importorskip("pwd", reason="the servers are started as on Debian")

from lab import Outcome, run_example, servers
from lab.fixing import mend
from resilint_rules.kit.catalog.lookup import Catalog
from resilint_rules.kit.catalog.records import ClientFact, LimitFact

DEADLINE = 30.0
PATIENCE = 3.0
"""Seconds for which a call without a limit is watched."""


@pytest.fixture(scope="module")
def redis_server() -> Iterator[servers.Server]:
    """One Redis for all tests."""
    yield from _started(servers.start_redis)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[servers.Server]:
    """One PostgreSQL for all tests."""
    yield from _started(servers.start_postgresql)


@pytest.fixture(scope="module")
def rabbitmq() -> Iterator[servers.Server]:
    """One RabbitMQ for all tests; it takes seconds to come up."""
    yield from _started(servers.start_rabbitmq)


def _started(start: servers.Start) -> Iterator[servers.Server]:
    try:
        with start() as server:
            yield server
    except servers.Missing as missing:
        pytest.skip(str(missing))


PATIENT_SEED = next(seed for seed in range(10_000) if max(random.Random(seed).random() for _ in range(3)) < 0.1)
"""Makes the jittered waits between redis' own attempts short."""

CACHE = """
import redis

def seen(key):
    return redis.Redis(port=PORT).get(key)
"""


def test_a_redis_that_hangs(redis_server: servers.Server) -> None:
    """Up to redis 7 nothing bounds a call unless asked: it hangs with its server, and ends once it has a limit."""
    pair = mend({"example.py": CACHE}, "no-timeout", {"redis": f"=={installed('redis')}"})
    call, given = "seen('a')", f"import random\nrandom.seed({PATIENT_SEED})\nPORT = {redis_server.port}"
    healthy = run_example(pair.after["example.py"], redis_server, DEADLINE, call=call, given=given)
    assert (healthy.ended, healthy.value) == ("returned", "None"), healthy
    with redis_server.paused():
        before = run_example(pair.before["example.py"], redis_server, PATIENCE, call=call, given=given)
        after = run_example(pair.after["example.py"], redis_server, DEADLINE, call=call, given=given)
    assert before.ended == "hanging", before
    assert after.error == "redis.exceptions.TimeoutError", after


COUNTER = """
import redis

def count(cache):
    calls = cache.pipeline()
    calls.incr("calls")
    calls.execute_command("DEBUG", "SLEEP", 0.75)
    return calls.execute()

def counted(cache):
    try:
        count(cache)
    except redis.TimeoutError:
        return int(cache.get("calls"))
"""


@pytest.mark.parametrize(
    ("callee", "made"),
    [("redis.Redis", "redis.Redis(port={port}, {limits})"), ("redis.from_url", "redis.from_url('{url}', {limits})")],
)
def test_a_late_redis_counts_each_attempt(redis_server: servers.Server, callee: str, made: str) -> None:
    """One call whose answers are late is made as often as the catalogue says, and each attempt has its effect."""
    facts = Catalog(pins={"redis": f"=={installed('redis')}"})
    fact = facts.fact(ClientFact, callee)
    assert fact is not None and fact.retries is not None
    limits = "socket_timeout=0.5, socket_connect_timeout=0.5"
    client = made.format(port=redis_server.port, url=redis_server.url("0"), limits=limits)
    given = f"import random, redis\nredis.Redis(port={redis_server.port}).delete('calls')\nrandom.seed({PATIENT_SEED})"
    outcome = run_example(COUNTER, redis_server, DEADLINE, call=f"counted({client})", given=given)
    assert outcome.value == str(fact.retries.attempts), outcome


REPORT = """
import psycopg2

def report():
    connection = psycopg2.connect(host="127.0.0.1", port=PORT, user="lab", dbname="postgres")
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone()
"""


def test_a_postgresql_that_hangs(postgresql: servers.Server) -> None:
    """libpq waits for ever for a server that takes the connection and says nothing, unless told how long."""
    pair = mend({"example.py": REPORT}, "no-timeout")
    given = f"PORT = {postgresql.port}"
    healthy = run_example(pair.after["example.py"], postgresql, DEADLINE, call="report()", given=given)
    assert healthy.value == "(1,)", healthy
    with postgresql.paused():
        before = run_example(pair.before["example.py"], postgresql, PATIENCE, call="report()", given=given)
        after = run_example(pair.after["example.py"], postgresql, DEADLINE, call="report()", given=given)
    assert before.ended == "hanging", before
    assert after.error == "psycopg2.OperationalError"
    assert "timeout expired" in after.message


def test_a_query_that_takes_its_time(postgresql: servers.Server) -> None:
    """The limit on connecting does not bound a query, as the catalogue says; the statement's own limit does."""
    fact = Catalog().fact(ClientFact, "psycopg2.connect")
    assert fact is not None
    assert not fact.covers
    slow = REPORT.replace("SELECT 1", "SELECT pg_sleep(60)")
    given = f"PORT = {postgresql.port}"
    connecting = mend({"example.py": slow}, "no-timeout").after["example.py"]
    limited = connecting.replace('"postgres"', f'"postgres", {fact.statement.format(read_ms=500)}')
    before = run_example(connecting, postgresql, PATIENCE, call="report()", given=given)
    after = run_example(limited, postgresql, DEADLINE, call="report()", given=given)
    assert before.ended == "hanging", before
    assert after.error == "psycopg2.errors.QueryCanceled"


PUBLISH = """
import pika

def publish(order):
    parameters = pika.ConnectionParameters("127.0.0.1", PORT, {limits})
    channel = pika.BlockingConnection(parameters).channel()
    channel.confirm_delivery()
    channel.basic_publish("", "orders", order)
"""


def publish(code: str, rabbitmq: servers.Server) -> Outcome:
    """Publishes one message, with patience."""
    return run_example(code, rabbitmq, PATIENCE, call="publish(b'1')", given=f"PORT = {rabbitmq.port}")


def test_a_rabbitmq_that_hangs(rabbitmq: servers.Server) -> None:
    """Two thousand seconds outlast a silent broker; after two there is an error that is not in `pika.exceptions`."""
    pair = mend({"example.py": PUBLISH.format(limits="stack_timeout=2000")}, "timeout-in-milliseconds")
    with rabbitmq.paused():
        before, after = (publish(texts["example.py"], rabbitmq) for texts in (pair.before, pair.after))
    fact = Catalog().fact(ClientFact, "pika.BlockingConnection")
    assert fact is not None
    assert before.ended == "hanging", before
    assert after.error == fact.raises["timeout"][0], after


def test_a_rabbitmq_that_is_full(rabbitmq: servers.Server) -> None:
    """Two thousand seconds outlast a broker that takes no messages, too; two do not."""
    pair = mend({"example.py": PUBLISH.format(limits="blocked_connection_timeout=2000")}, "timeout-in-milliseconds")
    before, after = (publish(texts["example.py"], rabbitmq) for texts in (pair.before, pair.after))
    assert before.ended == "hanging", before
    assert after.error == "pika.exceptions.ConnectionBlockedTimeout", after


def test_a_full_rabbitmq_blocks_whoever_sets_no_limit(rabbitmq: servers.Server) -> None:
    """As the catalogue has it: by default connecting is bounded, and waiting for a full broker is not."""
    fact = Catalog().fact(LimitFact, "pika.ConnectionParameters")
    assert fact is not None
    assert fact.default == {"connect": 15, "write": None}
    assert publish(PUBLISH.format(limits=""), rabbitmq).ended == "hanging"


def test_servers_do_not_outlive_their_block() -> None:
    """When the block ends, paused or not, the process is gone and its port is free."""
    for server in _started(servers.start_redis):
        with server.paused():
            pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=5)


def installed(library: str) -> str:
    """The version of a library that the examples import."""
    pytest.importorskip(library, reason=f"the examples use {library}")
    return metadata.version(library)
