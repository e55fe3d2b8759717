"""Reports on their way out: which formats to which files, and how the reader looks at them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import RunError
from ..fs import atomic
from ..fs.escapes import visible
from ..report import FORMATS
from . import terminal

if TYPE_CHECKING:
    from argparse import Namespace

    from ..config.roots import ProjectRoot
    from ..report.view import Card
    from ..results import FileResult

_WITH_SUPPRESSED = frozenset({"sarif"})
"""Formats that describe the rules themselves."""


_SILENT = frozenset({"full", "concise"})
"""Formats that say nothing where nothing was found."""

_MIX = frozenset({"full", "concise", "github"})
"""Formats that may share a stream, because they are read line by line."""

COUNTED = frozenset({"full", "concise", "json", "json-lines"})
"""Formats in which `--statistics` can be written."""


class Output(NamedTuple):
    """A format, and the file it goes to ("" is standard output)."""

    format: str
    file: str = ""


def wanted(args: Namespace) -> list[Output]:
    """The outputs that options ask for; none if they do not. Raises RunError."""
    found = [_parsed(word) for word in args.output_format]
    if args.output_file:
        found = _with_file(found or [Output("full")], args.output_file)
    shared = [hit.format for hit in found if not hit.file]
    alone = [name for name in shared if name not in _MIX]
    if alone and len(shared) > 1:
        raise RunError(f"standard output takes one report: give {alone[0]} a file, as in {alone[0]}:FILE")
    if args.statistics and alone and alone[0] not in COUNTED:
        raise RunError(f"--statistics needs standard output: give {alone[0]} a file, as in {alone[0]}:FILE")
    return found


def _parsed(word: str) -> Output:
    """The output that `FORMAT` or `FORMAT:FILE` names. Raises RunError."""
    name, colon, file = word.partition(":")
    if name not in FORMATS:
        from ..config.validators import nearest

        raise RunError(f"--output-format: there is no format {name!r}{nearest(name, FORMATS)}")
    if colon and not file:
        raise RunError(f"--output-format {word}: the file's name is missing after the colon")
    return Output(name, file)


def _with_file(outputs: list[Output], file: str) -> list[Output]:
    """The outputs, of which the one without a file gets this one. Raises RunError."""
    if sum(not output.file for output in outputs) != 1:
        raise RunError("--output-file takes one format that has no file of its own")
    return [output if output.file else output._replace(file=file) for output in outputs]


def of_settings(home: ProjectRoot) -> list[Output]:
    """The outputs that the settings ask for."""
    return [Output("full")] if home.plain else [Output(name) for name in home.settings.output_format]


def formats(args: Namespace, home: ProjectRoot) -> list[str]:
    """The names of the formats that hold."""
    return [wish.format for wish in wanted(args) or of_settings(home)]


def write(
    outputs: Sequence[Output],
    results: Sequence[FileResult],
    *,
    levels: Mapping[str, str],
    files: int,
    colour: str,
    silenced: bool,
    docs: str = "",
) -> None:
    """Effect: prints and writes every report. Raises RunError.

    `levels` says from which severity on a file fails; `silenced` adds what is silenced, where that can be marked.
    `docs` is where the pages of rules are hosted.
    """
    if not any(result.problems for result in results):
        outputs = [output for output in outputs if output.file or output.format not in _SILENT]
    if not outputs:
        return
    from ..report import render
    from ..report.view import View

    known = _cards() if any(output.format in _WITH_SUPPRESSED for output in outputs) else {}
    here = os.getcwd()
    for output in outputs:
        stream = sys.stdout
        view = View(
            colour=not output.file and terminal.coloured(colour, stream),
            width=0 if output.file else terminal.width(stream),
            folder=here,
            root=_repository(here),
            cards=known,
            levels=levels,
            files=files,
            links=not output.file and terminal.links(stream),
            docs=docs,
            silenced=silenced,
        )
        put(render(output.format, results, view), output.file)


def _cards() -> dict[str, Card]:
    from ..report.rule_cards import cards

    return cards()


def _repository(folder: str) -> str:
    """The nearest folder above that git knows as a repository, else the folder itself."""
    at = folder
    while not os.path.exists(os.path.join(at, ".git")):
        up = os.path.dirname(at)
        if up == at:
            return folder
        at = up
    return at


def put(text: str, file: str) -> None:
    """Effect: prints a text, or writes it to a file as UTF-8. Raises RunError."""
    if not file:
        sys.stdout.write(text)
        return
    try:
        atomic.write(file, text.encode("utf-8", "backslashreplace"))
    except (OSError, ValueError) as error:
        raise RunError(f"{file} cannot be written: {getattr(error, 'strerror', None) or error}") from None


def put_bytes(data: bytes) -> None:
    """Effect: prints a file's bytes as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def settings(root: str, source: str, values: dict[str, Any], on: Sequence[str], format: str) -> str:  # noqa: A002 - its name
    """The settings that hold, as `resilint.toml` would say them, or as JSON."""
    if format.startswith("json"):
        import json

        return json.dumps({"root": root, "source": source, "settings": values, "rules": list(on)}, indent=2) + "\n"
    lines = [visible(f"# for files in {root}"), visible(f"# from {source or 'no file: these are the defaults'}")]
    lines += [f"{key} = {_toml(value)}" for key, value in values.items() if value != ""]
    lines += ["", f"# {len(on)} rules are on", *(f"# {name}" for name in on)]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        inside = ", ".join(f"{_key(key)} = {_toml(inner)}" for key, inner in value.items())
        return "{ " + inside + " }" if inside else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return _quoted(value)


def _quoted(value: Any) -> str:
    import json

    text = json.dumps(value, ensure_ascii=False)
    return "".join(char if visible(char) == char else f"\\u{ord(char):04x}" for char in text)


def _key(key: str) -> str:
    plain = key.replace("-", "").replace("_", "")
    return key if plain.isalnum() and plain.isascii() else _quoted(key)
