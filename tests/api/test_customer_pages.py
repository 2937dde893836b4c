"""The customer's pages as the service renders them: who sees what, in which language."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from api.pages.customer import QUESTIONS
from claims.facts import Cause
from claims.notice import LossPlace, Notice

Serve = Callable[..., TestClient]
Photo = Callable[..., bytes]
PAGE = {"X-QuickClaim-Page": "customer"}
SCRATCHED = [("hood", 0.9, (10.0, 10.0, 600.0, 400.0)), ("scratch", 0.95, (100.0, 100.0, 200.0, 200.0))]
NOTICE: Mapping[str, Any] = {
    "policy_number": "PDAA202631010000012345",
    "plate": "沪A12345",
    "happened_at": "2026-01-05T10:00:00+08:00",
    "place": {"text": "人民广场地下车库"},
    "cause": "scrape",
    "course": "倒车时擦到立柱",
    "contact": {"name": "王小明", "phone": "13812345678"},
}


def opened(session: TestClient) -> tuple[UUID, str]:
    """A case of a customer whose browser has not been told of it."""
    session.cookies.clear()
    answer = session.post("/v1/claims", json={"notice": NOTICE})
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["claim"]["id"]), answer.json()["token"]


def entered(session: TestClient) -> tuple[UUID, str]:
    claim, token = opened(session)
    assert session.post(f"/c/{claim}/enter", json={"token": token}, headers=PAGE).status_code == 204
    return claim, token


def look(session: TestClient, claim: UUID) -> str:
    answer = session.get(f"/c/{claim}?lang=en")
    assert answer.status_code == 200, answer.text
    return answer.text


def test_without_the_link_every_case_looks_like_none(serve: Serve) -> None:
    session = serve()
    claim, token = opened(session)
    there, nowhere = session.get(f"/c/{claim}"), session.get(f"/c/{uuid4()}")
    assert there.status_code == nowhere.status_code == 404
    assert there.headers["content-type"].startswith("text/html")
    assert there.text.replace(str(claim), "") == nowhere.text.replace(nowhere.request.url.path.split("/")[-1], "")
    assert session.post(f"/c/{claim}/enter", json={"token": f"{token}x"}, headers=PAGE).status_code == 401
    assert session.get(f"/c/{claim}").status_code == 404


def test_the_link_opens_its_own_case_only(serve: Serve) -> None:
    session = serve()
    other, _ = opened(session)
    claim, token = entered(session)
    assert session.get(f"/c/{claim}").status_code == 200
    assert session.get(f"/c/{other}").status_code == 404
    assert session.post(f"/c/{other}/enter", json={"token": token}, headers=PAGE).status_code == 401
    session.post(f"/c/{claim}/leave", headers=PAGE)
    assert session.get(f"/c/{claim}").status_code == 404


def test_no_page_holds_a_token_or_may_be_kept(serve: Serve, photo: Photo) -> None:
    session = serve(SCRATCHED)
    claim, token = entered(session)
    session.post(f"/v1/claims/{claim}/photos", files={"photos": photo()}, headers=PAGE)
    for address in ("/", "/report", "/quick", f"/c/{claim}"):
        answer = session.get(address)
        assert answer.headers["cache-control"] == "no-store"
        assert "cookie" in answer.headers["vary"].lower()
        assert token not in answer.text
        assert token not in str(answer.headers.get("set-cookie"))


@pytest.mark.parametrize("address", ["/report", "/offline", "/c/{claim}", "/c/0193a2c4-0000-7000-8000-000000000000"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_chosen_language_is_remembered(serve: Serve, address: str, language: str) -> None:
    session = serve()
    claim, _ = entered(session)
    other = {"en": "zh", "zh": "en"}[language]
    asked = session.get(f"{address.format(claim=claim)}?lang={language}", headers={"accept-language": other})
    assert f"qc_lang={language}" in asked.headers["set-cookie"]
    again = session.get(address.format(claim=claim), headers={"accept-language": other})
    assert asked.headers["content-language"] == again.headers["content-language"] == language
    assert "set-cookie" not in again.headers
    assert session.get("/v1/claims", headers={"accept-language": other}).headers["content-language"] == language


def test_every_file_of_the_pages_is_there_and_nothing_is_inline(serve: Serve) -> None:
    session = serve()
    claim, _ = entered(session)
    found = {
        part.split('"')[0]
        for address in ("/", "/report", "/offline", f"/c/{claim}")
        for part in session.get(address).text.split('"/static/')[1:]
    }
    assert {"js/customer/report.js", "js/customer/case.js", "css/customer.css"} <= found
    for name in found:
        assert session.get(f"/static/{name}").status_code == 200
    for address in ("/report", f"/c/{claim}"):
        page = session.get(address).text
        assert " style=" not in page
        assert " onclick=" not in page
        assert "<script>" not in page


def test_the_worker_serves_all_pages_and_what_it_keeps_exists(serve: Serve) -> None:
    session = serve()
    answer = session.get("/worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    kept = re.findall(r"\.\.\.\[(.+)\]\.map\(\s*\(name\) => `(.+)`", answer.text)
    addresses = [where.replace("${name}", name) for names, where in kept for name in re.findall(r'"(\w+)"', names)]
    assert {"/static/css/customer.css", "/static/js/api.js", "/static/js/customer/case.js"} <= set(addresses)
    for address in addresses:
        assert session.get(address).status_code == 200, address
    assert session.get("/offline").status_code == 200


def test_the_report_asks_for_fields_of_a_notice_only(serve: Serve) -> None:
    page = serve().get("/report").text
    for asked in QUESTIONS.values():
        for name in asked:
            model = LossPlace if name.startswith("place.") else Notice
            assert name.removeprefix("place.") in model.model_fields
            assert f'name="notice.{name}" value="true"' in page
    assert all(f'value="{cause.value}"' in page for cause in Cause)
    assert page.count("<h1") == 1
    assert 'method="post"' in page  # without scripts nothing that is typed becomes part of an address


def test_the_page_follows_the_case(serve: Serve, photo: Photo) -> None:
    session = serve(SCRATCHED)
    claim, _ = entered(session)
    before = look(session, claim)
    assert 'data-shot="shot_front"' in before
    assert 'data-look="0"' in before
    session.post(f"/v1/claims/{claim}/photos", files={"photos": photo()}, headers=PAGE)
    assert session.post(f"/v1/claims/{claim}/assess", headers=PAGE).status_code == 200
    after = look(session, claim)
    assert "An adjuster looks at your case" in after
    assert 'data-mark="1"' in after
    assert 'id="line-1"' in after
    assert 'data-look="20"' in after
    assert f'data-call="POST /v1/claims/{claim}/withdraw"' in after


def test_a_photo_that_cannot_be_used_is_not_shown_as_one(serve: Serve, photo: Photo) -> None:
    session = serve()
    claim, _ = entered(session)
    files = [("photos", ("half.jpg", photo()[:400], "image/jpeg")), ("photos", ("car.jpg", photo(), "image/jpeg"))]
    session.post(f"/v1/claims/{claim}/photos", files=files, headers=PAGE)
    assert session.post(f"/v1/claims/{claim}/assess", headers=PAGE).status_code == 200
    page = look(session, claim)
    assert page.count('class="unread aside"') == 1
    known = session.get(f"/v1/claims/{claim}", headers=PAGE).json()["photos"]
    assert {one["href"] in page for one in known if one["width"]} == {True}
    assert {one["href"] in page for one in known if not one["width"]} == {False}


def test_the_page_knows_the_tag_of_the_document(serve: Serve) -> None:
    session = serve()
    claim, _ = entered(session)
    tag = look(session, claim).split('data-tag="')[1].split('" ')[0].replace("&#34;", '"')
    asked = {**PAGE, "If-None-Match": tag}
    assert session.get(f"/v1/claims/{claim}", headers=asked).status_code == 304
    session.post(f"/v1/claims/{claim}/complaints", json={"words": "Nobody called."}, headers=PAGE)
    assert session.get(f"/v1/claims/{claim}", headers=asked).status_code == 200


def test_what_people_wrote_stays_text(serve: Serve) -> None:
    session = serve()
    claim, _ = entered(session)
    session.post(f"/v1/claims/{claim}/complaints", json={"words": "<script>alert(1)</script>"}, headers=PAGE)
    page = look(session, claim)
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_one_who_wants_a_person_is_told_so_and_no_more(serve: Serve, photo: Photo) -> None:
    session = serve(SCRATCHED)
    claim, _ = entered(session)
    asks, points_at_it = f'data-call="POST /v1/claims/{claim}/refuse-automation"', "on this page, or call"
    before = look(session, claim)
    assert asks in before
    assert points_at_it in before
    session.post(f"/v1/claims/{claim}/photos", files={"photos": photo()}, headers=PAGE)
    session.post(f"/v1/claims/{claim}/refuse-automation", headers=PAGE)
    session.post(f"/v1/claims/{claim}/assess", headers=PAGE)
    page = look(session, claim)
    assert asks not in page
    assert points_at_it not in page
    assert "fraud" not in page.lower()
    assert "risk" not in page.lower()


def test_a_person_s_number_is_on_every_page_where_there_is_one(serve: Serve) -> None:
    session = serve(phone="400 820 0000")
    for address in ("/", "/report", "/c/0193a2c4-0000-7000-8000-000000000000"):
        assert '<a class="number" href="tel:4008200000">400 820 0000</a>' in session.get(address).text
    assert "tel:" not in serve().get("/report").text
