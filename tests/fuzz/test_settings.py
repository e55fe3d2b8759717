"""Mutated settings, ignore files and lock files: each gives messages and a status, soon, and never a traceback.

`RESILINT_MUTANTS=5000 pytest tests/fuzz/test_settings.py` tries more than the few hundred of each run.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomli

from resilint.__main__ import main
from resilint.config.settings import Settings, override
from resilint.engine.check import check
from resilint_rules.kit.catalog.lookup import RECORDS
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

USUAL = 300
NUMBER = int(os.environ.get("RESILINT_MUTANTS", str(USUAL)))
CHECKED = 2
"""With how many of the values that a key accepts a file is checked; with all if more is tried than usual."""
SECONDS = 10
"""Processor time that one run may take: the slowest took 3 seconds."""
STATUSES = {0, 1, 2}

SOURCE = """\
import acme
import requests

requests.get("https://partner.example", timeout=None)
acme.Client().send(1)
"""

PYPROJECT = """\
[project]
name = "shop"
requires-python = ">=3.10"
dependencies = ["requests>=2.31,<3", 'redis[hiredis]~=5.0; python_version > "3.8"']

[project.optional-dependencies]
extra = ["httpx==0.27.*"]

[tool.poetry.dependencies]
python = "^3.10"
celery = { version = "^5.3", extras = ["redis"] }

[tool.ruff.lint]
select = ["S"]
per-file-ignores = { "a/*.py" = ["S113"] }

[tool.resilint]
select = ["ALL"]
extend-select = ["TMO"]
ignore = ["no-timeout", "RTY002"]
profile = "strict"
preview = true
severity = { "TMO" = "error", "no-timeout" = "info" }
fail-on = "info"
output-format = ["concise"]
exclude = ["build", "*.gen.py", "src/{a,b}/**/c*.py", "[!x]_[a-z].py"]
extend-exclude = ["docs/"]
respect-gitignore = true
force-exclude = false
jobs = 1
baseline = "known.json"
extend = "base/resilint.toml"
required-version = ">=0.1,<99"
defer-to = ["ruff"]

[tool.resilint.per-file-ignores]
"scripts/*.py" = ["TMO", "ALL"]

[tool.resilint.timeouts]
connect = 3.05
read = 27
total = 30
llm = 60

[tool.resilint.library.acme]
import = ["acme"]
distribution = "acme-client"
peer = "http"
words = ["acme"]
ignore = ["RTY001"]
aliases = { "acme.Short" = "acme.Client" }
errors = { "acme.Error" = ["OSError"] }

[[tool.resilint.library.acme.client]]
type = "acme.Client"
names = ["acme.Client"]
mode = "sync"
missing = "ok"
default = { connect = 5, read = 5 }
timeout = [{ param = "limit", phases = "read", index = 4 }]
retries = { attempts = 11, on = ["connect", "timeout"], unsafe = true, param = "retry", waits = true }
versions = [{ range = "<6", missing = "flag", default = { connect = "none", read = "none" } }]
proof = "docs"

[[tool.resilint.library.acme.call]]
on = "acme.Client"
names = ["send"]
mode = "sync"
missing = "flag"
default = { connect = "none", read = "none" }
timeout = [{ param = "timeout", phases = "connect+read" }]
none = "unbounded"
proof = "docs"
"""

GITIGNORE = """\
# built
*.pyc
build/
/dist
!keep.py
src/**/gen_[0-9]*.py
**/cache/
\\#odd
name\\ with\\ blank\\\x20
[!a-c]?.log
"""

REQUIREMENTS = """\
# pins
requests==2.32.3
redis[hiredis]>=4,<6 ; python_version > "3.8"
httpx~=0.27.0 --hash=sha256:aa \\
    --hash=sha256:bb
-r other.txt
celery @ https://example.org/celery.whl
urllib3!=2.0.0,>=1.26  # why
"""

LOCK = """\
version = 1

[[package]]
name = "requests"
version = "2.32.3"
dependencies = [{ name = "urllib3" }]

[[package]]
name = "urllib3"
version = "1!2.2.1rc1+local"
"""

PIPFILE = json.dumps(
    {
        "_meta": {"hash": {"sha256": "aa"}, "pipfile-spec": 6},
        "default": {"requests": {"version": "==2.32.3", "extras": ["x"]}, "redis": {"version": "*"}},
        "develop": {"pytest": {"version": "==8.2.0"}},
    },
    indent=1,
)

BASELINE = """\
{"version": 1, "findings": [
{"file": "a.py", "rule": "no-timeout", "scope": "", "callee": "requests.get", "text": "aa", "fingerprint": "bb"}
]}
"""

FILES = {
    "pyproject.toml": PYPROJECT,
    "resilint.toml": PYPROJECT.split("[tool.resilint]\n")[1].replace("tool.resilint.", ""),
    "base/resilint.toml": 'select = ["TMO"]\nexclude = ["x*.py"]\n',
    ".gitignore": GITIGNORE,
    "requirements.txt": REQUIREMENTS,
    "requirements/dev.txt": REQUIREMENTS,
    "uv.lock": LOCK,
    "pylock.toml": LOCK.replace("[[package]]", "[[packages]]"),
    "Pipfile.lock": PIPFILE,
    "known.json": BASELINE,
}
WEIGHTS = {"pyproject.toml": 8, "resilint.toml": 4, ".gitignore": 3, "requirements.txt": 2}

SPICES = [
    "\0", "\x1b[31m", "\x9b", "\u202e", "\ufeff", "\r", "\n", "\\", '"', "'", '"""', "'''", "\\u0000", "\\u001b[2J",
    "\\U0010ffff", "\ud800", "\xff", "[", "]", "{", "}", "[[", "]]", "{{{{", "}}}}", ",", ",,,,", "=", ".", "..",
    "../", "/", "~", "C:\\", "*", "**", "**/", "*" * 300, "?" * 300, "[a-", "[!]", "[^]]", "[z-a]", "!", "!!", "#",
    "-", "-1", "0x", "0x" + "f" * 5000, "1" * 5000, "9" * 200_000, "1e999", "nan", "inf", "-inf", "true", "1979-05-27",
    "07:32:00", "[" * 1000, "{" * 20_000, "{a,b}" * 40, "[\u0100-\uff00]" * 60, "a." * 2000, "a" * 100_000,
    " " * 50_000, "\n" * 50_000, "\t", "==", "===", ">=", "~=", "^", "@", ";", "1!", "+", "rc", "*,*", "é" * 2000,
]  # fmt: skip

Mutation = Callable[[random.Random, str], str]


def _part(dice: random.Random, text: str, most: int = 40) -> tuple[int, int]:
    start = dice.randrange(len(text) + 1)
    return start, min(len(text), start + dice.randrange(1, most))


def spice(dice: random.Random, text: str) -> str:
    """Inserts something that parsers dislike."""
    at = dice.randrange(len(text) + 1)
    return text[:at] + dice.choice(SPICES) * dice.choice((1, 1, 1, 2, 50)) + text[at:]


def drop(dice: random.Random, text: str) -> str:
    """Removes a part."""
    start, end = _part(dice, text)
    return text[:start] + text[end:]


def repeat(dice: random.Random, text: str) -> str:
    """Repeats a part, up to 400 KB."""
    start, end = _part(dice, text, 120)
    number = dice.choice((2, 3, 20, 500, 5000))
    return text[:start] + text[start:end] * min(number, 400_000 // max(end - start, 1)) + text[end:]


def swap(dice: random.Random, text: str) -> str:
    """Puts one line in the place of another."""
    lines = text.split("\n")
    lines[dice.randrange(len(lines))] = dice.choice(lines)
    return "\n".join(lines)


def value(dice: random.Random, text: str) -> str:
    """Gives a key another value, or one of another kind."""
    keys = list(re.finditer(r"(?m)(?<= = ).*$|(?<=\": ).*$|(?<===).*$", text))
    if not keys:
        return spice(dice, text)
    found = dice.choice(keys)
    values = ["1", "-1", "true", '""', "[]", "{}", "[[]]", "[{}]", "{ a = 1 }", "1.5", '["x"]', "1979-05-27T07:32:00Z"]
    bare = dice.choice(SPICES).replace("\\", "").replace('"', "").replace("\n", "")
    return text[: found.start()] + dice.choice([*values, f'"{bare}"', f'["{bare}"]']) + text[found.end() :]


def cut(dice: random.Random, text: str) -> str:
    """Ends in the middle."""
    return text[: dice.randrange(len(text) + 1)]


def many(dice: random.Random, text: str) -> str:
    """Adds thousands of lines that differ."""
    line = dice.choice(['"*{}x*" = ["ALL"]', "*{}*.py", "{}a = 1", "requests==1.{}", "[a.b{}]", '"p{}/**/x",', "a{}/b"])
    block = "\n".join(line.replace("{}", str(number)) for number in range(dice.choice((50, 3000, 12_000))))
    at = dice.choice([found.start() for found in re.finditer("\n", text)] or [0])
    return text[:at] + "\n" + block + text[at:]


MUTATIONS: list[Mutation] = [spice, spice, value, value, drop, repeat, swap, cut, many]


def mutant(seed: int) -> tuple[str, bytes]:
    """The name of a settings file, and its content after one to four mutations; the same for the same seed."""
    dice = random.Random(seed)
    name = dice.choices(list(FILES), [WEIGHTS.get(name, 1) for name in FILES])[0]
    text = FILES[name]
    for _ in range(dice.choice((1, 1, 2, 3, 4))):
        text = dice.choice(MUTATIONS)(dice, text)
    data = text.encode("utf-8", "surrogatepass")
    if dice.random() < 0.05:
        at = dice.randrange(len(data) + 1)
        data = data[:at] + dice.randbytes(8) + data[at:]
    return name, data


def plant(folder: Path, name: str, data: bytes) -> None:
    """A project with a call that is found, and one mutated file; the others are whole if the settings name them."""
    (folder / ".git").mkdir(parents=True)
    (folder / "a.py").write_text(SOURCE)
    (folder / "src").mkdir()
    (folder / "src" / "gen_1.py").write_text(SOURCE)
    with_settings = {"pyproject.toml"} if name != "resilint.toml" else set()
    for other in with_settings | {"base/resilint.toml"} | {name}:
        path = folder / other
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data if other == name else FILES[other].encode())


def run(arguments: list[str]) -> tuple[int, str, float]:
    """Status, both streams and processor seconds of one run in this process."""
    streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2)]
    began = time.process_time()
    with contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
        status = main(arguments)
    seconds = time.process_time() - began
    return status, "".join(stream.buffer.getvalue().decode() for stream in streams), seconds  # type: ignore[attr-defined]


def wrong(status: int, said: str, seconds: float) -> str:
    """What a run did that none may do, "" if nothing."""
    if status not in STATUSES:
        return f"status {status}"
    if "Traceback" in said or "E001" in said or "mistake in resilint" in said:
        return "a crash: " + said[-1500:]
    if hidden := re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", said):
        return f"{hidden.group()!r} in what it says: {said[max(hidden.start() - 200, 0) : hidden.end() + 50]!r}"
    if seconds > SECONDS:
        return f"{seconds:.1f} seconds"
    if len(said) > 100_000:
        return f"{len(said)} characters: {said[:500]}"
    return ""


def test_mutants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No exception, no traceback, no control character, a status of 0, 1 or 2, and in bounded time and length."""
    failures: list[str] = []
    statuses: Counter[int] = Counter()
    slowest = (0.0, 0)
    for seed in range(NUMBER):
        name, data = mutant(seed)
        folder = tmp_path / str(seed)
        plant(folder, name, data)
        monkeypatch.chdir(folder)
        try:
            status, said, seconds = run(["check", *(["--no-cache"] if seed % 3 else [])])
        except BaseException as error:  # noqa: BLE001 - whatever it is, the others are tried
            failures.append(f"{seed} {name}: {error!r}")
            continue
        statuses[status] += 1
        slowest = max(slowest, (seconds, seed))
        if failure := wrong(status, said, seconds):
            failures.append(f"{seed} {name}: {failure}")
    print(f"{NUMBER} mutants: statuses {dict(statuses)}, slowest {slowest[0]:.2f} s (seed {slowest[1]})")
    assert not failures, "\n".join([f"{len(failures)} failures", *failures[:20]])
    assert {1, 2} <= statuses.keys(), "some mutants are sound, and some are not"


def test_the_files_are_sound() -> None:
    """Mutations of files that were wrong from the start would try nothing."""
    assert mutant(7) == mutant(7)
    assert {mutant(seed)[0] for seed in range(300)} == set(FILES)


def test_the_whole_project_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a mutation there is a finding, and nothing wrong with the settings."""
    plant(tmp_path / "project", "pyproject.toml", FILES["pyproject.toml"].encode())
    monkeypatch.chdir(tmp_path / "project")
    status, said, _ = run(["check", "--no-cache"])
    assert status == 1, said
    assert "a.py:4:" in said
    assert "resilint:" not in said.replace("[tool.resilint]", "")


VALUES: list[Any] = [
    0, -1, 10**18, 1.5, True, "", "x", "a.b", "*", "{connect}", "{x}", "{", "{connect.__class__}", "{total!r}", "\x1b[",
    [], [1], ["x"], [[]], [{}], {}, {"a": 1}, {"connect": "none"}, {"connect": -1}, [{"param": "x"}],
    {"param": "limit"}, [{"range": "<9"}], [{"range": "zz"}], {"attempts": -5, "on": ["x"]},
]  # fmt: skip
CALLS = """\
import acme


def f():
    client = acme.Client("x", limit=None, retries=3)
    for number in range(3):
        try:
            client.send(1, timeout=None)
            client.send("u", timeout=(3, 4)).json()
            acme.fetch("u")
        except acme.Error:
            pass


@acme.retry(attempts=3, wait=1)
async def g():
    acme.fetch()
    acme.Client().send(1, timeout=500000)
"""


@pytest.mark.parametrize("kind", RECORDS)
def test_every_key_of_a_described_library(kind: str) -> None:
    """A value of any kind is refused with a message, or used without a crash."""
    acme = tomli.loads(PYPROJECT)["tool"]["resilint"]["library"]["acme"]
    entry = acme[kind][0] if kind in acme else {"names": ["acme.fetch", "acme.retry"], "proof": "x"}
    for key in RECORDS[kind].KEYS:
        accepted = []
        for replaced in VALUES:
            library = {**acme, kind: [{**entry, key: replaced}]}
            given = {"library": {"acme": library}, "preview": True}
            settings, mistakes = override(Settings(), given, "test")
            assert bool(mistakes) is not ("acme" in settings.library)
            if not mistakes:
                accepted.append((replaced, settings))
        for replaced, settings in accepted[:: 1 if NUMBER > USUAL else max(1, len(accepted) // CHECKED)]:
            project = Project(lambda name: None, settings.library)
            codes = {finding.code for finding in check(Document(CALLS, "a.py", "a"), project, settings).findings}
            assert "E001" not in codes, (key, replaced)
