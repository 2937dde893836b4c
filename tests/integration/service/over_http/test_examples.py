"""The examples of ``/openapi.json`` are answers of this service. Rewrite them with ``pytest --update-golden``."""

import json
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx2
import pytest
from gates import Gate
from sites import CAR, COVER, OTHER, SCRATCH, Case, Site

from api.claim_views.examples import FOLDER
from claims.repository import observations

PINNED: dict[str, Callable[[int], str]] = {
    r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b": lambda n: f"0193a2c4-0000-7000-8000-{n:012x}",
    r"\b[0-9a-f]{64}\b": lambda n: f"{n:02x}" * 32,
    r"\b[0-9a-f]{32}\b": lambda n: f"{n:032x}",
    r"(?<=@)[0-9a-f]{8}\b": lambda n: f"{n:08x}",
    r"(?<=\+)[0-9a-f]{12}\b": lambda n: f"{n:012x}",
    r"(?<=\"size\":)\d+": lambda n: f"{n}00000",
}
"""What differs from run to run, or with every word of a table, and what stands for the n-th of its kind."""


class Pins:
    """The same stands for the same in all examples."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, str]] = {pattern: {} for pattern in PINNED}
        self.words: dict[str, str] = {}

    def of(self, answer: httpx2.Response) -> Any:
        text = answer.text
        for word, stand_in in self.words.items():
            text = text.replace(word, stand_in)
        for pattern, make in PINNED.items():
            known = self._known[pattern]
            text = re.sub(pattern, lambda hit, k=known, m=make: k.setdefault(hit[0], m(len(k) + 1)), text)
        return json.loads(text)


def told(site: Site, gate: Gate) -> dict[str, httpx2.Response]:
    """By name of the file: one case as far as its payment, another that takes longer, and what is refused."""
    found = {"opened": site.ask("POST", "/v1/claims", site.app, json={"notice": site.notice, "vehicle": CAR})}
    made = found["opened"].json()
    case = Case(site, made["claim"]["id"], made["token"])
    found["photos"] = case.send(*SCRATCH.photos)
    case.ask("PUT", "/cover", site.app, json=COVER)
    case.assessed()
    found["assessed"] = case.ask("GET")
    found["explained"] = case.ask("GET", "/explanation")
    yes = {"offer": found["assessed"].json()["offer"]["id"], "signature": "王小明"}
    found["accepted"] = case.ask("POST", "/accept", json=yes)
    found["shown"] = case.ask("GET", "", site.app)
    found["offer_over"] = case.ask("POST", "/accept", json={**yes, "offer": case.id})
    wrong = {"notice": {**site.notice, "plate": "12345"}, "vehicle": CAR}
    found["not_taken"] = site.ask("POST", "/v1/claims", json=wrong)
    found["not_found"] = case.ask("GET", "", site.case().token)
    found["no_photos"] = site.case().ask("POST", "/assess")
    found["waiting"] = slowly(site, gate)
    return found


def slowly(site: Site, gate: Gate) -> httpx2.Response:
    case = site.case()
    case.send(*OTHER.photos)
    with site.house.books.writing() as book:
        observations.erase(book, UUID(case.id))  # so that the job has to look again
    gate.open.clear()
    answer = case.ask("POST", "/assess")
    gate.open.set()
    case.after(answer)
    return answer


def test_the_examples_are_what_the_service_answers(site: Site, gate: Gate, request: pytest.FixtureRequest) -> None:
    answers, pins = told(site, gate), Pins()
    made = answers["opened"].json()
    pins.words = {made["token"]: "the-token-of-this-case", made["claim"]["number"]: "QC-0000-0000"}
    found = {name: pins.of(answer) for name, answer in answers.items()}
    if request.config.getoption("--update-golden"):
        for name, document in found.items():
            text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
            (FOLDER / f"{name}.json").write_text(text, "utf-8")  # type: ignore[union-attr]
    for name, document in found.items():
        assert document == json.loads((FOLDER / f"{name}.json").read_text("utf-8")), name
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.json" for name in found}
