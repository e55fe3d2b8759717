"""One module per output format, each a pure function from results to text.

Importing this package imports no format; `render` loads the requested one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from ..results import FileResult
    from .view import View

    Render = Callable[[Sequence[FileResult], View], str]

FORMATS: Mapping[str, str] = {
    "full": "full",
    "concise": "concise",
    "json": "json",
    "json-lines": "json_lines",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "junit": "junit",
}
"""What `--output-format` takes, and the module of this package that writes it."""


def load(name: str) -> Render:
    """The `render(results, view)` of a format; KeyError for a name that is not in `FORMATS`."""
    return cast("Render", import_module(f"{__name__}.{FORMATS[name]}").render)


def render(name: str, results: Sequence[FileResult], view: View) -> str:
    """What the format `name` makes of the results; it ends with a newline unless it is empty."""
    return load(name)(results, view)
