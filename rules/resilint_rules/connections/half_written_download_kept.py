r"""A download under its final name while it arrives, so that half of it is taken for the whole from then on.

The file is opened for writing, and the answer comes in bits. When the connection breaks half way, or the process
ends, half a file stays behind. The next call finds a file of that name and takes it for the whole: from then on
each run works with a broken one, and nothing says why.

```python bad
import requests

def dataset(url, target):
    if target.exists():
        return target
    with requests.get(url, stream=True, timeout=(3, 60)) as answer:
        answer.raise_for_status()
        with open(target, "wb") as out:  # finds: half-written-download-kept
            for piece in answer.iter_content(1 << 16):
                out.write(piece)
    return target
```

```python bad
import os
from urllib.request import urlretrieve

def model(url, path):
    if not os.path.exists(path):
        urlretrieve(url, path)  # finds: half-written-download-kept
    return path
```

```python bad
import os
import shutil
from urllib.request import urlopen

def model(url, path):
    if os.path.isfile(path):
        return path
    with urlopen(url, timeout=30) as answer, open(path, "wb") as out:  # finds: half-written-download-kept
        shutil.copyfileobj(answer, out)
    return path
```

Silent where the file gets its name when it is whole, where half a file is removed, where its size or digest is
compared, where the whole body is read before the file is opened, and where nothing believes a file that is there.

```python good
import os
import requests

def whole(url, target):
    if target.exists():
        return target
    part = target.with_suffix(".part")
    with requests.get(url, stream=True, timeout=(3, 60)) as answer:
        answer.raise_for_status()
        with open(part, "wb") as out:
            for piece in answer.iter_content(1 << 16):
                out.write(piece)
    os.replace(part, target)
    return target

def removed(url, target):
    if target.exists():
        return target
    try:
        with requests.get(url, stream=True, timeout=(3, 60)) as answer, open(target, "wb") as out:
            answer.raise_for_status()
            for piece in answer.iter_content(1 << 16):
                out.write(piece)
    except BaseException:
        target.unlink()
        raise
    return target

def read_first(url, target):
    if not target.exists():
        answer = requests.get(url, timeout=(3, 60))
        answer.raise_for_status()
        target.write_bytes(answer.content)
    return target

def anew(url, target):
    with requests.get(url, stream=True, timeout=(3, 60)) as answer, open(target, "wb") as out:
        answer.raise_for_status()
        for piece in answer.iter_content(1 << 16):
            out.write(piece)
```

There is no fix. Write to another name in the same folder, and let `os.replace` give it the final one.

When not to: a file whose content is checked each time it is read. Say so in a comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Call, Finding
from ..kit.rule import rule
from ._streams import kept_file


@rule(code="CON006", name="half-written-download-kept", preview=True)
def check(call: Call) -> Iterator[Finding]:
    """Reports a file that is written while an answer arrives, and believed by a test whether it is there."""
    kept = kept_file(call)
    if kept is not None:
        yield call.finding(
            f"`{kept.path}` is written while the answer arrives: a break half way leaves a part of it, which "
            f"`{kept.test}` takes for the whole from then on",
            span=call.frame.tree.span(kept.node),
            help="write to another name, and give it this one with os.replace when it is whole",
        )
