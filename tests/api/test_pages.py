"""The start page, its form without scripts, and the list of problems."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient

from api.errors import STATUS
from api.form import CASE_FIELDS, VEHICLE_FIELDS
from claims.facts import CaseFacts

Serve = Callable[..., TestClient]
CAR = [
    ("hood", 0.9, (10.0, 10.0, 600.0, 400.0)),
    ("scratch", 0.9, (100.0, 100.0, 200.0, 200.0)),
]


class Page(HTMLParser):
    """What a browser would find on a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.options: dict[str, list[str]] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag == "select":
            self.options[str(found["name"])] = []
        if tag == "option":
            self.options[list(self.options)[-1]].append(str(found["value"]))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize(
    ("address", "accept", "tag"),
    [
        ("/", "en", "en"),
        ("/", "zh", "zh-CN"),
        ("/?lang=zh", "en", "zh-CN"),
        ("/?lang=en", "zh", "en"),
        ("/?lang=x", "", "en"),
        ("/quick", "zh", "zh-CN"),
    ],
)
def test_the_page_speaks_the_language_asked_for(client: TestClient, address: str, accept: str, tag: str) -> None:
    client.cookies.clear()
    answer = client.get(address, headers={"accept-language": accept})
    page = Page(answer.text)
    assert page.all("html")[0]["lang"] == tag
    assert answer.headers["content-language"] == tag[:2]
    assert ("维修" in answer.text) == (tag == "zh-CN")
    switch = next(link for link in page.all("a") if link.get("hreflang"))
    assert switch["hreflang"] != tag
    other = client.get(str(switch["href"]), headers={"accept-language": accept})
    assert other.headers["content-language"] != answer.headers["content-language"]
    client.cookies.clear()


@pytest.mark.parametrize("address", ["/", "/quick", "/problems"])
def test_pages_obey_their_own_policy(client: TestClient, address: str) -> None:
    """Nothing inline, nothing from elsewhere."""
    page = Page(client.get(address).text)
    assert not page.all("style")
    for tag, attributes in page.tags:
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href", "action"):
            assert str(attributes.get(name, "/")).startswith(("/", "#")), (tag, attributes)
    for attributes in [*page.all("script"), *page.all("link")]:
        source = str(attributes.get("src") or attributes.get("href"))
        assert client.get(source).status_code == 200
    assert client.head(address).status_code == 200


def test_every_field_of_the_form_is_one_the_service_takes(client: TestClient) -> None:
    page = Page(client.get("/quick").text)
    names = {str(item["name"]) for tag in ("select", "input") for item in page.all(tag)}
    assert names - {"photos"} <= {*CASE_FIELDS, *VEHICLE_FIELDS}
    assert {"photos", "region", "vehicle_class", "injury", "cause"} <= names
    assert page.all("form")[0]["enctype"] == "multipart/form-data"
    assert page.all("input")[0]["multiple"] is None  # present, without a value


def test_every_choice_of_the_form_is_accepted(serve: Serve, photo: Callable[..., bytes]) -> None:
    session = serve(CAR)
    options = Page(session.get("/quick").text).options
    regions = {"CN": ("CN", "general_shop", "4S"), "US": ("US", "collision_shop")}
    assert set(options["region"]) == set(regions)
    for region, own in regions.items():
        for name in set(options) - {"region"}:
            for value in options[name]:
                if name in {"vehicle_class", "shop"} and not value.startswith(own):
                    continue
                answer = session.post(
                    "/v1/quick-estimate", files={"photos": photo()}, data={"region": region, name: value}
                )
                assert answer.status_code == 200, (region, name, value, answer.text)


def test_the_form_is_answered_with_the_report(serve: Serve, photo: Callable[..., bytes]) -> None:
    answer = serve(CAR).post("/quick-estimate?lang=zh", files={"photos": ("a.jpg", photo())}, data={"shop": ""})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert Page(answer.text).all("html")[0]["lang"].startswith("zh")
    assert "data:image/" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_estimate_without_a_case_promises_nobody_and_says_what_to_do(
    serve: Serve, photo: Callable[..., bytes], language: str
) -> None:
    told = serve(CAR).post(f"/quick-estimate?lang={language}", files={"photos": ("a.jpg", photo())}).text
    for promise in (
        "in touch with you",
        "asks you",
        "contact you",
        "the message that brought",
        "与您联系",
        "与您确认",
        "直接回复",
    ):
        assert promise not in told
    assert "Nobody has been told of this estimate" in told
    assert "本次估算尚未提交给任何人" in told
    assert {link["href"] for link in Page(told).all("a")} == {"/report?lang=en", "/report?lang=zh"}


def test_a_problem_is_told_on_the_page(serve: Serve) -> None:
    session = serve()
    answer = session.post("/quick-estimate?lang=en", files={"photos": ("", b"")})
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")
    assert "No photo was sent" in answer.text
    assert Page(answer.text).all("form")


def test_nothing_sent_becomes_part_of_the_page(serve: Serve, photo: Callable[..., bytes]) -> None:
    evil = "<script>alert(1)</script>"
    session = serve(CAR)
    for data in ({"make": evil}, {"region": evil}, {"facts": f'{{"{evil}": 1}}'}, {evil: "x"}):
        answer = session.post("/quick-estimate", files={"photos": (evil + ".jpg", photo())}, data=data)
        assert answer.status_code in {200, 422}
        assert evil not in answer.text


def test_every_problem_has_its_place(client: TestClient) -> None:
    places = {item.get("id") for item in Page(client.get("/problems").text).all("div")}
    assert set(STATUS) <= places


def test_the_form_asks_for_everything_that_an_offer_needs(client: TestClient) -> None:
    page = Page(client.get("/quick").text)
    asked = {item.get("name") for tag in ("select", "input") for item in page.all(tag)}
    assert set(CaseFacts().unstated()) <= asked
