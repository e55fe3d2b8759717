"""HTML of the little Markdown that pages are written in: paragraphs, fences, lists, code, links, emphasis."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

_FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<code>.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`|\[([^\]\n]+)\]\(([^)\s]+)\)|\*\*([^*\n]+)\*\*")
_TOKEN = re.compile(
    r"(?P<comment>#[^\n]*)"
    r"|(?P<string>[rbfu]{0,2}(?:\"\"\".*?\"\"\"|'''.*?'''|\"[^\"\n]*\"|'[^'\n]*'))"
    r"|(?P<word>\b(?:and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|"
    r"import|in|is|lambda|None|nonlocal|not|or|pass|raise|return|True|False|try|while|with|yield)\b)",
    re.DOTALL,
)
_LABELS = {"bad": "reported", "good": "fine", "fixed": "after the fix", "before": "before", "after": "after"}


def blocks(text: str) -> str:
    """The HTML of a page."""
    found: list[str] = []
    done = 0
    for fence in _FENCE.finditer(text):
        found += _prose(text[done : fence.start()])
        found.append(_example(fence["info"].split(), fence["code"]))
        done = fence.end()
    return "\n".join([*found, *_prose(text[done:])])


def inline(text: str) -> str:
    """The HTML of a line: code, links and strong words in it."""
    found: list[str] = []
    done = 0
    for match in _INLINE.finditer(text):
        found.append(escape(text[done : match.start()]))
        code, label, address, strong = match.groups()
        if code is not None:
            found.append(f"<code>{escape(code)}</code>")
        elif label is not None:
            found.append(f'<a href="{escape(address)}">{escape(label)}</a>' if _is_safe(address) else escape(label))
        else:
            found.append(f"<strong>{escape(strong)}</strong>")
        done = match.end()
    return "".join([*found, escape(text[done:])])


def plain(text: str) -> str:
    """The words of a page without its examples, for a search."""
    return " ".join(_FENCE.sub(" ", text).replace("`", "").split())


def anchor(text: str) -> str:
    """The name of a heading in an address."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def heading(level: int, text: str) -> str:
    """A heading that can be linked to."""
    name = anchor(text)
    link = f'<a class="anchor" href="#{name}" aria-label="Link to this section">#</a>'
    return f'<h{level} id="{name}">{inline(text)} {link}</h{level}>'


def python(code: str) -> str:
    """Python with its comments, strings and words marked."""
    found: list[str] = []
    done = 0
    for token in _TOKEN.finditer(code):
        kind = token.lastgroup
        found += [escape(code[done : token.start()]), f'<span class="{kind}">{escape(token.group())}</span>']
        done = token.end()
    return "".join([*found, escape(code[done:])])


def _is_safe(address: str) -> bool:
    return re.match(r"https?://|[\w./#-]+$", address) is not None


def _example(info: list[str], code: str) -> str:
    """A fence; the second word of its first line says what is thought of it."""
    text = code.rstrip("\n")
    painted = python(text) if info[:1] == ["python"] else escape(text)
    kind = info[1] if len(info) > 1 and info[1] in _LABELS else ""
    if not kind:
        return f"<pre><code>{painted}</code></pre>"
    more = " ".join(info[2:])
    label = _LABELS[kind] + (f", {more}" if more.startswith("versions:") else f", in {more}" if more else "")
    caption = f"<figcaption>{escape(label)}</figcaption>"
    return f'<figure class="{kind}">{caption}<pre><code>{painted}</code></pre></figure>'


def _prose(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n[ \t]*\n", text.strip("\n")):
        lines = paragraph.strip().split("\n")
        if not lines[0]:
            continue
        if found := re.match(r"(#{2,4}) (.+)", lines[0]):
            yield heading(len(found[1]), found[2])
            lines = lines[1:]
        if lines and all(line.startswith(("- ", "  ")) for line in lines):
            items = "\n".join(lines)[2:].split("\n- ")
            yield "<ul>" + "".join(f"<li>{inline(' '.join(item.split()))}</li>" for item in items) + "</ul>"
        elif lines:
            yield f"<p>{inline(' '.join(lines))}</p>"
