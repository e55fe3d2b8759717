"""One file: read without trust, decoded, and named."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from resilint.fs import files
from resilint.fs.files import Unreadable


def test_reads_what_is_there(tmp_path: Path) -> None:
    """Bytes come back as they are, NUL and all."""
    data = bytes(range(256)) * 40
    (tmp_path / "x.py").write_bytes(data)
    assert files.read(str(tmp_path / "x.py")) == data


def test_a_fifo_does_not_hang(tmp_path: Path) -> None:
    """A pipe without a writer is refused at once instead of waited for."""
    os.mkfifo(tmp_path / "x.py")
    with pytest.raises(Unreadable, match="not a regular file"):
        files.read(str(tmp_path / "x.py"))


def test_a_socket_and_a_folder_are_refused(tmp_path: Path) -> None:
    """Only regular files are read."""
    listener = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(tmp_path)  # a socket's path may not be long
    try:
        listener.bind("x.py")
    finally:
        os.chdir(here)
        listener.close()
    with pytest.raises(Unreadable):
        files.read(str(tmp_path / "x.py"))
    with pytest.raises(Unreadable, match=r"directory|regular"):
        files.read(str(tmp_path))


@pytest.mark.parametrize(("size", "fits"), [(99, True), (100, True), (101, False)])
def test_limit(tmp_path: Path, size: int, fits: bool) -> None:
    """A file of exactly the limit is read, one byte more is not."""
    (tmp_path / "x.py").write_bytes(b"#" * size)
    if fits:
        assert len(files.read(str(tmp_path / "x.py"), 100)) == size
    else:
        with pytest.raises(Unreadable, match="larger than"):
            files.read(str(tmp_path / "x.py"), 100)
    assert len(files.read_head(str(tmp_path / "x.py"), 100)) == min(size, 100)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    """The reason is a person's words, not a number."""
    with pytest.raises(Unreadable, match="no such file"):
        files.read(str(tmp_path / "none.py"))


@pytest.mark.parametrize(
    ("data", "text", "encoding", "bom"),
    [
        (b"x = 1\r\n", "x = 1\r\n", "utf-8", False),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n", "utf-8", True),
        (b"\xef\xbb\xbf# coding: utf-8\nx\n", "# coding: utf-8\nx\n", "utf-8", True),
        (b"# -*- coding: latin-1 -*-\n\xe9\n", "# -*- coding: latin-1 -*-\n\xe9\n", "latin-1", False),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n\x80\n", None, "cp1252", False),
        (b"# a\r# coding=latin-1\r\xe9", "# a\r# coding=latin-1\r\xe9", "latin-1", False),
        (b"x = 1  # coding: latin-1\n", "x = 1  # coding: latin-1\n", "utf-8", False),
        (b"x = 1\n# coding: latin-1\n", "x = 1\n# coding: latin-1\n", "utf-8", False),
        (b"\n\n# coding: latin-1\n", "\n\n# coding: latin-1\n", "utf-8", False),
        (b"", "", "utf-8", False),
        (b"a\0b", "a\0b", "utf-8", False),
    ],
)
def test_decodes_as_python_does(data: bytes, text: str | None, encoding: str, bom: bool) -> None:
    """The mark, the coding comment of PEP 263 in the first two lines, else UTF-8."""
    found = files.decode(data)
    assert text is None or found.text == text
    assert (found.encoding, found.bom) == (encoding, bom)
    assert files.encode(found.text, found) == data


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"ok\n\xff\n", "line 2 is not utf-8"),
        (b"# coding: nonsense\n", "'nonsense', which is no text encoding"),
        (b"# coding: rot13\n", "'rot13', which is no text encoding"),
        (b"# coding: ascii\n\xe9\n", "line 2 is not ascii"),
        (b"\xef\xbb\xbf# coding: latin-1\n", "byte order mark"),
    ],
)
def test_says_why_it_cannot_decode(data: bytes, reason: str) -> None:
    """Each way of being undecodable has its own words."""
    with pytest.raises(Unreadable, match=reason):
        files.decode(data)


@given(some.text(some.characters(exclude_categories=["Cs"]), max_size=60), some.booleans())
def test_encoding_is_the_inverse_of_decoding(text: str, bom: bool) -> None:
    """Whatever UTF-8 decodes to goes back to the same bytes."""
    data = (b"\xef\xbb\xbf" if bom else b"") + text.encode()
    try:
        found = files.decode(data)
    except Unreadable:
        return  # the text happens to hold a coding comment
    assert files.encode(found.text, found) == data


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("pkg/client.py", "source"),
        ("tests/client.py", "test"),
        ("pkg/tests/deep/client.py", "test"),
        ("test_client.py", "test"),
        ("client_test.py", "test"),
        ("pkg/conftest.py", "test"),
        ("pkg/contest.py", "source"),
        ("pkg/latest.py", "source"),
        ("integration_tests/orders.py", "test"),
        ("testing.py", "source"),
        ("scripts/run.py", "script"),
        ("docs/examples/a.py", "script"),
        ("scripts/tests/a.py", "test"),
        ("examples.py", "source"),
        ("airflow/example_dags/mail.py", "script"),
    ],
)
def test_kind(name: str, kind: str) -> None:
    """What a file is for follows from its name alone."""
    assert files.kind(name) == kind


def test_module_and_package(tmp_path: Path) -> None:
    """A package reaches as far up as there are `__init__` files; `src` has none and is no part of it."""
    inner = tmp_path / "src" / "one" / "two"
    inner.mkdir(parents=True)
    (inner / "__init__.pyi").touch()
    (inner.parent / "__init__.py").touch()
    assert files.package(str(inner)) == "one.two"
    assert files.package(str(tmp_path / "src")) == ""
    assert files.module("client.py", "one.two") == "one.two.client"
    assert files.module("__init__.py", "one.two") == "one.two"
    assert files.module("client.py", "") == "client"
    assert files.module("my-script.py", "one") == ""


@pytest.mark.parametrize(
    ("head", "generated"),
    [
        (b"# Generated by the protocol buffer compiler.  DO NOT EDIT!\n", True),
        (b"# -*- coding: utf-8 -*-\n# Code generated by x. DO NOT EDIT.\n", True),
        (b'"""@generated by a program"""\n', True),
        (b"# Auto-generated by hand\n", True),
        (b"# Generated by Django 4.2 on 2024-01-01\n", True),
        (b"# The ids are generated by the server\n", False),
        (b'NOTE = "@generated"\n', False),
        (b"x = 1\n" * 1000 + b"# @generated\n", False),
    ],
)
def test_generated(head: bytes, generated: bool) -> None:
    """Only a comment or docstring at the head of the file counts."""
    assert files.generated(head) is generated


def test_a_neighbour_is_read_below_the_root_only(tmp_path: Path) -> None:
    """Dots and links do not lead out."""
    root = tmp_path / "root"
    (root / "pkg").mkdir(parents=True)
    (root / "pkg" / "a.py").write_text("a")
    (tmp_path / "secret.py").write_text("secret")
    (root / "link.py").symlink_to(tmp_path / "secret.py")
    assert files.read_below(str(root), "pkg/a.py") == b"a"
    assert files.read_below(str(root), "pkg/none.py") is None
    assert files.read_below(str(root), "link.py") is None
    assert files.read_below(str(root), "../secret.py") is None
    assert files.read_below(str(root), "pkg") is None
