"""Files for contributors and maintainers: workflows, release check, changelog, commands of CONTRIBUTING."""

from __future__ import annotations

import ast
import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from architecture.modules import ROOT, read_modules
from resilint.version import __version__

yaml = pytest.importorskip("yaml", reason="needs: pip install pyyaml")

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
PARSED = [*sorted(GITHUB.rglob("*.yml")), ROOT / ".pre-commit-config.yaml", ROOT / ".pre-commit-hooks.yaml"]
DOCUMENTS = sorted(GITHUB.glob("*.md"))
PINNED = re.compile(r"[\w-]+/[\w./-]+@(?:v\d+|release/v\d+)|\./\.github/workflows/[\w-]+\.yml")
"""An action by its major version, or a workflow of this repository."""


def load(path: Path) -> Any:
    """Returns the content of a YAML file."""
    return yaml.safe_load(path.read_text("utf-8"))


def read_jobs(workflow: str) -> dict[str, dict[str, Any]]:
    """Returns the jobs of a workflow by name."""
    jobs: dict[str, dict[str, Any]] = load(GITHUB / "workflows" / workflow)["jobs"]
    return jobs


def list_commands(job: dict[str, Any]) -> list[str]:
    """Returns the lines of shell that a job runs, in order."""
    return [line.strip() for step in job.get("steps", ()) for line in step.get("run", "").splitlines()]


def list_tracked() -> list[str]:
    """Returns the paths of all files under version control; skips where there is no git checkout."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        pytest.skip("this is no git checkout")
    return [name for name in done.stdout.split("\0") if name]


@pytest.fixture(scope="module")
def release() -> ModuleType:
    """The script that the release workflow runs."""
    spec = importlib.util.spec_from_file_location("release", ROOT / ".ci" / "release.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def ready(release: ModuleType, tmp_path: Path) -> Path:
    """A copy of the files that state the version, in the state in which it may be released."""
    for name in (*release.PLACES, release.CHANGELOG):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    sections = ["# Changelog", "## [Unreleased]", f"## [{__version__}] - 2026-01-31", "- news", "## [0.0.1]", "- old"]
    (tmp_path / release.CHANGELOG).write_text("\n\n".join(sections) + "\n", "utf-8")
    return tmp_path


# --- YAML


def test_all_yaml_files_are_known() -> None:
    """A file in another place, or with the ending `.yaml` below .github, would escape the tests of this module."""
    found = {ROOT / name for name in list_tracked() if name.endswith((".yml", ".yaml"))}
    assert found - set(PARSED) == set()
    assert len(WORKFLOWS) >= 2


@pytest.mark.parametrize("path", PARSED, ids=lambda path: path.name)
def test_yaml_parses(path: Path) -> None:
    """A workflow that does not parse is reported by GitHub on a page that few look at."""
    assert load(path)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_are_bounded(path: Path) -> None:
    """Read permission by default, one run per branch, a time limit for every job, actions by major version."""
    workflow = load(path)
    assert workflow["permissions"] == {"contents": "read"}
    assert "concurrency" in workflow
    for name, job in workflow["jobs"].items():
        assert "uses" in job or job.get("timeout-minutes", 0) > 0, name
        for used in (job.get("uses"), *(step.get("uses") for step in job.get("steps", ()))):
            assert used is None or PINNED.fullmatch(used), used


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_expression_is_expanded_in_a_script(path: Path) -> None:
    """A branch name or an input in a script would be an injection; values come through the environment."""
    assert [line for job in load(path)["jobs"].values() for line in list_commands(job) if "${{" in line] == []


def test_ci_calls_the_one_script() -> None:
    """What CI runs on Linux is what a contributor runs."""
    linux = read_jobs("ci.yml")["linux"]
    assert linux["runs-on"] == "ubuntu-latest"
    assert ".ci/run" in list_commands(linux)
    setup = next(step for step in linux["steps"] if step.get("uses", "").startswith("actions/setup-python"))
    versions = setup["with"]["python-version"].split()
    declared = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text("utf-8"))
    assert versions == [declared[0], declared[-1]]
    assert all(f" {version} " in (ROOT / ".ci" / "run").read_text("utf-8") for version in versions)


def test_ci_tests_exist() -> None:
    """A folder of tests that a workflow names is there."""
    named = [
        word
        for path in WORKFLOWS
        for job in load(path)["jobs"].values()
        for line in list_commands(job)
        for word in line.split()
        if word.startswith("tests/")
    ]
    assert {"tests/kit", "tests/rules", "tests/server", "tests/example"} <= set(named)
    assert [word for word in named if not any(ROOT.glob(word))] == []


def test_dependabot_covers_every_manifest() -> None:
    """Each kind of manifest in the repository is updated."""
    kinds = {"pyproject.toml": "pip", "package.json": "npm"}
    expected = {(kinds[name], folder) for name, folder in _list_manifests() if not folder.startswith("/tests")}
    entries = load(GITHUB / "dependabot.yml")["updates"]
    assert {(entry["package-ecosystem"], entry["directory"]) for entry in entries} == expected | {
        ("github-actions", "/")
    }


def _list_manifests() -> Iterator[tuple[str, str]]:
    for name in list_tracked():
        path = Path("/", name)
        if path.name in {"pyproject.toml", "package.json"}:
            yield path.name, path.parent.as_posix()


def test_hooks_are_what_is_installed() -> None:
    """A local hook runs a program of the extra `dev`, or resilint; what the hooks leave out exists."""
    config = load(ROOT / ".pre-commit-config.yaml")
    hooks = [hook for repo in config["repos"] if repo["repo"] == "local" for hook in repo["hooks"]]
    programs = {hook["entry"].split()[0] for hook in hooks}
    assert programs == {"ruff", "mypy", "resilint"}
    manifest = (ROOT / "pyproject.toml").read_text("utf-8")
    assert all(f'"{program}>=' in manifest or f"\n{program} = " in manifest for program in programs)
    tracked = list_tracked()
    body = re.sub(r"#.*", "", config["exclude"])
    parts = [part.strip() for part in body[body.index("^(") + 2 : body.rindex(")$")].split("|")]
    assert [part for part in parts if not any(re.fullmatch(part, name) for name in tracked)] == []
    assert sum(bool(re.search(config["exclude"], name)) for name in tracked) < len(tracked) / 2


# --- release


def test_release_checks_before_it_publishes() -> None:
    """The version is checked before anything is built, and nothing is published without all tests."""
    jobs = read_jobs("release.yml")
    commands = list_commands(jobs["build"])
    check = commands.index('python .ci/release.py check "$GITHUB_REF_NAME"')
    assert check < commands.index("python -m build") < commands.index("twine check --strict dist/*")
    assert check < commands.index("npm run package")
    assert jobs["checks"]["uses"] == "./.github/workflows/ci.yml"
    assert set(jobs["pypi"]["needs"]) == {"checks", "build"}
    assert "pypi" in jobs["github"]["needs"]


def test_release_permissions_are_minimal() -> None:
    """One job may publish to PyPI, another may write the GitHub release, and neither runs code of this repository."""
    jobs = read_jobs("release.yml")
    granted = {name: job["permissions"] for name, job in jobs.items() if "permissions" in job}
    assert granted == {"pypi": {"id-token": "write"}, "github": {"contents": "write"}}
    assert jobs["pypi"]["environment"] == "pypi"
    used = [step.get("uses", "") for name in granted for step in jobs[name]["steps"]]
    assert not any(use.startswith("actions/checkout") for use in used)


def test_release_check_passes_when_all_agree(release: ModuleType, ready: Path) -> None:
    """The state that the other tests disturb is a good one."""
    assert release.find_faults(ready, f"v{__version__}") == []


@pytest.mark.parametrize("number", range(4))
def test_release_check_reads_every_place(number: int, release: ModuleType, ready: Path) -> None:
    """Another version in one place is one fault, or one for each time that the place states it."""
    assert len(release.PLACES) == 4
    name = list(release.PLACES)[number]
    path = ready / name
    path.write_text(path.read_text("utf-8").replace(__version__, "7.7.7"), "utf-8")
    faults = release.find_faults(ready, f"v{__version__}")
    assert faults
    assert {fault.partition(":")[0] for fault in faults} == {name}


def test_release_check_covers_all_places(release: ModuleType) -> None:
    """Each file that states our version is read by the check, and each such line of it."""
    others = {release.CHANGELOG, "editors/vscode/package-lock.json"}  # also state versions that are not the current one
    plain = re.compile(rf"(?<![\d.])v?{re.escape(__version__)}(?![\d.])")
    counts = {}
    for name in list_tracked():
        if name in others or name.startswith(("rules/", "tests/")) or name.endswith((".py", ".png")):
            continue  # catalogue and tests state versions of libraries; modules have a test of their own
        text = (ROOT / name).read_text("utf-8")
        read = re.findall(release.PLACES.get(name, r"(?!)"), text, re.MULTILINE)
        counts[name] = (len(plain.findall(text)), len(read))
    assert counts["README.md"][0] >= 4
    assert {name: both for name, both in counts.items() if both[0] != both[1]} == {}


def test_no_module_repeats_the_version() -> None:
    """In code the version is a literal in one module; all others import it."""
    repeated = [
        source.shown
        for source in read_modules()
        for node in ast.walk(ast.parse(source.text))
        if isinstance(node, ast.Constant) and node.value == __version__ and source.name != "resilint.version"
    ]
    assert repeated == []


def test_release_check_reads_the_tag(release: ModuleType, ready: Path) -> None:
    """A tag of another version disagrees with every place, and one of another form is refused."""
    assert {fault.partition(":")[0] for fault in release.find_faults(ready, "v7.7.7")} == {
        *release.PLACES,
        release.CHANGELOG,
    }
    assert release.find_faults(ready, __version__) == [f"tag {__version__!r}: expected the form v1.2.3"]
    assert release.find_faults(ready, "v1.0.0rc1")


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        (f"[{__version__}]", "[9.9.9]", "is missing or empty"),
        ("- news\n", "", "is missing or empty"),
        (" - 2026-01-31", "", "has no date"),
        ("## [Unreleased]\n", "## [Unreleased]\n\n- later\n", "[Unreleased] has entries"),
    ],
)
def test_release_check_reads_the_changelog(
    before: str, after: str, fault: str, release: ModuleType, ready: Path
) -> None:
    """Notes are there, are dated, and nothing is left under "Unreleased"."""
    path = ready / release.CHANGELOG
    path.write_text(path.read_text("utf-8").replace(before, after, 1), "utf-8")
    (found,) = release.find_faults(ready, f"v{__version__}")
    assert fault in found


def test_release_script_is_a_program(ready: Path) -> None:
    """Status and output are those that the workflow relies on."""

    def run(*words: str) -> tuple[int, str]:
        command = [sys.executable, str(ROOT / ".ci" / "release.py"), *words, "--root", str(ready)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, done.stdout

    assert run("check", f"v{__version__}") == (0, f"v{__version__}: 5 files agree\n")
    assert run("check", "v7.7.7")[0] == 1
    assert run("notes", f"v{__version__}") == (0, "- news\n")
    assert run("notes", "v7.7.7") == (1, "")


# --- documents


def test_changelog_has_the_current_version(release: ModuleType) -> None:
    """A section for what is next, and one with notes for the version that the code states."""
    text = (ROOT / release.CHANGELOG).read_text("utf-8")
    names = re.findall(r"^## \[([^]]+)\]", text, re.MULTILINE)
    assert names[0] == "Unreleased"
    assert __version__ in names
    assert len(names) == len(set(names))
    assert release.read_section(text, __version__)[1]


def test_sessions_of_contributing_exist() -> None:
    """Every nox session in CONTRIBUTING is one, and every session is documented there."""
    tree = ast.parse((ROOT / ".ci" / "noxfile.py").read_text("utf-8"))
    defined = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and any("nox.session" in ast.unparse(mark) for mark in node.decorator_list)
    }
    text = (GITHUB / "CONTRIBUTING.md").read_text("utf-8")
    named = {name for names in re.findall(r"nox -f \.ci/noxfile\.py -s ([a-z ]+)", text) for name in names.split()}
    assert defined == named == {"lint", "types", "tests", "rule"}


def test_sessions_take_versions_from_the_extra() -> None:
    """A tool that nox installs alone is in the extra `test`, which states its version."""
    text = (ROOT / ".ci" / "noxfile.py").read_text("utf-8")
    extra = (ROOT / "pyproject.toml").read_text("utf-8").partition("\ntest = [")[2].partition("\n]")[0]
    names = re.findall(r'find_requirement\("([\w-]+)"\)', text)
    assert set(names) == {"ruff", "mypy"}
    assert [name for name in names if not re.search(rf'^  "{name}\W', extra, re.MULTILINE)] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_of_documents_lead_somewhere(path: Path) -> None:
    """Every relative link, and every folder below tests/ between backquotes, is there."""
    text = path.read_text("utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    assert [link for link in links if not (path.parent / link).exists()] == []
    assert [name for name in re.findall(r"`(tests/[\w/]+)`", text) if not (ROOT / name).exists()] == []


def test_documents_are_complete() -> None:
    """The three files that GitHub links to from issues and from the security page."""
    assert {path.name for path in DOCUMENTS} >= {"CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"}
    assert not any(re.search(r"\b(TODO|FIXME|TBD)\b", path.read_text("utf-8")) for path in DOCUMENTS)
