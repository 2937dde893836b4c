"""Every page × everybody who may come by with a cookie: a page shows what ``rights.yaml`` lets its reader see.

A page that is not in ``PAGES`` fails the test of its own: whoever adds one says here which right it needs.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

import pytest
from fastapi.routing import APIRoute
from peopled import STAFF, assessed, hold, member, opened_site, photographed
from sites import Case, Site

from api import pages as all_pages
from api.routes import pages as public_pages
from claims.actions import Action
from claims.rights import Scope
from claims.states import Role

CASE: Final = "/desk/claims/{claim_id}"
OPEN: Final = ("/", "/quick", "/problems", "/report", "/offline", "/worker.js", "/desk/sign-in")
PAGES: Final = {
    "/desk/figures": Action.READ_FIGURES,
    "/desk/complaints": Action.ANSWER_COMPLAINT,
    "/desk/calls": Action.FOLLOW_UP,
    CASE: Action.READ_CLAIM_MASKED,
    f"{CASE}/notice": Action.READ_CLAIM_MASKED,
    f"{CASE}/similar": Action.READ_CLAIM,
}
"""The right that a page of the desk needs."""
OWN: Final = ("/c/{claim_id}", "/desk")
"""Told apart by what they show, not by their status."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened_site(tmp_path_factory.mktemp("pages")) as opened:
        yield opened


@pytest.fixture(scope="module")
def case(site: Site) -> Case:
    made = site.case()
    assessed(made, 7)
    return made


def status(site: Site, path: str, case: Case, **cookies: str) -> int:
    shown = "; ".join(f"{name}={value}" for name, value in cookies.items())
    address = path.format(claim_id=case.id)
    asked = {"part": "hood", "operation": "repair"} if path.endswith("/similar") else {}
    answer = site.client.get(address, headers={"Cookie": shown}, params=asked, follow_redirects=False)
    return answer.status_code


def test_every_page_says_who_sees_it() -> None:
    modules = [import_module(f"api.pages.{one.name}") for one in iter_modules(all_pages.__path__)]
    routers = [module.router for module in (*modules, public_pages) if hasattr(module, "router")]
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    served = {route.path for route in routes if "GET" in route.methods}
    assert served == {*OPEN, *PAGES, *OWN}
    assert not [route.path for route in routes if route.include_in_schema]


@pytest.mark.parametrize("path", OPEN)
def test_some_pages_are_for_everybody(site: Site, case: Case, path: str) -> None:
    assert status(site, path, case) == 200


@pytest.mark.parametrize("path", [*PAGES, "/desk"])
def test_the_desk_is_closed_to_who_has_not_signed_in(site: Site, case: Case, path: str) -> None:
    for cookies in ({}, {"qc_claim": case.token}, {"qc_desk": case.token}, {"qc_desk": site.app}, {"qc_desk": "x"}):
        assert status(site, path, case, **cookies) == 303


@pytest.mark.parametrize("path", PAGES)
def test_who_has_signed_in_sees_what_they_may(site: Site, case: Case, path: str) -> None:
    rights, about_it = site.house.rights, path.startswith(CASE)
    for role in STAFF:
        one = member(site, role)
        for holds in (False, True) if about_it else (False,):
            hold(site, case.id, one.person.id if holds else None)
            scope = rights.scope(role, PAGES[path])
            may = scope is Scope.ANY or (scope is Scope.HELD and holds)
            found = status(site, path, case, qc_desk=one.token)
            assert (found == 200) is may, (role, holds, found)
            assert found in (200, 403, 404, 409)


def test_a_notice_is_shown_in_full_to_who_works_on_the_case(site: Site, case: Case) -> None:
    policy_number = str(site.notice["policy_number"])
    for role in STAFF:
        for holds in (False, True):
            one = member(site, role)
            hold(site, case.id, one.person.id if holds else None)
            headers = {"Cookie": f"qc_desk={one.token}"}
            answer = site.client.get(f"/desk/claims/{case.id}/notice", headers=headers)
            full = holds and site.house.rights.scope(role, Action.SEE_PERSONAL_DATA) is Scope.HELD
            assert (policy_number in answer.text) is full, (role, holds)


def test_the_queue_shows_cases_to_who_works_on_them(site: Site, case: Case) -> None:
    waiting = site.case()
    photographed(waiting, 8)
    waiting.assessed()
    for role in STAFF:
        answer = site.client.get("/desk", headers={"Cookie": f"qc_desk={member(site, role).token}"})
        reads = site.house.rights.scope(role, Action.QUEUE_READ) is not Scope.NEVER
        assert answer.status_code == 200
        assert (waiting.now()["number"] in answer.text) is reads, role


def test_a_case_opens_for_its_customer_alone(site: Site, case: Case) -> None:
    path = "/c/{claim_id}"
    assert status(site, path, case, qc_claim=case.token) == 200
    others = [{}, {"qc_claim": site.case().token}, {"qc_claim": site.app}, {"qc_desk": member(site, Role.EXPERT).token}]
    for cookies in others:
        assert status(site, path, case, **cookies) == 404
