"""Starts the language server as `resilint server` does, with an engine of the tests' choice."""

from __future__ import annotations

import sys

from resilint.lsp.main import main

main(sys.argv[1:])
