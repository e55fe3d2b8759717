"""Names by which code keeps credentials, and those that only look like one."""

from __future__ import annotations

import re

import libcst as cst

_CREDENTIAL = re.compile(
    r"_*(?:\w+_)?(?:access_?token|refresh_?token|auth_?token|bearer_?token|api_?token|client_?secret|api_?secret|app_?secret|"
    r"secret_?key|private_?key|api_?key|passw(?:or)?d|passphrase)",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"mask|redact|obfusc|hidden|censor|fake|dummy|hash|digest|encrypt|public|"
    r"(?:^|_)(?:has|is|no|with|use|num|count|len|name|id|ids|url|uri|path|file|type|expir\w*|usage|limit|field|param|header|env|var|"
    r"regex|pattern|prefix|label|hint|prompt|error|missing|invalid|required)(?:_|$)",
    re.IGNORECASE,
)
"""Parts of names of what stands for a credential, or says something of it."""


_KEY = re.compile(r"_*(?:CONF|ATTR|OPT|KEY|SETTING|ARG|COOKIE)_")
"""How constants begin that hold the name of a setting."""


def names_credential(name: str) -> bool:
    """Whether a name, or a key of a mapping, is one for a credential itself."""
    return _CREDENTIAL.fullmatch(name) is not None and _NONE.search(name) is None and not _KEY.match(name)


def own_name(node: cst.CSTNode) -> str:
    """The last name of a variable or attribute, or the key of an item that is read: "" for anything else."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        return node.attr.value
    if isinstance(node, cst.Subscript) and len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Index):
        key = node.slice[0].slice.value
        return key.raw_value if isinstance(key, cst.SimpleString) else ""
    return ""
