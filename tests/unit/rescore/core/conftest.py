"""An album of drawn photos."""

from pathlib import Path

import pytest
from rescored_drawn import Album


@pytest.fixture
def album(tmp_path: Path) -> Album:
    folder = tmp_path / "photos"
    folder.mkdir()
    return Album(folder)
