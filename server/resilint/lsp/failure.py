"""Why the analysis process ended, what it was working on, and the sentences that say so."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Cause(enum.Enum):
    """What ended an analysis process, or kept it from working."""

    SILENT = enum.auto()
    STALLED = enum.auto()
    MEMORY = enum.auto()
    CRASHED = enum.auto()
    KILLED = enum.auto()
    NOT_STARTED = enum.auto()


@dataclass(frozen=True, slots=True)
class Failure:
    """One end of an analysis process. `limit` is the limit that it exceeded, in seconds or megabytes."""

    cause: Cause
    limit: float = 0

    def __str__(self) -> str:
        """Returns the predicate of a sentence whose subject is the analysis."""
        match self.cause:
            case Cause.SILENT:
                return f"gave no sign of life for {self.limit:.3g} s of processor time"
            case Cause.STALLED:
                return f"did nothing for {self.limit:.3g} s"
            case Cause.MEMORY:
                return f"needed more than {self.limit:g} MB of memory"
            case Cause.CRASHED:
                return "crashed"
            case Cause.KILLED:
                return "was killed by the system or another program"
            case Cause.NOT_STARTED:
                return "could not be started"

    def of_document(self) -> str:
        """Returns the message for a document whose analysis ended the process."""
        return f"the analysis of this file {self}, repeatedly; it starts again when the file changes"

    def of_retry(self, work: Work) -> str:
        """Returns the message for the log when the work that ended the process is repeated."""
        return f"the analysis process {self}{work}; this is repeated, and left out if it happens again"

    def of_process(self, pause: float) -> str:
        """Returns the message for every document while there is no process; it is started again after `pause` s."""
        return f"this file is not analysed: the analysis process {self}; {_next_start(pause)}"

    def of_settings(self, root: str, path: str) -> str:
        """Returns the message for a project whose settings, read from `path`, ended the process."""
        return (
            f"{path}: the analysis {self}, repeatedly, while it read the settings of this project; "
            f"the default settings are used in {root} until a file of settings changes"
        )


def _next_start(pause: float) -> str:
    return f"it is started again in {pause:g} s or at the next edit" if pause else "it is being started again"


@dataclass(frozen=True, slots=True)
class Work:
    """What the process was working on; "" where it was nothing in particular.

    `uri` is a document or the path of a file, `chunk` a part of it by name. `root` is the folder of the project
    whose settings were being read, from `source`.
    """

    uri: str = ""
    chunk: str = ""
    root: str = ""
    source: str = ""

    def __bool__(self) -> bool:
        """Whether it is anything in particular."""
        return bool(self.uri or self.root)

    def __str__(self) -> str:
        return f" at {self.source or self.uri}" if self.source or self.uri else ""
