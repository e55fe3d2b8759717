"""Version ranges: comma-separated clauses as intervals, and whether all versions of one lie in another.

Clauses are those of Python packages (`>=7.0.0b1,<8`, `==5.3.*`, `~=1.4`) and of Poetry (`^1.2`, `~1.2`). They come
from untrusted files: nothing here raises, and one that is too long is not understood. A range that names no
pre-release contains none at its ends: `<8` ends before 8.0.0rc1, and `>=8` begins behind it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from packaging.version import Version

MAX_LENGTH = 1000
"""Characters of all clauses together."""

_CLAUSE = re.compile(r"\s*(===|==|~=|!=|<=|>=|<|>|\^|~|)\s*([^\s,]+)\s*")


class Bound(NamedTuple):
    """An end of a range: right before a version, or right after it."""

    version: Version
    after: bool = False


Range = tuple[Bound, Bound]


def normal(distribution: str) -> str:
    """A distribution's name as package indexes compare it: `PyYAML` and `pyyaml`, `a_b` and `a-b` are the same."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def reach(text: str) -> Range | None:
    """Returns where a range of comma-separated clauses begins and ends; None if it is empty or not understood.

    Effect: imports packaging.
    """
    handlers_of = [clause for clause in text.split(",") if clause.strip()]
    if not handlers_of or len(text) > MAX_LENGTH:
        return None
    ranges = [_range(clause) for clause in handlers_of]
    known = [found for found in ranges if found is not None]
    if len(known) < len(ranges):
        return None
    low, high = max(low for low, _ in known), min(high for _, high in known)
    return (low, high) if low < high else None


def covers(wanted: str, pin: str) -> bool | None:
    """Whether all versions of `pin` lie in `wanted` (True), none do (False), or one cannot tell (None).

    Nothing is known of the pre-releases of a version at which `wanted` begins or ends: they may be like either side.
    """
    want, have = reach(wanted), reach(pin) if pin else None
    if want is None or have is None:
        return None
    if want[0] <= have[0] and have[1] <= want[1]:
        return True
    if have[1] <= _before_pre_releases(want[0]) or _after_pre_releases(want[1]) <= have[0]:
        return False
    return None


def spanning(one: str, other: str) -> str:
    """Returns the smallest range that holds two others, as clauses; "" if it is not known, or holds all versions."""
    if one == other:
        return one
    first, second = reach(one), reach(other)
    if first is None or second is None:
        return ""
    lowest, highest = _ends()
    low, high = min(first[0], second[0]), max(first[1], second[1])
    handlers_of = [] if low == lowest else [f">{low.version}" if low.after else f">={low.version}"]
    if high.after:
        handlers_of.append(f"<={high.version}")
    elif high != highest:
        handlers_of.append(f"<{_after_pre_releases(high).version}")
    return ",".join(handlers_of)


def _range(clause: str) -> Range | None:
    from packaging.version import Version

    lowest, highest = _ends()
    if clause.strip() == "*":
        return lowest, highest
    found = _CLAUSE.fullmatch(clause)
    if found is None:
        return None
    sign, text = found.groups()
    try:
        version = Version(Version(text.removesuffix(".*")).public)  # a local version has what the public one has
    except ValueError:  # InvalidVersion, or more digits than Python converts
        return None
    size = len(version.release)
    at, after = Bound(version), Bound(version, after=True)
    if sign in ("", "==", "==="):
        return (at, _beyond(version, size - 1)) if text.endswith(".*") else (at, after)
    if sign == "~=" and size < 2:
        return None
    first_number = next((place for place, number in enumerate(version.release) if number), size - 1)
    ranges = {
        "!=": (lowest, highest),  # a hole in a range: what holds for all of the range holds for what is left
        ">=": (at, highest),
        ">": (after, highest),
        "<=": (lowest, after),
        "<": (lowest, at if version.is_postrelease else _before_pre_releases(at)),
        "~=": (at, _beyond(version, size - 2)),
        "^": (at, _beyond(version, first_number)),
        "~": (at, _beyond(version, min(1, size - 1))),
    }
    return ranges[sign]


def _ends() -> Range:
    """The range of all versions."""
    from packaging.version import Version

    return Bound(Version("0.dev0")), Bound(Version(f"{10**9}!0"))


def _beyond(version: Version, place: int) -> Bound:
    """The end of all versions that begin with the numbers of this one up to a place."""
    from packaging.version import Version

    numbers = (*version.release[:place], version.release[place] + 1) if place >= 0 else (version.release[0] + 1,)
    return Bound(Version(f"{version.epoch}!{'.'.join(map(str, numbers))}.dev0"))


def _before_pre_releases(bound: Bound) -> Bound:
    """The same bound, moved before the pre-releases of its version."""
    from packaging.version import Version

    version = bound.version
    plain = not bound.after and not version.is_prerelease and not version.is_postrelease
    return Bound(Version(f"{version.base_version}.dev0")) if plain else bound


def _after_pre_releases(bound: Bound) -> Bound:
    """The inverse of `_before_pre_releases`."""
    from packaging.version import Version

    version = bound.version
    if bound.after or version.dev != 0 or version.pre is not None or version.is_postrelease:
        return bound
    return Bound(Version(version.base_version))
