"""``POST /v1/quick-estimate``: what a well-meaning caller gets."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.schemas import AssessmentDocument
from claims.observe import Eyes

URL = "/v1/quick-estimate"
MakePhoto = Callable[..., bytes]
Serve = Callable[..., TestClient]
CAR = [
    ("front_bumper", 0.9, (100.0, 200.0, 540.0, 420.0)),
    ("hood", 0.9, (100.0, 60.0, 540.0, 190.0)),
    ("scratch", 0.8, (200.0, 250.0, 320.0, 330.0)),
]


def photos(*contents: bytes) -> list[tuple[str, tuple[str, bytes, str]]]:
    return [("photos", (f"{index}.jpg", content, "image/jpeg")) for index, content in enumerate(contents)]


def test_real_photos_become_a_document(client: TestClient, eyes: Eyes, damaged_cars: list[Path]) -> None:
    files = photos(*(path.read_bytes() for path in damaged_cars))
    answer = client.post(URL, files=files, data={"vehicle_class": "CN2_60_150k"})
    assert answer.status_code == 200
    document = AssessmentDocument.model_validate_json(answer.content)
    assert [photo.file for photo in document.photos] == ["0.jpg", "1.jpg", "2.jpg"]
    assert any(photo.detections for photo in document.photos)
    assert document.damages
    assert document.versions.model == eyes.version
    lines = document.estimate.lines
    assert float(document.estimate.total) == pytest.approx(sum(float(line.total or 0) for line in lines))


def test_the_same_photos_give_the_same_document(client: TestClient, damaged_cars: list[Path]) -> None:
    files = photos(damaged_cars[0].read_bytes())
    assert client.post(URL, files=files).json() == client.post(URL, files=files).json()


def test_two_identical_photos_cost_no_more_than_one(serve: Serve, photo: MakePhoto) -> None:
    session = serve(CAR)
    once = session.post(URL, files=photos(photo(1))).json()
    twice = session.post(URL, files=photos(photo(1), photo(1))).json()
    assert once["estimate"]["lines"]
    assert len(twice["photos"]) == 2
    assert twice["estimate"]["total"] == once["estimate"]["total"]


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en;q=0.5, zh;q=0.6", "zh"),
        ("fr", "en"),
        ("zh, en", "zh"),
        ("zh;q=0, en", "en"),
        ("", "en"),
    ],
)
def test_sentences_follow_accept_language(serve: Serve, photo: MakePhoto, accept: str, language: str) -> None:
    answer = serve(CAR).post(URL, files=photos(photo()), headers={"accept-language": accept})
    assert answer.headers["content-language"] == language
    assert answer.headers["vary"] == "Accept-Language"
    contact = answer.json()["decision"]["contact"]
    assert contact.isascii() == (language == "en")


def test_a_bad_photo_does_not_fail_the_others(serve: Serve, photo: MakePhoto) -> None:
    document = serve(CAR).post(URL, files=photos(b"not a photo", photo())).json()
    assert [item["quality"]["ok"] for item in document["photos"]] == [False, True]
    assert document["photos"][0]["quality"]["reasons"] == ["photo.unknown_format"]
    assert document["photos"][0]["quality"]["advice"]
    assert document["estimate"]["lines"]


def test_no_usable_photo_is_an_answer_with_reasons(serve: Serve) -> None:
    answer = serve().post(URL, files=photos(b"", b"%PDF-1.7 hello"))
    assert answer.status_code == 200
    document = answer.json()
    assert [item["quality"]["reasons"] for item in document["photos"]] == [["photo.empty"], ["photo.is_document"]]
    assert document["estimate"]["total"] == 0
    assert "NO_USABLE_PHOTO" in [item["code"] for item in document["decision"]["reasons"]]


def test_a_person_is_named_when_no_damage_is_seen(serve: Serve, photo: MakePhoto) -> None:
    document = serve(CAR[:2]).post(URL, files=photos(photo())).json()
    assert document["damages"] == []
    assert "NO_DAMAGE_FOUND" in [item["code"] for item in document["decision"]["reasons"]]
    assert "person" in document["decision"]["contact"]


def test_single_fields_override_the_facts_document(serve: Serve, photo: MakePhoto) -> None:
    session = serve(CAR)
    facts = {
        "region": "CN",
        "shop": "4S",
        "single_party": True,
        "vehicle": {"vehicle_class": "CN1_lt60k", "year": 2020},
    }
    dear = session.post(URL, files=photos(photo()), data={"facts": json.dumps(facts)}).json()
    single = {"region": "US", "shop": "collision_shop", "vehicle_class": "US_suv", "injury": "true"}
    merged = session.post(URL, files=photos(photo()), data={"facts": json.dumps(facts), **single}).json()
    assert dear["estimate"]["currency"] == "CNY"
    assert merged["estimate"]["currency"] == "USD"
    reasons = [item["code"] for item in merged["decision"]["reasons"]]
    assert "INJURY" in reasons
    assert "UNKNOWN_VEHICLE" not in reasons


def test_an_empty_field_says_nothing(serve: Serve, photo: MakePhoto) -> None:
    fields = {"shop": "", "vehicle_class": "", "injury": "", "cause": " ", "year": ""}
    answer = serve(CAR).post(URL, files=photos(photo()), data=fields)
    assert answer.status_code == 200
    assert "FACTS_MISSING" in [item["code"] for item in answer.json()["decision"]["reasons"]]


def test_everything_stated_and_seen_twice_may_be_offered_at_once(serve: Serve, photo: MakePhoto) -> None:
    fields = {
        "vehicle_class": "CN2_60_150k",
        "single_party": "true",
        "injury": "false",
        "third_party_property": "false",
        "policy_active": "true",
        "plate_matches_policy": "true",
        "cause": "parking",
        "new_energy": "false",
        "adas": "false",
        "drivable": "true",
        "airbag_deployed": "false",
        "fluid_leak": "false",
        "misaligned_gaps": "false",
        "coverage_red_flag": "false",
        "lost_at": datetime.now().isoformat(timespec="minutes"),  # noqa: DTZ005 - as a form sends it
    }
    document = serve(CAR).post(URL, files=photos(photo(1), photo(2)), data=fields).json()
    missing = {"FACTS_MISSING", "UNKNOWN_VEHICLE", "ONE_VIEW"}
    assert missing.isdisjoint(item["code"] for item in document["decision"]["reasons"])


def test_the_region_of_the_installation_is_the_default(serve: Serve, photo: MakePhoto) -> None:
    document = serve(CAR, region="US").post(URL, files=photos(photo())).json()
    assert document["estimate"]["currency"] == "USD"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\车头.jpg", "车头.jpg"),
        ("a\x07b\u202egpj.jpg", "a�b�gpj.jpg"),
        ("..", "photo-1"),
        ("x" * 500 + ".jpg", "x" * 128),
    ],
)
def test_only_the_base_name_is_repeated(serve: Serve, photo: MakePhoto, sent: str, shown: str) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="photos"; filename="'
        + sent.replace("\\", "\\\\").encode()
        + b'"\r\nContent-Type: image/jpeg\r\n\r\n'
        + photo()
        + b"\r\n--b--\r\n"
    )
    headers = {"content-type": "multipart/form-data; boundary=b"}
    document = serve(CAR).post(URL, content=body, headers=headers).json()
    assert document["photos"][0]["file"] == shown


def test_requests_at_the_same_time_do_not_mix(client: TestClient, damaged_cars: list[Path]) -> None:
    def ask(path: Path) -> object:
        return client.post(URL, files=photos(path.read_bytes())).json()

    alone = [ask(path) for path in damaged_cars]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(ask, damaged_cars * 2))
    assert together == alone * 2
