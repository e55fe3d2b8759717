"""The command line: dispatches to commands, and turns what can go wrong into a sentence and a status."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import RunError
from ..fs.escapes import visible
from . import options, parser, terminal

if TYPE_CHECKING:
    from argparse import Namespace

    from ..run.run import Options


def main(argv: Sequence[str], engine: Options | None = None) -> int:
    """Runs one invocation and gives its exit status. `engine` is for tests: how to run, before options."""
    terminal.open_missing()
    terminal.ready(sys.stdout)
    terminal.ready(sys.stderr)
    try:
        args = parser.parse(argv or ["--help"])
        status = _dispatch(args, engine)
        sys.stdout.flush()
    except SystemExit as leaving:  # argparse has said what it has to say
        return leaving.code if isinstance(leaving.code, int) else 2
    except RunError as error:
        terminal.say(f"resilint: {error}")
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader has closed the pipe
        terminal.give_up_stdout()
        return 1
    except OSError as error:  # a full device, a folder that is gone
        return output_failed(error)
    except Exception:  # noqa: BLE001 - the last place that can say so
        import traceback

        for line in traceback.format_exc().splitlines():
            terminal.say(line)
        terminal.say("resilint: this is a mistake in resilint; please report it with the lines above")
        return 2
    return status


def output_failed(error: OSError) -> int:
    """Says in one line what the system has refused, and gives the exit status."""
    if error.filename is None and not isinstance(error, FileNotFoundError):  # other files are named
        terminal.give_up_stdout()
        where = "standard output cannot be written"
    else:
        where = error.filename or "the working folder"
    terminal.say(f"resilint: {where}: {terminal.reason(error)}")
    return 2


def _dispatch(args: Namespace, engine: Options | None) -> int:
    if "help" in getattr(args, "select", ()):
        args.rule, args.output_format = "", "full"
        return _rule(args)
    if args.command in ("check", "baseline"):
        from ..run.run import DEFAULT
        from . import check

        if getattr(args, "watch", False):
            from .watch import watch

            return watch(args, engine or DEFAULT, check.check)
        return getattr(check, args.command)(args, engine or DEFAULT)  # type: ignore[no-any-return]
    if args.command == "harden":
        from ..run.run import DEFAULT
        from . import harden

        return harden.run(args, engine or DEFAULT)
    if args.command == "rule":
        return _rule(args)
    if args.command == "explain":
        from . import rule

        return rule.explain(args)
    if args.command == "clean":
        return _clean(args)
    if args.command == "init":
        from ..run.run import DEFAULT
        from .init import init

        return init(args, engine or DEFAULT)
    if args.command == "docs":
        return _docs(args)
    if args.command == "completion":
        return _completion(args)
    raise RunError(f"{args.command!r} needs `python -m resilint`, which starts it before any other part is loaded")


def _rule(args: Namespace) -> int:
    from resilint_rules.patterns.names import NAMES

    from ..config.validators import nearest
    from ..report.rule_cards import cards
    from . import rule

    known = cards()
    try:
        text = rule.show(
            args.rule or "", known, args.output_format, terminal.coloured(getattr(args, "color", "auto"), sys.stdout)
        )
    except LookupError:
        words = [*known, *(card.rule.name for card in known.values()), *(f"pattern:{name}" for name in NAMES)]
        raise RunError(f"there is no rule {args.rule!r}{nearest(args.rule, words)}") from None
    sys.stdout.write(text)
    return 0


def _completion(args: Namespace) -> int:
    from ..report.rule_cards import cards
    from .completion import script

    sys.stdout.write(script(args.shell, (card.rule.name for card in cards().values())))
    return 0


def _docs(args: Namespace) -> int:
    from ..docs.libraries import libraries
    from ..docs.site import pages
    from ..fs import atomic
    from ..report.rule_cards import cards

    found = pages(cards(), libraries())
    for name, text in found.items():
        path = os.path.join(args.output, *name.split("/"))
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            atomic.write(path, text.encode("utf-8"))
        except (OSError, ValueError) as error:
            raise RunError(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}") from None
    terminal.tell(f"Wrote {len(found)} files; open {visible(os.path.join(args.output, 'index.html'))}.")
    return 0


def _clean(args: Namespace) -> int:
    from ..config.roots import Overrides
    from ..run.cache_dir import FOLDER, clean

    shared = args.cache_dir or os.environ.get("RESILINT_CACHE_DIR", "")
    roots = [options.home_of(path, Overrides(isolated=True)).root for path in args.paths or ["."]]
    folders = [shared] if shared else [os.path.join(root, FOLDER) for root in dict.fromkeys(roots)]
    for folder in folders:
        removed, name = clean(folder), visible(folder)
        terminal.tell(f"Removed {name}." if removed else f"Nothing to remove: {name} is no cache of ours.")
    return 0
