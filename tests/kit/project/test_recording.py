"""What is read of other files is recorded in blocks."""

from __future__ import annotations

import pytest

from resilint_rules.kit.project.imports import Project

FILES = {"a.py": b"x = 1\n", "b.py": b"y = 2\n"}


def test_a_block_records_its_own_reads() -> None:
    """A block sees what was read in it, with "" for what is absent, and not what was read before."""
    project = Project(FILES.get)
    project.file("a.py")
    with project.recording() as reads:
        project.file("b.py")
        project.file("c.py")
    assert reads == {"b.py": project.digest("b.py"), "c.py": ""}
    assert set(project.reads) == {"a.py"}


def test_blocks_are_nested() -> None:
    """An inner block keeps its reads to itself, and the outer one goes on recording after it."""
    project = Project(FILES.get)
    with project.recording() as outer:
        project.file("a.py")
        with project.recording() as inner:
            project.file("b.py")
        project.file("c.py")
    assert (set(outer), set(inner)) == ({"a.py", "c.py"}, {"b.py"})


def test_an_error_ends_a_block() -> None:
    """After an error the reads are recorded where they were before the block."""
    project = Project(FILES.get)
    before = project.reads
    with pytest.raises(KeyError), project.recording():
        raise KeyError
    assert project.reads is before


def test_a_digest_is_not_recorded() -> None:
    """Comparing a file with a recorded digest does not depend on that file."""
    project = Project(FILES.get)
    assert project.digest("a.py")
    assert project.reads == {}
