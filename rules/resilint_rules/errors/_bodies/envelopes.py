"""What an answer says of failures in its body: the facts of libraries, peers that are known by address, and a fix."""

from __future__ import annotations

import re
from typing import NamedTuple

import libcst as cst

from ...kit.catalog.parts import Envelope
from ...kit.findings import Fix
from ...kit.fixes.edits import remove_argument
from ...kit.interp.calls import Call
from ...kit.interp.values import Const
from ...kit.reach.addresses import leading_text
from ...kit.responses.answer_reads import Reads, reads_of
from ...kit.responses.in_band import is_body_unread, raise_where
from ...kit.syntax.tree import Tree, walk
from ...kit.trust.switches import matches


class InBand(NamedTuple):
    """What a peer puts into the body of each answer."""

    keys: tuple[str, ...]
    """The keys that tell success from failure."""
    failed: str
    """The condition that is true for a failure, with `{name}` for the parsed body."""


_PEERS: tuple[tuple[str, InBand], ...] = (
    # docs.slack.dev/apis/web-api: `ok` is in each answer, an error has status 200; slack_sdk's `validate()` reads it
    (r"https://(?:www\.)?slack\.com/api/", InBand(("ok", "error"), 'not {name}.get("ok")')),
    # developers.google.com/recaptcha/docs/verify, docs.hcaptcha.com, developers.cloudflare.com/turnstile
    (
        r"https://(?:www\.google\.com|www\.recaptcha\.net)/recaptcha/api/siteverify"
        r"|https://(?:api\.)?hcaptcha\.com/siteverify|https://challenges\.cloudflare\.com/turnstile/v0/siteverify",
        InBand(("success", "error-codes"), 'not {name}.get("success")'),
    ),
    # developer.work.weixin.qq.com and open.dingtalk.com: `errcode` is 0 for success
    (
        r"https://(?:qyapi\.weixin\.qq\.com|oapi\.dingtalk\.com)/",
        InBand(("errcode", "errmsg"), '{name}.get("errcode")'),
    ),
    # developers.google.com/maps/documentation/geocoding/requests-geocoding#StatusCodes
    (
        r"https://maps\.googleapis\.com/maps/api/(?:geocode|directions|distancematrix|place|timezone|elevation)/",
        InBand(("status", "error_message"), '{name}.get("status") not in ("OK", "ZERO_RESULTS")'),
    ),
)
_KNOWN = tuple((re.compile(address), found) for address, found in _PEERS)
_BULK = re.compile(r"/_bulk(?:\?|\Z)")
_BULK_ANSWER = InBand(("errors", "items"), '{name}["errors"]')
"""A search index answers a bulk request with 200 if it understood it, whatever became of the documents."""


def in_band(call: Call) -> InBand | None:
    """What the peer of a call puts into its answers, as far as its address is written out; None if it is not known."""
    target = call.target
    if call.peer != "http" or target is None:
        return None
    text = leading_text(call.frame, target.node)
    for address, found in _KNOWN:
        if address.match(text):
            return found
    return _BULK_ANSWER if _BULK.search(call.frame.tree.code(target.node).strip("\"'")) else None


class Unread(NamedTuple):
    """An answer whose word about failures is not read."""

    key: str
    """Where that word stands, as in `answer["Failed"]`; "" if the answer is nothing else."""
    parts: str
    """What may fail, in the plural; "" for the request as a whole."""
    test: str
    """The condition that is true for a failure, with `{name}`; "" if a fix cannot be written."""
    silenced: str = ""
    """The argument that keeps the call from raising; "" if there is none."""


def unread_envelope(call: Call) -> Unread | None:
    """What is not read of an answer that would tell a failure; None if it is read, or may be."""
    if call.deferred:
        return None
    for envelope in call.as_call.envelopes:
        if _applies(call, envelope):
            return _unread_part(call, envelope)
    band = in_band(call) if call.response is not None else None
    return Unread(band.keys[0], "", band.failed) if band is not None and is_body_unread(call, band.keys) else None


def _applies(call: Call, envelope: Envelope) -> bool:
    """Whether an envelope is that of a call, as far as its arguments are seen."""
    if envelope.methods and call.callee.rpartition(".")[2] not in envelope.methods:
        return False
    if envelope.needs and envelope.needs not in call.args.named:
        return False
    if envelope.only is not None:
        value = call.args.value(envelope.only)
        if value is None or not matches(value, envelope.only.off):
            return False
    if envelope.unless is not None:
        value = call.args.value(envelope.unless)
        known = value is None or (isinstance(value, Const) and not value.soft)
        return known and (value is None or not matches(value, envelope.unless.off))
    return True


def _unread_part(call: Call, envelope: Envelope) -> Unread | None:
    """The part of an answer that is not read; None if it is, or may be."""
    reads = reads_of(call)
    if reads.escaped or (envelope.yields and not reads.iterated) or not _misses(call, envelope, reads):
        return None
    key = envelope.keys[0] if envelope.keys else ""
    return Unread(key, envelope.parts, envelope.test, envelope.only.name if envelope.only is not None else "")


def _misses(call: Call, envelope: Envelope, reads: Reads) -> bool:
    """Whether what is read of an answer leaves out what the envelope is about."""
    if envelope.index is not None:
        return envelope.index not in reads.positions and (not reads.tested or not reads.names)
    if reads.discarded:
        return True
    tree = call.frame.tree
    keys = set(envelope.keys) - _only_counted(tree, envelope, reads)
    written = tree.derived(_texts, tree.module)
    return bool(keys) and written.isdisjoint(keys) and reads.words.isdisjoint(keys)


def _only_counted(tree: Tree, envelope: Envelope, reads: Reads) -> set[str]:
    """The keys of lists of which a function takes nothing but the length, which tells of no failure."""
    places = {key: [node for word, node in reads.parts if word == key] for key in envelope.sized}
    return {key for key, nodes in places.items() if nodes and all(_is_counted(tree, node) for node in nodes)}


def _is_counted(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether an expression is given to `len`."""
    above = tree.parent(node)
    outer = tree.parent(above) if isinstance(above, cst.Arg) else None
    return isinstance(outer, cst.Call) and isinstance(outer.func, cst.Name) and outer.func.value == "len"


def _texts(_: Tree, top: cst.CSTNode) -> set[str]:
    """The texts that stand in a function."""
    return {str(node.evaluated_value) for node in walk(top) if isinstance(node, cst.SimpleString)}


def read_envelope(call: Call, unread: Unread) -> list[Fix]:
    """Returns the fix that raises for a failure; nothing where that needs more than a line."""
    if unread.silenced:
        edit = remove_argument(call, unread.silenced)
        return [Fix(f"Remove {unread.silenced}, so that it raises", (edit,))] if edit is not None else []
    title = f"Raise where `{unread.key}` tells a failure" if unread.key else "Raise where it tells a failure"
    return raise_where(call, unread.test, title) if unread.test else []
