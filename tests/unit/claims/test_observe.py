"""Progress while the photos of a case are looked at."""

import io
from collections.abc import Sequence

import pytest
from PIL import Image

from claims.observe import Eyes, PhotoSource, observe
from claims.rulebook import Rulebook
from inference.images import IntakeLimits
from inference.testing import ScriptedDetector


def photo(seed: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), (seed, 90, 90)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("good", ["", "g", "b", "gb", "bg", "bbgbb", "gggbbbbbbbbb", "bbbb"])
def test_progress_ends_with_every_photo_read_or_rejected(good: str, rulebook: Rulebook) -> None:
    sources = [
        PhotoSource(name=f"{at}.png", content=photo(at) if kind == "g" else b"no photo") for at, kind in enumerate(good)
    ]
    done: list[int] = []
    detector = ScriptedDetector({source.name: () for source in sources})
    eyes = Eyes(detector=detector, limits=IntakeLimits(), rulebook=rulebook)
    seen: Sequence[object] = observe(sources, eyes, done.append)
    assert len(seen) == len(sources)
    assert done == sorted(done)
    assert done[-1] == len(sources)
