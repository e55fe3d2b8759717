"""What the catalogue says of older versions of a library holds for the newest version of each range.

`pip install $(python tests/rules/older_versions.py)` brings them, into an environment of its own: they are in the way of
the newest ones, which `test_catalog.py` looks at.
"""

from __future__ import annotations

from typing import Any

import pytest

from resilint_rules.kit.catalog import lookup
from rules.older_versions import requirements
from rules.test_catalog import FILES, entries, here, is_older, limits_that_differ, named, signature, target


@pytest.fixture(params=FILES)
def older(request: pytest.FixtureRequest) -> lookup.Library:
    """Each library that is installed in a version of which the catalogue says something of its own."""
    library = lookup.load(request.param)
    if not here(library) or library.distribution == "stdlib" or not is_older(library):
        pytest.skip(f"{library.name} is not installed in an older version")
    return library


def known_there(library: lookup.Library) -> list[tuple[str, dict[str, Any], dict[str, tuple[int, Any]], bool]]:
    """The entries whose object exists in the installed version: name, words, parameters, whether it takes others."""
    found = []
    for kind, name, words in entries(library):
        try:
            shape = signature(target(name, words)) if not words.get("removed") else None
        except (ImportError, AttributeError):  # it came later
            continue
        if shape is not None:
            found.append((f"{kind} {name}", words, shape[0], shape[2]))
    assert found
    return found


def test_parameters_are_at_their_position(older: lookup.Library) -> None:
    """A parameter that is there already is where the catalogue says, unless it says that this changed."""
    wrong = []
    for name, words, known, _ in known_there(older):
        for each in named(words):
            at = known.get(each["param"], (-1, None))[0]
            if at not in (each.get("index", -1), -1) and not (each.get("by_name") or words.get("value")):
                wrong.append(f"{name}: {each['param']} is at {at}, not {each.get('index', -1)}")
    assert not wrong


def test_what_a_fix_writes_is_a_parameter(older: lookup.Library) -> None:
    """No fix writes an argument that the version does not have."""
    wrong = []
    for name, words, known, others in known_there(older):
        writes = words.get("writes")
        limits = [each["param"] for each in words.get("timeout", ()) if not each.get("attribute")]
        written = list(writes) if isinstance(writes, dict) else limits[:1] if writes else []
        wrong.extend(f"{name}: no {param}" for param in written if param not in known and not others)
    assert not wrong


def test_defaults_are_the_library_s_own(older: lookup.Library) -> None:
    """As for the newest versions."""
    wrong = [found for name, words, known, _ in known_there(older) for found in limits_that_differ(name, words, known)]
    assert not wrong


def test_each_range_has_a_version_to_look_at() -> None:
    """The requirements name every distribution that has a range of its own, with the range's upper end."""
    assert {"PyGithub<2", "redis<6", "urllib3<2.6.3"} <= set(requirements())
    assert all("<" in line for line in requirements())
