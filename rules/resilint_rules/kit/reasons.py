"""Comments that give the reason for what a rule would report: they are heeded, whatever the rule."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MEANT = (
    r"\bon purpose\b|\bpurpose(?:ly|fully)\b|\bdeliberate|\bintentional|\bintended\b|\bby design\b|\bby intent\b"
    r"|\bas (?:wanted|desired)\b"
)
"""A decision was taken."""
_CAUSE = (
    r"\bbecause\b|\bsince\b|\bso that\b|\bharmless\b|\bacceptable\b|\b(?:is|are|it's) (?:fine|ok|okay|safe|enough)\b"
    r"|\b(?:does|do|did) ?n[o']?t matter\b|\bno need\b|\bneedn't\b|\bnot (?:needed|necessary|sensitive|secret)\b"
    r"|\b(?:not (?:being )?a|no) (?:real )?secret\b"
    r"|\bnothing else\b|\bonly ever\b|\bwe (?:only|just)\b|\bnot used for\b"
)
"""And says why."""
_UNPROVEN = (
    r"\bself.?sign\w*|\bsigns? (?:its|their) (?:own )?certificates?\b"
    r"|\b(?:broken|expired|invalid|wrong|bad|own|private|no valid|untrusted) (?:\w+ )?(?:ca|certificates?|certs?)\b"
    r"|\bcertificates? (?:\w+ ){0,2}(?:broken|expired|invalid|wrong|bad)\b"
    r"|\bchecksum\b|\bfingerprint\b|\bpinned\b|\bwithout a (?:valid )?certificate\b"
)
"""What is the matter with a certificate, or what is checked in its place."""
_PEER = re.compile(
    r"\b(?:certificates?|certs?|ca|host keys?|keys?|vpn|internal|private|trusted|own (?:network|machine|host)s?)\b",
    re.IGNORECASE,
)
_STATES = re.compile(
    r"\b(?:is|are|has|have|had|gets|comes?|presents?|changes?|lives?|sits?|runs?|uses?|cannot|can't|only|inside)\b",
    re.IGNORECASE,
)
_NARRATES = re.compile(
    r"^\W{0,8}(?:note|warning|attention)?\W{0,8}(?:this )?"
    r"(?:disabl|skip|turn|switch|ignor|do not|don't|never|no |without|bypass|set|use)"
    r"|\b(?:not|n't|never|no) (?:\w+ )?(?:verif|check|valid)"
    r"|\b(?:verif\w+|check\w*|validation) (?:is|are) (?:off|dis|skip|sw)",
    re.IGNORECASE,
)
"""Says that nothing is checked, not why."""
_WORDS = 5
_PLANS = re.compile(
    r"\bTO.?DO\b|\bFIX.?ME\b|\bX{3}\b|\bHAC[K]\b|\bBUG\b|\bfor no[w]\b|\btemporar|\b(?:should|must|ought to|needs? to) "
    r"(?:be|not|use|have|verify|check)\b|\byet\b|\bremove (?:this|me|it)\b|\bwork.?around\b|\blater\b",
    re.IGNORECASE,
)
"""A plan to change it is no reason for it."""


def _about(topic: str, *signs: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return re.compile(topic, re.IGNORECASE), re.compile("|".join(signs), re.IGNORECASE)


_FAMILIES = {
    "auth": _about(
        r"certificat|\bcerts?\b|verif|\bTLS\b|\bSSL\b|host.?keys?|\bcheck|sign|trust|token|claim|\bCA\b",
        _MEANT, _CAUSE, _UNPROVEN,
    ),
    "asynchrony": _about(r"block|\bloop\b|task|coroutine|thread|sync", _MEANT, _CAUSE),
    "connections": _about(r"client|connection|session|pool|\beach|\bevery|\bnew\b|fresh", _MEANT, _CAUSE),
    "errors": _about(r"status|error|fail|refus|raise|check|code|answer|response", _MEANT),
    "limits": _about(
        r"header|retry.?after|second|date|number|integer|\bwait|server|service",
        _MEANT, _CAUSE, r"\bmilliseconds?\b|\balways\b",
    ),
    "messaging": _about(
        r"\btasks?\b|\bqueue|\bmessages?\b|\back\b|acknowledg|commit|transaction|deliver|requeue|\blose|\blost\b|worker|consumer",
        _MEANT, _CAUSE,
    ),
    "retries": _about(
        r"retr(?:y|ies)|attempt|again|repeat|for ?ever|\bend\b|until|keep|loop|back.?off|pause|\bwait|give up|try",
        _MEANT,
    ),
    "timeouts": _about(r"time\W?out|limit|\bwait|\bhang|\bblock|\blong|hour|minute|second", _MEANT),
    "webhooks": _about(r"signature|constant|timing|compar", _MEANT, _CAUSE),
}  # fmt: skip
"""What a reason is about, and what makes it one, by family of rules."""


def gives_reason(family: str, comments: Sequence[str]) -> bool:
    """Whether the comments beside a place, or right above it, say why it is as a family of rules would not have it.

    What only says what the code does is no reason, and a plan to change it is the contrary.
    """
    known = _FAMILIES.get(family)
    text = " ".join(comments)
    if known is None or not text or _PLANS.search(text):
        return False
    topic, signs = known
    if topic.search(text) is not None and signs.search(text) is not None:
        return True
    return family == "auth" and _describes_peer(text)


def _describes_peer(text: str) -> bool:
    """Whether a comment says what the peer, its keys or the way to it are like: that is why they are not checked."""
    if _NARRATES.search(text) or len(text.split()) < _WORDS:
        return False
    return _PEER.search(text) is not None and _STATES.search(text) is not None
