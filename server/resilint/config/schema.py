"""The JSON schema of the settings, for editors: `python -m resilint.config.schema` regenerates it."""

from __future__ import annotations

import json
from pathlib import Path

from .keys import KEYS
from .validators import Schema

PLACE = Path(__file__).with_name("schema.json")


def schema() -> Schema:
    """The schema of the `[tool.resilint]` table, which is also the whole of `resilint.toml`."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "resilint",
        "description": "Settings of resilint, in [tool.resilint] of pyproject.toml or in resilint.toml.",
        **KEYS.schema(),
    }


def text() -> str:
    """The file's content."""
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    PLACE.write_text(text(), encoding="utf-8", newline="\n")
