"""The site: every link leads somewhere, every page is whole, and nothing comes from elsewhere."""

from __future__ import annotations

import json
import posixpath
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from resilint.__main__ import main
from resilint.config.keys import KEYS
from resilint.docs.libraries import libraries
from resilint.docs.markup import anchor, blocks, inline, python
from resilint.docs.site import pages
from resilint.report.rule_cards import cards

CARDS = cards()
LIBRARIES = list(libraries())
SITE = pages(CARDS, LIBRARIES)
VOID = {"meta", "link", "input"}


class Page(HTMLParser):
    """The links, names and headings of a page; fails where tags are not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.names: list[str] = []
        self.headings: list[int] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.links += [address for key in ("href", "src") if (address := given.get(key))]
        self.names += [name for key, name in attrs if key == "id" and name]
        self.headings += [int(tag[1])] if re.fullmatch("h[1-6]", tag) else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


HTML = {path: Page(text) for path, text in SITE.items() if path.endswith(".html")}


@pytest.mark.parametrize("path", HTML)
def test_links_lead_somewhere(path: str) -> None:
    """To a file of the site, and to a name on its page; nothing is taken from the web."""
    for link in HTML[path].links:
        target, _, name = link.partition("#")
        assert "://" not in target
        whole = posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) if target else path
        assert whole in SITE, link
        assert not name or name in HTML[whole].names, link


@pytest.mark.parametrize("path", HTML)
def test_headings_and_names(path: str) -> None:
    """One title, no level left out, no name twice."""
    page = HTML[path]
    assert page.headings.count(1) == 1
    assert page.headings[0] == 1
    assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    assert len(page.names) == len(set(page.names))


def test_everything_is_there() -> None:
    """Each rule, library and key, on a page and in the search."""
    entries = json.loads(re.search(r"^const entries = (.*);$", SITE["search.js"], re.MULTILINE)[1])  # type: ignore[index]
    found = {address for _, address, _ in entries}
    for card in CARDS.values():
        assert f"rules/{card.rule.name}.html" in SITE.keys() & found
        assert f'href="rules/{card.rule.name}.html"' in SITE["index.html"]
    assert len(LIBRARIES) > 100
    assert {f"libraries.html#{anchor(known.name)}" for known in LIBRARIES} <= found
    assert {anchor(known.name) for known in LIBRARIES} <= set(HTML["libraries.html"].names)
    assert {key.name for key in KEYS.keys} <= set(HTML["settings.html"].names)
    assert all(address.partition("#")[0] in SITE for address in found)


def test_limits_of_libraries() -> None:
    """In the catalogue's own numbers."""
    known = {library.name: library for library in LIBRARIES}
    assert known["requests"].unset == "connect none, read none"
    assert known["requests"].peer == "http"


def test_markup() -> None:
    """What is code stays code, what is no safe address is no link, and nothing of a page is taken for HTML."""
    assert inline("a `<b>` & **c**") == "a <code>&lt;b&gt;</code> &amp; <strong>c</strong>"
    assert inline("[x](https://a.b/c) [y](javascript:z)") == '<a href="https://a.b/c">x</a> y'
    assert blocks("One\ntwo.\n\n## A part\n\n- a\n- b\n  c") == (
        "<p>One two.</p>\n"
        '<h2 id="a-part">A part <a class="anchor" href="#a-part" aria-label="Link to this section">#</a></h2>\n'
        "<ul><li>a</li><li>b c</li></ul>"
    )
    assert blocks("```python bad shop/views.py\nif x:  # '\n    pass\n```\n").startswith(
        '<figure class="bad"><figcaption>reported, in shop/views.py</figcaption><pre><code><span class="word">if</span>'
    )
    assert blocks("```\n<x>\n```") == "<pre><code>&lt;x&gt;</code></pre>"
    assert python('x = "# if"  # else') == (
        'x = <span class="string">&quot;# if&quot;</span>  <span class="comment"># else</span>'
    )


def test_the_search_is_valid(tmp_path: Path) -> None:
    """For an interpreter of its language."""
    if shutil.which("node") is None:
        pytest.skip("no node")
    (tmp_path / "search.js").write_text(SITE["search.js"])
    subprocess.run(["node", "--check", "search.js"], cwd=tmp_path, check=True, timeout=60)


def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second time over the first; where it cannot, it says so."""
    for _ in range(2):
        assert main(["docs", "--output", str(tmp_path / "site")]) == 0
    written = {path.relative_to(tmp_path / "site").as_posix() for path in (tmp_path / "site").rglob("*.*")}
    assert written == set(SITE)
    (tmp_path / "file").touch()
    capsys.readouterr()
    assert main(["docs", "--output", str(tmp_path / "file")]) == 2
    assert "cannot be written" in capsys.readouterr().err
