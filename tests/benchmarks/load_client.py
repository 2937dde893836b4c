"""Customers of a load: each opens a case, sends its photos, and has it assessed, as an app does it for them."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final
from uuid import uuid4

import httpx2
from reports import report

STEPS: Final = ("open", "photos", "assess")
_TRIES: Final = 4
_POLL_S: Final = 0.5


class End(StrEnum):
    """How a visit ended: assessed, refused at the door, given up after being refused, broken by a fault."""

    DONE = "done"
    REFUSED = "refused"
    GAVE_UP = "gave_up"
    BROKEN = "broken"


@dataclass
class Visit:
    """What one customer met. ``seconds`` of each step that was accepted; ``statuses`` of every answer."""

    photos: frozenset[str]
    claim: str | None = None
    token: str = field(default="", repr=False)
    end: End = End.BROKEN
    seconds: dict[str, float] = field(default_factory=dict)
    statuses: list[str] = field(default_factory=list)
    sent: bool = False

    @property
    def path_s(self) -> float:
        """All accepted steps together: what the customer waited for us, without the waits that a 503 asked for."""
        return sum(self.seconds.values())


class RefusedError(Exception):
    """503 as often as the customer was willing to try."""


class BrokenError(Exception):
    """An answer that nobody should get."""


@dataclass(frozen=True)
class Customers:
    """Callers of one service, with the key of an app."""

    client: httpx2.AsyncClient
    key: str = field(repr=False)
    cars: Iterator[int] = field(default_factory=itertools.count)

    async def visit(self, photos: list[bytes]) -> Visit:
        """Open → photos → assess. A refusal at the door ends it; later ones are tried again when we say so."""
        visit = Visit(frozenset(sha256(one).hexdigest() for one in photos))
        try:
            await self._open(visit)
            await self._send(visit, photos)
            await self._assess(visit)
            visit.end = End.DONE
        except RefusedError:
            visit.end = End.GAVE_UP if visit.claim else End.REFUSED
        except (BrokenError, httpx2.TransportError) as fault:
            visit.statuses.append(f"{type(fault).__name__}: {fault}")
        return visit

    async def _open(self, visit: Visit) -> None:
        made = await self._step(visit, "open", "/v1/claims", tries=1, json=report(next(self.cars)))
        visit.claim, visit.token = made.json()["claim"]["id"], made.json()["token"]

    async def _send(self, visit: Visit, photos: list[bytes]) -> None:
        files = [("photos", (f"{index}.jpg", content, "image/jpeg")) for index, content in enumerate(photos)]
        await self._step(visit, "photos", f"/v1/claims/{visit.claim}/photos", files=files)
        visit.sent = True

    async def _assess(self, visit: Visit) -> None:
        answer = await self._step(visit, "assess", f"/v1/claims/{visit.claim}/assess")
        if answer.status_code == 202:
            accepted = time.perf_counter()
            await self._wait_for(visit, answer.headers["Location"])
            visit.seconds["assess"] += time.perf_counter() - accepted

    async def _wait_for(self, visit: Visit, job: str) -> None:
        while True:
            answer = await self._ask(visit, lambda: self.client.get(job, headers=self._headers()))
            if answer.json()["state"] in {"done", "failed"}:
                return
            await asyncio.sleep(_POLL_S)

    async def _step(self, visit: Visit, name: str, path: str, *, tries: int = _TRIES, **given: Any) -> httpx2.Response:
        headers = self._headers() | {"Idempotency-Key": uuid4().hex}
        begun = time.perf_counter()

        def post() -> Awaitable[httpx2.Response]:
            nonlocal begun
            begun = time.perf_counter()
            return self.client.post(path, headers=headers, **given)

        answer = await self._ask(visit, post, tries)
        visit.seconds[name] = time.perf_counter() - begun
        return answer

    async def _ask(
        self, visit: Visit, ask: Callable[[], Awaitable[httpx2.Response]], tries: int = _TRIES
    ) -> httpx2.Response:
        for left in reversed(range(tries)):
            answer = await ask()
            visit.statuses.append(str(answer.status_code))
            if answer.status_code in {200, 201, 202}:
                return answer
            if answer.status_code != 503:
                raise BrokenError(f"{answer.status_code} {answer.text[:200]}")
            if left:
                await asyncio.sleep(float(answer.headers["Retry-After"]))
        raise RefusedError

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}
