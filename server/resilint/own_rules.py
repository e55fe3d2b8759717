"""Findings of resilint's own, which no rule makes: their codes, names and pages."""

from __future__ import annotations

from resilint_rules.kit.findings import Severity
from resilint_rules.kit.rule import Rule


def _own(code: str, name: str, severity: Severity, summary: str) -> Rule:
    return Rule(
        code=code,
        name=name,
        severity=severity,
        family="own",
        module=__name__,
        on=(),
        summary=summary,
        fixable=code == "IGN001",
        preview=False,
        default=True,
        tests=False,
        words=(),
        beside=(),
        coroutine_words=(),
        equivalents=(),
    )


CRASHED = _own("E001", "internal-error", Severity.ERROR, "A rule crashed, or a fix went wrong.")
UNREADABLE = _own("E902", "unreadable-file", Severity.ERROR, "A file with integration code cannot be read.")
SYNTAX = _own("E999", "syntax-error", Severity.ERROR, "A file with integration code is not Python.")
UNUSED = _own("IGN001", "unused-ignore", Severity.INFO, "An ignore comment silences nothing.")

SETTINGS = _own("E903", "wrong-setting", Severity.WARNING, "A setting is unknown, or has a value that it cannot have.")
"""In editors alone: the terminal says it before a run, and so it is no rule that can be switched off."""

OWN = (CRASHED, UNREADABLE, SYNTAX, UNUSED)

PAGES = {
    "E001": """A rule crashed, or a fix went wrong.

This is a mistake in resilint, not in your code. The message names the rule and the error; the other
rules went on. A file whose fixes would have changed more than they were made for, or would not have
compiled, is left as it was. Please report it with the lines around the place; until it is fixed,
`ignore` the rule in the settings.
""",
    "E902": """A file with integration code cannot be read.

The file is missing, is no regular file, is larger than 5 MB, may not be opened, or is not written in
the encoding it claims. What cannot be read cannot be checked, so the run says so and goes on. Put
the file into `exclude` if that is as it should be. In an editor it also stands for a text, or a part
of one, whose analysis was ended repeatedly: it took too much time or memory, or crashed.

A part of a file is left out, too, where checking it would take longer than all the rest: a statement
of more than 1,000 operators, calls and subscripts, or more than 10,000 calls or 40,000 elements of
lists and arguments in one function, or in the parts with integration code of one file. The message
names the part and what is too much in it. Split it, or keep data in a file of its own.
""",
    "E999": """A file with integration code is not Python.

The part that looks like integration code cannot be parsed, so the rules did not see it. Files
without integration code are not checked for syntax. Put templates and the like into `exclude`.
""",
    "IGN001": """An ignore comment silences nothing.

A comment such as `# resilint: ignore[no-timeout]` outlives the code it was written for, and then
hides the next mistake on its line. The fix takes the unused name out, or the whole comment when
nothing is left. Only rules that ran and could see all they needed are counted.
""",
}
