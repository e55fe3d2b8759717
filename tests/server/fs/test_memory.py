"""How much memory a process holds is known on every system, or 0."""

from __future__ import annotations

import builtins
import sys
import types
from typing import Any

import pytest

from resilint.fs import memory


def without_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a system that has no `/proc`."""

    def refuse(*arguments: Any, **options: Any) -> Any:
        raise FileNotFoundError

    monkeypatch.setattr(builtins, "open", refuse)


def test_this_process_holds_more_than_a_megabyte() -> None:
    """Python alone needs that."""
    assert memory.held() > 1 << 20


@pytest.mark.parametrize(("platform", "held"), [("darwin", 7), ("freebsd", 7 * 1024)])
def test_the_peak_stands_in_where_there_is_no_proc(monkeypatch: pytest.MonkeyPatch, platform: str, held: int) -> None:
    """In bytes on one system and in kilobytes on the others."""
    usage = types.SimpleNamespace(ru_maxrss=7)
    resource = types.SimpleNamespace(RUSAGE_SELF=0, getrusage=lambda who: usage)
    monkeypatch.setitem(sys.modules, "resource", resource)
    monkeypatch.setattr(sys, "platform", platform)
    without_proc(monkeypatch)
    assert memory.held() == held


def test_it_is_zero_where_nothing_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows."""
    monkeypatch.setitem(sys.modules, "resource", None)
    without_proc(monkeypatch)
    assert memory.held() == 0
