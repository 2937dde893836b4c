"""Requests that cannot be taken, and what the problem document says about each."""

import io
import json
import struct
import zlib
from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from api.errors import STATUS
from model.texts import LANGUAGES, Texts

URL = "/v1/quick-estimate"
MakePhoto = Callable[..., bytes]
Serve = Callable[..., TestClient]
MULTIPART = {"content-type": "multipart/form-data; boundary=b"}


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    file = f'; filename="{filename}"' if filename is not None else ""
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + content + b"\r\n"


def problem_of(answer: object, status: int, code: str) -> dict[str, object]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert (document["status"], document["code"]) == (status, code)
    assert document["type"] == f"/problems#{code}"
    assert document["title"]
    assert document["detail"]
    assert document["request_id"] == answer.headers["x-request-id"]
    return document


def bomb(side: int = 30_000) -> bytes:
    """A PNG of 900 megapixels in a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(100_000)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("code", STATUS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_its_sentences(language: str, code: str) -> None:
    sentences = Texts.load(language).sentences
    assert sentences[f"problem.{code}.title"]
    assert sentences[f"problem.{code}.detail"]


@pytest.mark.parametrize(
    "body", [b"--b--\r\n", part("photos", b"", "") + b"--b--\r\n", part("cause", b"hail") + b"--b--\r\n"]
)
def test_no_photo(serve: Serve, body: bytes) -> None:
    problem_of(serve().post(URL, content=body, headers=MULTIPART), 422, "request.no_photos")


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("application/json", 415, "request.not_multipart"),
        ("text/plain", 415, "request.not_multipart"),
        ("", 415, "request.not_multipart"),
        ("multipart/form-data", 400, "request.malformed"),
        ("multipart/form-data; boundary=" + "x" * 200, 400, "request.malformed"),
    ],
)
def test_a_body_of_another_kind(serve: Serve, kind: str, status: int, code: str) -> None:
    problem_of(serve().post(URL, content=b"{}", headers={"content-type": kind}), status, code)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"garbage", "request.malformed"),
        (b"", "request.truncated"),
        (b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n", "request.malformed"),
        (b"--b\r\n\r\nx\r\n--b--\r\n", "request.malformed"),
        (part("photos", b"\xff\xd8 half a pho", "a.jpg")[:-6], "request.truncated"),
        (part("photos", b"a whole part and no end", "a.jpg"), "request.truncated"),
        (b"--b\r\n" + b"X-Long: " + b"y" * 100_000, "request.malformed"),
        (b"--b\r\n" + b"X: y\r\n" * 10_000, "request.malformed"),
    ],
)
def test_a_broken_body(serve: Serve, body: bytes, code: str) -> None:
    problem_of(serve().post(URL, content=body, headers=MULTIPART), 400, code)


def test_a_photo_too_many(serve: Serve, photo: MakePhoto) -> None:
    session, one = serve(), photo()
    files = [("photos", ("a.jpg", one))]
    assert session.post(URL, files=files * 40).status_code == 200
    assert "40" in problem_of(session.post(URL, files=files * 41), 413, "request.too_many_photos")["detail"]


def test_a_body_that_declares_too_much_is_not_read(serve: Serve) -> None:
    headers = {**MULTIPART, "content-length": str(3 * 1024 * 1024)}
    answer = serve(max_request_mib=2).post(URL, content=io.BytesIO(b"x"), headers=headers)
    problem_of(answer, 413, "request.too_large")


def test_a_body_without_length_is_stopped(serve: Serve) -> None:
    def endless() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="photos"; filename="a"\r\n\r\n'
        for _ in range(64):
            yield bytes(64 * 1024)

    problem_of(serve(max_request_mib=2).post(URL, content=endless(), headers=MULTIPART), 413, "request.too_large")


def test_a_photo_that_is_too_large(serve: Serve) -> None:
    body = part("photos", bytes(41 * 1024 * 1024), "a.jpg") + b"--b--\r\n"
    assert (
        "40 MB"
        in problem_of(serve().post(URL, content=body, headers=MULTIPART), 413, "request.photo_too_large")["detail"]
    )


def test_fields_have_limits(serve: Serve) -> None:
    session = serve()
    long = part("make", b"x" * 70_000) + b"--b--\r\n"
    problem_of(session.post(URL, content=long, headers=MULTIPART), 413, "request.field_too_large")
    many = b"".join(part(f"f{index}", b"x") for index in range(100)) + b"--b--\r\n"
    problem_of(session.post(URL, content=many, headers=MULTIPART), 413, "request.too_many_fields")
    twice = part("make", b"x") + part("make", b"y") + b"--b--\r\n"
    problem_of(session.post(URL, content=twice, headers=MULTIPART), 422, "request.repeated_field")


def test_parts_are_counted_though_they_hold_nothing(serve: Serve, photo: MakePhoto) -> None:
    """A form without a chosen file sends an empty part; four megabytes of them are no form."""
    session = serve()
    empty = part("photos", b"", "")
    body = part("photos", photo(), "a.jpg") + empty * 2 + b"--b--\r\n"
    assert session.post(URL, content=body, headers=MULTIPART).status_code == 200
    problem_of(session.post(URL, content=empty * 60_000 + body, headers=MULTIPART), 413, "request.too_many_fields")


def test_a_decompression_bomb_is_a_fact_about_one_photo(serve: Serve, photo: MakePhoto) -> None:
    files = [("photos", ("bomb.png", bomb())), ("photos", ("a.jpg", photo()))]
    document = serve([("hood", 0.9, (10.0, 10.0, 600.0, 400.0))]).post(URL, files=files).json()
    assert document["photos"][0]["quality"]["reasons"] == ["photo.too_many_pixels"]
    assert document["photos"][1]["quality"]["ok"]


@pytest.mark.parametrize(
    ("field", "value", "code", "known"),
    [
        ("region", "Atlantis", "usage.unknown_region", ["CN", "US"]),
        ("region", "CA-BC", "usage.no_prices", ["CN", "US"]),
        ("shop", "garage", "usage.unknown_shop", ["general_shop", "4S"]),
        ("vehicle_class", "big", "usage.unknown_vehicle_class", ["CN1_lt60k", "CN2_60_150k"]),
        ("special_paint", "chrome", "usage.unknown_paint", ["solid", "metallic"]),
        ("colour", "mauve", "request.unknown_field", ["photos", "facts", "region"]),
    ],
)
def test_what_does_not_exist_is_answered_with_what_does(
    serve: Serve, photo: MakePhoto, field: str, value: str, code: str, known: list[str]
) -> None:
    answer = serve().post(URL, files={"photos": photo()}, data={field: value})
    document = problem_of(answer, 422, code)
    assert document["known"][: len(known)] == known
    assert value not in answer.text


@pytest.mark.parametrize("facts", ["{", "[]", "7", '"x"', '{"deductible": NaN}', "[" * 5000, "\x00"])
def test_facts_that_are_no_json_object(serve: Serve, photo: MakePhoto, facts: str) -> None:
    problem_of(serve().post(URL, files={"photos": photo()}, data={"facts": facts}), 422, "facts.not_json")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"driver": {"name": "Zhang Wei", "phone": "13800138000"}}, "driver"),
        ({"vehicle": {"plate": "京A12345"}}, "vehicle.plate"),
        ({"vehicle": "Zhang Wei"}, "vehicle"),
        ({"injury": "Zhang Wei"}, "injury"),
        ({"deductible": -1}, "deductible"),
        ({"deductible": "Infinity"}, "deductible"),
        ({"lost_at": "yesterday"}, "lost_at"),
        ({"seen_photos": [{"sha256": "x", "claim": "1"}]}, "seen_photos.0.sha256"),
    ],
)
def test_wrong_facts_are_named_and_never_repeated(
    serve: Serve, photo: MakePhoto, facts: dict[str, object], field: str
) -> None:
    answer = serve().post(URL, files={"photos": photo()}, data={"facts": json.dumps(facts)})
    document = problem_of(answer, 422, "facts.invalid")
    assert field in [item["field"] for item in document["errors"]]
    for value in ("Zhang Wei", "13800138000", "京A12345"):
        assert value not in answer.text


@pytest.mark.parametrize(
    "fields",
    [
        {"deductible": "1e400"},
        {"claimed_amount": "9" * 60},
        {"salvage": "1e30", "deductible": "0.000000000001"},
        {"cash_value": "1e-30"},
        {"lost_at": "2026-01-01T00:00:00Z"},
        {"lost_at": "0001-01-01T00:00:00"},
        {"lost_at": "1950-01-01T00:00:00"},
        {"lost_at": "9999-12-31T23:59:59+14:00"},
        {"make": "\x00", "model": "\ud83d\ude97".encode("utf-16", "surrogatepass").decode("utf-16")},
    ],
)
def test_extreme_facts_never_break_the_service(serve: Serve, photo: MakePhoto, fields: dict[str, str]) -> None:
    rows = [("hood", 0.9, (10.0, 10.0, 600.0, 400.0)), ("dent", 0.9, (100.0, 100.0, 200.0, 200.0))]
    answer = serve(rows).post(URL, files={"photos": photo(taken="2026:01:01 10:00:00")}, data=fields)
    assert answer.status_code in {200, 422}, answer.text
    json.loads(answer.text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


@given(
    pieces=st.lists(
        st.sampled_from([b"--b\r\n", b"--b--", b"\r\n", b"\r\n\r\n", b"Content-Disposition: form-data; "])
        | st.sampled_from([b'name="photos"', b"; filename=x"])
        | st.sampled_from([b'name="facts"', b"; filename=", b'"\xff"', b"; filename*=utf-8''%ff", b"Content-Type: a/b"])
        | st.binary(max_size=40),
        max_size=30,
    )
)
@examples(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_body_breaks_the_service(client: TestClient, pieces: list[bytes]) -> None:
    answer = client.post(URL, content=b"--b\r\n" + b"".join(pieces), headers=MULTIPART)
    assert answer.status_code in {200, 400, 413, 422}, answer.text
