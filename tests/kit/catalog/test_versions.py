"""Version ranges as intervals, with packaging as the reference."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from resilint_rules.kit.catalog.versions import Bound, covers, reach, spanning

RELEASES = ("1", "1.2", "1.2.3", "2", "2.0.1", "3", "1!1", "1!2.1")
SUFFIXES = ("", "", "", "b1", "rc2", ".dev3", ".post1")
versions = st.builds(str.__add__, st.sampled_from(RELEASES), st.sampled_from(SUFFIXES))
handlers_of = st.builds(str.__add__, st.sampled_from(("==", ">=", "<=", "<", ">")), versions) | st.sampled_from(
    ("~=1.2", "~=1.2.3", "~=2.0", "==1.*", "==1.2.*", "~=1.2b1")
)
ranges = st.lists(handlers_of, min_size=1, max_size=3).map(",".join)


@given(ranges, versions)
def test_what_packaging_lets_in_lies_in_the_range(text: str, version: str) -> None:
    """No version that may be installed is left out: a fact would be taken for sure where it is not."""
    named_before = any(mark in text for mark in ("b", "rc", "dev"))
    if not SpecifierSet(text).contains(version, prereleases=named_before):
        return
    if "*" in text and Version(version).is_prerelease:
        return  # packaging counts pre-releases to `==1.*`; installers do not choose them
    found = reach(text)
    assert found is not None
    assert found[0] <= Bound(Version(version)) < found[1]


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        (">=7.0.0b1,<8", "7.0.0b1 7.0.0rc1 7.9", "7.0.0a9 8.0.0rc1 8"),
        ("==8.0.1.2", "8.0.1.2", "8.0.1.1 8.0.1.3 8.0.1 8.0.2"),
        ("1!2.0", "1!2.0", "2.0 1!2.0.1"),
        (">=1!1", "1!1 1!9 2!0", "9 1!0.9"),
        ("^0.2.3", "0.2.3 0.2.9", "0.2.2 0.3 0.3rc1"),
        ("^1", "1 1.9", "0.9 2"),
        ("~1.2.3", "1.2.3 1.2.9", "1.3"),
        ("~1", "1 1.9", "2"),
        ("==7.*", "7 7.9.9", "6.9 8"),
        (">=7,!=7.2,<8", "7 7.2", "8"),
        ("*", "0.1 9", ""),
        (">=2.dev0", "2.dev0 2", "1.9"),
        ("==2.9.9.post1", "2.9.9.post1", "2.9.9 2.9.9.post2"),
        ("==1.0+local", "1.0", "1.0.1"),
        ("v1.2", "1.2", "1.3"),
        (" >= 4.2 , < 5", "4.2 4.9", "5"),
    ],
)
def test_clauses_of_all_tools(text: str, inside: str, outside: str) -> None:
    """Pre-releases, epochs, fourth components, carets, tildes and stars are told apart."""
    found = reach(text)
    assert found is not None
    assert [name for name in inside.split() if not found[0] <= Bound(Version(name)) < found[1]] == []
    assert [name for name in outside.split() if found[0] <= Bound(Version(name)) < found[1]] == []


@pytest.mark.parametrize(
    "text", ["", ",", "||", "~=1", "^1 || ^2", ">=5,<3", "<2,>=2", ">=3.9 <4", "latest", "==", "^"]
)
def test_what_is_not_understood_is_unknown(text: str) -> None:
    """An empty range is a mistake in the file, from which nothing follows."""
    assert reach(text) is None


@pytest.mark.parametrize(
    ("wanted", "pin", "expected"),
    [
        ("<8", ">=7.0.0b1,<8", True),
        ("<8", "==7.4.1", True),
        ("<8", "<8", True),
        ("<8", "==8", False),
        ("<8", ">=8", False),
        ("<8", ">=8.0.1rc1", False),
        ("<8", ">=7", None),
        ("<8", "==8.0.0rc1", None),
        ("<8", ">=8.0.0rc1", None),
        (">=6,<8", "==6.0.0b1", None),
        (">=6,<8", "==5.3.1", False),
        (">=6,<8", "~=6.1", True),
        ("<3.1.13", "==3.1.12.1", True),
        ("<3.1.13", "==3.1.13.post1", False),
        ("<8", "==1!1.0", False),
        ("<8", "", None),
        ("<8", "nonsense", None),
    ],
)
def test_a_range_covers_all_none_or_some(wanted: str, pin: str, expected: bool | None) -> None:
    """A pre-release of the version at which a fact changes is like neither side."""
    assert covers(wanted, pin) is expected


@given(ranges, ranges, versions)
def test_a_span_holds_both(one: str, other: str, version: str) -> None:
    """What lies in one of two ranges lies in the range that spans them, which is written as clauses again."""
    first, second = reach(one), reach(other)
    text = spanning(one, other)
    if first is None or second is None or not text:
        return
    found = reach(text)
    assert found is not None
    at = Bound(Version(version))
    for low, high in (first, second):
        assert found[0] <= at < found[1] or not low <= at < high


@pytest.mark.parametrize(
    "text", ["==" + "9" * 100_000, ">=" + "1." * 50_000 + "1", ">=1," * 50_000, "=" * 100_000, "==1" + "a" * 100_000]
)
def test_hostile_clauses_are_bounded(text: str) -> None:
    """Lock files come from strangers: no traceback and no time."""
    start = time.process_time()
    assert reach(text) is None
    assert covers("<8", text) is None
    assert spanning(text, "==1") == ""
    assert time.process_time() - start < 0.5
