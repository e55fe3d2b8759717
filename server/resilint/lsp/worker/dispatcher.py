"""The analysis process's desk: the open texts, what is known of them, and what is to do next.

A newer version of a text makes all older work on it void. What was asked last comes first.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from resilint_rules.kit.rule import Finding
from resilint_rules.kit.syntax.text import Document, Span

from ...config.reading import Reporter
from ...engine.check import Report
from ...engine.incremental import Abandoned, Memo
from ...fs import files
from ...own_rules import CRASHED
from ..pipe import Message
from .buffer import Buffer
from .code_actions import ANSWERS, View
from .engine import Engine
from .workspace import Ground, Place, Root
from .workspace_scan import Clean, Survey

_STRIDE = 100
"""Files between two signs of progress."""

log = logging.getLogger(__name__)


class Desk:
    """Takes messages and works them off, a piece at a time.

    `send` speaks to the protocol process; `overtaken` says whether a message has come that makes the work
    on a text void.
    """

    def __init__(
        self, engine: Engine, send: Callable[[Message], None], overtaken: Callable[[str], bool] = lambda _: False
    ) -> None:
        self._overtaken = overtaken
        self._engine = engine
        self._send = send
        self._reading = Reporter(self._report_reading)
        self._ground = Ground((), {}, self._read, self._say, self._reading)
        self._buffers: dict[str, Buffer] = {}
        self._paths: dict[str, Buffer] = {}
        self._turns: list[str] = []
        self._questions: dict[int, Message] = {}
        self._surveys: dict[int, Survey] = {}
        self._clean = Clean()
        self.serial = 0

    def take(self, message: Message) -> None:
        """Takes note of a message; the work it causes is done by `work`."""
        self.serial = message["serial"]
        getattr(self, f"_take_{message['do']}")(message)

    def work(self) -> bool:
        """Does one piece of work: a question that can be answered, else a check. False: nothing to do."""
        for number, question in self._questions.items():
            buffer = self._buffers.get(question["uri"])
            if buffer is None or buffer.version != question["version"]:
                del self._questions[number]
                self._send({"is": "answer", "number": number, "lost": "the text has changed"})
                return True
            if buffer.fresh:
                del self._questions[number]
                self._reply(number, question, buffer)
                return True
        for uri in self._turns:
            if not self._buffers[uri].fresh:
                self._check(self._buffers[uri])
                return True
        for number, survey in self._surveys.items():
            self._look_on(number, survey)
            return True
        return False

    def _take_begin(self, message: Message) -> None:
        """Nothing to do: it is the answer that counts."""

    def _take_roots(self, message: Message) -> None:
        roots = tuple(Root(root["path"], root["given"]) for root in message["roots"])
        left_out = message.get("left_out", ())
        self._ground = Ground(roots, message["given"], self._read, self._say, self._reading, left_out)
        self._settle_all()

    def _take_open(self, message: Message) -> None:
        self._take_close(message)
        place = self._ground.place(message["path"])
        without = message.get("without", ())
        buffer = Buffer(message["uri"], message["path"], message["version"], message["text"], place, without)
        self._buffers[buffer.uri] = buffer
        if buffer.path:
            self._paths[buffer.path] = buffer
        self._touch(buffer)

    def _take_edit(self, message: Message) -> None:
        buffer = self._buffers[message["uri"]]
        buffer.edit(message["edits"], message["version"])
        self._touch(buffer)

    def _take_close(self, message: Message) -> None:
        buffer = self._buffers.pop(message["uri"], None)
        if buffer is None:
            return
        self._turns.remove(buffer.uri)
        if self._paths.get(buffer.path) is buffer:
            del self._paths[buffer.path]
        self._disturb(buffer.path)

    def _take_changed(self, message: Message) -> None:
        """Files on the disk have changed: settings and lock files concern all texts, others their readers."""
        if message["settings"]:
            self._ground.forget()
            self._settle_all()
        for path in message["paths"]:
            self._disturb(path)

    def _take_ask(self, message: Message) -> None:
        if message["what"] == "survey":
            survey = Survey(self._ground, self._clean, message["without"])
            self._surveys[message["number"]] = survey
        else:
            self._questions[message["number"]] = message

    def _take_forget(self, message: Message) -> None:
        self._questions.pop(message["number"], None)
        self._surveys.pop(message["number"], None)

    def _settle_all(self) -> None:
        self._clean.clear()
        for buffer in self._buffers.values():
            buffer.settle(self._ground.place(buffer.path))

    def _touch(self, buffer: Buffer) -> None:
        """The text that was touched last is checked first; its readers follow."""
        if buffer.uri in self._turns:
            self._turns.remove(buffer.uri)
        self._turns.insert(0, buffer.uri)
        self._disturb(buffer.path)

    def _disturb(self, path: str) -> None:
        """What was read from `path` is no longer so."""
        if not path:
            return
        self._ground.changed(path)
        self._clean.disturb(path)
        for buffer in self._buffers.values():
            name = files.below(path, buffer.place.site.root)
            if name and buffer.path != path and buffer.depends_on(name):
                buffer.fresh = False

    def _check(self, buffer: Buffer) -> None:
        doc, place = buffer.doc, buffer.place
        answer: Message = {"is": "report", "uri": buffer.uri, "version": buffer.version, "serial": self.serial}
        self._send({"is": "busy", "uri": buffer.uri})

        def pulse(piece: str) -> None:
            self._send({"is": "busy", "uri": buffer.uri, "piece": piece})
            if self._overtaken(buffer.uri):
                raise Abandoned

        buffer.memo.pulse = pulse
        try:
            buffer.take(self._look(doc, place, buffer.memo))
        except Abandoned:
            return  # a message follows that leads to another check
        marks = [self._mark(finding, place, buffer.lead) for finding in buffer.report.findings]
        self._send({**answer, "marks": marks})

    def _look_on(self, number: int, survey: Survey) -> None:
        """One step of a survey; open texts are as they are open."""
        path = survey.next()
        if not path:
            del self._surveys[number]
            self._send({"is": "answer", "number": number, "value": survey.total})
            return
        self._send({"is": "busy", "uri": path})
        told: Message = {"is": "heard", "number": number, "done": survey.done, "of": survey.total}
        buffer = self._paths.get(path)
        if buffer is not None:  # checked already: that comes first
            marks = [self._mark(finding, buffer.place, buffer.lead) for finding in buffer.report.findings]
            self._send({**told, "uri": buffer.uri, "version": buffer.version, "marks": marks})
        elif (seen := survey.look(path, self._look)) is not None:
            marks = [self._mark(finding, seen.place, seen.lead) for finding in seen.report.findings]
            self._send({**told, "path": path, "text": seen.text, "marks": marks})
        elif survey.done % _STRIDE == 0:
            self._send(told)

    def _look(self, doc: Document, place: Place, memo: Memo | None = None) -> Report:
        if place.out:
            return Report()
        site = place.site
        try:
            report = self._engine.check(doc, site.project, site.settings, memo)
            path = os.path.join(site.root, place.name) if site.root else ""
            return replace(report, findings=tuple(site.recorded.soften(report.findings, path)))
        except Abandoned:
            raise
        except Exception as error:
            log.exception("the check of %s failed", place.name)
            return Report(findings=(_crash(error),))

    def _reply(self, number: int, question: Message, buffer: Buffer) -> None:
        self._send({"is": "busy", "uri": buffer.uri})
        view = View(
            buffer.doc,
            buffer.place.site.project,
            buffer.place.site.settings,
            buffer.report,
            self._engine,
            buffer.lead,
        )
        try:
            value = ANSWERS[question["what"]](view, question)
        except Exception:
            log.exception("no answer to %s", question["what"])
            self._send({"is": "answer", "number": number, "lost": "the analysis failed"})
            return
        self._send({"is": "answer", "number": number, "value": value})

    def _mark(self, finding: Finding, place: Place, lead: int) -> dict[str, Any]:
        return {
            "span": shifted(finding.span, lead),
            "code": finding.code,
            "rule": finding.rule,
            "severity": finding.severity.value,
            "message": finding.message,
            "help": finding.help,
            "page": self._engine.source(finding.rule),
            "related": [
                {
                    "message": other.message,
                    "path": os.path.join(place.site.root, other.file) if other.file else "",
                    "span": shifted(other.span, 0 if other.file else lead),
                    "row": other.row,
                }
                for other in finding.related
            ],
        }

    def _read(self, path: str) -> bytes | None:
        """An open text as its file would be if it were saved now."""
        buffer = self._paths.get(path)
        return buffer.text.encode("utf-8") if buffer else None

    def _report_reading(self, root: str, path: str) -> None:
        self._send({"is": "busy", "root": root, "source": path})

    def _say(self, text: str) -> None:
        self._send({"is": "problem", "message": text})


def shifted(span: Iterable[int], lead: int) -> list[int]:
    """A span in the editor's text, which may have a byte order mark in front."""
    return [offset + lead for offset in span]


def _crash(error: Exception) -> Finding:
    """A crash of ours is shown where it happened."""
    message = f"resilint itself failed on this file: {error!r}"
    return Finding(CRASHED.code, CRASHED.name, CRASHED.severity, Span(0, 0), message)
