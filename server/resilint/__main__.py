"""Entry point of `resilint`: answers `--version` and the like at once, and loads the rest only when it is needed."""

from __future__ import annotations

import sys


def main(argv: list[str] | None = None) -> int:
    """Runs one invocation and gives its exit status."""
    words = sys.argv[1:] if argv is None else list(argv)
    if words in (["version"], ["--version"], ["-V"]):
        from .version import __version__

        try:
            print(f"resilint {__version__}", flush=True)
        except OSError as error:  # a full device
            from .cli.main import output_failed

            return output_failed(error)
        return 0
    if words[:1] == ["server"] and not {"-h", "--help"} & set(words):
        from .lsp.main import main as serve

        serve(words[1:])
    if words == ["mcp"]:
        from .agents.server import main as serve_agent

        return serve_agent()
    from .cli.main import main as command

    return command(words)


if __name__ == "__main__":
    sys.exit(main())
