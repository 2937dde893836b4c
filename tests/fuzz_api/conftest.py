"""One service for all of it, with cases in many states, and a ledger of what was asked."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fuzzed import Known, Ledger
from peopled import assessed, member, opened_site, photographed
from sites import Case, Site
from sqlalchemy import select

from claims.states import Role
from claims.tables import assessments, complaints, follow_ups, jobs, photos

REPORT = os.environ.get("QUICKCLAIM_FUZZ_API_OUT")


@pytest.fixture(scope="session")
def ledger() -> Iterator[Ledger]:
    kept = Ledger()
    yield kept
    if REPORT:
        path = Path(REPORT)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(_told(kept), indent=1) + "\n", "utf-8")


@pytest.fixture(scope="session")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    """Six cases: accepted, contested, offered, with photos, referred to a person, complained about."""
    with opened_site(tmp_path_factory.mktemp("fuzz")) as site:
        cases = [site.case() for _ in range(6)]
        for number, case in enumerate(cases[:4]):
            assessed(case, number) if number < 3 else photographed(case, number)
        accept(cases[0])
        cases[1].ask("POST", "/contest", json={"words": "The rear door is damaged too."})
        photographed(cases[4], 4)
        cases[4].assessed()
        cases[5].ask("POST", "/complaints", json={"words": "Nobody answers."})
        yield Known(site, {**_of_cases(site, cases), **_of_the_house(site)}, cases[2].token, cases[4].id)


def accept(case: Case) -> None:
    """The customer's yes."""
    offer = case.now()["offer"]
    answer = case.ask("POST", "/accept", json={"offer": offer["id"], "signature": "王小明"})
    assert answer.status_code == 200, answer.text


def _of_cases(site: Site, cases: list[Case]) -> dict[str, list[str]]:
    stored = {"job_id": jobs, "assessment_id": assessments, "complaint_id": complaints, "call_id": follow_ups}
    with site.house.books.reading() as book:
        ids = {
            name: [str(row.id) for row in book.connection.execute(select(table.c.id))] for name, table in stored.items()
        }
        digests = [row.sha256 for row in book.connection.execute(select(photos.c.sha256))]
    return {"claim_id": [case.id for case in cases], "sha256": digests, **ids}


def _of_the_house(site: Site) -> dict[str, list[str]]:
    """Of a person and an app that nobody comes in with."""
    admin = member(site, Role.ADMIN).token
    app = site.ask("POST", "/v1/admin/apps", admin, json={"name": "spare"}).json()["id"]
    return {"person": [str(member(site, Role.JUNIOR).person.id)], "app": [app]}


def _told(kept: Ledger) -> dict[str, Any]:
    total = sum((counted for counted in kept.statuses.values()), Counter[int]())
    return {
        "operations": len(kept.statuses),
        "requests": total.total(),
        "statuses": {str(status): count for status, count in sorted(total.items())},
        "without_success": sorted(name for name, seen in kept.statuses.items() if not any(s < 400 for s in seen)),
        "failures": kept.failures,
    }
