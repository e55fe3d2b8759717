"""Records of checks: signatures, tokens, certificates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from . import fields as toml
from .parts import About, Param, Tls, Tolerance
from .records import Fact


class VerifyFact(Fact):
    """Checks the signature of a webhook."""

    kind: ClassVar[str] = "verify"

    body: str = toml.text("What it needs of the request.", "raw", "form")
    gives: str = toml.text("How a wrong signature shows.", "raises", "bool")
    payload: Param | None = toml.one(Param, "The parameter for the body.")
    signature: Param | None = toml.one(Param, "The parameter for the signature.")
    tolerance: Tolerance | None = toml.one(Tolerance, "The parameter for the greatest age.")


class DigestFact(Fact):
    """Makes a keyed digest."""

    kind: ClassVar[str] = "digest"

    form: str = toml.text("Whether it gives an object or the digest.", "object", "value")
    key: Param | None = toml.one(Param, "The parameter for the key.")
    message: Param | None = toml.one(Param, "The parameter for the message.")
    reads: tuple[str, ...] = toml.words("Methods that read the digest.")
    compare: str = toml.text("What compares it in constant time.")


class CompareFact(Fact):
    """Compares two digests."""

    kind: ClassVar[str] = "compare"

    constant_time: bool = toml.flag("The time does not depend on the texts.")


class TokenFact(Fact):
    """Decodes a signed token."""

    kind: ClassVar[str] = "token"

    form: str = toml.text("What it does with the signature.", "verifies", "unverified", "peek")
    key: Param | None = toml.one(Param, "The parameter for the key.")
    token: Param | None = toml.one(Param, "The parameter for the token, if it is not the first one or `token`.")
    algorithms: Param | None = toml.one(Param, "The parameter for the accepted algorithms.")
    missing_algorithms: str = toml.text("What leaving them out means.", "accepts", "raises")
    unsafe_algorithms: tuple[str, ...] = toml.words("Algorithms that accept an unsigned token, in small letters.")
    typed_keys: bool = toml.flag("A key fits one kind of algorithm only.")
    options: Param | None = toml.one(Param, "The parameter for a mapping of options.")
    signature: tuple[str, ...] = toml.words("Options for the signature.")
    off: Mapping[str, tuple[str, ...]] = toml.words_by_name("Literals by option that switch a check off.")
    verify: Param | None = toml.one(Param, "The parameter that switches all checks.")
    audience: Param | None = toml.one(Param, "The parameter for the audience.")
    validate: str = toml.text("What checks the claims.")
    fix: str = toml.text("The argument that names an algorithm.")


class ContextFact(Fact):
    """Makes an object that holds the checks of TLS."""

    kind: ClassVar[str] = "context"

    type: str = toml.text("The type that it makes.")
    off: Mapping[str, tuple[str, ...]] = toml.words_by_name("Values by attribute that switch a check off.")
    secure: Mapping[str, str] = toml.texts_by_name("Values by attribute that keep it.")
    verifies: tuple[str, ...] = toml.words("Ways to make one that checks.")
    trusts: tuple[str, ...] = toml.words("Methods that load trusted certificates.")
    serves: tuple[str, ...] = toml.words("Arguments that make one for a server.")
    either: tuple[str, ...] = toml.words("Arguments that leave open which side it is for.")
    plain: tuple[str, ...] = toml.words("Arguments with which it is the same as `better`.")
    better: str = toml.text("A call that makes one which checks and trusts the system's certificates.")


class InsecureFact(Fact):
    """Switches a protection off, always or by its argument `tls`."""

    kind: ClassVar[str] = "insecure"

    message: str = toml.text("What it does, as the predicate of a message.")
    severity: str = toml.text("The severity, if it is not that of the rule.", "error", "warning", "info", "hint")
    tls: Tls | None = toml.one(Tls, "The parameter that switches the check.")
    about: About | None = toml.one(About, "The parameter that says what it is about.")
    unless: tuple[str, ...] = toml.words("Parameters with which it switches nothing off.")
    fix: str = toml.text("The qualified name that keeps the check.")
    knows: tuple[str, ...] = toml.words("Methods that load trusted keys; one of them is called before `fix` is used.")
