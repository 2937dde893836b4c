"""Photos of the size and weight that phones make, for benchmarks: 4032 x 3024 px, some megabytes each."""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

_LONG, _SHORT = 4032, 3024
_NOISE, _QUALITY = 6.0, 92
"""Grey levels of sensor noise per channel, and the JPEG quality: together they give files of 3 to 5 MB."""


def phone_photos(folder: Path, shared: Path, count: int) -> list[Path]:
    """``count`` JPEGs in ``folder``, made once: photos of cars, enlarged, with noise; drawn scenes without them."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = sorted((shared / "datasets" / "damaged_unlabelled" / "images").glob("*.jpg"))[:count]
    paths = [folder / f"{'car' if sources else 'drawn'}-{index:02d}.jpg" for index in range(count)]
    for index, path in enumerate(paths):
        if not path.is_file():
            scene = cv2.imread(str(sources[index % len(sources)])) if sources else _drawn(index)
            path.write_bytes(_as_taken(np.asarray(scene, dtype=np.uint8), seed=index))
    return paths


def _as_taken(scene: npt.NDArray[np.uint8], seed: int) -> bytes:
    size = (_LONG, _SHORT) if scene.shape[1] >= scene.shape[0] else (_SHORT, _LONG)
    large = cv2.resize(scene, size, interpolation=cv2.INTER_CUBIC).astype(np.float32)
    noise = np.random.default_rng(seed).standard_normal(large.shape, dtype=np.float32) * _NOISE
    photo = np.clip(large + noise, 0, 255).astype(np.uint8)
    return cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].tobytes()


def _drawn(seed: int) -> npt.NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    scene = np.full((480, 640, 3), rng.integers(60, 200, 3), dtype=np.uint8)
    for _ in range(40):
        corner, other = rng.integers(0, 640, 2).tolist(), rng.integers(0, 640, 2).tolist()
        cv2.rectangle(scene, corner, other, rng.integers(0, 256, 3).tolist(), int(rng.integers(1, 8)))
    return scene
