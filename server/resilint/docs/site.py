"""The pages of the site by their paths. Every link is relative, so that the folder may lie anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import NamedTuple

from resilint_rules.patterns.pages import all_pages, summary

from ..config.keys import KEYS
from ..config.validators import Choice, Flag, Key, Named, Several, Table
from ..report.view import Card
from ..version import __version__
from . import assets
from .libraries import Known
from .markup import anchor, blocks, heading, inline, plain

_PARTS = (
    ("index.html", "Rules"),
    ("patterns.html", "Patterns"),
    ("libraries.html", "Libraries"),
    ("settings.html", "Settings"),
)


class Entry(NamedTuple):
    """What a search finds: a title, its address from the top of the site, and the words on the page."""

    title: str
    address: str
    words: str


def pages(cards: Mapping[str, Card], libraries: Iterable[Known]) -> dict[str, str]:
    """All files of the site: their paths with forward slashes, and their texts."""
    known = sorted(libraries, key=lambda library: library.name.lower())
    found = {f"rules/{card.rule.name}.html": _rule(card, cards) for card in cards.values()}
    found.update((f"patterns/{name}.html", _pattern(name, text, cards)) for name, text in all_pages().items())
    found["index.html"] = _index(cards)
    found["patterns.html"] = _patterns()
    found["libraries.html"] = _libraries(known)
    found["settings.html"] = _settings()
    found["style.css"] = assets.STYLE
    found["search.js"] = assets.SCRIPT.replace("ENTRIES", json.dumps(_entries(cards, known), ensure_ascii=True))
    return found


def _entries(cards: Mapping[str, Card], libraries: Iterable[Known]) -> list[Entry]:
    rules = [
        Entry(f"{code} {card.rule.name}", f"rules/{card.rule.name}.html", plain(card.page))
        for code, card in cards.items()
    ]
    named = [Entry(known.name, f"libraries.html#{anchor(known.name)}", f"{known.peer} library") for known in libraries]
    keys = [Entry(key.name, f"settings.html#{anchor(key.name)}", f"setting {key.help}") for key in KEYS.keys]
    patterns = [Entry(f"pattern {name}", f"patterns/{name}.html", plain(text)) for name, text in all_pages().items()]
    return [*rules, *patterns, *named, *keys]


def _page(title: str, body: str, at: str, description: str = "") -> str:
    """A whole page; `at` is its path."""
    up = "../" * at.count("/")
    here = at if at in dict(_PARTS) else "patterns.html" if at.startswith("patterns/") else "index.html"
    links = "".join(
        f'<a href="{up}{path}"{" aria-current=page" if path == here else ""}>{name}</a>' for path, name in _PARTS
    )
    return f"""<!doctype html>
<html lang="en" data-up="{up}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="{escape(description or title)}">
<title>{escape(title)} - resilint</title>
<link rel="stylesheet" href="{up}style.css">
<script src="{up}search.js" defer></script>
</head>
<body>
<header>
<a class="name" href="{up}index.html">resilint</a>
<nav aria-label="Parts">{links}</nav>
<div class="search" role="search"><input type="search" placeholder="Search" aria-label="Search" hidden>
<ul hidden></ul></div>
</header>
<main>
{body}
</main>
<footer>resilint {escape(__version__)}</footer>
</body>
</html>
"""


def _index(cards: Mapping[str, Card]) -> str:
    """All rules by family."""
    families: dict[str, list[Card]] = {}
    for card in cards.values():
        families.setdefault(card.rule.family, []).append(card)
    parts = ["<h1>Rules</h1>", "<p>What resilint reports in integration code, by what goes wrong.</p>"]
    for family, members in sorted(families.items(), key=lambda item: (item[0] == "own", item[0])):
        parts.append(heading(2, "About the check itself" if family == "own" else family.capitalize()))
        rows = "".join(
            f'<tr><td><a href="rules/{card.rule.name}.html">{card.rule.code}</a></td>'
            f'<td><a href="rules/{card.rule.name}.html"><code>{card.rule.name}</code></a></td>'
            f"<td>{inline(card.rule.summary)}</td><td>{_badges(card)}</td></tr>"
            for card in members
        )
        parts.append(_table(("code", "name", "what it finds", "severity"), rows))
    return _page("Rules", "\n".join(parts), "index.html", "What resilint finds in Python integration code")


def _table(heads: Iterable[str], rows: str) -> str:
    head = "".join(f"<th>{name}</th>" for name in heads)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _badges(card: Card) -> str:
    rule = card.rule
    marks = [f'<span class="badge {rule.severity.value}">{rule.severity.value}</span>']
    marks += ['<span class="badge">preview</span>'] * rule.preview
    marks += ['<span class="badge">off</span>'] * (not rule.default)
    marks += ['<span class="badge">fix</span>'] * rule.fixable
    return " ".join(marks)


def _rule(card: Card, cards: Mapping[str, Card]) -> str:
    """The page of a rule, with the rules before and behind it."""
    rule = card.rule
    summary, _, rest = card.page.strip().partition("\n\n")
    body = [
        f"<h1><code>{rule.name}</code> <small>{rule.code}</small></h1>",
        f'<p class="summary">{inline(" ".join(summary.split()))}</p>',
        f"<p>{_badges(card)}</p>",
        blocks(rest),
    ]
    if rule.family != "own":
        body += [
            heading(2, "Leave it out"),
            f"<p>One finding: <code># resilint: ignore[{rule.name}] reason</code> on its line. The rule: "
            f'<code>ignore = ["{rule.name}"]</code> in the <a href="../settings.html#ignore">settings</a>.</p>',
        ]
    if rule.equivalents:
        codes = ", ".join(f"<code>{escape(code)}</code>" for code in rule.equivalents)
        body.append(f"<p>Comments for these rules of other tools are heeded, too: {codes}.</p>")
    order = [other.rule.name for other in cards.values()]
    place = order.index(rule.name)
    links = [f'<a rel="prev" href="{name}.html">{name}</a>' for name in order[max(place - 1, 0) : place]]
    links += [f'<a rel="next" href="{name}.html">{name}</a>' for name in order[place + 1 : place + 2]]
    body.append(f'<nav class="neighbours" aria-label="Other rules">{"".join(links)}</nav>')
    return _page(rule.name, "\n".join(body), f"rules/{rule.name}.html", plain(summary))


def _patterns() -> str:
    """All patterns, each with its sentence."""
    rows = "".join(
        f'<tr><td><a href="patterns/{name}.html"><code>{name}</code></a></td><td>{inline(summary(name))}</td></tr>'
        for name in all_pages()
    )
    body = (
        "<h1>Patterns</h1>\n<p>What <code>resilint harden</code> and the rewrites of an editor put around external "
        "calls, with or without a finding.</p>\n" + _table(("name", "what it does"), rows)
    )
    return _page("Patterns", body, "patterns.html", "What resilint puts around external calls")


def _pattern(name: str, text: str, cards: Mapping[str, Card]) -> str:
    """The page of a pattern; the rules in it are links."""
    first, _, rest = text.partition("\n\n")
    known = {card.rule.name for card in cards.values()}
    linked = re.sub(
        r"^- `([a-z-]+)`$",
        lambda found: f"- [{found[1]}](../rules/{found[1]}.html)" if found[1] in known else found[0],
        rest,
        flags=re.MULTILINE,
    )
    body = (
        f'<h1><code>{name}</code></h1>\n<p class="summary">{inline(" ".join(first.split()))}</p>\n'
        f"<p><code>resilint harden PATH --with {name}</code></p>\n{blocks(linked)}"
    )
    return _page(f"Pattern {name}", body, f"patterns/{name}.html", plain(first))


def _libraries(libraries: Iterable[Known]) -> str:
    """What is known of each library: what is at the other end, and what bounds a call that says nothing."""
    rows = "".join(
        f'<tr id="{anchor(known.name)}"><td><code>{escape(known.name)}</code></td><td>{escape(known.peer)}</td>'
        f"<td>{escape(known.checked)}</td><td>{escape(known.unset)}</td></tr>"
        for known in libraries
    )
    body = (
        "<h1>Libraries</h1>\n<p>Each fact was verified against the installed library, in the version that is named. "
        "Where a library is not pinned, only what holds in all its versions is said.</p>\n"
        + _table(("library", "at the other end", "version", "limit of a call that sets none"), rows)
    )
    return _page("Libraries", body, "libraries.html", "The libraries that resilint knows")


def _settings() -> str:
    """Every key of the settings, with its sentence and its values."""
    parts = [
        "<h1>Settings</h1>",
        "<p>Under <code>[tool.resilint]</code> in <code>pyproject.toml</code>, or at the top of "
        "<code>resilint.toml</code>; the nearest file above a module counts.</p>",
    ]
    for key in KEYS.keys:
        parts += [heading(2, key.name), f"<p>{inline(key.help)}</p>", *_values(key)]
        inner = key.shape.value if isinstance(key.shape, Named) else key.shape
        if isinstance(inner, Table):
            rows = "".join(f"<tr><td><code>{k.name}</code></td><td>{inline(k.help)}</td></tr>" for k in inner.keys)
            parts.append(_table(("key", "meaning"), rows))
    return _page("Settings", "\n".join(parts), "settings.html", "The settings of resilint")


def _values(key: Key) -> list[str]:
    shape = key.shape.item if isinstance(key.shape, Several) else key.shape
    shape = shape.value if isinstance(shape, Named) else shape
    words = shape.words if isinstance(shape, Choice) else ("true", "false") if isinstance(shape, Flag) else ()
    return [f"<p>One of {', '.join(f'<code>{word}</code>' for word in words)}.</p>"] if words else []
