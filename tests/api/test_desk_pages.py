"""The adjusters' pages: who sees what of queue and case, and that pages promise nothing that the API has not."""

import html
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from uuid import UUID

import pytest
from peopled import Member, assessed, hold, member, opened_site
from sites import Case, Site
from tables import referred

from api.auth.browser import PAGE_HEADER
from claims.repository import audit
from claims.states import Role
from model.texts import LANGUAGES, Texts

WEB = Path(__file__).resolve().parents[2] / "web"
SCRIPTS = sorted((WEB / "static" / "js").rglob("*.js"))
PAGES = ("/desk", "/desk/complaints", "/desk/calls", "/desk/figures")
NOT_OURS = {"/desk/session", "/desk/session/end"}
WORDS = "The shop wants more. </script><b>twice</b>"


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def values(self, attribute: str) -> list[str]:
        return [str(given[attribute]) for _, given in self.found if given.get(attribute) is not None]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened_site(tmp_path_factory.mktemp("home")) as opened:
        yield opened


@pytest.fixture(scope="module")
def waiting(site: Site) -> Case:
    """A case with one line, contested by its customer: what a senior takes up."""
    case = site.case()
    assessed(case, 1)
    assert case.ask("POST", "/contest", json={"words": WORDS}).status_code == 200
    return case


def page(site: Site, who: Member | None, path: str, language: str = "en") -> str:
    answer = get(site, who, path, language)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def get(site: Site, who: Member | None, path: str, language: str = "en"):  # type: ignore[no-untyped-def]
    headers = {"Accept-Language": language} | ({"Cookie": f"qc_desk={who.token}"} if who else {})
    return site.client.get(path, headers=headers, follow_redirects=False)


def taken_up(site: Site, case: Case, role: Role = Role.SENIOR) -> Member:
    """Somebody who has the case in their hands, in review."""
    who = member(site, role)
    if case.now(site.staff(Role.EXPERT))["inside"]["state"] == "contested":
        hold(site, case.id, None)
        answer = site.ask(
            "POST", f"/v1/reviews/{case.id}/take-up", who.token, headers={"Idempotency-Key": f"take-{who.person.id}"}
        )
        assert answer.status_code == 200, answer.text
    hold(site, case.id, who.person.id)
    return who


@pytest.mark.parametrize("path", [*PAGES, "/desk/claims/00000000-0000-7000-8000-000000000000"])
def test_nobody_sees_the_desk_without_a_session(site: Site, path: str) -> None:
    answer = get(site, None, f"{path}?lang=zh")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/desk/sign-in?next={path.replace('/', '%2F')}%3Flang%3Dzh"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["/desk/sign-in", *PAGES])
def test_pages_obey_their_own_policy(site: Site, path: str, language: str) -> None:
    text = page(site, member(site, Role.SENIOR), path, language)
    elements = Elements(text)
    assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in text
    for tag, given in elements.found:
        assert "style" not in given
        assert tag != "style"
        assert not [name for name in given if name.startswith("on")]
    for tag, given in elements.found:
        if tag in {"script", "link"} and (source := given.get("src") or given.get("href")):
            assert site.client.get(source).status_code == 200, source


def test_the_queue_tells_why_a_case_is_there_and_hides_whose_car_it_is(site: Site, waiting: Case) -> None:
    hold(site, waiting.id, None)
    text = html.unescape(page(site, member(site, Role.SENIOR), "/desk"))
    case = waiting.now()
    assert case["number"] in text
    assert site.notice["plate"] not in text
    assert "left" in text or "overdue" in text
    assert f"/desk/claims/{waiting.id}" in Elements(text).values("href")


def test_the_queue_is_narrowed_down(site: Site, waiting: Case) -> None:
    who = member(site, Role.SENIOR)
    hold(site, waiting.id, None)
    number = waiting.now()["number"]
    assert number not in page(site, who, "/desk?mine=true")
    hold(site, waiting.id, who.person.id)
    assert number in page(site, who, "/desk?mine=true")
    state = waiting.now(site.staff(Role.EXPERT))["inside"]["state"]
    assert number in page(site, who, f"/desk?state={state}")
    assert number not in page(site, who, "/desk?state=escalated")


def test_a_case_in_a_colleague_s_hands_stays_in_the_queue_with_their_name(site: Site, waiting: Case) -> None:
    who, number = member(site, Role.SENIOR), waiting.now()["number"]
    hold(site, waiting.id, who.person.id)
    row = _row_of(page(site, member(site, Role.EXPERT), "/desk"), number)
    assert who.person.name in row
    assert "until" in row
    hold(site, waiting.id, None)
    assert who.person.name not in _row_of(page(site, member(site, Role.EXPERT), "/desk"), number)


def test_roles_without_a_queue_are_shown_their_pages(site: Site) -> None:
    for role, link in ((Role.FRONT_LINE, "/desk/complaints"), (Role.AUDITOR, "/desk/figures")):
        links = Elements(page(site, member(site, role), "/desk")).values("href")
        assert link in links
    refused = get(site, member(site, Role.JUNIOR), "/desk/complaints")
    assert refused.status_code == 403
    assert "text/html" in refused.headers["content-type"]


def test_the_front_line_reads_where_a_case_is_and_nothing_more(site: Site, waiting: Case) -> None:
    text = page(site, member(site, Role.FRONT_LINE), f"/desk/claims/{waiting.id}")
    assert waiting.now()["number"] in text
    elements = Elements(text)
    [back] = [given for tag, given in elements.found if given.get("class") == "back"]
    assert back["href"] == "/desk/complaints"
    assert not {"case-data", "edit", "do-approve", "viewer"} & set(elements.values("id"))
    assert "do-escalate" in elements.values("id")
    for name in ("plate", "vin", "policy_number"):
        assert site.notice[name] not in text


def test_who_may_not_read_a_case_is_led_to_their_own_pages(site: Site, waiting: Case) -> None:
    answer = get(site, member(site, Role.AUDITOR), f"/desk/claims/{waiting.id}")
    assert answer.status_code == 403
    assert Elements(answer.text).values("href").count("/desk/figures") == 2
    assert 'class="button" href="/desk"' not in answer.text


def test_sentences_of_the_desk_take_the_place_of_such_as_there_are() -> None:
    for language, address in (("en", r"\b(you|your|please)\b"), ("zh", "您|(?<!申)请")):
        said = Texts.load(language).sentences
        inside = {code.removeprefix("inside."): text for code, text in said.items() if code.startswith("inside.")}
        assert len(inside) > 30
        assert set(inside) <= set(said)
        for code, text in inside.items():
            assert not re.search(address, text, re.IGNORECASE), code
            assert set(re.findall(r"{\w+}", text)) <= set(re.findall(r"{\w+}", said[code])), code


def test_a_case_that_waits_for_somebody_else_says_for_whom(site: Site) -> None:
    fresh = site.case()
    assert "Waits for the customer" in page(site, member(site, Role.EXPERT), f"/desk/claims/{fresh.id}")


def test_a_case_that_is_not_there_is_told_as_a_page(site: Site) -> None:
    answer = get(site, member(site, Role.SENIOR), "/desk/claims/00000000-0000-7000-8000-000000000000")
    assert answer.status_code == 404
    assert "text/html" in answer.headers["content-type"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_holds_the_case_sees_all_of_it_and_corrects_it(site: Site, waiting: Case, language: str) -> None:
    who = taken_up(site, waiting)
    text = page(site, who, f"/desk/claims/{waiting.id}", language)
    told = json.loads(re.search(r'id="case-data"[^>]*>(.*?)</script>', text, re.DOTALL)[1])  # type: ignore[index]
    review = site.ask("GET", f"/v1/reviews/{waiting.id}", who.token).json()
    assert told["version"] == review["version"]
    assert [line["amount"] for line in told["lines"]] == [line["amount"] for line in review["lines"]]
    assert [line["marks"] for line in told["lines"]] == [line["marks"] for line in review["lines"]]
    assert told["lines"][0]["marks"]
    elements = Elements(text)
    assert {"edit", "do-approve", "do-decline", "do-ask_photo"} <= set(elements.values("id"))
    assert {str(line["number"]) for line in review["lines"]} == set(elements.values("data-line"))
    assert review["lines"][0]["price_row"] in text
    assert "<b>twice</b>" not in text


def test_others_see_who_has_it_and_nothing_personal(site: Site, waiting: Case) -> None:
    taken_up(site, waiting)
    text = page(site, member(site, Role.SENIOR), f"/desk/claims/{waiting.id}")
    assert "李娜" in text
    assert "works on it until" in text
    for name in ("plate", "vin", "policy_number"):
        assert site.notice[name] not in text
    assert site.notice["contact"]["phone"] not in text
    assert not {"edit", "case-data", "do-approve"} & set(Elements(text).values("id"))


def test_an_expert_reads_along_and_changes_nothing(site: Site, waiting: Case) -> None:
    taken_up(site, waiting)
    elements = Elements(page(site, member(site, Role.EXPERT), f"/desk/claims/{waiting.id}"))
    assert elements.values("data-line")
    assert not {"edit", "do-approve", "do-release"} & set(elements.values("id"))


def test_a_limit_is_explained_where_authority_ends(site: Site, waiting: Case) -> None:
    taken_up(site, waiting)
    junior = member(site, Role.JUNIOR)
    hold(site, waiting.id, junior.person.id)
    text = page(site, junior, f"/desk/claims/{waiting.id}")
    assert "do-approve" not in Elements(text).values("id")
    assert "do-escalate" in Elements(text).values("id")
    assert "above your authority" in text
    hold(site, waiting.id, None)
    assert "above your authority" in page(site, junior, f"/desk/claims/{waiting.id}")


def test_the_notice_is_unmasked_when_asked_for_and_the_log_notes_it(site: Site, waiting: Case) -> None:
    who = taken_up(site, waiting)
    plate = site.notice["plate"]
    assert plate not in page(site, who, f"/desk/claims/{waiting.id}")
    before = _seen_unmasked(site, who.person.id)
    assert plate in page(site, who, f"/desk/claims/{waiting.id}/notice")
    assert _seen_unmasked(site, who.person.id) == before + 1
    assert plate not in page(site, member(site, Role.SENIOR), f"/desk/claims/{waiting.id}/notice")


@pytest.mark.parametrize("site_of", ["cross-site", "same-site", "same-origin", "none"])
def test_no_other_site_has_somebody_noted_as_a_reader(site: Site, waiting: Case, site_of: str) -> None:
    who = taken_up(site, waiting)
    headers = {"Cookie": f"qc_desk={who.token}", "Sec-Fetch-Site": site_of}
    answer = site.client.get(f"/desk/claims/{waiting.id}/notice", headers=headers)
    ours = site_of in ("same-origin", "none")
    assert (answer.status_code, _seen_unmasked(site, who.person.id)) == ((200, 1) if ours else (403, 0))
    assert (site.notice["plate"] in answer.text) is ours


def test_earlier_cases_name_what_was_accepted_for_the_same_work(site: Site, waiting: Case) -> None:
    other = site.case()
    offer = assessed(other, 2)["offer"]
    signed = {"offer": offer["id"], "signature": "王小明"}  # type: ignore[index]
    assert other.ask("POST", "/accept", json=signed).status_code == 200
    line = other.now()["assessment"]["estimate"]["lines"][0]
    who = taken_up(site, waiting)
    address = f"/desk/claims/{waiting.id}/similar?part={line['part']}&operation={line['operation']}"
    text = page(site, who, address)
    assert other.now()["number"] in text
    assert f"{line['total']:,.2f}" in text
    assert site.notice["contact"]["name"] not in text
    assert other.now()["number"] not in page(site, who, address.replace(line["operation"], "overhaul"))
    assert get(site, member(site, Role.SENIOR), address).status_code == 409


def test_calls_that_are_due_are_rows_with_a_way_to_the_case(site: Site, waiting: Case) -> None:
    who = member(site, Role.FRONT_LINE)
    assert waiting.now()["number"] not in page(site, who, "/desk/calls")
    site.clock.turn(days=5)
    elements = Elements(page(site, member(site, Role.FRONT_LINE), "/desk/calls"))
    assert f"/desk/claims/{waiting.id}" in elements.values("href")
    assert f"POST /v1/claims/{waiting.id}/call" in elements.values("data-call")
    site.clock.turn(days=-5)


def test_figures_are_charts_with_their_numbers(site: Site, waiting: Case) -> None:
    site.clock.turn(minutes=1)
    text = page(site, member(site, Role.AUDITOR), "/desk/figures")
    elements = Elements(text)
    charts = [given for tag, given in elements.found if tag == "svg" and given.get("class") == "chart"]
    assert len(charts) >= 3
    assert all(chart.get("aria-label") for chart in charts)
    assert "100.0 %" in text  # every case of this site was good for an offer at once


def test_every_form_calls_an_operation_that_there_is(site: Site, waiting: Case) -> None:
    who = taken_up(site, waiting)
    paths = site.client.get("/openapi.json").json()["paths"]
    patterns = [
        (method.upper(), re.compile(re.sub(r"\{\w+\}", "[^/]+", path))) for path in paths for method in paths[path]
    ]
    calls = {
        call
        for path in (f"/desk/claims/{waiting.id}", *PAGES)
        for attribute in ("data-call", "data-before")
        for call in Elements(page(site, who, path)).values(attribute)
    }
    assert len(calls) > 5
    for call in calls:
        method, address = call.split(" ")
        known = [one for verb, one in patterns if verb == method and one.fullmatch(address)]
        assert known or address in NOT_OURS, call


def test_without_scripts_nothing_that_is_typed_becomes_part_of_an_address(site: Site, waiting: Case) -> None:
    who = taken_up(site, waiting)
    forms = [
        given
        for path in ("/desk/sign-in", f"/desk/claims/{waiting.id}", *PAGES)
        for tag, given in Elements(page(site, who, path)).found
        if tag == "form"
    ]
    assert len(forms) > 10
    assert {given.get("method") for given in forms} == {"post"}


def test_a_session_by_cookie_corrects_only_from_a_page_of_ours(site: Site, waiting: Case) -> None:
    who = taken_up(site, waiting)
    review = site.ask("GET", f"/v1/reviews/{waiting.id}", who.token)
    change = {"changes": [{"do": "edit", "line": 0, "severity": "severe", "why": "wrong_severity"}]}
    headers = {"Cookie": f"qc_desk={who.token}", "Idempotency-Key": "pages-1", "If-Match": review.headers["etag"]}
    address = f"/v1/reviews/{waiting.id}/corrections"
    assert site.client.post(address, json=change, headers=headers).json()["code"] == "request.cross_site"
    answer = site.client.post(address, json=change, headers={**headers, PAGE_HEADER: "desk"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == site.ask("GET", f"/v1/reviews/{waiting.id}", who.token).headers["etag"]
    assert "changed" in page(site, who, f"/desk/claims/{waiting.id}")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_say_only_what_there_are_words_for(script: Path) -> None:
    said = set(re.findall(r'words\("([\w.]+)"', script.read_text("utf-8")))
    for language in LANGUAGES:
        known = {code.partition(".")[2] for code in Texts.load(language).sentences if "script." in code}
        assert said <= known


def test_every_key_has_one_meaning_on_a_page_and_a_sentence() -> None:
    table = re.findall(
        r'\["(\w+)", "(\w+)", \[([^\]]+(?:"\]")?[^\]]*)\]\]', (WEB / "static/js/keys.js").read_text("utf-8")
    )
    assert len(table) > 30
    for groups in ({"queue", "move"}, {"move", "photo", "correct", "decide"}, {"draw"}):
        keys = [key for group, _, told in table if group in groups for key in re.findall(r'"([^"]+)"', told)]
        assert len(keys) == len(set(keys))
    dialogs = (WEB / "templates/desk/case_head.html.j2").read_text("utf-8")
    order = re.findall(r"'(\w+)'", re.search(r"set order = \[(.*?)\]", dialogs)[1])  # type: ignore[index]
    assert {"take" if name in {"claim_next", "take_up"} else name for name in order} <= {name for _, name, _ in table}
    for language in LANGUAGES:
        assert {f"desk_script.key.{name}" for _, name, _ in table} <= set(Texts.load(language).sentences)


@pytest.mark.parametrize("language", LANGUAGES)
def test_staff_read_facts_in_their_own_words(site: Site, waiting: Case, language: str) -> None:
    case = referred(site.case())
    for path in ("/desk", f"/desk/claims/{case.id}", f"/desk/claims/{waiting.id}"):
        who = member(site, Role.EXPERT)
        hold(site, case.id, who.person.id if path.endswith(case.id) else None)
        main = re.search(r"<main.*</main>", page(site, who, path, language), re.DOTALL)[0]  # type: ignore[index]
        told = Texts.load(language).sentences
        assert told["inside.reason.FACTS_MISSING"].partition("{")[0] in main or path.endswith(waiting.id)
        for code in ("reason.FACTS_MISSING", "moved.contest", "moved.refer"):
            assert told[code].rpartition("}")[2] not in html.unescape(main)
        for seen in re.findall(r'<button[^>]* data-photo="\d+">(.*?)</button>', main):
            assert {"en": "scratch", "zh": "刮擦"}[language] in seen


def test_an_approval_without_known_cover_is_warned_about_and_confirmed_in_words(site: Site) -> None:
    case, who = referred(site.case()), member(site, Role.SENIOR)
    hold(site, case.id, who.person.id)
    address = f"/desk/claims/{case.id}"
    text = html.unescape(page(site, who, address))
    dialog = re.search(r'<dialog id="do-approve".*?</dialog>', text, re.DOTALL)[0]  # type: ignore[index]
    assert "Nobody has stated whether the policy was in force, whether the number plate is on the policy" in dialog
    chosen = [given for tag, given in Elements(dialog).found if given.get("name") == "despite_cover"]
    assert ["required" in given for given in chosen] == [True, True]
    call, stated = str(chosen[0]["data-before"]).split(" "), json.loads(str(chosen[0]["data-states"]))
    seen = {"If-Match": str(chosen[0]["data-version"])}
    assert site.ask(*call, who.token, json=stated, headers=seen).status_code == 200
    assert site.ask(*call, who.token, json=stated, headers=seen).status_code == 412
    assert 'name="despite_cover"' not in page(site, who, address)
    assert site.ask(*call, site.app, json={"policy_active": False}).status_code == 200
    against = html.unescape(page(site, who, address))
    assert "Stated about this policy: it was not in force" in against
    assert "data-before" not in against
    assert "data-needs-words" in against


def _row_of(text: str, number: str) -> str:
    rows = re.findall(r"<tr data-row.*?</tr>", text, re.DOTALL)
    return next(row for row in rows if number in row)


def _seen_unmasked(site: Site, person: UUID) -> int:
    with site.house.books.reading() as book:
        return sum(str(person) in entry.actor and "seen_unmasked" in entry.facts for entry in audit.entries(book))
