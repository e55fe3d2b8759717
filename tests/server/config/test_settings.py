"""Settings: what is read, what is refused, and with which words."""

from __future__ import annotations

import json
import re
import time

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilint.config import schema
from resilint.config.keys import KEYS
from resilint.config.selection import for_file
from resilint.config.settings import Settings, Timeouts, allows, as_json, holds, override, parse
from resilint.fs.exclude import Excluded
from resilint.own_rules import OWN
from resilint_rules.kit.findings import Severity
from resilint_rules.kit.rule import Rule
from resilint_rules.registry import rules


def make_rule(code: str, name: str, *, preview: bool = False, default: bool = True, family: str = "timeouts") -> Rule:
    """A rule with nothing but what selection looks at."""
    return Rule(code, name, Severity.WARNING, family, "", ("Call",), "", False, preview, default, False, (), (), (), ())


RULES = (make_rule("TMO001", "no-timeout"), make_rule("TMO003", "timeout-disabled"), *OWN)


def told(text: str, table: str = "resilint") -> list[str]:
    """The messages for a settings file, as a person sees them."""
    _, mistakes = parse(text.encode(), "x.toml", table, RULES)  # type: ignore[arg-type]
    return [str(mistake) for mistake in mistakes]


def test_every_key_is_read_into_its_field() -> None:
    """A file with all keys gives exactly these settings."""
    text = b"""
select = ["TMO"]
extend-select = ["no-timeout"]
ignore = ["TMO003"]
profile = "strict"
preview = true
fail-on = "error"
output-format = "json"
exclude = ["a"]
extend-exclude = ["b"]
respect-gitignore = false
force-exclude = true
jobs = 3
baseline = "lint/base.json"
extend = "../x/../base.toml"
required-version = ">=0.1"
defer-to = ["ruff"]
per-file-ignores = { "tests/*" = ["ALL"] }
severity = { no-timeout = "error" }
timeouts = { connect = 1, llm = 9.5 }
library.requests.ignore = ["TMO"]
"""
    settings, mistakes = parse(text, "resilint.toml", "resilint", RULES)
    assert [mistake.key for mistake in mistakes] == ["extend"], "a path that leaves the root is refused"
    assert settings == Settings(
        select=("TMO",), extend_select=("no-timeout",), ignore=("TMO003",), profile="strict", preview=True,
        fail_on="error", output_format=("json",), exclude=("a",), extend_exclude=("b",), respect_gitignore=False,
        force_exclude=True, jobs=3, baseline="lint/base.json", required_version=">=0.1", defer_to=("ruff",),
        per_file_ignores={"tests/*": ("ALL",)}, severity={"no-timeout": Severity.ERROR},
        timeouts=Timeouts(connect=1, llm=9.5), library={"requests": {"ignore": ("TMO",)}},
    )  # fmt: skip
    assert json.loads(json.dumps(as_json(settings)))["timeouts"] == {"connect": 1, "read": 27, "total": 30, "llm": 9.5}


def test_fields_and_keys_are_the_same_set() -> None:
    """No key is parsed into nothing, and no field is out of reach."""
    assert set(as_json(Settings())) == {key.name for key in KEYS.keys}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('ignore = ["no-timeout"]\nselct = []\n', 'x.toml:2: `selct` is not a setting; did you mean "select"?'),
        ("extend_select = []\n", 'x.toml:1: `extend_select` is not a setting; did you mean "extend-select"?'),
        ("\n[timeouts]\nconnect = 1\nraed = 2\n", 'x.toml:4: `timeouts.raed` is not a setting; did you mean "read"?'),
        ("timeouts = { connect = 0 }\n", "x.toml:1: `timeouts.connect` must be a number of seconds above 0, not 0"),
        ("patterns.attempts = 1\n", "x.toml:1: `patterns.attempts` must be an integer of at least 2, not 1"),
        ("patterns.attempts = 2.5\n", "x.toml:1: `patterns.attempts` must be an integer of at least 2, not 2.5"),
        ("[patterns]\nattempt = 3\n", 'x.toml:2: `patterns.attempt` is not a setting; did you mean "attempts"?'),
        ("timeouts.total = inf\n", "x.toml:1: `timeouts.total` must be a number of seconds above 0, not inf"),
        ("preview = 'yes'\n", 'x.toml:1: `preview` must be true or false, not "yes"'),
        ("jobs = true\n", "x.toml:1: `jobs` must be an integer of at least 0, not true"),
        ('select = "TMO"\n', "x.toml:1: `select` must be a list, not a string"),
        (
            'select = [\n  "TMO",\n  # more\n  "no-timout",\n]\n',
            'x.toml:4: `select` names no rule: "no-timout"; did you mean "no-timeout"?',
        ),
        (
            'profile = "stict"\n',
            'x.toml:1: `profile` must be one of default, strict, security, library, core, not "stict"; '
            'did you mean "strict"?',
        ),
        (
            'output-file = "/etc/passwd"\n',
            "x.toml:1: `output-file` is not taken from a project's settings; give --output-file on the command line",
        ),
        (
            'baseline = "/tmp/x"\n',
            'x.toml:1: `baseline` must be a path below the folder of the settings, with forward slashes, not "/tmp/x"',
        ),
        ('required-version = ">=99"\n', 'x.toml:1: `required-version` wants resilint ">=99"; this is 0.1.0'),
        (
            'preview = true\nexclude = ["ok", "' + "{" * 20_000 + '"]\n',
            'x.toml:2: `exclude` must be a pattern of at most 1000 characters, not "' + "{" * 56 + "...",
        ),
        (
            '[per-file-ignores]\n"' + "{a,b}" * 9 + '" = ["ALL"]\n',
            "x.toml:2: `per-file-ignores." + "{a,b}" * 9 + "` must be a pattern with at most 256 alternatives, "
            'not "' + "{a,b}" * 9 + '"',
        ),
        (
            'required-version = "' + " " * 200_000 + 'x"\n',
            'x.toml:1: `required-version` must be a string of at most 1000 characters, not "' + " " * 56 + "...",
        ),
        ("select = [\n", "x.toml:2: is not TOML: "),
        ("a = 1\na = 2\n", "x.toml:2: is not TOML: "),
    ],
)
def test_a_mistake_is_told_once_with_its_line(text: str, message: str) -> None:
    """One mistake gives one message: file, line, key, what is wrong and the way out."""
    (only,) = told(text)
    assert only.startswith(message) if message.endswith(": ") else only == message


def test_the_line_is_found_in_a_pyproject_with_other_tables() -> None:
    """A key of the same name in another tool's table does not mislead."""
    text = (
        "[tool.other]\nselect = 1\n\n[tool.resilint]\npreview = true\nselect = 1\n\n[tool.resilint.severity]\nx1 = 2\n"
    )
    assert told(text, "pyproject") == [
        "x.toml:6: `select` must be a list, not an integer",
        "x.toml:9: `severity.x1` must be one of error, warning, info, hint, not 2",
    ]


def test_other_tables_of_a_pyproject_are_nobodys_business() -> None:
    """Without a table of ours the defaults hold."""
    assert parse(b'[project]\nname = "x"\n', "pyproject.toml", "pyproject") == (Settings(), ())
    assert not holds(b'[project]\nname = "resilint"\n')
    assert holds(b"[tool.resilint]\n")
    assert holds(b"[tool.resilint]\nselect = [\n"), "a broken file that means us must be told about"


def test_a_good_value_beside_a_bad_one_counts() -> None:
    """One mistake costs one message, not the other settings."""
    settings, mistakes = parse(b'select = ["TMO", 3]\npreview = 1\njobs = 2\n', "x", "resilint")
    assert (settings.select, settings.jobs, len(mistakes)) == (("TMO",), 2, 2)


def test_extending_lays_new_values_over_old_ones() -> None:
    """`select` starts afresh, `ignore` adds up, tables merge by key."""
    below, _ = parse(
        b'ignore = ["TMO001"]\nextend-select = ["TMO003"]\ntimeouts.read = 5\nextend-exclude = ["a"]\n', "x", "resilint"
    )
    adds, _ = parse(b'ignore = ["TMO003"]\ntimeouts.total = 6\nextend-exclude = ["b"]\n', "y", "resilint", under=below)
    assert adds.ignore == ("TMO001", "TMO003")
    assert (adds.timeouts.read, adds.timeouts.total) == (5, 6)
    assert adds.extend_exclude == ("a", "b")
    afresh, _ = parse(b'select = ["ALL"]\n', "y", "resilint", under=below)
    assert (afresh.select, afresh.extend_select, afresh.ignore) == (("ALL",), (), ())


def test_the_command_line_overrides_without_a_line_number() -> None:
    """Options go through the same shapes as keys; a mistake names the option's origin."""
    settings, mistakes = override(Settings(ignore=("no-timeout",)), {"extend-select": ["no-timeout"]}, "here", RULES)
    assert (settings.ignore, mistakes) == ((), ())
    _, (mistake,) = override(Settings(), {"fail-on": "fatal"}, "command line")
    assert str(mistake) == 'command line: `fail-on` must be one of error, warning, info, hint, not "fatal"'


CLIENT = b"""
[library.acme]
import = ["acme.net"]

[[library.acme.call]]
names = ["acme.net.fetch"]
timeout = [{ param = "timeout", phases = "total" }]
missing = "flag"
"""


def test_a_client_of_the_project_is_described_in_the_catalogues_words() -> None:
    """A description arrives as the catalogue reads it; one that it cannot use is told and left out."""
    settings, mistakes = parse(CLIENT, "resilint.toml", "resilint")
    assert mistakes == ()
    assert settings.library["acme"]["call"][0]["names"] == ["acme.net.fetch"]
    assert json.dumps(as_json(settings)) and settings.digest
    settings, (mistake,) = parse(CLIENT.replace(b"param =", b"parm ="), "resilint.toml", "resilint")
    assert settings.library == {}
    assert str(mistake) == (
        "resilint.toml:2: `library.acme` is not a description in the catalogue's words: "
        "[[call]] acme.net.fetch: `timeout.parm` is not a key of this table; the closest is `param`"
    )
    _, (mistake,) = parse(CLIENT.replace(b"[[library.acme.call]]", b"[[library.acme.cal]]"), "x", "resilint")
    assert str(mistake) == 'x:5: `library.acme.cal` is not a setting; did you mean "call"?'


def test_the_digest_follows_what_decides_findings_and_nothing_else() -> None:
    """Another output format keeps the cache, another limit does not."""
    plain = Settings()
    assert plain.digest == Settings(output_format=("json",), jobs=9, exclude=()).digest
    others = [
        Settings(timeouts=Timeouts(read=1)),
        Settings(ignore=("TMO",)),
        Settings(library={"requests": {"ignore": ("TMO",)}}),
        Settings(severity={"no-timeout": Severity.HINT}),
    ]
    assert len({plain.digest, *(other.digest for other in others)}) == 5


@pytest.mark.parametrize(
    ("wanted", "version", "yes"),
    [
        ("0.1", "0.1.0", True), ("==0.1.1", "0.1.0", False), (">=0.1,<2", "1.9", True), (">=0.1,<2", "2.0", False),
        ("~=1.4", "1.9", True), ("~=1.4", "2.0", False), ("~=1.4.2", "1.5", False), ("!=1", "1.0.0", False),
    ],
)  # fmt: skip
def test_version_ranges(wanted: str, version: str, yes: bool) -> None:
    """Ranges mean what they mean to pip."""
    assert allows(wanted, version) is yes


@given(st.binary(max_size=200))
def test_parsing_never_raises(data: bytes) -> None:
    """Whatever the bytes, there are settings."""
    assert isinstance(parse(data, "x", "resilint")[0], Settings)


def test_the_shipped_schema_is_fresh() -> None:
    """`python -m resilint.config.schema` was run after the last change of the keys."""
    assert schema.PLACE.read_text(encoding="utf-8") == schema.text()


VALUES = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-2, 40),
        st.sampled_from([0.5, -1.0]),
        st.sampled_from(
            ["TMO", "no-timeout", "ALL", "x y", "", "error", "strict", "json", "ruff", "../a", "/a", "a/b"]
        ),
        st.sampled_from([">=0.1", "0.1,<3", "new"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["connect", "read", "TMO", "no-timeout", "x y", "ignore", "requests", ""]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*(key.name for key in KEYS.keys), "selct", "output-file"]), VALUES, max_size=3))
def test_schema_and_parser_agree(document: dict[str, object]) -> None:
    """The schema takes a document exactly when the parser has nothing to say about its shape."""
    _, mistakes = override(Settings(), document, "x")
    shape = [mistake for mistake in mistakes if "wants resilint" not in mistake.message]
    assert jsonschema.Draft7Validator(schema.schema()).is_valid(document) is not bool(shape), shape


BOUNDS = [
    ('extend = "a\\u0000b"\n', '`extend` must be a path below the folder of the settings, with forward slashes, not "'),
    (
        'baseline = "a\\u001bb"\n',
        "`baseline` must be a path below the folder of the settings, with forward slashes, not",
    ),
    ("jobs = 0x" + "f" * 3000, "`jobs` must be an integer of at most 1024, not a number of more than 60 digits"),
    ("jobs = 1025", "`jobs` must be an integer of at most 1024, not 1025"),
    ("jobs = [0x" + "f" * 9000 + "]", "`jobs` must be an integer of at least 0, not a list"),
    ("jobs = " + "1" * 200_000, "holds a number of too many digits to be read"),
    (
        "timeouts.read = 0x" + "f" * 3000,
        "`timeouts.read` must be a number of seconds above 0 and at most 31622400, a year",
    ),
    ('required-version = "' + "1" * 100_000 + '"', "`required-version` must be a string of at most 1000 characters"),
    ('required-version = "1.' + "9" * 990 + '"', '`required-version` wants resilint "1.9999'),
    ("profile = " + "[" * 300 + "]" * 300, "`profile` holds more than 20 tables and lists in one another"),
    ("library.x.call = " + "[" * 300 + "]" * 300, "`library` holds more than 20 tables and lists in one another"),
    ("library.x.call = [{ a = 0x" + "f" * 3000 + " }]", "`library.x.call` may hold strings, numbers of 64 bits"),
    ("exclude = [" + '"a",' * 10_000 + "]", "`exclude` holds more than 10,000 values, and none of them is used"),
    (
        "exclude = [" + ",".join(f'"*a{n}*"' for n in range(9000)) + "]",
        "`exclude` holds too many patterns to be compared",
    ),
    (
        "exclude = [" + ",".join('"' + "[\u0100-\uff00]" * 20 + f'{n}"' for n in range(300)) + "]",
        "`exclude` holds too many patterns to be compared",
    ),
    (
        "exclude = [" + ",".join('"{' + ",".join(f"a{n}" for n in range(99)) + f'}}{n}"' for n in range(900)) + "]",
        "`exclude` holds too many patterns to be compared",
    ),
    (
        "[per-file-ignores]\n" + "\n".join(f'"*a{n}*" = ["ALL"]' for n in range(4000)),
        "`per-file-ignores` holds too many patterns to be compared",
    ),
]


@pytest.mark.parametrize(("text", "message"), BOUNDS, ids=range(len(BOUNDS)))
def test_a_value_over_a_bound_costs_one_message(text: str, message: str) -> None:
    """And little time, also when files are compared with what is left; the other keys count."""
    began = time.process_time()
    settings, mistakes = parse(f"preview = true\n{text}\n".encode(), "x.toml", "resilint", rules().values())
    (only,) = mistakes
    assert str(only).startswith(f"x.toml:{only.row}: {message}")
    assert len(str(only)) < 400
    excluded = Excluded((*settings.exclude, *settings.extend_exclude))
    for number in range(50):
        excluded.out("x.py", f"{'ab/' * 20}{number}/x.py")
        for_file(settings, rules().values(), f"{'ab/' * 20}{number}/x.py")
    assert settings.digest
    assert settings.preview or "digits" in message
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"selekt{number} = 1" for number in range(60_000)),
        "select = [" + ",".join(f'"no-timeot{number}"' for number in range(9_000)) + "]",
        "[severity]\n" + "\n".join(f'"ALL{number}" = "eror"' for number in range(9_000)),
        "exclude = [" + ",".join('"' + "{" * 2000 + f'{number}"' for number in range(2_000)) + "]",
    ],
    ids=["keys", "selectors", "severities", "patterns"],
)
def test_thousands_of_mistakes_are_counted(text: str) -> None:
    """The first twenty are named, and looking for their lines and for the nearest name takes little time."""
    began = time.process_time()
    _, mistakes = parse(text.encode(), "x.toml", "resilint", rules().values())
    assert len(mistakes) == 21
    assert re.fullmatch(r"holds \d{4,5} more mistakes, which are not listed", mistakes[-1].message)
    assert time.process_time() - began < 5
