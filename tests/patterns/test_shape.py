"""Bodies that are taken apart: an error of the library where a part is missing; other code stays as it is."""

from __future__ import annotations

import textwrap

import pytest

from patterns.hardening import hardened

REQUESTS = "import requests\n\n\ndef f(u):\n    r = requests.get(u, timeout=5)\n    r.raise_for_status()\n"
HTTPX = "import httpx\n\n\ndef f(u):\n    r = httpx.get(u)\n    r.raise_for_status()\n"
URLLIB = "import json\nfrom urllib.request import urlopen\n\n\ndef f(u):\n"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (REQUESTS + '    return r.json()["a"]\n', (
            '    try:\n        return r.json()["a"]\n    except (LookupError, TypeError) as error:\n'
            '        raise requests.exceptions.InvalidJSONError(f"unexpected answer: {error!r}") from error\n')),
        (HTTPX + '    data = r.json()\n    # the name comes first\n    return data["n"], data["v"]\n', (
            '    try:\n        data = r.json()\n        # the name comes first\n        return data["n"], data["v"]\n'
            "    except (LookupError, TypeError, ValueError) as error:\n"
            '        raise httpx.DecodingError(f"unexpected answer: {error!r}") from error\n')),
        (REQUESTS + '    out = []\n    for i in r.json()["items"]:\n        out.append(i["id"])\n    return out\n', (
            '    try:\n        for i in r.json()["items"]:\n            out.append(i["id"])\n    except')),
        (REQUESTS + '    return [float(i["v"]) for i in r.json()]\n', (
            "    except (LookupError, TypeError, ValueError) as error:\n")),
        (REQUESTS + '    for i in r.json()["items"]:\n        save(i["id"])\n', (
            '    try:\n        items = r.json()["items"]\n    except (LookupError, TypeError) as error:\n'
            '        raise requests.exceptions.InvalidJSONError(f"unexpected answer: {error!r}") from error\n'
            "    for i in items:\n")),
        (REQUESTS + '    if r.status_code == 200:\n        save(u)\n        return r.json()["a"]\n    save(r)\n', (
            '        save(u)\n        try:\n            return r.json()["a"]\n        except')),
        (REQUESTS + '    page = r.json()["page"]\n    for i in page:\n        yield i["id"]\n', (
            '    try:\n        page = r.json()["page"]\n    except')),
        (HTTPX + '    job = r.json()["id"]\n    for n in range(9):\n        save(httpx.get(job).text)\n', (
            '    try:\n        job = r.json()["id"]\n    except')),
        (URLLIB + '    with urlopen(u, timeout=5) as r:\n        return json.loads(r.read())["a"]\n', (
            '        try:\n            return json.loads(r.read())["a"]\n        except')),
        (URLLIB + '    with urlopen(u, timeout=5) as r:\n        d = json.loads(r.read())\n    return d["a"]\n', (
            '    try:\n        return d["a"]\n    except (LookupError, TypeError) as exc:\n'
            '        raise urllib.error.URLError(')),
        ('import httpx\n\n\ndef f(u):\n    return httpx.get(u).raise_for_status().json()["a"]\n', (
            '    try:\n        return httpx.get(u).raise_for_status().json()["a"]\n    except')),
    ],
)  # fmt: skip
def test_a_missing_part_is_an_error_of_the_library(text: str, wanted: str) -> None:
    """Comments move with their statements, and what is imported already is used."""
    assert wanted in hardened(text, ("status",))


@pytest.mark.parametrize(
    "text",
    [
        REQUESTS + "    return r.json()\n",
        REQUESTS + '    return r.headers["ETag"]\n',
        REQUESTS + '    store(r.json()["a"])\n',
        REQUESTS + "    try:\n        return r.json()['a']\n    except KeyError:\n        return None\n",
        REQUESTS + "    try:\n        return r.json()['a']\n    except Exception:\n        return None\n",
        REQUESTS + '    text = """\n{}\n""".format(r.json()["a"])\n    return text\n',
        REQUESTS + "    return r.text.split()[0]\n",
        URLLIB + "    with urlopen(u, timeout=5) as r:\n        return r.read().decode()\n",
        REQUESTS + '    data = r.json()\n    if data["bad"]:\n        raise ValueError(u)\n    return data["a"]\n',
        'import requests\n\nNAME = requests.get("https://a.example", timeout=5)\n',
        REQUESTS + '    return r.json().get("a")\n',
        REQUESTS + '    if not r.text:\n        raise KeyError(u)\n    return r.json()["a"]\n',
        REQUESTS + '    return r.json()["a"]\n\n\ndef g(u):\n    try:\n        return f(u)\n'
        "    except (OSError, KeyError):\n        return ''\n",
        HTTPX + '    return r.json()["a"]\n\n\ndef g(u):\n    try:\n        return f(u)\n'
        "    except ValueError:\n        return ''\n",
        "def f(data):\n    return data['a']\n",
    ],
)
def test_other_code_is_left_alone(text: str) -> None:
    """What passes the body on, does other things with it, or expects a lack already, in itself or its callers."""
    assert hardened(text, ("status",)) == text


@pytest.mark.parametrize(
    ("caught", "left"),
    [
        ("ValueError", "(LookupError, TypeError)"),
        ("(TypeError, ValueError)", "LookupError"),
        ("AttributeError", "(LookupError, TypeError, ValueError)"),
    ],
)
def test_what_a_handler_takes_stays_with_it(caught: str, left: str) -> None:
    """Its fallback is used as before: only what would leave the function becomes an error of the library."""
    head, _, body = REQUESTS.partition("    r =")
    inside = textwrap.indent(f'    r ={body}    return int(r.json()["a"])\n', "    ")
    done = hardened(f"{head}    try:\n{inside}    except {caught}:\n        return 0\n", ("status",))
    assert f"        except {left} as error:\n" in done
    assert done.endswith(f"    except {caught}:\n        return 0\n")
