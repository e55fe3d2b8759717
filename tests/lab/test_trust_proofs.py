"""Rules on whom to believe, proven with a peer and a token that nobody should believe."""

from __future__ import annotations

import ast
from dataclasses import dataclass

import pytest

from lab import Lab, run_example
from lab.fixing import Pair, mend, page_example
from lab.server import find_openssl

DEADLINE = 20.0

FETCH = "import urllib.request"


@pytest.mark.skipif(find_openssl() is None, reason="openssl makes the certificate")
@pytest.mark.parametrize(
    ("case", "call", "after"),
    [
        (1, "book({}).status_code", "requests.exceptions.SSLError"),
        (2, "urllib.request.urlopen(URL, context=context(), timeout=5).status", "urllib.error.URLError"),
        (3, "Ledger().session.get(URL, timeout=5).status_code", "requests.exceptions.SSLError"),
    ],
)
def test_a_peer_that_nobody_vouches_for_is_refused(case: int, call: str, after: str) -> None:
    """Before, the example talks to a peer with a certificate of its own making; mended, it does not."""
    pair = page_example("tls-verification-off", case)
    with Lab(tls=True) as lab:
        fooled = run_example(pair.before["example.py"], lab, DEADLINE, call=call, given=FETCH)
        assert fooled.value == "200", fooled
        refused = run_example(pair.after["example.py"], lab, DEADLINE, call=call, given=FETCH)
        assert len(lab.received) == 1, "nothing was said to it after that"
    assert refused.error == after
    assert "CERTIFICATE_VERIFY_FAILED" in refused.message


FORGED = """
import base64, json
from joserfc.jwk import RSAKey

KEY = RSAKey.generate_key()
PARTS = [json.dumps(part).encode() for part in ({"alg": "none"}, {"sub": "admin"})]
TOKEN = ".".join([base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in PARTS] + [""])
HONEST = __import__("joserfc.jwt").jwt.encode({"alg": "RS256"}, {"sub": "ada"}, KEY)
"""


def test_a_token_that_anybody_wrote_is_refused() -> None:
    """Before, an unsigned token makes anybody the administrator; mended, only what the key's owner signed passes."""
    pair = page_example("jwt-unverified", 1)
    with Lab() as lab:
        fooled, refused = (
            run_example(texts["example.py"], lab, DEADLINE, call="user(TOKEN, KEY)", given=FORGED)
            for texts in (pair.before, pair.after)
        )
        honest = run_example(pair.after["example.py"], lab, DEADLINE, call="user(HONEST, KEY)", given=FORGED)
    assert (fooled.value, honest.value) == ("'admin'", "'ada'"), fooled
    assert refused.error == "joserfc.errors.UnsupportedAlgorithmError"


HEADER = """
import hmac

def accept(request):
    expected = hmac.new(SECRET, request.body, "sha256").hexdigest()
    return expected == request.headers.get("X-Signature")
"""
"""As on the page, but for a header that may be missing."""

ASKED = r"""
import base64, hmac
from types import SimpleNamespace

SECRET, BODY = b"secret", b'{"amount": 3}'
MADE = hmac.new(SECRET, BODY, "sha256")
TEXT, BINARY = MADE.hexdigest(), base64.b64encode(MADE.digest())
TEXTS = [TEXT, TEXT.upper(), TEXT[:-1], TEXT + "0", "", "\u00e9" * 64, "\U0001f511"]
BINARIES = [BINARY, BINARY[:-1], BINARY + b"=", b"", b"\xff"]
BROKEN = "\udce9"  # half a character: what some servers make of a byte that is no UTF-8

def verdict(judge, *given):
    try:
        return judge(*given)
    except Exception as error:
        return type(error).__name__

def request(*given):
    headers = {"X-Signature": each for each in given}
    return SimpleNamespace(body=BODY, headers=headers, json=lambda: True)
"""


@dataclass(frozen=True, slots=True)
class Judge:
    """Signatures as they are given, and what is said to each, before and after."""

    pair: Pair
    call: str
    verdicts: list[object]


JUDGES = {
    "text": lambda: Judge(
        page_example("signature-compared-with-equals", 1),
        "[verdict(accept, request(each)) for each in TEXTS] + [verdict(accept, request())]",
        [True, *["PermissionError"] * 6, "KeyError"],
    ),
    "binary": lambda: Judge(
        page_example("signature-compared-with-equals", 2),
        "[verdict(Hook().valid, BODY, each) for each in [*BINARIES, None]]",
        [True, *[False] * 5],
    ),
    "missing": lambda: Judge(
        mend({"example.py": HEADER}, "signature-compared-with-equals"),
        "[verdict(accept, request(each)) for each in TEXTS] + [verdict(accept, request())]",
        [True, *[False] * 7],
    ),
}


@pytest.mark.parametrize("kind", JUDGES)
def test_a_signature_gets_the_same_verdict_in_constant_time(kind: str) -> None:
    """Right, wrong, outside ASCII or missing: yes and no stay where they were.

    The time it takes is not measured: nanoseconds drown in what a shared machine does besides.
    """
    judge = JUDGES[kind]()
    with Lab() as lab:
        for texts in (judge.pair.before, judge.pair.after):
            outcome = run_example(texts["example.py"], lab, DEADLINE, call=judge.call, given=ASKED)
            assert ast.literal_eval(outcome.value or "0") == judge.verdicts, outcome


def test_a_text_that_cannot_be_encoded_is_refused_by_raising() -> None:
    """The one difference that the page owns up to: what no encoding can carry was refused, and now raises."""
    pair = page_example("signature-compared-with-equals", 1)
    with Lab() as lab:
        before, after = (
            run_example(texts["example.py"], lab, DEADLINE, call="accept(request(BROKEN))", given=ASKED)
            for texts in (pair.before, pair.after)
        )
    assert (before.error, after.error) == ("builtins.PermissionError", "builtins.UnicodeEncodeError")
