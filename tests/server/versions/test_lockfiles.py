"""Versions of libraries from lock files, pins and declared ranges."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from resilint.config.roots import ProjectRoots
from resilint.config.settings import Settings
from resilint.engine.file_checker import project
from resilint.versions import find
from resilint.versions.lockfiles import merged, read, spanned
from resilint_rules.kit.catalog.lookup import Catalog
from resilint_rules.kit.catalog.parts import Retries
from resilint_rules.kit.catalog.records import ClientFact

UV = """
version = 1

[[package]]
name = "shop"
source = { virtual = "." }
dependencies = [{ name = "redis" }]

[[package]]
name = "redis"
version = "5.3.1"
source = { registry = "https://pypi.org/simple" }
sdist = { url = "https://x/redis-9.9.9.tar.gz", size = 1 }

[package.metadata]
name = "nothing"
version = "1.0"
"""
POETRY = """
[[package]]
name = "PyYAML"
version = "6.0.1"
description = "version = 7"
optional = false

[package.dependencies]
name = "trap"
"""
PDM = """
[metadata]
groups = ["default"]

[[package]]
name = "httpx"
version = "0.28.1"
requires_python = ">=3.8"
"""
PYLOCK = """
lock-version = "1.0"
created-by = "pip"

[[packages]]
name = "urllib3"
version = "2.2.0.post1"

[[packages.wheels]]
name = "urllib3-2.2.0-py3-none-any.whl"
"""
PIPFILE = (
    '{"_meta": {}, "default": {"requests": {"version": "==2.31.0"}, "local": {"path": "."}}, "develop": {"mock": {}}}'
)
REQUIREMENTS = """\
# what we run with
redis[hiredis]==5.0.1 \\
    --hash=sha256:abc
Django >= 4.2, < 5  # long term
psycopg2-binary ; python_version > "3.8"
httpx @ https://example.com/httpx.zip
-r other.txt
boto3~=1.34
"""
PYPROJECT = """
[project]
name = "shop"
dependencies = ["redis>=4,<6", "requests", 'stripe (>=7,<8) ; python_version > "3.8"']

[project.optional-dependencies]
more = ["celery==5.3.*"]

[dependency-groups]
test = ["respx>=0.20", { include-group = "lint" }]

[tool.poetry.dependencies]
python = "^3.10"
aiohttp = "^3.9.1"
kafka-python = { version = "~2.0", optional = true }
"""


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("uv.lock", UV, {"shop": "", "redis": "==5.3.1"}),
        ("poetry.lock", POETRY, {"pyyaml": "==6.0.1"}),
        ("pdm.lock", PDM, {"httpx": "==0.28.1"}),
        ("pylock.toml", PYLOCK, {"urllib3": "==2.2.0.post1"}),
        ("pylock.dev.toml", PYLOCK, {"urllib3": "==2.2.0.post1"}),
        ("Pipfile.lock", PIPFILE, {"requests": "==2.31.0", "local": "", "mock": ""}),
        (
            "requirements-prod.txt",
            REQUIREMENTS,
            {"redis": "==5.0.1", "django": ">=4.2,<5", "psycopg2-binary": "", "httpx": "", "boto3": "~=1.34"},
        ),
        (
            "pyproject.toml",
            PYPROJECT,
            {
                "redis": ">=4,<6", "requests": "", "stripe": ">=7,<8", "celery": "==5.3.*", "respx": ">=0.20",
                "python": "^3.10", "aiohttp": "^3.9.1", "kafka-python": "~2.0",
            },
        ),
        ("pyproject.toml", '[project]\nrequires-python = ">= 3.11, <4"\n', {"python": ">=3.11,<4"}),
        ("pyproject.toml", "[project]\nrequires-python = 3\n", {}),
    ],
)  # fmt: skip
def test_each_kind_of_file_is_read(name: str, text: str, expected: dict[str, str]) -> None:
    """Names come out normalised, versions as clauses; what is not said is "" and what is nested is not taken."""
    assert read(name, text.encode()) == expected
    assert read(name, text.replace("\n", "\r\n").encode()) == expected


@pytest.mark.parametrize("name", ["uv.lock", "Pipfile.lock", "requirements.txt", "pyproject.toml"])
def test_damage_says_nothing(name: str) -> None:
    """A file that is broken, empty or not even text costs its knowledge and no more."""
    for data in (b"", b"\xff\xfe\x00[[", b"[" * 5000, b"{"):
        assert not any(read(name, data).values())


def test_several_versions_are_spanned() -> None:
    """From the lowest to the highest; one that says nothing makes the whole unknown."""
    assert spanned([("a", "==5.0.1"), ("A", "==7.4.0")]) == {"a": ">=5.0.1,<=7.4.0"}
    assert spanned([("a", ">=5"), ("a", "<3")]) == {"a": ""}
    assert spanned([("a", "==5"), ("a", "")]) == {"a": ""}


def test_a_lock_wins_over_a_range() -> None:
    """What a lock does not name is looked for in pins, then in what is declared."""
    found = merged(
        [("pyproject.toml", PYPROJECT.encode()), ("uv.lock", UV.encode()), ("requirements.txt", b"respx==0.21")]
    )
    assert found["redis"] == "==5.3.1"
    assert found["respx"] == "==0.21"
    assert found["stripe"] == ">=7,<8"
    assert "requests" not in found
    assert "shop" not in found


def test_the_catalogue_heeds_what_the_project_has(tmp_path: Path) -> None:
    """A fact that changed with a version holds by the lock: redis before 6 had no retries."""
    (tmp_path / "uv.lock").write_text(UV)
    catalog = project(str(tmp_path), Settings()).catalog
    fact = catalog.fact(ClientFact, "redis.Redis")
    assert fact is not None and fact.retries is not None
    assert fact.retries.attempts == 1
    newer = Catalog(pins={"Redis": ">=8"}).fact(ClientFact, "redis.Redis")
    assert newer is not None and newer.retries is not None
    assert newer.retries.attempts == 11


def test_results_are_not_kept_over_a_change_of_versions(tmp_path: Path) -> None:
    """The digest that names the cache changes with a lock, and is as before when the lock is."""
    (tmp_path / "pyproject.toml").write_text("[tool.other]\n")
    digests = []
    for text in ("", UV, UV.replace("5.3.1", "7.0.0"), UV):
        if text:
            (tmp_path / "uv.lock").write_text(text)
        digests.append(ProjectRoots().above(str(tmp_path)).digest)
    assert digests[0] == "default"
    assert len(set(digests)) == 3
    assert digests[1] == digests[3]


def test_a_member_of_a_workspace_has_the_lock_above_it(tmp_path: Path) -> None:
    """Up to the repository's own folder and not beyond it."""
    member = tmp_path / "repository" / "packages" / "shop"
    member.mkdir(parents=True)
    (tmp_path / "uv.lock").write_text(UV)
    assert find.pins(str(member)) == {}
    (tmp_path / "repository" / ".git").mkdir()
    assert find.pins(str(member)) == {}
    (tmp_path / "repository" / "uv.lock").write_text(UV)
    assert find.pins(str(member)) == {"redis": "==5.3.1"}
    (member / "poetry.lock").write_text(POETRY)
    assert find.pins(str(member)) == {"pyyaml": "==6.0.1"}


def test_hostile_versions_are_bounded(tmp_path: Path) -> None:
    """Numbers that no release has are read in linear time, and are not understood."""
    digits = "9" * 100_000
    lock = f'[[package]]\nname = "redis"\nversion = "{digits}"\n[[package]]\nname = "redis"\nversion = "5"\n'
    start = time.process_time()
    assert read("uv.lock", lock.encode()) == {"redis": ""}
    assert read("requirements.txt", f"redis{'>=1,' * 50_000}\nredis==5".encode()) == {"redis": ""}
    assert time.process_time() - start < 1
    pinned = Catalog(pins={"redis": f">={digits}"}).fact(ClientFact, "redis.Redis")
    assert pinned is not None
    assert pinned.retries == Retries(varies=11)  # neither the old nor the new policy: only that some versions have one


def test_reading_versions_does_not_parse_them(tmp_path: Path) -> None:
    """Most projects use no library whose facts depend on its version: they do not pay for packaging."""
    (tmp_path / "uv.lock").write_text(UV)
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    code = (
        "import sys; from resilint.versions import find; from resilint_rules.kit.catalog.lookup import Catalog;"
        f"catalog = Catalog(pins=find.pins({str(tmp_path)!r}));"
        "catalog.fact('call', 'time.sleep');"
        "print('packaging' in sys.modules);"
        "catalog.fact('client', 'redis.Redis');"
        "print('packaging' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.split() == ["False", "True"]


def test_asking_for_the_digest_loads_no_parser() -> None:
    """A run that finds everything in the cache pays for no TOML and no catalogue."""
    code = (
        "import sys; from resilint.versions import find; find.digest('.');"
        "print('tomli' in sys.modules, 'resilint_rules.kit.catalog.lookup' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.split() == ["False", "False"]


@pytest.mark.parametrize(
    ("name", "line"),
    [("requirements.txt", "a==1.{}\n"), ("uv.lock", '[[package]]\nname = "a"\nversion = "1.{}"\n')],
)
def test_thousands_of_versions_of_one_library_are_not_known(name: str, line: str) -> None:
    """Each costs 0.2 ms to compare, so that a file of 5 MB took minutes; another library in it is known as before."""
    text = "".join(line.replace("{}", str(number)) for number in range(60_000))
    began = time.process_time()
    assert merged([(name, (text + line.replace("a", "b", 1).replace("{}", "7")).encode())]).get("a", "") == ""
    assert time.process_time() - began < 6
    few = "".join(line.replace("{}", str(number)) for number in range(100))
    assert merged([(name, few.encode())]) == {"a": ">=1.0,<=1.99"}
