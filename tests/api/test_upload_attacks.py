"""Uploads to a case that mean no good: each is answered with a code, keeps nothing it should not, and harms nobody."""

import json
import socket
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from attacks import END, archive, bomb, exchange, on_a_socket, part, request
from desks import picture
from peopled import opened_site
from sites import Case, Site

PHOTO = picture(7)
HTML = b"<html><script>alert(1)</script></html>"
NO_PHOTO = {"polyglot", "unknown_format", "unsupported_format", "is_document"}
NAMES = [
    "../../../../etc/passwd",
    "..\\..\\windows\\system32\\config",
    "/etc/shadow",
    "a\x00.jpg",
    "a" * 3000,
    "CON.jpg",
    "<img src=x onerror=alert(1)>.jpg",
    "\u202egpj.exe",
    "..",
    "%2e%2e%2fpasswd",
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with opened_site(tmp_path_factory.mktemp("attacked")) as opened:
        yield opened


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[tuple[str, int]]:
    with on_a_socket(site.client.app) as listening:
        yield listening


@pytest.fixture
def case(site: Site) -> Iterator[Case]:
    """After each attack the service is well, holds no byte of it, and takes a photo as ever."""
    attacked = site.case()
    yield attacked
    service = site.client.app.state.service  # type: ignore[attr-defined]
    assert site.ask("GET", "/readyz").status_code == 200
    assert (service.uploads.held, service.line.taken) == (0, 0)
    assert site.case().send(PHOTO).status_code == 201


def sent(case: Case, address: tuple[str, int], body: bytes, **headers: str) -> tuple[int, str]:
    """Status and code."""
    status, answer = exchange(address, request(f"/v1/claims/{case.id}/photos", case.token, body, **headers))
    return status, json.loads(answer).get("code", "") if answer.startswith(b"{") else ""


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_no_path(case: Case, site: Site, name: str) -> None:
    home: Path = site.client.app.state.service.settings.home  # type: ignore[attr-defined]
    outside = set(home.parent.iterdir())
    answer = case.ask("POST", "/photos", files={"photos": (name, PHOTO)})
    assert answer.status_code == 201, answer.text
    [told] = answer.json()["photos"]
    assert not {"/", "\\", "\x00"} & set(told["file"])
    assert len(told["file"]) <= 128
    assert set(home.parent.iterdir()) == outside
    assert not [path for path in home.rglob("*") if "passwd" in path.name or "etc" in path.name]


@pytest.mark.parametrize(
    "file",
    [
        PHOTO + HTML,
        PHOTO[:2] + b"\xff\xfe\x00\x28" + HTML + PHOTO[2:],
        PHOTO + archive(),
        b"GIF89a/*" + HTML,
        HTML,
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"%PDF-1.7\n" + PHOTO,
        b"MZ" + bytes(100) + PHOTO,
        archive(),
    ],
)
def test_what_is_no_photo_or_two_things_is_refused_and_not_kept(case: Case, site: Site, file: bytes) -> None:
    digest = sha256(file).hexdigest()
    for answer in (case.send(file, file), case.ask("PUT", f"/photos/{digest}", content=file)):
        assert answer.status_code == 415
        assert answer.json()["code"].removeprefix("photo.") in NO_PHOTO
        assert answer.json()["detail"]
    good, told = case.send(PHOTO, file).json()["photos"]
    assert (good["usable"], told["usable"], told["sha256"], told["href"]) == (True, False, None, None)
    assert told["verdict"][0]["code"] in NO_PHOTO
    assert [one["sha256"] for one in case.now()["photos"]] == [good["sha256"]]
    assert case.ask("GET", f"/photos/{digest}").status_code == 404
    assert not site.house.photos.exists(digest)


def test_a_case_of_nothing_but_other_files_is_not_looked_at(case: Case) -> None:
    for files, status, code in (
        ([HTML, bytes(1001)], 415, "photo.is_document"),
        ([b""], 422, "photo.empty"),
        ([HTML, b""], 422, "photo.empty"),
    ):
        refused = case.send(*files)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert case.ask("POST", "/assess").json()["code"] == "claim.no_photos"
    assert (case.now()["photos"], case.now()["promises"]) == ([], [])


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (bomb(), "too_many_pixels"),
        (PHOTO[: len(PHOTO) // 2], "truncated"),
        (b"\xff\xd8\xff\xe0" + bytes(100_000), "corrupt"),
        (b"", "empty"),
    ],
)
def test_a_file_that_would_explode_is_a_fact_about_it(case: Case, file: bytes, code: str) -> None:
    good, bad = case.send(PHOTO, file).json()["photos"]
    assert good["usable"]
    assert (bad["usable"], bad["verdict"][0]["code"]) == (False, code)


def test_ten_thousand_parts(case: Case, address: tuple[str, int]) -> None:
    photos = part("photos", b"x", "a.jpg") * 10_000 + END
    assert sent(case, address, photos) == (413, "request.too_many_photos")
    empty = part("photos", b"", "") * 10_000 + END
    assert sent(case, address, empty) == (413, "request.too_many_fields")
    fields = b"".join(part(f"f{index}", b"x") for index in range(10_000)) + END
    assert sent(case, address, fields) == (413, "request.too_many_fields")
    assert case.now()["photos"] == []


@pytest.mark.parametrize(
    ("headers", "status", "codes"),
    [
        ({"Content_Length": str(3 << 30)}, 413, {"request.too_large"}),
        ({"Content_Length": "99999999999999999999"}, 413, {"request.too_large"}),
        ({"Content_Length": "-1"}, 400, {""}),
        ({"Content_Length": "0x10"}, 400, {""}),
        ({"Content_Length": "10, 20"}, 400, {""}),
        ({"Content_Length": "40"}, 400, {"request.truncated", "request.malformed"}),
        ({"Transfer_Encoding": "chunked"}, 400, {"", "request.malformed"}),
        ({"Content_Encoding": "gzip"}, 201, {""}),
    ],
)
def test_a_length_that_is_not_so(
    case: Case, address: tuple[str, int], headers: dict[str, str], status: int, codes: set[str]
) -> None:
    found = sent(case, address, part("photos", PHOTO, "a.jpg") + END, **headers)
    assert found[0] == status
    assert found[1] in codes


def test_a_body_that_never_comes_is_not_waited_for(case: Case, address: tuple[str, int]) -> None:
    """A hundred senders who announce a photo and send a byte a second, or nothing; everybody else is served."""
    path, body = f"/v1/claims/{case.id}/photos", part("photos", PHOTO, "a.jpg")
    start = request(path, case.token, body[:200], Content_Length=str(len(body) + len(END)))
    answers: list[tuple[int, str]] = []

    def stall(pieces: int) -> None:
        status, told = exchange(address, start, *[b"x"] * pieces, pause_s=1)
        answers.append((status, json.loads(told)["code"]))

    senders = [threading.Thread(target=stall, args=(25 * (number % 2),)) for number in range(100)]
    for sender in senders:
        sender.start()
    for _ in range(5):
        assert case.site.case().send(PHOTO).status_code == 201
    for sender in senders:
        sender.join(90)
    assert answers == [(408, "request.too_slow")] * 100
    assert case.now()["photos"] == []


def test_a_sender_who_leaves_in_the_middle_leaves_nothing(case: Case, address: tuple[str, int]) -> None:
    body = part("photos", PHOTO, "a.jpg") + END
    for cut in (10, 100, len(body) // 2, len(body) - 1):
        exchange_and_leave(address, request(f"/v1/claims/{case.id}/photos", case.token, body)[: -len(body) + cut])
    assert case.now()["photos"] == []


def exchange_and_leave(address: tuple[str, int], sent_before: bytes) -> None:
    with socket.create_connection(address, 10) as connection:
        connection.sendall(sent_before)
