"""Which values a request has brought, and which are only looked up by what it brought."""

from __future__ import annotations

import libcst as cst
import pytest

from resilint_rules.kit.entry_points.sent import is_sent, spine
from resilint_rules.kit.interp.session import Session
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.syntax.text import Document
from resilint_rules.kit.syntax.tree import walk

FLASK = "from flask import Flask, request\napp = Flask(__name__)\n"
FAST = (
    "from fastapi import Depends, FastAPI, Header, Request, Security\nfrom fastapi.security import APIKeyHeader\n"
    "app = FastAPI()\nscheme = APIKeyHeader(name='k')\n"
)
SERVER = "from http.server import BaseHTTPRequestHandler\nclass Hook(BaseHTTPRequestHandler):\n"


def sent(text: str) -> bool:
    """Whether `it` in the last function of a text is what a request has brought."""
    module = Module(Document(text, "app.py", "app", "source"))
    scope = Session(Project(lambda _: None)).scope(module)
    frame = scope.frame(list(module.all_functions())[-1])
    assert frame is not None
    assert frame.node is not None
    (node,) = (
        call.args[0].value
        for call in walk(frame.node)
        if isinstance(call, cst.Call) and isinstance(call.func, cst.Name) and call.func.value == "look"
    )
    return is_sent(frame, node)


@pytest.mark.parametrize(
    "text",
    [
        FLASK + "def f():\n    look(request.headers.get('X-Key', ''))\n",
        FLASK + "def f():\n    key = request.args['key'] or None\n    look(key)\n",
        FLASK + "def f():\n    scheme, _, key = request.headers['Authorization'].partition(' ')\n    look(key)\n",
        FLASK + "def f():\n    look(request.get_json()['user']['token'].strip())\n",
        FLASK + "@app.get('/<token>')\ndef f(token):\n    look(token)\n",
        FLASK + "def f():\n    return g(request.args.get('t'))\ndef g(t):\n    look(str(t))\n",
        FAST + "async def f(request: Request):\n    body = await request.json()\n    look(body['secret'])\n",
        FAST + "async def f(key: str = Header()):\n    look(key)\n",
        FAST + "async def f(key: str = Security(scheme)):\n    look(key)\n",
        FAST + "@app.post('/')\nasync def f(body: Login):\n    look(body.password)\n",
        SERVER + "    def do_POST(self):\n        key = self.headers['X-Key']\n        look(key)\n",
        "def lambda_handler(event, context):\n    look(event['headers'].get('x-key'))\n",
    ],
)
def test_what_a_request_has_brought(text: str) -> None:
    """A header, a query, a body, a part of one, and what a framework or a caller makes a parameter of it."""
    assert sent(text)


@pytest.mark.parametrize(
    "text",
    [
        FLASK + "def f():\n    look(app.config['KEY'])\n",
        FLASK + "def f():\n    user = find(request.args['user'])\n    look(user.token)\n",
        FLASK + "def f():\n    look(digest(request.args['token']))\n",
        FLASK + "def f(token):\n    look(token)\n",
        FAST + "@app.post('/')\nasync def f(request: Request):\n    look(request.app.state.token)\n",
        FAST + "@app.post('/')\nasync def f(user: User = Depends(login)):\n    look(user.token)\n",
        "class Hook:\n    def do_POST(self):\n        look(self.headers['X-Key'])\n",
    ],
)
def test_what_it_has_not(text: str) -> None:
    """What is kept, what is found or computed by it, and what only may be from a request."""
    assert not sent(text)


@pytest.mark.parametrize(
    ("text", "path"),
    [("(await request.json())['a'].b(c)", "request.json()[].b()"), ("f(x).y", "f().y"), ("(a or b).c", "")],
)
def test_a_path_without_its_arguments(text: str, path: str) -> None:
    """A chain from its first name; nothing for what has none."""
    assert spine(cst.parse_expression(text)) == path
