"""The table of settings: one row a key. Parser, JSON schema and documentation are all made from it."""

from __future__ import annotations

from resilint_rules.kit.catalog.tables import TABLES

from .validators import Choice, Flag, Glob, Globs, Key, Named, Seconds, Several, Table, Text, Whole, Words

PROFILES = ("default", "strict", "security", "library", "core")
SEVERITIES = ("error", "warning", "info", "hint")
FORMATS = ("full", "concise", "json", "json-lines", "sarif", "github", "gitlab", "junit")
PEERS = ("ruff",)

SELECTOR = Text(
    r"ALL|[A-Z]{1,8}[0-9]{0,4}|[a-z][a-z0-9]*(?:-[a-z0-9]+)*",
    'a rule\'s code or name, the first letters of codes, or "ALL"',
)
SELECTORS = Several(SELECTOR)
GLOBS = Globs()
BELOW = Text(
    r"(?!/|~|[A-Za-z]:|.*\\)(?!(?:.*/)?\.\.(?:/|$))[^\x00-\x1f\x7f]+",
    "a path below the folder of the settings, with forward slashes",
)
VERSIONS = Text(
    r" *(?:==|!=|>=|<=|~=|<|>)? *[0-9]+(?:\.[0-9]+)*(?: *, *(?:==|!=|>=|<=|~=|<|>)? *[0-9]+(?:\.[0-9]+)*)* *",
    'a version or a range such as ">=0.1,<2"',
)

ADDRESS = Text(r"https?://[^\s\"'<>\x00-\x1f\x7f]+", "an address that begins with https:// or http://")

TIMEOUTS = Table(
    (
        Key("connect", Seconds(), "Seconds that a fix allows for connecting; 3.05 by default."),
        Key("read", Seconds(), "Seconds that a fix allows between two bytes of an answer; 27 by default."),
        Key("total", Seconds(), "Seconds that a fix allows for a whole call; 30 by default."),
        Key("llm", Seconds(), "Seconds that a fix allows a language model; 60 by default."),
    )
)

PATTERNS = Table(
    (
        Key("attempts", Whole(2, 10), "How often a request is sent at most, the first time included; 3 by default."),
        Key(
            "within",
            Seconds(3600),
            "Seconds after which no attempt begins, and the longest pause that a peer may ask for; 60 by default.",
        ),
        Key("pause", Seconds(600), "Seconds of the first pause at most, doubled each time; 2 by default."),
        Key("concurrency", Whole(1, 1000), "How many requests of one list are under way at a time; 10 by default."),
        Key("failures", Whole(1, 1000), "Failures in a row after which a breaker sends nothing; 5 by default."),
        Key("recovery", Seconds(86_400), "Seconds after which a breaker lets one through again; 30 by default."),
    )
)

LIBRARY = Table(
    (
        Key("ignore", SELECTORS, "Rules that say nothing about this library."),
        Key("import", Several(Text()), "Modules that bring a client of your own in; its name by default."),
        Key("distribution", Text(), "The package's name in a lock file, if it is not the library's."),
        Key("words", Several(Text()), "Words of which one has to occur in a file for it to matter."),
        Key("peer", Text(), "What is at the other end: http, database, ..."),
        Key("aliases", Named(Text()), "Other spellings of qualified names."),
        Key("errors", Named(Several(Text())), "Exception classes and their bases."),
        *(Key(name, Several(Words()), f"Entries of the catalogue's table `{name}`.") for name in TABLES),
    ),
)

KEYS = Table(
    (
        Key("select", SELECTORS, "The rules to run, instead of those of the profile."),
        Key("extend-select", SELECTORS, "Rules to run besides those of `select` or the profile."),
        Key("ignore", SELECTORS, "Rules to leave out."),
        Key("per-file-ignores", Named(SELECTORS, Glob()), "Rules to leave out by file pattern."),
        Key("profile", Choice(PROFILES), "Which rules are on when `select` is not given."),
        Key("preview", Flag(), "Whether rules that are new, and still on trial, may run."),
        Key(
            "severity",
            Named(Choice(SEVERITIES), SELECTOR),
            "How bad a rule's findings are, instead of what the rule says.",
        ),
        Key("fail-on", Choice(SEVERITIES), "The mildest severity that makes `resilint check` exit with 1."),
        Key("output-format", Several(Choice(FORMATS), single=True), "How findings are printed."),
        Key("exclude", GLOBS, "Files and folders to pass over, instead of the default list."),
        Key("extend-exclude", GLOBS, "Files and folders to pass over besides `exclude`."),
        Key("respect-gitignore", Flag(), "Whether files that git ignores are passed over."),
        Key("force-exclude", Flag(), "Whether `exclude` also counts for files named on the command line."),
        Key("jobs", Whole(), "How many processes to use; 0 means as many as there are cores."),
        Key("baseline", BELOW, "The file of recorded findings."),
        Key("extend", BELOW, "Another file of settings to start from."),
        Key("docs-url", ADDRESS, "Where the site of `resilint docs` is hosted: reports link to the pages of rules."),
        Key("required-version", VERSIONS, "The versions of resilint that may check this project."),
        Key("defer-to", Several(Choice(PEERS)), "Tools whose own findings are not reported again."),
        Key("timeouts", TIMEOUTS, "The limits that fixes insert, in seconds."),
        Key("patterns", PATTERNS, "What `resilint harden` and the editor's rewrites write."),
        Key(
            "library", Named(LIBRARY), "A client of your own in the catalogue's words, or `ignore` for a known library."
        ),
    ),
    refused={
        "output-file": "is not taken from a project's settings; give --output-file on the command line",
        "cache-dir": "is not taken from a project's settings; give --cache-dir or set RESILINT_CACHE_DIR",
        "fix": "is not a setting; give --fix on the command line",
        "unsafe-fixes": "is not a setting; give --unsafe-fixes on the command line",
    },
)
