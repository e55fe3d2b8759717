"""What worker processes were working on when they ended.

One end proves nothing: the machine was out of memory, or another program killed the process. The work is
repeated, and is to blame if that ends the next process, too.
"""

from __future__ import annotations

from collections import Counter

from ..failure import Cause, Failure, Work

_STRIKES = 2
_STRIKES_FROM_OUTSIDE = 4
"""Ends at the same work until it is to blame; more if the process was killed by another one."""

_STRIKES_OF_DOCUMENT = 4
"""Ends at one document, each at another chunk, until the chunk of the last is to blame."""


class Suspects:
    """Counts ends by the work at which they happened, since that was last done or changed."""

    def __init__(self) -> None:
        self._at_work: Counter[Work] = Counter()
        self._at_document: Counter[str] = Counter()

    def is_to_blame(self, work: Work, failure: Failure) -> bool:
        """Counts an end at this work; whether the work is to be kept from the next process."""
        key = Work(root=work.root, source=work.source) if work.root else Work(work.uri, work.chunk)
        self._at_work[key] += 1
        self._at_document[key.uri] += bool(key.chunk)
        needed = _STRIKES_FROM_OUTSIDE if failure.cause is Cause.KILLED else _STRIKES
        return self._at_work[key] >= needed or self._at_document[key.uri] >= _STRIKES_OF_DOCUMENT

    def clear(self, uri: str = "") -> None:
        """Forgets what ended at a document; "": at anything."""
        for work in [*self._at_work]:
            if not uri or work.uri == uri:
                del self._at_work[work]
        for document in [*self._at_document]:
            if not uri or document == uri:
                del self._at_document[document]
