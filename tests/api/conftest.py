"""One service with the shipped detector, and one whose detector is scripted, both without a network."""

import io
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from api.app import create_app
from api.engine import open_engine
from api.settings import Settings
from api.stores import open_stores
from claims.observe import Eyes
from inference.detector import PhotoDetector
from inference.testing import Row, ScriptedDetector

HOST = "http://localhost"


class Repeating(dict[str, Iterable[Row]]):
    """A script that says the same of every photo."""

    def __init__(self, rows: Iterable[Row]) -> None:
        super().__init__()
        self._rows = tuple(rows)

    def __contains__(self, key: object) -> bool:
        return True

    def __getitem__(self, key: str) -> Iterable[Row]:
        return self._rows


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        home=tmp_path_factory.mktemp("home"), language="en", region="CN", hosts=("localhost",), max_waiting=600
    )


@pytest.fixture(scope="session")
def eyes(settings: Settings) -> Eyes:
    return open_engine(settings)


@pytest.fixture(scope="session")
def client(settings: Settings, eyes: Eyes) -> Iterator[TestClient]:
    """The shipped detector."""
    with TestClient(create_app(settings, open_eyes=lambda _: eyes), base_url=HOST) as session:
        yield session


@pytest.fixture(scope="session")
def installation(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with keys and empty tables, to be copied."""
    home = tmp_path_factory.mktemp("installation")
    with open_stores(settings.model_copy(update={"home": home})):
        return home


@pytest.fixture
def serve(
    settings: Settings, eyes: Eyes, installation: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., TestClient]]:
    """A service of its own: ``serve(rows, max_photos=3)`` says the same rows of every photo."""
    opened: list[TestClient] = []

    def start(rows: Iterable[Row] = (), detector: PhotoDetector | None = None, **changes: object) -> TestClient:
        own = replace(eyes, detector=detector or ScriptedDetector(script=Repeating(rows)))
        home = tmp_path_factory.mktemp("home")
        shutil.copytree(installation, home, dirs_exist_ok=True)
        app = create_app(settings.model_copy(update={"home": home, **changes}), open_eyes=lambda _: own)
        opened.append(TestClient(app, base_url=HOST).__enter__())
        return opened[-1]

    yield start
    for session in opened:
        session.__exit__(None, None, None)


@pytest.fixture(scope="session")
def photo() -> Callable[..., bytes]:
    """A JPEG of noise: ``photo(seed)``; ``taken`` as a camera writes it."""

    def make(seed: int = 0, *, width: int = 640, height: int = 480, taken: str = "") -> bytes:
        pixels = np.random.default_rng(seed).integers(0, 255, (height // 8, width // 8, 3), dtype=np.uint8)
        exif = Image.Exif()
        if taken:
            exif[306] = taken
        file = io.BytesIO()
        Image.fromarray(pixels).resize((width, height)).save(file, "JPEG", exif=exif)
        return file.getvalue()

    return make


@pytest.fixture(scope="session")
def damaged_cars(shared_photos: Path) -> list[Path]:
    return sorted((shared_photos / "damage_types" / "images").rglob("*.jpg"))[:3]
