"""The context of a document: its project, name, kind and settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Kind

from ...baseline.editor import BaselineView, recorded
from ...config.reading import Reading, unobserved
from ...config.roots import Overrides, ProjectRoot, ProjectRoots
from ...config.settings import Settings
from ...fs import files
from ...versions import find
from ..channel.messages import Root

ORIGIN = "the editor's settings"


@dataclass(frozen=True, slots=True, eq=False)
class ProjectContext:
    """A project below one root, and the settings that hold in it."""

    root: str
    settings: Settings
    project: Project
    recorded: BaselineView


@dataclass(frozen=True, slots=True)
class DocumentContext:
    """Everything about a document that is not its text. One that is `out` is not looked at."""

    project_context: ProjectContext
    name: str = "<untitled>"
    module: str = ""
    kind: Kind = "source"
    out: bool = False


class Workspace:
    """The open folders and the projects in them.

    `read` gives the bytes of an open text by its absolute path, None if it is not open; `say` is called,
    once for each message, with what is wrong in settings. `reading` surrounds the reading of a project's
    settings. The projects in `left_out` have default settings, no locked versions and no baseline.
    """

    def __init__(
        self,
        roots: tuple[Root, ...],
        given: Mapping[str, object],
        read: Callable[[str], bytes | None],
        say: Callable[[str], None],
        reading: Reading = unobserved,
        left_out: Collection[str] = (),
    ) -> None:
        self.roots = sorted(roots, key=lambda root: (-len(root.path), root.path))
        self._given = given
        self._read = read
        self._say = say
        self._reading = reading
        self._left_out = frozenset(left_out)
        self._reported: set[str] = set()
        self._homes: dict[str, ProjectRoots] = {}
        self._sites: dict[tuple[int, str], ProjectContext] = {}
        self._pins: dict[int, find.Pins] = {}
        self._lone: ProjectContext | None = None

    def forget(self) -> None:
        """Drops the settings; they are read again when needed."""
        self._homes.clear()
        self._sites.clear()
        self._pins.clear()
        self._lone = None
        self._reported.clear()

    def changed(self, path: str) -> None:
        """Drops what the projects know about an absolute path."""
        for project_context in self._sites.values():
            if name := files.below(path, project_context.root):
                project_context.project.forget(name)

    def place(self, path: str) -> DocumentContext:
        """Returns the context of an absolute path; "" has no project. Effect: reads settings."""
        if not path:
            return DocumentContext(self._alone())
        folder, own = os.path.split(path)
        homes = self.homes_of(path)
        home = homes.above(folder)
        name = files.below(path, home.root)
        module = "" if files.is_notebook(own) else files.module(own, files.package(folder))
        pinned = self._pinned(home, name)
        if (id(home), pinned) not in self._sites:
            with self._reading(home.root, home.source or home.root):
                site = self._site(home, homes, pinned)
        else:
            site = self._sites[id(home), pinned]
        return DocumentContext(site, name, module, files.kind(name), _out(home, name))

    def _pinned(self, home: ProjectRoot, name: str) -> str:
        """The folder that decides which versions hold for a file, by its path below the root; "" for the root."""
        if home.root in self._left_out:
            return ""
        if id(home) not in self._pins:  # the homes are kept alive by `_homes`
            self._pins[id(home)] = find.Pins(home.root)
        return self._pins[id(home)].decisive(name)

    def homes_of(self, path: str) -> ProjectRoots:
        """The projects as the editor's settings for the innermost open folder around a path want them."""
        root = next((root for root in self.roots if files.below(path, root.path)), Root("", self._given))
        if root.path not in self._homes:
            overrides = Overrides(given=root.given, giver=ORIGIN)
            self._homes[root.path] = ProjectRoots(overrides, self._reading, self._left_out)
        return self._homes[root.path]

    def _site(self, home: ProjectRoot, homes: ProjectRoots, pinned: str) -> ProjectContext:
        if (id(home), pinned) not in self._sites:  # the homes are kept alive by `_homes`
            if home.mistakes:  # in one message; each has its place in the file when that is open
                first, *others = map(str, home.mistakes)
                self.report(f"{first}; and {len(others)} more in its settings" if others else first)
            settings = Settings() if home.plain else home.settings
            versions = {} if home.root in self._left_out else self._pins[id(home)].of(pinned)
            project = self._project(home.root, settings, versions)
            left_out = home.root in self._left_out
            known = BaselineView(home.root) if left_out else recorded(home, homes, self.report)
            self._sites[id(home), pinned] = ProjectContext(home.root, settings, project, known)
        return self._sites[id(home), pinned]

    def _alone(self) -> ProjectContext:
        if self._lone is None:
            home = ProjectRoot("", "", Overrides(given=self._given, giver=ORIGIN))
            settings = Settings() if home.plain else home.settings
            self._lone = ProjectContext("", settings, Project(own=settings.library), BaselineView(""))
        return self._lone

    def _project(self, root: str, settings: Settings, versions: Mapping[str, str]) -> Project:
        def read(name: str) -> bytes | None:
            data = self._read(os.path.normpath(os.path.join(root, name)))
            return files.read_below(root, name) if data is None else data

        def exists(name: str) -> bool:
            return os.path.exists(os.path.join(root, name))

        return Project(read, settings.library, versions, exists)

    def report(self, text: str) -> None:
        """Says something about a project in the editor, once."""
        if text not in self._reported:
            self._reported.add(text)
            self._say(text)


def _out(home: ProjectRoot, name: str) -> bool:
    """Whether settings exclude a file, or a folder above it in its project."""
    steps = name.split("/")
    return any(home.excluded.out(own, "/".join(steps[: depth + 1])) for depth, own in enumerate(steps))
