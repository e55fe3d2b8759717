"""Runs git in an untrusted repository: nothing that its settings name is executed.

Two defences. What finds commits runs with hooks, monitors, protocols and bare repositories switched off. What compares
files runs with a repository folder of our own, whose settings are empty: filters, drivers for differences and all that
later versions of git may execute are not configured there. Of the real settings only a few words about line ends and
file names are taken over.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

TIMEOUT = 300
"""Seconds that one command may take: a FIFO in place of a file of patterns would be waited for."""

_SAFE = (
    "core.fsmonitor=false", f"core.hooksPath={os.devnull}", "core.pager=cat", "core.quotePath=true",
    "diff.autoRefreshIndex=false", "protocol.allow=never", "safe.bareRepository=explicit", "submodule.recurse=false",
)  # fmt: skip

_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",  # a partial clone would fetch what is missing, by a program that its settings name
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",  # the index is not refreshed, so that no hook runs after it
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_PATHS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")
"""Hooks get these relative to the folder that they are started in."""
_DROPPED = ("GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS")

_TAKEN_OVER = ("autocrlf", "checkstat", "eol", "filemode", "ignorecase", "precomposeunicode", "symlinks")
"""Keys of `core` that decide whether a file differs."""
_VALUES = frozenset({"true", "false", "input", "lf", "crlf", "native", "default", "minimal"})


class GitError(Exception):
    """git cannot tell; the message says why and names the way out."""


def git(folder: str, *words: str, missing: str = "", environment: Mapping[str, str] | None = None) -> bytes:
    """Returns the output of a command; `missing` is the message if it fails. Raises GitError. Effect: runs git."""
    done = _run(folder, words, environment)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        if "not a git repository" in said:
            raise GitError(f"{folder} is not in a git repository")
        raise GitError(missing or f"git {words[0]} failed: {said.splitlines()[0] if said else 'no reason given'}")
    return done.stdout


def fails(folder: str, *words: str) -> bool:
    """Whether a command fails. Raises GitError. Effect: runs git."""
    return _run(folder, words, None).returncode != 0


@contextmanager
def without_settings(top: str, commit: str) -> Iterator[dict[str, str]]:
    """Gives the environment in which git compares files below `top` without the repository's settings.

    `commit` is the HEAD there. Effect: makes a temporary folder. Raises GitError.
    """
    index = _path(top, "index")
    with tempfile.TemporaryDirectory(prefix="resilint-git-") as folder:
        for name in ("refs", "info"):
            os.mkdir(os.path.join(folder, name))
        _put(os.path.join(folder, "HEAD"), commit + "\n")
        _put(os.path.join(folder, "config"), _config(top, len(commit)))
        _put(os.path.join(folder, "none"), "")
        try:
            _copy(_path(top, os.path.join("info", "exclude")), os.path.join(folder, "info", "exclude"))
            for own in os.listdir(os.path.dirname(index)):
                if own.startswith("sharedindex."):
                    _copy(os.path.join(os.path.dirname(index), own), os.path.join(folder, own))
        except OSError as error:
            raise GitError(f"the repository cannot be read: {error.strerror or error}") from None
        yield {
            "GIT_DIR": folder,
            "GIT_WORK_TREE": top,
            "GIT_INDEX_FILE": index,
            "GIT_OBJECT_DIRECTORY": _path(top, "objects"),
            "GIT_CONFIG_GLOBAL": os.path.join(folder, "none"),
            "GIT_CONFIG_NOSYSTEM": "1",
        }


def _path(top: str, name: str) -> str:
    """The absolute path of a part of the repository."""
    return os.path.join(top, os.fsdecode(git(top, "rev-parse", "--git-path", name).rstrip(b"\r\n")))


def _put(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8", newline="\n") as target:
        target.write(text)


def _copy(source: str, target: str) -> None:
    if os.path.isfile(source):
        shutil.copyfile(source, target)


def _config(top: str, digits: int) -> str:
    """The settings of our own repository folder, for commits of so many digits."""
    lines = ["[core]", f"repositoryformatversion = {int(digits > 40)}", "bare = false"]
    found = _run(top, ("config", "--null", "--get-regexp", rf"^core\.({'|'.join(_TAKEN_OVER)})$"), None)
    for entry in found.stdout.decode("utf-8", "replace").split("\0"):
        key, _, value = entry.partition("\n")
        if value.lower() in _VALUES:
            lines.append(f"{key.removeprefix('core.')} = {value}")
    excludes = _run(top, ("config", "--type=path", "--get", "core.excludesFile"), None)
    path = os.fsdecode(excludes.stdout.rstrip(b"\n"))
    if path and path.isprintable() and os.path.isfile(os.path.join(top, path)):
        quoted = os.path.join(top, path).replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'excludesFile = "{quoted}"')
    lines += ["[extensions]", "objectFormat = sha256"] if digits > 40 else []
    return "\n".join(lines) + "\n"


def _run(
    folder: str, words: tuple[str, ...], environment: Mapping[str, str] | None
) -> subprocess.CompletedProcess[bytes]:
    settings = [word for setting in _SAFE for word in ("-c", setting)]
    command = [_program(), "--no-pager", "-C", folder, *settings, *words]
    inherited = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    inherited.update({name: os.path.abspath(inherited[name]) for name in _PATHS if inherited.get(name)})
    try:
        return subprocess.run(
            command,
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**inherited, **_ENVIRONMENT, **(environment or {})},
            timeout=TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        raise GitError(f"git {words[0]} gave no answer within {TIMEOUT} seconds") from None
    except (OSError, ValueError) as error:
        raise GitError(f"git cannot be run: {error}") from None


def _program() -> str:
    """The path of git. Only absolute folders of PATH count: Windows would take one from the checked project."""
    names = ("git.exe",) if os.name == "nt" else ("git",)
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isabs(folder) and os.path.isfile(path) and os.access(path, os.X_OK):
                return path
    raise GitError("git is not installed, or not on PATH")
