"""A customer who is not put off: every request is sent again, with its key, until it is answered."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final
from uuid import uuid4

import httpx2
from desks import picture
from nursery import view_of
from reports import report, stamped
from sites import COVER

_PATIENCE_S: Final = 90.0
_AGAIN_S: Final = 0.03


@dataclass
class Asked:
    """A request with a key, and the answer that was got in the end."""

    path: str
    key: str
    given: dict[str, Any] = field(repr=False)
    token: str = field(repr=False)
    status: int
    body: str = field(repr=False)


@dataclass
class Journey:
    """One case from its report to the customer's last word: ``accept`` or ``withdraw``."""

    number: int
    last: str
    claim: str = ""
    token: str = field(default="", repr=False)
    photos: tuple[str, ...] = ()
    asked: list[Asked] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    again: int = 0


@dataclass(frozen=True)
class Patient:
    """Asks one service, with the key of an app."""

    url: str
    app: str = field(repr=False)

    def travel(self, number: int) -> Journey:
        """A journey to its end. What nobody should be answered is in ``faults``; ``again`` counts repeated requests."""
        journey = Journey(number, "withdraw" if number % 5 == 4 else "accept")
        with httpx2.Client(base_url=self.url, timeout=30) as client:
            try:
                self._travel(client, journey)
            except _LostErrorError as lost:
                journey.faults.append(str(lost))
        return journey

    def repeat(self, asked: Asked) -> httpx2.Response:
        """A request that was answered, once more."""
        headers = {"Authorization": f"Bearer {asked.token}", "Idempotency-Key": asked.key}
        return httpx2.post(self.url + asked.path, headers=headers, timeout=30, **asked.given)

    def _travel(self, client: httpx2.Client, journey: Journey) -> None:
        opened = self._post(client, journey, "/v1/claims", self.app, json=report(journey.number))
        journey.claim, journey.token = opened["claim"]["id"], opened["token"]
        case = f"/v1/claims/{journey.claim}"
        photos = [_photo(2 * journey.number + view, view) for view in (0, 1)]
        journey.photos = tuple(sha256(photo).hexdigest() for photo in photos)
        files = [("photos", (f"{index}.jpg", photo)) for index, photo in enumerate(photos)]
        self._post(client, journey, f"{case}/photos", journey.token, files=files)
        self._until(journey, lambda: client.put(f"{case}/cover", json=COVER, headers=_bearer(self.app)))
        self._post(client, journey, f"{case}/assess", journey.token)
        shown = self._assessed(client, journey, case)
        if journey.last == "withdraw":
            self._post(client, journey, f"{case}/withdraw", journey.token)
        elif shown["offer"] is None:
            raise _LostErrorError(f"no offer: {shown['state']}, {shown['next_step']}")
        else:
            yes = {"offer": shown["offer"]["id"], "signature": "王小明"}
            self._post(client, journey, f"{case}/accept", journey.token, json=yes)

    def _assessed(self, client: httpx2.Client, journey: Journey, case: str) -> dict[str, Any]:
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end:
            answer = self._until(journey, lambda: client.get(case, headers=_bearer(journey.token)))
            shown: dict[str, Any] = answer.json()
            if shown["assessment"] is not None:
                return shown
            time.sleep(_AGAIN_S)
        raise _LostErrorError("never assessed")

    def _post(self, client: httpx2.Client, journey: Journey, path: str, token: str, **given: Any) -> dict[str, Any]:
        key = uuid4().hex
        headers = _bearer(token) | {"Idempotency-Key": key}
        answer = self._until(journey, lambda: client.post(path, headers=headers, **given))
        journey.asked.append(Asked(path, key, given, token, answer.status_code, answer.text))
        told: dict[str, Any] = answer.json()
        return told

    def _until(self, journey: Journey, ask: Callable[[], httpx2.Response]) -> httpx2.Response:
        """The answer. Whoever gets none, or is told to come again, asks again."""
        end, said = time.monotonic() + _PATIENCE_S, "nothing"
        while time.monotonic() < end:
            try:
                answer = ask()
            except httpx2.TransportError as fault:
                said = type(fault).__name__
            else:
                if answer.status_code < 300:
                    return answer
                said = f"{answer.status_code} {answer.json().get('code')}"
                if answer.status_code != 503 and "still_running" not in said:
                    raise _LostErrorError(f"{answer.request.method} {answer.request.url.path}: {said}")
            journey.again += 1
            time.sleep(_AGAIN_S * random.uniform(0.5, 1.5))  # noqa: S311
        raise _LostErrorError(f"no answer within {_PATIENCE_S:.0f} s, last: {said}")


class _LostErrorError(Exception):
    """The journey cannot go on."""


def _photo(seed: int, view: int) -> bytes:
    """A picture like no other that the detector takes for this view."""
    plain = picture(seed)
    tries = (stamped(plain, str(number)) for number in range(1000))
    return next(photo for photo in tries if view_of(sha256(photo).hexdigest()) == view)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
