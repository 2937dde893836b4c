"""What operators rely on: metrics that only they read, one line for each request, limits, and a clean end."""

import logging
import time
from collections.abc import Callable
from hashlib import sha256
from ipaddress import ip_network
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from api.app import create_app
from api.settings import Settings
from claims.ids import new_id
from claims.observe import Eyes
from claims.repository import apps
from claims.repository.apps import App, AppKey
from claims.tokens import new_api_key
from inference.testing import Row
from model.errors import ModelError

Serve = Callable[..., TestClient]
Photo = Callable[..., bytes]
HERE = ("127.0.0.1", 4711)
TOKEN = "0123456789abcdef"  # noqa: S105 - opens the services of this file only
HOOD: list[Row] = [("hood", 0.95, (10.0, 10.0, 600.0, 400.0)), ("scratch", 0.95, (100.0, 100.0, 300.0, 200.0))]


def beside(session: TestClient, peer: tuple[str, int] = HERE) -> TestClient:
    """Another caller of the same service."""
    return TestClient(session.app, base_url="http://localhost", client=peer)


def figures(session: TestClient) -> dict[tuple[str, ...], float]:
    """Samples by name and label values, in the order of the labels' names."""
    text = beside(session).get("/metrics").text
    return {
        (sample.name.removeprefix("quickclaim_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_metrics_are_for_this_computer(serve: Serve) -> None:
    session = serve()
    answer = beside(session).get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    for other in (beside(session, ("203.0.113.7", 1)), beside(session, ("10.0.0.1", 1))):
        assert (other.get("/metrics").status_code, other.get("/metrics").json()["code"]) == (404, "http.not_found")


@pytest.mark.parametrize("left", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_a_proxy_on_this_computer_does_not_open_metrics(serve: Serve, left: str) -> None:
    assert beside(serve()).get("/metrics", headers={left: "127.0.0.1"}).status_code == 404
    declared = serve(trusted_proxies=(ip_network("127.0.0.1"),))
    assert beside(declared).get("/metrics").status_code == 404


@pytest.mark.parametrize(
    ("shown", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        ("Bearer 0123456789abcdeg", 404),
        (TOKEN, 404),
        ("Bearer", 404),
        ("", 404),
        ("Bearer é", 404),
    ],
)
def test_a_token_opens_metrics_from_anywhere_and_nothing_else_does(serve: Serve, shown: str, status: int) -> None:
    session = serve(metrics_token=SecretStr(TOKEN))
    for peer in (HERE, ("203.0.113.7", 1)):
        assert beside(session, peer).get("/metrics", headers={"authorization": shown.encode()}).status_code == status


def test_requests_are_counted_by_template_and_nothing_that_is_sent_makes_a_label(serve: Serve) -> None:
    session = serve()
    session.get("/livez")
    session.get("/livez")
    session.get("/static/start.css")
    session.post("/v1/quick-estimate")
    session.delete("/v1/quick-estimate")
    session.request("BREW", "/livez")
    for path in ("/wp-admin", "/v1/nothing/7", "/static/none.css"):
        session.get(path)
    counted = {labels: value for labels, value in figures(session).items() if labels[0] == "requests_total"}
    assert counted == {
        ("requests_total", "GET", "/livez", "200"): 2,
        ("requests_total", "GET", "/static", "200"): 1,
        ("requests_total", "GET", "/static", "404"): 1,
        ("requests_total", "POST", "/v1/quick-estimate", "415"): 1,
        ("requests_total", "DELETE", "/v1/quick-estimate", "405"): 1,
        ("requests_total", "other", "/livez", "405"): 1,
        ("requests_total", "GET", "other", "404"): 2,
    }


def test_assessments_and_photos_are_counted(serve: Serve, photo: Photo) -> None:
    session = serve(HOOD)
    photos = [("photos", (f"{seed}.jpg", photo(seed))) for seed in (1, 2)]
    routes = [
        session.post("/v1/quick-estimate", files=photos).json()["decision"]["route"],
        session.post("/v1/quick-estimate", files=[*photos, ("photos", ("a", b"none"))]).json()["decision"]["route"],
    ]
    seen = figures(session)
    assert routes == ["human_review", "human_review"]
    assert seen["assessments_total", "human_review"] == 2
    assert seen["assessment_seconds_count",] == 2
    assert seen["assessment_seconds_sum",] > 0
    assert seen["photos_used_total",] == 4
    assert seen["photos_refused_total", "photo.unknown_format"] == 1
    assert seen["line_taken",] == 0
    assert seen["uploads_bytes",] == 0


def test_two_services_in_one_process_count_for_themselves(serve: Serve) -> None:
    one, other = serve(), serve()
    one.get("/livez")
    assert ("requests_total", "GET", "/livez", "200") in figures(one)
    assert ("requests_total", "GET", "/livez", "200") not in figures(other)


def test_each_request_is_one_line(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    session = serve()
    with caplog.at_level(logging.INFO):
        answer = session.get("/livez?name=x", headers={"x-request-id": "case-7"})
        session.get("/nothing/here")
    lines = [record for record in caplog.records if record.name == "api.telemetry.requests"]
    assert [(line.method, line.route, line.status, line.actor) for line in lines] == [
        ("GET", "/livez", 200, "nobody"),
        ("GET", "other", 404, "nobody"),
    ]
    assert lines[0].request_id == answer.headers["x-request-id"] == "case-7"
    assert 0 <= lines[0].ms < 60_000


def test_an_app_is_counted_by_itself_and_told_as_an_app(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    session = serve(rate_address=4, rate_actor=2)
    shown = {"authorization": f"Bearer {app_key(session)}"}
    with caplog.at_level(logging.INFO):
        answers = [session.post("/v1/session/renew", headers=shown) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [403, 403, 429]
    assert [answer.headers["ratelimit"] for answer in answers][1:] == ['"actor";r=0;t=60', '"actor";r=0;t=60']
    lines = [record for record in caplog.records if record.name == "api.telemetry.requests"]
    assert {line.actor for line in lines} == {"app"}
    wrong = {"authorization": f"Bearer {new_api_key().text}"}
    answers = [session.post("/v1/session/renew", headers=wrong) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 401, 429]


def app_key(session: TestClient) -> str:
    """Of an app that was let in a moment ago."""
    service, issued = session.app.state.service, new_api_key()
    at = service.clock()
    app = App(id=new_id(at), name=f"app {issued.prefix}", made_at=at)
    with service.books.writing() as book:
        assert apps.add(book, app)
        apps.add_key(book, AppKey(id=new_id(at), app=app.id, prefix=issued.prefix, digest=issued.digest, made_at=at))
    return issued.text


def test_a_service_that_cannot_start_says_why_by_code(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    def missing(_: Settings) -> Eyes:
        raise ModelError("unknown", "Zhang Wei")

    with pytest.raises(ModelError), TestClient(create_app(settings, open_eyes=missing)):
        pytest.fail("it started")
    (line,) = [record for record in caplog.records if record.name == "api.telemetry.requests"]
    assert (line.levelname, line.code) == ("CRITICAL", "model.unknown")
    assert "Zhang" not in caplog.text


def test_ready_means_the_detector_the_database_and_the_photo_store(
    tmp_path: Path, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    session = serve(home=tmp_path)
    service = session.app.state.service
    assert session.get("/readyz").status_code == 200
    assert list((tmp_path / "photos").rglob(sha256(b"readiness").hexdigest()))
    with service.books.writing() as book:
        book.connection.exec_driver_sql("DELETE FROM alembic_version")
    _until_not_ready(session)
    assert ("database", "storage.not_upgraded") in {
        (record.check, record.code) for record in caplog.records if hasattr(record, "check")
    }


def _until_not_ready(session: TestClient) -> None:
    """The last answer counts for two seconds."""
    for _ in range(100):
        answer = session.get("/readyz")
        if answer.status_code == 503:
            assert answer.json()["code"] == "service.not_ready"
            return
        time.sleep(0.1)
    pytest.fail("it stayed ready")


@pytest.mark.parametrize("sent", ["13800138000", "LSVAM4187C2184841", "A12345", "31.230416"])
def test_a_request_id_that_may_name_somebody_is_replaced(client: TestClient, sent: str) -> None:
    assert client.get("/livez", headers={"x-request-id": sent}).headers["x-request-id"] != sent


def test_who_asks_too_often_is_told_when_to_come_back(serve: Serve) -> None:
    session = serve(rate_address=3)
    answers = [session.get("/problems", headers={"accept-language": "zh"}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["ratelimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0", "r=0"]
    assert answers[0].headers["ratelimit-policy"] == '"address";q=3;w=60'
    assert "retry-after" not in answers[0].headers
    refused = answers[3].json()
    assert refused["code"] == "request.too_many"
    assert 1 <= int(answers[3].headers["retry-after"]) <= 20
    assert answers[3].headers["retry-after"] in refused["detail"]
    assert beside(session, ("203.0.113.7", 1)).get("/problems").status_code == 200


def test_probes_and_files_of_pages_are_not_counted(serve: Serve) -> None:
    session = serve(rate_address=1)
    for _ in range(3):
        for address in ("/livez", "/readyz", "/static/start.css"):
            answer = session.get(address)
            assert answer.status_code == 200
            assert "ratelimit" not in answer.headers


def test_behind_a_proxy_each_address_is_counted_and_on_its_own_word_nobody(serve: Serve) -> None:
    behind = beside(serve(rate_address=1, trusted_proxies=(ip_network("127.0.0.1"),)))
    asked = [behind.get("/problems", headers={"x-forwarded-for": told}).status_code for told in ("1.2.3.4", "1.2.3.5")]
    assert asked == [200, 200]
    assert behind.get("/problems", headers={"x-forwarded-for": "9.9.9.9, 1.2.3.4"}).status_code == 429
    alone = beside(serve(rate_address=1))
    asked = [alone.get("/problems", headers={"x-forwarded-for": told}).status_code for told in ("1.2.3.4", "1.2.3.5")]
    assert asked == [200, 429]


def test_browsers_are_told_to_come_by_tls_where_it_is_there(serve: Serve) -> None:
    assert "strict-transport-security" not in serve().get("/").headers
    secure = beside(serve(tls=True, trusted_proxies=(ip_network("127.0.0.1"),)))
    answer = secure.get("/", headers={"x-forwarded-proto": "https", "x-forwarded-for": "1.2.3.4"})
    assert answer.headers["strict-transport-security"] == "max-age=63072000"
    assert "https://localhost" in answer.text


def test_pages_may_ask_for_the_camera_and_for_nothing_else(client: TestClient) -> None:
    policy = client.get("/").headers["permissions-policy"]
    assert {"camera=(self)", "geolocation=()", "microphone=()"} <= set(policy.split(", "))


def test_a_service_that_stops_is_not_ready_and_takes_nothing_new(serve: Serve, photo: Photo) -> None:
    session = serve(HOOD)
    assert session.get("/readyz").status_code == 200
    session.app.state.stopping.begin()
    for answer in (
        session.get("/readyz"),
        session.post("/v1/quick-estimate", files={"photos": ("a.jpg", photo())}),
        session.post("/quick-estimate", files={"photos": ("a.jpg", photo())}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (503, "service.stopping")
        assert int(answer.headers["retry-after"]) > 0
    assert session.get("/livez").status_code == 200
    assert session.get("/").status_code == 200
