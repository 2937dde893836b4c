"""Requests that create something are carried out once: ``Idempotency-Key``, its answer, and the answer told again.

The key is asked for, and its answer stored, in the transaction that does the work (``repository/idempotency.py``). An
error undoes both: the same request may be tried again. Without a key it is done as often as it is asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Final

from fastapi import Depends, Header, Request

from api import retelling
from api.given import Given
from api.working import changing
from claims.actors import Actor, ActorKind
from claims.desk.desk import Desk
from claims.desk.house import House
from claims.repository import idempotency
from claims.repository.idempotency import Answer, Standing
from model.errors import RequestError

__all__ = ["Given", "InKeyed", "InOnce", "Key", "Once", "once"]

_AGAIN_S: Final = 1
_LONG_ENOUGH, _SIGNS = 32, 8
"""Characters, and different ones, of a key of somebody who has not shown who they are; a random UUID has 36 and ~12."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """A request's key, None where it has none, and the SHA-256 of what was asked."""

    key: str | None = field(repr=False)
    fingerprint: str = ""

    def of(self, request: Request, content: bytes) -> "Once":
        """The same for a request whose body was read elsewhere; ``content`` stands for it."""
        return replace(self, fingerprint=_fingerprint(request, content))


Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="A name of your own for this request, such as a random UUID. Sent again with the same content, it "
        "gets the same answer and nothing is done twice; with other content it is refused. Kept for three days. Staff "
        "are told the case as they may see it by then. Without a sign-in it is random, of 32 characters or more.",
        examples=["0d9f8a52-51d6-4be5-9f80-f8b0a7a1d6c1"],
    ),
]


async def _once(request: Request, key: Key = None) -> Once:
    return Once(key=key, fingerprint=_fingerprint(request, await request.body()))


def _keyed(key: Key = None) -> Once:
    return Once(key=key)


InOnce = Annotated[Once, Depends(_once)]
"""For a route that reads a document."""
InKeyed = Annotated[Once, Depends(_keyed)]
"""For a route that reads its body itself, and tells what stands for it (``Once.of``)."""


async def once(asked: Once, house: House, actor: Actor, at: datetime, work: Callable[[Desk], Answer]) -> Given:
    """What ``work`` answers, committed with what it did; or what was answered before, as the actor may see it now.

    Raises ``RequestError``: ``key_reused`` for other content under the same key, ``still_running`` while the first
    request is at it, ``weak_key``; and whatever ``work`` raises.
    """
    _check_own(asked, actor)

    def change(desk: Desk) -> Given:
        if asked.key is None:
            return Given(work(desk), replayed=False)
        before = _before(desk, actor, asked.key, asked.fingerprint)
        if before is not None:
            return Given(retelling.again(desk, before), replayed=True)
        answer = work(desk)
        idempotency.answer(desk.book, actor, asked.key, retelling.kept(desk, answer))
        return Given(answer, replayed=False)

    return await changing(house, actor, at, change)


def _check_own(asked: Once, actor: Actor) -> None:
    """All strangers share one actor: a key that somebody else could come upon would open their case to them."""
    stranger = actor.kind is ActorKind.CUSTOMER and actor.claim is None
    if stranger and asked.key is not None and (len(asked.key) < _LONG_ENOUGH or len(set(asked.key)) < _SIGNS):
        raise RequestError("weak_key", limit=_LONG_ENOUGH)


def _before(desk: Desk, actor: Actor, key: str, fingerprint: str) -> Answer | None:
    found = idempotency.ask(desk.book, actor, key, fingerprint, at=desk.at)
    if found.standing is Standing.OTHER_CONTENT:
        raise RequestError("key_reused")
    if found.standing is Standing.RUNNING:
        raise RequestError("still_running", wait_s=_AGAIN_S)
    return found.answer


def _fingerprint(request: Request, content: bytes) -> str:
    about = f"{request.method} {request.url.path}\n".encode()
    return sha256(about + sha256(content).digest()).hexdigest()
