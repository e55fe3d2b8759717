"""The style of the site and its search, which needs no server and no library."""

STYLE = """\
:root {
  color-scheme: light dark;
  --back: #fff; --text: #1d2730; --dim: #5b6773; --line: #d9e0e6; --soft: #f4f7f9; --link: #0b6285;
  --bad: #b3261e; --good: #1f7a3d; --fixed: #0b6285; --word: #8a3ffc; --string: #1f7a3d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #12191f; --text: #dde5ec; --dim: #96a3af; --line: #2c3843; --soft: #1a232b; --link: #6cc3e6;
    --bad: #ff8a80; --good: #7fd59a; --fixed: #6cc3e6; --word: #c5a3ff; --string: #9bd8ae;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 4.5rem; }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.6 system-ui, sans-serif; }
header {
  position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: center;
  padding: .6rem 1.25rem; background: var(--back); border-bottom: 1px solid var(--line);
}
header .name { font-weight: 700; color: var(--text); }
nav { display: flex; flex-wrap: wrap; gap: 1rem; }
nav [aria-current] { color: var(--text); font-weight: 600; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
main { max-width: 56rem; margin: 0 auto; padding: 1.5rem 1.25rem 3rem; }
h1 { font-size: 1.8rem; line-height: 1.25; overflow-wrap: anywhere; }
h1 small { color: var(--dim); font-size: 1rem; font-weight: 400; }
h2 { margin-top: 2.25rem; font-size: 1.25rem; }
.summary { font-size: 1.125rem; }
.anchor { color: var(--dim); font-weight: 400; opacity: 0; }
:is(h2, h3):hover .anchor, .anchor:focus { opacity: 1; }
code, pre { font: .875em/1.5 ui-monospace, monospace; }
p code, li code, td code { padding: .1em .3em; background: var(--soft); border-radius: 4px; overflow-wrap: anywhere; }
pre { margin: 0; padding: .9rem 1rem; overflow-x: auto; background: var(--soft); border-radius: 0 0 6px 6px; }
pre code { font-size: 1em; }
td:first-child { white-space: nowrap; }
figure { margin: 1.25rem 0; border: 1px solid var(--line); border-left: 4px solid var(--kind); border-radius: 6px; }
figcaption { padding: .25rem 1rem; color: var(--kind); font-size: .8125rem; font-weight: 600; }
figure.bad { --kind: var(--bad); }
figure.good { --kind: var(--good); }
figure.fixed { --kind: var(--fixed); }
.comment { color: var(--dim); }
.string { color: var(--string); }
.word { color: var(--word); }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--dim); font-size: .8125rem; font-weight: 600; }
tr:target { background: var(--soft); }
.badge { display: inline-block; padding: 0 .5em; border: 1px solid var(--line); border-radius: 1em; color: var(--dim);
  font-size: .8125rem; white-space: nowrap; }
.badge.error { border-color: var(--bad); color: var(--bad); }
.badge.warning { border-color: var(--fixed); color: var(--fixed); }
.search { position: relative; flex: 1 1 12rem; max-width: 22rem; margin-left: auto; }
.search input { width: 100%; padding: .35rem .7rem; border: 1px solid var(--line); border-radius: 6px;
  background: var(--soft); color: var(--text); font: inherit; }
.search ul { position: absolute; right: 0; left: 0; max-height: 60vh; margin: .25rem 0 0; padding: .25rem;
  overflow-y: auto; list-style: none; background: var(--back); border: 1px solid var(--line); border-radius: 6px; }
.search li a { display: block; padding: .3rem .5rem; border-radius: 4px; overflow-wrap: anywhere; }
.search li a:focus, .search li a:hover { background: var(--soft); text-decoration: none; }
.neighbours { justify-content: space-between; margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); }
footer { padding: 1rem 1.25rem; color: var(--dim); font-size: .8125rem; text-align: center; }
@media (min-width: 56rem) {
  td a code { white-space: nowrap; }
}
@media (max-width: 40rem) {
  thead { display: none; }
  tr { display: block; padding: .6rem 0; border-bottom: 1px solid var(--line); }
  td { display: block; padding: .1rem 0; border: 0; }
  .search { max-width: none; margin-left: 0; }
}
"""

SCRIPT = """\
"use strict";
// Finds pages by the words in their titles first, then by those in their texts.
const entries = ENTRIES;
const up = document.documentElement.dataset.up;
const input = document.querySelector(".search input");
const list = document.querySelector(".search ul");
input.hidden = false;

function find(words) {
  const rated = entries.map(([title, address, text]) => {
    const rates = words.map((word) =>
      title.toLowerCase().includes(word) ? 2 : text.toLowerCase().includes(word) ? 1 : 0);
    return { title, address, rate: rates.includes(0) ? 0 : rates.reduce((sum, rate) => sum + rate, 0) };
  });
  return rated.filter((entry) => entry.rate > 0).sort((a, b) => b.rate - a.rate).slice(0, 12);
}

function show() {
  const words = input.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const found = words.length > 0 ? find(words) : [];
  list.replaceChildren(...found.map(({ title, address }) => {
    const link = document.createElement("a");
    link.href = up + address;
    link.textContent = title;
    const item = document.createElement("li");
    item.append(link);
    return item;
  }));
  list.hidden = found.length === 0;
}

input.addEventListener("input", show);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== input) {
    event.preventDefault();
    input.focus();
  } else if (event.key === "Escape") {
    list.hidden = true;
    input.blur();
  } else if (event.key === "Enter" && document.activeElement === input) {
    list.querySelector("a")?.click();
  }
});
"""
