"""Signatures on their way from the key to a comparison, and digests that are none."""

import base64
import binascii
import hashlib
import hmac
import hmac as mac

from flask import request

KNOWN = "5d41402abc4b2a76b9719d911017c592"


def prefixed(body):
    digest = hmac.new(KEY, body, hashlib.sha256)
    digest.update(b"tail")
    signature = "sha256=" + digest.hexdigest()
    return signature == request.headers.get("X-Hub-Signature-256")  # finds: signature-compared-with-equals


def formatted(body):
    if request.headers["X-Signature"] == f"v1={hmac.new(KEY, body, 'sha256').hexdigest()}":  # finds: signature-compared-with-equals
        return True
    return "v0=%s" % hmac.new(KEY, body, "sha256").hexdigest() == request.args.get("sig", "")  # finds: signature-compared-with-equals


def encoded(body, given: bytes):
    made = hmac.digest(KEY, body, "sha1")
    return binascii.hexlify(made) == given  # finds: signature-compared-with-equals


def decoded(body, given: str):
    made = base64.urlsafe_b64encode(hmac.new(KEY, body, "sha256").digest()).decode().rstrip("=")
    return (
        # the provider pads nothing
        made  # finds: signature-compared-with-equals
        == given
    )


def aliased(body, given):
    return not (mac.new(KEY, body, "sha256").digest() != given)  # finds: signature-compared-with-equals


def inside(body):
    expected = hmac.new(KEY, body, "sha256").hexdigest()

    def match(given):
        return given == expected  # finds: signature-compared-with-equals

    return match


def either(body, given, old):
    if old:
        expected = hashlib.md5(body).hexdigest()
    else:
        expected = hmac.new(KEY, body, "sha256").hexdigest()
    return expected == given  # misses: signature-compared-with-equals - one of two ways gives no keyed digest


def algorithm(body, given):
    made = hmac.new(KEY, body, "sha256")
    return made.name == given and made.digest_size == 32


def known(body):
    return hmac.new(KEY, body, "sha256").hexdigest() == KNOWN


def chained(body, given, other):
    made = hmac.new(KEY, body, "sha256").digest()
    return given == made == other


class Gate:
    def _sign(self, body):
        return hmac.new(self.key, body, "sha256").hexdigest()

    def open(self, body, signature):
        if signature is None:
            return False
        expected = self._sign(body)
        return signature == expected  # finds: signature-compared-with-equals

    def count(self, bodies):
        return len([self._sign(each) for each in bodies]) == 3

    def lock(self, body, signature):
        return hmac.compare_digest(self._sign(body), signature)
