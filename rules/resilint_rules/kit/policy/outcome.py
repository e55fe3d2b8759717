"""What comes of one failure of the peer, in words and numbers."""

from __future__ import annotations

from dataclasses import dataclass

from ..retries.layer import DROPPED, HANG, LIMITED_RATE, UNAVAILABLE

EVENTS = {
    HANG: "on a hang",
    UNAVAILABLE: "on 503",
    LIMITED_RATE: "on 429",
    DROPPED: "on a dropped connection",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one failure event of the peer.

    `attempts` and `seconds` are None where they are not proven; `least`: there may be more of both, `uncounted`: more
    attempts. `handled`: a handler that is seen ends it.
    """

    event: str
    text: str
    attempts: int | None = None
    seconds: float | None = None
    least: bool = False
    uncounted: bool = False
    handled: bool = False
