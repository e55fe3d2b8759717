"""Where a file is at home: its project's root, and the settings that hold for it.

The root is the nearest folder above a file that has settings, else the nearest with a `pyproject.toml`
or `.git`, else the requested folder. A project is untrusted: what its settings extend must
lie below its root. Settings are read lazily, and most runs need none.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from ..fs import files
from ..fs.exclude import DEFAULT, FOLDERS, GENERATED, VENDORED, Excluded
from ..versions import find
from .reading import Reading, unobserved

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resilint_rules.kit.rule import Rule

    from .settings import Mistake, Settings, Where

MARKERS = frozenset({"resilint.toml", "pyproject.toml", ".git", ".hg"})
"""Names in a folder that may make it a root."""

BASELINE = ".resilint-baseline.json"
"""The baseline of a project whose settings name none."""

_DEEPEST = 10
"""How many files may extend one another."""


class Overrides(NamedTuple):
    """Settings overrides of the command line, before any file is read.

    `config` is a file that stands in for all that lie in projects; `isolated` heeds none; `given` are
    values for the keys of `[tool.resilint]` that win over every file, and `giver` says where they come from.
    """

    config: str = ""
    isolated: bool = False
    given: Mapping[str, Any] = {}
    giver: str = "command line"


NO_WISH = Overrides()


class ProjectRoot:
    """A root, and what holds below it. `source` is the settings file, "" if there is none."""

    def __init__(self, root: str, source: str, wish: Overrides, reading: Reading = unobserved) -> None:
        self.root = root
        self.source = source
        self._wish = wish
        self._reading = reading
        self.notices: dict[str, None] = {}
        """Sentences about files of the project that are not used, or not wholly, such as a large `.gitignore`."""

    @cached_property
    def plain(self) -> bool:
        """Whether the defaults hold, so that nothing needs to be read or imported to know them."""
        return not self.source and not self._wish.given

    @cached_property
    def _loaded(self) -> tuple[Settings, tuple[Mistake, ...]]:
        with self._reading(self.root, self.source):
            return self._read_settings()

    def _read_settings(self) -> tuple[Settings, tuple[Mistake, ...]]:
        from .settings import Settings, override

        settings = Settings()
        mistakes: tuple[Mistake, ...] = ()
        rules = _rules()
        if self.source:
            trusted = self.source == self._wish.config
            settings, mistakes = _load(self.source, "" if trusted else self.root, rules, ())
        if self._wish.given:
            settings, more = override(settings, self._wish.given, self._wish.giver, rules)
            mistakes += more
        return settings, mistakes

    @property
    def settings(self) -> Settings:
        """Effect: reads the settings file at the first call."""
        return self._loaded[0]

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """What is wrong in the settings; each costs its own key and nothing else."""
        return () if self.plain else self._loaded[1]

    @cached_property
    def digest(self) -> str:
        """The same where settings and versions of libraries give the same findings. Effect: reads lock files."""
        own = "default" if self.plain else self.settings.digest
        locked = find.digest(self.root)
        return f"{own} {locked}" if locked else own

    @cached_property
    def excluded(self) -> Excluded:
        """Which files and folders are out."""
        if self.plain:
            return DEFAULT
        settings = self.settings
        patterns = settings.exclude
        if set(patterns) == set(FOLDERS):
            patterns = (*FOLDERS, *VENDORED, *GENERATED)
        return Excluded((*patterns, *settings.extend_exclude))

    @cached_property
    def libraries(self) -> tuple[str, ...]:
        """The imports of the internal libraries that the settings describe."""
        if self.plain:
            return ()
        described = self.settings.library.items()
        return tuple(name for own, words in described for name in words.get("import", (own,)))

    @property
    def respects_gitignore(self) -> bool:
        """Whether `.gitignore` files count."""
        return self.plain or self.settings.respect_gitignore


def _rules() -> Iterable[Rule]:
    from resilint_rules.registry import rules

    from ..own_rules import OWN

    return (*rules().values(), *OWN)


def _load(path: str, root: str, rules: Iterable[Rule], seen: tuple[str, ...]) -> tuple[Settings, tuple[Mistake, ...]]:
    """The settings in a file over those that it extends; `root` is "" for a file that we trust."""
    from .settings import Mistake, Settings, parse

    try:
        data = files.read(path)
    except files.Unreadable as error:
        return Settings(), (Mistake(path, 0, "", f"cannot be read: {error}"),)
    table: Where = "pyproject" if os.path.basename(path) == "pyproject.toml" else "resilint"
    settings, mistakes = parse(data, path, table, rules)
    if not settings.extend:
        return settings, mistakes
    target = _resolved(os.path.join(os.path.dirname(path), settings.extend))
    wrong = ""
    if root and not files.below(target, _resolved(root)):
        wrong = f"names a file outside {root}: {settings.extend!r}"
    elif target in seen or target == os.path.realpath(path):
        wrong = f"leads back to itself through {settings.extend!r}"
    elif len(seen) >= _DEEPEST:
        wrong = f"goes on for more than {_DEEPEST} files"
    if wrong:
        return settings, (*mistakes, Mistake(path, 0, "extend", wrong))
    under, more = _load(target, root, rules, (*seen, os.path.realpath(path)))
    return parse(data, path, table, rules, under)[0], (*more, *mistakes)


def _resolved(path: str) -> str:
    """The path without links, or as it is if the system takes no such path."""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):  # a loop of links on Windows; a character that no path may have
        return path


class AstrayError(ValueError):
    """Settings name a file that is not below their folder."""


class ProjectRoots:
    """Finds homes, and remembers them: one object for each root.

    `reading` surrounds the reading of settings. The folders in `left_out` are roots whose settings files are
    not read: the defaults hold there.
    """

    def __init__(
        self, wish: Overrides = NO_WISH, reading: Reading = unobserved, left_out: Collection[str] = frozenset()
    ) -> None:
        if wish.config:
            wish = wish._replace(config=os.path.abspath(wish.config))
        self.wish = wish
        self._reading = reading
        self._left_out = left_out
        self._settled: dict[str, str] = {}
        self._homes: dict[str, ProjectRoot] = {}

    def __iter__(self) -> Any:
        return iter(self._homes.values())

    def above(self, folder: str) -> ProjectRoot:
        """The home of the files in a folder, looking upwards from it. `folder` is absolute. Effect: asks the disk."""
        nearest = ""
        at = folder
        while True:
            source = self._source(at)
            if source or at in self._left_out:
                return self._home(at, source)
            # A root that was met from above stays one, or a fix would see less than the check did.
            if not nearest and (at in self._homes or any(os.path.exists(os.path.join(at, name)) for name in MARKERS)):
                nearest = at
            up = os.path.dirname(at)
            if up == at:
                break
            at = up
        return self._home(nearest or _top(folder), "")

    def inside(self, folder: str, above: ProjectRoot) -> ProjectRoot:
        """The home of a folder that has a marker, below a folder whose home is `above`."""
        source = self._source(folder)
        if source or folder in self._left_out:
            return self._home(folder, source)
        has_settings = self._source(above.root) or above.root in self._left_out
        return above if has_settings else self._home(folder, "")

    def baseline(self, home: ProjectRoot) -> str:
        """The baseline for the files of a home: its own, or the nearest above it in its repository; "" without one.

        Effect: asks the disk. Raises AstrayError.
        """
        # What is wrong in their settings is not this run's business.
        others = ProjectRoots(self.wish, self._reading, self._left_out)
        top = home.root
        while top and not os.path.exists(os.path.join(top, ".git")):
            top = os.path.dirname(top) if os.path.dirname(top) != top else ""
        while True:
            path = usual_baseline(home)
            if os.path.lexists(path):
                return path
            if not top or not files.below(home.root, top):
                return ""
            home = others.above(os.path.dirname(home.root))

    def _home(self, root: str, source: str) -> ProjectRoot:
        home = self._homes.get(root)
        if home is None:
            chosen = "" if self.wish.isolated else self.wish.config or source
            home = self._homes[root] = ProjectRoot(root, chosen, self.wish, self._reading)
        return home

    def _source(self, folder: str) -> str:
        """The settings file in a folder, "" if there is none; `resilint.toml` wins."""
        known = self._settled.get(folder)
        if known is None:
            known = self._settled[folder] = "" if folder in self._left_out else _source(folder, self._reading)
        return known


def usual_baseline(home: ProjectRoot) -> str:
    """Where a home's own baseline lies, or would. Raises AstrayError."""
    named = "" if home.plain else home.settings.baseline
    path = os.path.join(home.root, named or BASELINE)
    if named and not files.below(_resolved(path), _resolved(home.root)):
        raise AstrayError(f"the settings' baseline {named!r} leads out of {home.root}")
    return path


def _source(folder: str, reading: Reading) -> str:
    own = os.path.join(folder, "resilint.toml")
    if os.path.isfile(own):
        return own
    shared = os.path.join(folder, "pyproject.toml")
    try:
        data = files.read(shared)
    except files.Unreadable:
        return shared if os.path.isfile(shared) else ""  # reading it again gives the reason as a mistake
    if b"resilint" not in data:
        return ""
    from .settings import holds

    with reading(folder, shared):
        return shared if holds(data) else ""


def _top(folder: str) -> str:
    """The folder itself, or the one that holds the package that it is part of."""
    package = files.package(folder)
    for _ in range(package.count(".") + 1 if package else 0):
        folder = os.path.dirname(folder)
    return folder
