"""A service over HTTP on both databases, with a clock that tests turn, and an identity provider that they play."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI
from fastapi.testclient import TestClient
from jwt.algorithms import ECAlgorithm
from pydantic import SecretStr

from api.app import create_app
from api.auth.config import SignInSettings
from api.auth.entrance import Entrance
from api.auth.who import CurrentActor, MaybeActor
from api.settings import Settings
from claims.ids import new_id
from claims.keys import Keys
from claims.observe import Eyes
from claims.passwords import Passwords
from claims.repository import people
from claims.repository.book import Books
from claims.repository.people import Person
from claims.rulebook import Rulebook
from claims.states import Role
from inference.images import IntakeLimits
from inference.testing import ScriptedDetector

AT = datetime(2026, 11, 22, 8, 30, 0, 123456, tzinfo=UTC)
PASSWORD = "four words of my own"  # noqa: S105 - of nobody
PROVIDER = "https://id.example"
CHEAP = Passwords(memory_kib=64, passes=1)


class Clock:
    """Stands still until it is turned."""

    def __init__(self) -> None:
        self.now = AT

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@dataclass(frozen=True)
class Provider:
    """Signs tokens of an identity provider whose key set is a file."""

    key: ec.EllipticCurvePrivateKey
    file: Path

    def token(self, at: datetime, **changes: Any) -> str:
        now = int(at.timestamp())
        whole = {"iss": PROVIDER, "aud": "claims-desk", "sub": "f:1", "iat": now, "exp": now + 600, "role": "senior"}
        return jwt.encode({**whole, **changes}, self.key, algorithm="ES256", headers={"kid": "one"})


@dataclass(frozen=True)
class Site:
    """The service as its callers meet it."""

    client: TestClient
    books: Books
    clock: Clock

    def ask(self, method: str, path: str, token: str | None = None, **given: Any) -> httpx2.Response:
        headers = given.pop("headers", {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        return self.client.request(method, path, headers=headers, **given)

    def who(self, token: str | None, **headers: str) -> dict[str, Any]:
        """The actor that a token stands for, or the problem that it is answered with."""
        found: dict[str, Any] = self.ask("GET", "/test/who", token, headers=headers).json()
        return found

    def sign_in(self, login: str, password: str = PASSWORD, **new: str) -> httpx2.Response:
        return self.ask("POST", "/v1/session", json={"login": login, "password": password, **new})

    def token(self, login: str, password: str = PASSWORD) -> str:
        answer = self.sign_in(login, password)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["token"])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Provider:
    key = ec.generate_private_key(ec.SECP256R1())
    file = tmp_path_factory.mktemp("provider") / "keys.json"
    file.write_text(json.dumps({"keys": [{**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": "one"}]}))
    return Provider(key, file)


@pytest.fixture
def open_site(
    url: str, keys: Keys, books: Books, rulebook: Rulebook, clock: Clock, provider: Provider, tmp_path: Path
) -> Iterator[Callable[..., Site]]:
    """``open_site(rate_login=2)``: the service with other settings, on the same database."""
    opened: list[TestClient] = []
    eyes = Eyes(detector=ScriptedDetector(script={}), limits=IntakeLimits(), rulebook=rulebook)
    config = SignInSettings(
        oidc_issuer=PROVIDER, oidc_audience="claims-desk", oidc_keys=str(provider.file), password_mib=8
    )

    def entrance(given: Keys) -> Entrance:
        return replace(Entrance.of(config, given), passwords=CHEAP, refusal_s=0.05)

    def make(**changes: Any) -> Site:
        unlimited = {"rate_address": 0, "rate_actor": 0, "rate_login": 0, "max_waiting": 600}
        own = {"home": tmp_path, "database": url, "keys": SecretStr(keys.text()), "language": "en", "hosts": ("*",)}
        settings = Settings(**{**own, **unlimited, **changes})
        app = create_app(settings, open_eyes=lambda _: eyes, open_entrance=entrance, clock=clock)
        _tell_who(app)
        opened.append(TestClient(app, base_url="http://localhost").__enter__())
        return Site(opened[-1], books, clock)

    yield make
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def site(open_site: Callable[..., Site]) -> Site:
    return open_site()


@pytest.fixture
def add_staff(books: Books) -> Callable[..., Person]:
    """Somebody with the password of these tests: ``add_staff("li.na", Role.ADMIN)``."""

    def make(login: str = "li.na", role: Role = Role.ADMIN, **changes: Any) -> Person:
        made = Person(id=new_id(AT), subject=login, name="李娜", role=role, password=CHEAP.hash(PASSWORD), made_at=AT)
        person = replace(made, **changes)
        with books.writing() as book:
            assert people.add(book, person)
        return person

    return make


def _tell_who(app: FastAPI) -> None:
    """Routes that say who asked, as every other route would know it."""

    @app.get("/test/who")
    async def who(actor: CurrentActor) -> dict[str, str]:
        return {"actor": actor.name, "role": actor.role, "claim": str(actor.claim or "")}

    @app.get("/test/maybe")
    async def maybe(actor: MaybeActor) -> dict[str, str]:
        return {"actor": actor.name if actor else "nobody"}
