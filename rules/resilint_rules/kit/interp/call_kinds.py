"""The kinds of calls that rules subscribe to, by the table of the catalogue that describes them."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..catalog.policies import RetryFact
from ..catalog.records import BlockFact, ClientFact
from ..catalog.security import DigestFact, InsecureFact, TokenFact, VerifyFact
from ..catalog.surroundings import GlobalFact, SleepFact, SpawnFact, TaskFact
from .calls import Call


class ClientCall(Call):
    """The making of a client."""

    __slots__ = ()
    fact: ClientFact


class SpawnCall(Call):
    """The start of a background task."""

    __slots__ = ()
    fact: SpawnFact


class SleepCall(Call):
    """A sleep."""

    __slots__ = ()
    fact: SleepFact


class RetryCall(Call):
    """The making of a retry policy: a decorator's call, a policy object, a retrying loop's head."""

    __slots__ = ()
    fact: RetryFact


class TokenCall(Call):
    """The decoding of a signed token."""

    __slots__ = ()
    fact: TokenFact


class DigestCall(Call):
    """The making of a keyed digest."""

    __slots__ = ()
    fact: DigestFact


class VerifyCall(Call):
    """A check of the signature of a webhook, by a library."""

    __slots__ = ()
    fact: VerifyFact


class InsecureCall(Call):
    """A call that switches a protection off."""

    __slots__ = ()
    fact: InsecureFact


class TaskCall(Call):
    """The declaration of, or the sending to, a task of a task queue."""

    __slots__ = ()
    fact: TaskFact


class LimitCall(Call):
    """The making of an object that holds timeouts, or of a transport."""

    __slots__ = ()


class BlockCall(Call):
    """A wait inside the program or for a connection of its own; none of a frame's `calls`, but of its `asides`."""

    __slots__ = ()
    fact: BlockFact


class GlobalCall(Call):
    """A call that sets something for the whole process; one of a frame's `asides`."""

    __slots__ = ()
    fact: GlobalFact


class OtherCall(Call):
    """A call that other calls are judged by."""

    __slots__ = ()


@dataclass(slots=True, eq=False)
class WrappedCall(Call):
    """A call of a function of another module that makes one external call with what it is given: seen as that call.

    None of a frame's `calls`, but of its `wrapped_calls`.
    """

    inner: Call = field(kw_only=True)
    """The call that the function makes, which may be one of another such function."""

    @property
    def made(self) -> Call:
        """The external call itself."""
        call: Call = self
        while isinstance(call, WrappedCall):
            call = call.inner
        return call

    @property
    def elsewhere(self) -> bool:
        """Whether the external call stands in another module."""
        return self.made.frame.scope.module is not self.frame.scope.module

    @property
    def is_plain(self) -> bool:
        """Whether it stands for a call in another module, and nothing on the way handles its failures."""
        call: Call = self
        while isinstance(call, WrappedCall):
            call = call.inner
            if call.within:
                return False
        return self.elsewhere and self.response is not None


KINDS: dict[str, type[Call]] = {
    "call": Call, "client": ClientCall, "spawn": SpawnCall, "sleep": SleepCall, "retry": RetryCall, "token": TokenCall,
    "digest": DigestCall, "insecure": InsecureCall, "task": TaskCall, "limit": LimitCall, "adapter": LimitCall,
    "verify": VerifyCall, "block": BlockCall, "global": GlobalCall,
}  # fmt: skip
