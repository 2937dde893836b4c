"""Plates, phones, VINs, policy numbers and places go in everywhere; the log and the metrics tell of none of them."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from api.auth.signing_in import session_of
from api.telemetry.logs import formatter
from claims.ids import new_id
from claims.observe import Eyes
from claims.repository import people
from claims.repository.people import Person
from claims.states import Role

Serve = Callable[..., TestClient]
SECRETS = {
    "plate": "A7K3M9",
    "chinese_plate": "京A7K3M9",
    "phone": "13912345678",
    "vin": "LSVAM4187C2184841",
    "policy": "PICC2026110000123",
    "gps": "31.2304167",
    "card": "6222021234567890",
    "mail": "wei.zhang@example.com",
    "name": "ZhangWei",
}
HIDDEN_ROUTES = ("/", "/quick-estimate", "/problems", "/metrics", "/static/x", "/nowhere/x")


class Leaking:
    """A detector that breaks, and repeats in its complaint whatever it was shown."""

    def __init__(self, eyes: Eyes) -> None:
        self.manifest = eyes.detector.manifest

    def detect_many(self, photos: object) -> object:
        list(photos)
        raise ValueError(", ".join(SECRETS.values()))


@pytest.fixture
def told() -> Iterator[Callable[[], str]]:
    """The log as it is written, and behind it what was handed to loggers."""
    written, handed = io.StringIO(), []
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter("json"))
    handler.addFilter(lambda record: not record.name.startswith("http"))  # the client of this test
    handler.addFilter(lambda record: handed.append({**vars(record), "exc_info": None}) or True)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: written.getvalue() + "".join(map(repr, handed))
    root.removeHandler(handler)
    root.setLevel(level)


def located_photo() -> bytes:
    """A photo that says where and with what it was taken."""
    exif = Image.Exif()
    exif[271], exif[305], exif[315] = SECRETS["name"], SECRETS["policy"], SECRETS["phone"]
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 49.5), 3: "E", 4: (121.0, 28.0, 12.0)})
    file = io.BytesIO()
    Image.effect_noise((640, 480), 60).convert("RGB").save(file, "JPEG", exif=exif)
    return file.getvalue()


def addresses(session: TestClient) -> list[str]:
    """Every path of the service with all secrets in the place of each parameter."""
    templates = [*session.get("/openapi.json").json()["paths"], *HIDDEN_ROUTES]
    return [_filled(template, "~".join(SECRETS.values())) for template in templates]


def _filled(template: str, secret: str) -> str:
    steps = [secret if step.startswith("{") or step == "x" else step for step in template.split("/")]
    return "/".join(steps) + f"?lang=en&{secret}={secret}"


def admin(session: TestClient) -> dict[str, str]:
    """The header of an administrator whose own name is one of the secrets."""
    service = session.app.state.service
    at = service.clock()
    person = Person(id=new_id(at), subject=str(new_id(at)), name=SECRETS["name"], role=Role.ADMIN, made_at=at)
    with service.books.writing() as book:
        assert people.add(book, person)
    return {"authorization": f"Bearer {session_of(person, service.entrance, at).token}"}


def documents(session: TestClient) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Method and path of every operation that takes a document, with documents that are wrong and one that may do."""
    for template, operations in session.get("/openapi.json").json()["paths"].items():
        for method in {"post", "put", "patch"} & set(operations):
            address = _filled(template, SECRETS["phone"])
            yield method, address, dict(SECRETS)
            yield method, address, {"login": SECRETS["phone"], "password": SECRETS["policy"]}
            person = {"login": SECRETS["mail"], "name": SECRETS["name"], "role": "junior"}
            yield method, address, {**person, "password": SECRETS["vin"]}
            yield method, address, {"name": SECRETS["name"], "url": f"https://example.com/{SECRETS['plate']}"}


def ascii_headers() -> Iterator[dict[str, str]]:
    for secret in filter(str.isascii, SECRETS.values()):
        yield {
            "x-request-id": "" if secret == SECRETS["name"] else secret,  # an app's own word, and it has no form
            "user-agent": secret,
            "referer": f"https://example.com/{secret}",
            "cookie": f"who={secret}",
            "authorization": f"Bearer {secret}",
            "x-forwarded-for": secret,
            "idempotency-key": secret,
            "if-match": f'"{secret}"',
        }


def uploads() -> Iterator[dict[str, object]]:
    photo = located_photo()
    for key, secret in SECRETS.items():
        yield {"files": {"photos": (f"{secret}.jpg", photo)}}
        yield {"files": {"photos": (f"{secret}/{secret}.jpg", secret.encode())}}
        yield {"files": {"photos": ("a.jpg", photo)}, "data": {key: secret}}
        yield {"files": {"photos": ("a.jpg", photo)}, "data": {secret: "1"}}
        yield {"files": {"photos": ("a.jpg", photo)}, "data": {"cause": secret, "vehicle_class": secret}}
        yield {"files": {"photos": ("a.jpg", photo)}, "data": {"region": secret}}
        yield {"files": {"photos": ("a.jpg", photo)}, "data": {"facts": json.dumps({key: secret, "lost_at": secret})}}
        yield {"files": {"photos": ("a.jpg", photo)}, "data": {"facts": secret}}
        yield {"content": secret.encode(), "headers": {"content-type": f"multipart/form-data; boundary={key}"}}
        yield {"json": {key: secret}}


def requests(session: TestClient) -> Iterator[int]:
    """Statuses of everything that is asked."""
    signed_in = admin(session)
    for address in addresses(session):
        for method in ("GET", "POST", "PUT", "DELETE"):
            yield session.request(method, address).status_code
            yield session.request(method, address, headers=signed_in).status_code
    signed_in = admin(session)  # the one before has signed out by now
    for method, address, document in documents(session):
        yield session.request(method, address, json=document, headers=signed_in).status_code
    for headers in ascii_headers():
        for address in ("/livez", "/v1/quick-estimate", "/nowhere"):
            yield session.post(address, headers=headers).status_code
        yield session.get("/livez", headers={"host": headers["user-agent"]}).status_code
    for upload in uploads():
        for address in ("/v1/quick-estimate", "/quick-estimate"):
            yield session.post(address, **upload).status_code


def test_of_all_that_is_sent_nothing_is_told(serve: Serve, eyes: Eyes, told: Callable[[], str]) -> None:
    well = serve(rate_address=0, rate_actor=0, rate_login=0)
    broken = serve(rate_address=0, rate_actor=0, rate_login=0, detector=Leaking(eyes))
    statuses = [status for session in (well, broken) for status in requests(session)]
    assert {200, 201, 401, 404, 405, 415, 421, 422, 500} <= set(statuses)
    metrics = "".join(
        TestClient(session.app, base_url="http://localhost", client=("127.0.0.1", 1)).get("/metrics").text
        for session in (well, broken)
    )
    log = told()
    assert log.count('"event": "request"') == len(statuses) + 6  # of each two descriptions and the metrics
    assert "ValueError" in log
    assert "quickclaim_requests_total" in metrics
    for name, secret in SECRETS.items():
        assert secret.lower() not in log.lower(), name
        assert secret.lower() not in metrics.lower(), name
