"""Messages between the protocol process and the worker; `codec.py` writes and reads them.

All offsets are code points in the editor's text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from resilint_rules.kit.syntax.text import Edit, Span

# ---- To the worker


class Root(NamedTuple):
    """A folder that is open in the editor, and the editor's settings for it as the editor sent them."""

    path: str
    given: Mapping[str, object]


class Roots(NamedTuple):
    """The open folders; `given` holds outside of them, `left_out` are projects whose settings are not read."""

    roots: tuple[Root, ...]
    given: Mapping[str, object]
    left_out: tuple[str, ...]


class Open(NamedTuple):
    """A document was opened. `path` is "" if it is no file; `without` names the chunks that are not analysed."""

    uri: str
    path: str
    version: int
    text: str
    without: tuple[str, ...]


class Change(NamedTuple):
    """An open document was edited; each edit applies to the text that the ones before it have left."""

    uri: str
    version: int
    edits: tuple[Edit, ...]


class Close(NamedTuple):
    """A document was closed, or is not analysed any longer."""

    uri: str


class FilesChanged(NamedTuple):
    """Files were changed on disk; `settings` if there is any among them that holds for others."""

    paths: tuple[str, ...]
    settings: bool


class Named(NamedTuple):
    """A finding that an editor names by what it was shown of it."""

    span: Span
    rule: str


class ActionsQuestion(NamedTuple):
    """Which code actions are there in `span`? `only` limits the kinds; `lazy` leaves out edits of whole files.

    `named` are findings that the editor asks about besides; `single`: it applies all that it gets.
    """

    uri: str
    version: int
    span: Span
    only: tuple[str, ...] | None
    lazy: bool
    named: tuple[Named, ...] = ()
    single: bool = False


class FixAllQuestion(NamedTuple):
    """Which edits fix all findings of `rule`; "" for all that is safe, or for all if `unsafe`?"""

    uri: str
    version: int
    rule: str
    unsafe: bool = False


class HoverQuestion(NamedTuple):
    """What is there to show at an offset? `whole`: all that is known of its line, as plain text."""

    uri: str
    version: int
    offset: int
    whole: bool = False


class HintsQuestion(NamedTuple):
    """Which inlay hints are there in `span`?"""

    uri: str
    version: int
    span: Span


class CompletionQuestion(NamedTuple):
    """What may be typed at an offset?"""

    uri: str
    version: int
    offset: int


class AboutQuestion(NamedTuple):
    """Which settings hold for the document?"""

    uri: str
    version: int


class LensesQuestion(NamedTuple):
    """What do the functions of the document lead to?"""

    uri: str
    version: int


class ScanQuestion(NamedTuple):
    """What is found in all files of the open folders, except in the paths `without`?"""

    without: tuple[str, ...]


class Forget(NamedTuple):
    """The answer to the question with this number is not needed any longer."""

    number: int


QuickQuestion = ActionsQuestion | FixAllQuestion | HoverQuestion | HintsQuestion | CompletionQuestion | AboutQuestion
"""One that is answered at once when the document has been checked."""
DocumentQuestion = QuickQuestion | LensesQuestion
Question = DocumentQuestion | ScanQuestion
ToWorker = Roots | Open | Change | Close | FilesChanged | Question | Forget


class Numbered(NamedTuple):
    """A message to the worker. A question is answered by this number, and findings name the last one they know."""

    serial: int
    message: ToWorker


# ---- From the worker


class RelatedMark(NamedTuple):
    """A place that explains a finding: `span` in the same text if `path` is "", else a row from 1, 0 if unknown."""

    message: str
    path: str
    span: Span
    row: int


class Mark(NamedTuple):
    """A finding; `page` is the path of the file that documents its rule, or ""."""

    span: Span
    code: str
    rule: str
    severity: str
    message: str
    help: str = ""
    page: str = ""
    related: tuple[RelatedMark, ...] = ()


class Busy(NamedTuple):
    """Work on a document (by uri) or on a file (by path) begins; `chunk` names the part of it.

    `size` is the number of characters of the text, as far as it is known.
    """

    uri: str
    chunk: str = ""
    size: int = 0


class ReadingSettings(NamedTuple):
    """The settings of the project in `root` are being read from `source`; "" twice: they have been read."""

    root: str
    source: str


class Idle(NamedTuple):
    """All work that messages up to this number have caused is done."""

    serial: int


class Problem(NamedTuple):
    """A sentence about settings that the person at the editor should read."""

    message: str


class Checked(NamedTuple):
    """The findings in a version of a document; `serial` is the last message that they take into account."""

    uri: str
    version: int
    serial: int
    marks: tuple[Mark, ...]


class ScanProgress(NamedTuple):
    """So many of all files have been read; nothing was found in those at the paths `clean`."""

    number: int
    done: int
    total: int
    clean: tuple[str, ...] = ()


class ScannedDocument(NamedTuple):
    """The findings in an open document, as part of a scan."""

    number: int
    done: int
    total: int
    uri: str
    version: int
    marks: tuple[Mark, ...]


class ScannedFile(NamedTuple):
    """The findings in a file that is not open, and its text, which their offsets refer to."""

    number: int
    done: int
    total: int
    path: str
    text: str
    marks: tuple[Mark, ...]


class Offer(NamedTuple):
    """A code action. `mark` is the index of its finding, -1 for several; no edits: ask with `FixAllQuestion`.

    `unsafe`: a person should see what it changes before it is applied. `file` is the path of another file that is
    edited instead, and `text` what it holds.
    """

    title: str
    kind: str
    preferred: bool
    mark: int
    edits: tuple[Edit, ...] | None
    rule: str = ""
    unsafe: bool = False
    file: str = ""
    text: str = ""


class HoverText(NamedTuple):
    """Markdown about the text in `span`."""

    span: Span
    markdown: str


class HintText(NamedTuple):
    """A few words behind an offset; `tooltip` is Markdown."""

    offset: int
    label: str
    tooltip: str


class Completion(NamedTuple):
    """A word that may stand in place of `span`: `insert` is what is typed, `about` is Markdown."""

    span: Span
    label: str
    detail: str
    about: str
    insert: str


class LensText(NamedTuple):
    """What the function that is named at `span` leads to, in a few words."""

    span: Span
    title: str


class ActionsAnswer(NamedTuple):
    """The code actions, in a stable order."""

    number: int
    offers: tuple[Offer, ...]


class FixAllAnswer(NamedTuple):
    """The edits; none if there is nothing to fix."""

    number: int
    edits: tuple[Edit, ...]


class HoverAnswer(NamedTuple):
    """What to show, None if there is nothing."""

    number: int
    hover: HoverText | None


class HintsAnswer(NamedTuple):
    """The inlay hints in order."""

    number: int
    hints: tuple[HintText, ...]


class CompletionAnswer(NamedTuple):
    """The words in order."""

    number: int
    items: tuple[Completion, ...]


class AboutAnswer(NamedTuple):
    """The project's folder and the path of its settings, each "" if there is none; what holds for the document."""

    number: int
    root: str
    source: str
    profile: str
    preview: bool
    rules: int


class LensesAnswer(NamedTuple):
    """What functions lead to, in the order of the text."""

    number: int
    lenses: tuple[LensText, ...]


class ScanAnswer(NamedTuple):
    """The scan is complete; this many files were read."""

    number: int
    total: int


class NoAnswer(NamedTuple):
    """The question cannot be answered, for this reason."""

    number: int
    why: str


Scanned = ScanProgress | ScannedDocument | ScannedFile
QuickAnswer = ActionsAnswer | FixAllAnswer | HoverAnswer | HintsAnswer | CompletionAnswer | AboutAnswer
Answer = QuickAnswer | LensesAnswer | ScanAnswer
FromWorker = Busy | ReadingSettings | Idle | Problem | Checked | Scanned | Answer | NoAnswer
