"""What stands around every request: names, ids, headers, and faults that tell nothing."""

import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from model.errors import ModelError

Serve = Callable[..., TestClient]
ADDRESSES = ["/", "/nope", "/livez", "/static/start.css", "/openapi.json", "/problems"]


class Broken:
    """A detector that fails with a message which repeats what it was shown."""

    def __init__(self, manifest: object, fault: Exception) -> None:
        self.manifest = manifest
        self._fault = fault

    def detect(self, _: object) -> object:
        raise self._fault

    def detect_many(self, _: object) -> object:
        raise self._fault


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_carries_the_security_headers(client: TestClient, address: str) -> None:
    headers = client.get(address).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers


def test_a_sane_request_id_is_kept_and_any_other_replaced(client: TestClient) -> None:
    assert client.get("/livez", headers={"x-request-id": "case-7.a_B"}).headers["x-request-id"] == "case-7.a_B"
    for strange in ("", "a b", "x" * 65, "<script>", "é".encode()):
        assert re.fullmatch(
            "[0-9a-f]{32}", client.get("/livez", headers={"x-request-id": strange}).headers["x-request-id"]
        )


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:8000", 200),
        ("127.0.0.1:8000", 200),
        ("[::1]:8000", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("evil.example:80@localhost", 421),
        ("localhost:", 421),
        ("", 421),
    ],
)
def test_only_names_of_this_computer_are_served(serve: Serve, host: str, status: int) -> None:
    session = serve(hosts=("localhost", "127.0.0.1", "[::1]"))
    answer = session.get("/livez", headers={"host": host})
    assert answer.status_code == status
    if status == 421:
        assert answer.json()["code"] == "request.unknown_host"


def test_the_star_serves_any_name(serve: Serve) -> None:
    assert serve(hosts=("*",)).get("/livez", headers={"host": "claims.example"}).status_code == 200


@pytest.mark.parametrize(("site", "status"), [("cross-site", 403), ("same-origin", 415), ("none", 415)])
def test_another_site_may_not_make_a_browser_post(client: TestClient, site: str, status: int) -> None:
    for address in ("/v1/quick-estimate", "/quick-estimate"):
        assert client.post(address, headers={"sec-fetch-site": site}).status_code == status


def test_reading_from_another_site_is_an_ordinary_link(client: TestClient) -> None:
    assert client.get("/", headers={"sec-fetch-site": "cross-site"}).status_code == 200


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("GET", "/nope", 404, "http.not_found"),
        ("GET", "/static/../api/app.py", 404, "http.not_found"),
        ("GET", "/static/%2e%2e/templates/start.html.j2", 404, "http.not_found"),
        ("GET", "/v1/quick-estimate", 405, "http.method_not_allowed"),
        ("POST", "/livez", 405, "http.method_not_allowed"),
        ("POST", "/static/start.css", 405, "http.method_not_allowed"),
    ],
)
def test_addresses_that_do_not_exist(client: TestClient, method: str, address: str, status: int, code: str) -> None:
    answer = client.request(method, address, headers={"accept-language": "zh"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert not answer.json()["title"].isascii()
    assert ("allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize("fault", [ValueError("Zhang Wei"), ModelError("run_failed", "Zhang Wei")])
@pytest.mark.parametrize("address", ["/v1/quick-estimate", "/quick-estimate"])
def test_a_fault_of_ours_tells_nothing(
    serve: Serve,
    eyes: object,
    photo: Callable[..., bytes],
    caplog: pytest.LogCaptureFixture,
    fault: Exception,
    address: str,
) -> None:
    session = serve(detector=Broken(eyes.detector.manifest, fault))
    answer = session.post(address, files={"photos": ("zhang-wei.jpg", photo())})
    assert answer.status_code == 500
    assert answer.json()["code"] == "service.failed"
    broken, asked = caplog.records
    assert broken.fault == type(fault).__name__
    assert broken.where.endswith(" detect_many")
    assert (asked.request_id, asked.status) == (answer.json()["request_id"], 500)
    for word in ("Zhang Wei", "zhang-wei", "Traceback"):
        assert word not in answer.text
        assert word not in caplog.text
    assert session.get("/livez").status_code == 200


def test_ready_only_when_the_detector_answers(serve: Serve, client: TestClient, eyes: object) -> None:
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["versions"]["model"] == eyes.version
    broken = serve(detector=Broken(eyes.detector.manifest, ValueError("no")))
    answer = broken.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "service.not_ready")
    assert int(answer.headers["retry-after"]) > 0
    assert broken.get("/livez").status_code == 200
