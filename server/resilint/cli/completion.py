"""The command `completion`: a script for a shell that completes commands, options, choices and names of rules."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from . import parser

_OF_RULES = ("--select", "--extend-select", "--ignore")


class Option(NamedTuple):
    """An option of a command: its names, what it is for, whether it takes a value, and which values there are."""

    names: tuple[str, ...]
    about: str
    takes_value: bool
    choices: tuple[str, ...]


class Command(NamedTuple):
    """A command: what it is for, its options, and the words that it takes besides files."""

    about: str
    options: tuple[Option, ...]
    words: tuple[str, ...]


def script(shell: str, rules: Iterable[str]) -> str:
    """The script for one of `SHELLS`; `rules` are the names of rules."""
    names = (*rules, "ALL")
    return _SCRIPTS[shell](_commands(names))


def _commands(rules: tuple[str, ...]) -> dict[str, Command]:
    """All commands by their names."""
    actions = parser.make()._actions  # noqa: SLF001 - argparse has no other way
    (commands,) = (action for action in actions if isinstance(action, argparse._SubParsersAction))  # noqa: SLF001
    about = {choice.dest: choice.help or "" for choice in commands._choices_actions}  # noqa: SLF001
    return {name: _command(name, about[name], made, rules) for name, made in commands.choices.items()}


def _command(name: str, about: str, made: argparse.ArgumentParser, rules: tuple[str, ...]) -> Command:
    found: list[Option] = []
    words: tuple[str, ...] = ()
    for action in made._actions:  # noqa: SLF001
        choices = tuple(map(str, action.choices or ()))
        if not action.option_strings:
            words = choices or (rules if name == "rule" else ())
            continue
        if action.option_strings[-1] in _OF_RULES:
            choices = rules
        elif action.option_strings[-1] == "--output-format" and not choices:
            choices = parser.FORMATS
        found.append(Option(tuple(action.option_strings), action.help or "", action.nargs != 0, choices))
    return Command(about, tuple(found), words)


def _bash(commands: Mapping[str, Command]) -> str:
    """Words of the command; the values of an option behind it; else files."""
    cases = []
    for name, command in commands.items():
        options = " ".join(word for option in command.options for word in option.names)
        values = "".join(
            f"            {'|'.join(option.names)}) words='{' '.join(option.choices)}' ;;\n"
            for option in command.options
            if option.choices
        )
        files = "|".join(word for option in command.options if option.takes_value for word in option.names)
        free = f"            {files}) ;;\n" if files else ""
        first = f"words='{options}'; [[ $word == -* ]] || words='{' '.join(command.words)}'"
        cases.append(f"        {name}) case $before in\n{values}{free}            *) {first} ;;\n        esac ;;\n")
    return f"""\
# Completion of resilint for bash: eval "$(resilint completion bash)"
_resilint() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} words=''
    if [[ $COMP_CWORD -eq 1 ]]; then
        words='{" ".join(commands)} --help --version'
    else
        case ${{COMP_WORDS[1]}} in
{"".join(cases)}        esac
    fi
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o default -o bashdefault -F _resilint resilint
"""


def _zsh(commands: Mapping[str, Command]) -> str:
    """Each command's options in the words of `_arguments`."""

    def quoted(text: str) -> str:
        return "'" + text.replace("'", "'\\''") + "'"

    def plain(text: str) -> str:
        return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")

    cases = []
    for name, command in commands.items():
        lines = [
            quoted(
                f"*{word}[{plain(option.about)}]"
                + (f":value:({' '.join(option.choices)})" if option.choices else ":value:_files" * option.takes_value)
            )
            for option in command.options
            for word in option.names
        ]
        lines.append(quoted(f"*:word:({' '.join(command.words)})" if command.words else "*:file:_files"))
        cases.append(f"        {name}) _arguments {' '.join(lines)} ;;\n")
    described = " ".join(quoted(f"{name}:{command.about}") for name, command in commands.items())
    return f"""\
#compdef resilint
# Completion of resilint for zsh: resilint completion zsh > "${{fpath[1]}}/_resilint"
_resilint() {{
    if (( CURRENT == 2 )); then
        local -a commands=({described})
        _describe command commands
        return
    fi
    shift words
    (( CURRENT-- ))
    case $words[1] in
{"".join(cases)}    esac
}}
if [[ $funcstack[1] == _resilint ]]; then _resilint "$@"; else compdef _resilint resilint; fi
"""


def _fish(commands: Mapping[str, Command]) -> str:
    """One line for each command and each option."""

    def quoted(text: str) -> str:
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

    lines = ["# Completion of resilint for fish: resilint completion fish > ~/.config/fish/completions/resilint.fish"]
    for name, command in commands.items():
        lines.append(f"complete -c resilint -n __fish_use_subcommand -f -a {name} -d {quoted(command.about)}")
        seen = f"-n '__fish_seen_subcommand_from {name}'"
        if command.words:
            lines.append(f"complete -c resilint {seen} -f -a {quoted(' '.join(command.words))}")
        for option in command.options:
            names = " ".join(f"-l {word[2:]}" if word.startswith("--") else f"-s {word[1:]}" for word in option.names)
            value = f" -x -a {quoted(' '.join(option.choices))}" if option.choices else " -r" * option.takes_value
            lines.append(f"complete -c resilint {seen} {names}{value} -d {quoted(option.about)}")
    return "\n".join(lines) + "\n"


def _powershell(commands: Mapping[str, Command]) -> str:
    """Tables of words by command, and of values by command and option."""

    def listed(words: Iterable[str]) -> str:
        return "@(" + ", ".join("'" + word.replace("'", "''") + "'" for word in words) + ")"

    words = "".join(
        f"        '{name}' = {listed([*command.words, *(word for opt in command.options for word in opt.names)])}\n"
        for name, command in commands.items()
    )
    values = "".join(
        f"        '{name} {word}' = {listed(option.choices)}\n"
        for name, command in commands.items()
        for option in command.options
        for word in option.names
        if option.choices
    )
    return f"""\
# Completion of resilint for PowerShell: resilint completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName resilint -ScriptBlock {{
    param($word, $ast, $position)
    $words = @{{
{words}    }}
    $values = @{{
{values}    }}
    $given = @($ast.CommandElements | Where-Object {{ $_.Extent.EndOffset -lt $position }} | ForEach-Object {{ "$_" }})
    $found = {listed(commands)}
    if ($given.Count -gt 1) {{
        $found = $values["$($given[1]) $($given[-1])"]
        if (-not $found) {{ $found = $words[$given[1]] }}
    }}
    $found | Where-Object {{ $_ -like "$word*" }} | ForEach-Object {{
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }}
}}
"""


_SCRIPTS = {"bash": _bash, "zsh": _zsh, "fish": _fish, "powershell": _powershell}
