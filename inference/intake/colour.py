"""Wide-gamut photos to sRGB, where leaving them would shift colours visibly."""

import io
from collections.abc import Iterator

import numpy as np

from inference.intake.limits import Pixels

Primaries = tuple[float, ...]

# Red, green and blue as XYZ relative to D50, from the profiles of the ICC (sRGB v4) and of Apple (Display P3).
_SRGB = (0.4360, 0.2225, 0.0139, 0.3851, 0.7169, 0.0971, 0.1431, 0.0606, 0.7139)
_DISPLAY_P3 = (0.5151, 0.2412, -0.0011, 0.2920, 0.6922, 0.0419, 0.1571, 0.0666, 0.7841)
_NEAR = 0.03
_LARGEST = 1 << 20


def to_srgb(pixels: Pixels, profile: bytes) -> Pixels:
    """Convert when the ICC profile is an RGB one with primaries far from sRGB's and Display P3's; else as it is.

    Every iPhone photo is Display P3; converting it costs a third of the network's time and moves a pixel by less than
    one level on average. Profiles that cannot be read are ignored: colour is no reason to refuse a photo.
    """
    primaries = _primaries(profile)
    if primaries is None or _close(primaries, _SRGB) or _close(primaries, _DISPLAY_P3):
        return pixels
    from PIL import Image, ImageCms

    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(Image.fromarray(pixels), source, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return pixels
    return pixels if converted is None else np.array(converted)


def _primaries(profile: bytes) -> Primaries | None:
    """The nine numbers of a matrix profile (ICC.1:2022, 9.2 colorant tags), None for any other profile."""
    if not 132 < len(profile) <= _LARGEST or profile[16:20] != b"RGB " or profile[36:40] != b"acsp":
        return None
    places = dict(_tags(profile))
    try:
        return tuple(value for name in (b"rXYZ", b"gXYZ", b"bXYZ") for value in _xyz(profile, places[name]))
    except KeyError:
        return None


def _tags(profile: bytes) -> Iterator[tuple[bytes, int]]:
    for at in range(132, 132 + 12 * min(int.from_bytes(profile[128:132]), 100), 12):
        yield profile[at : at + 4], int.from_bytes(profile[at + 4 : at + 8])


def _xyz(profile: bytes, at: int) -> Iterator[float]:
    for place in range(at + 8, at + 20, 4):
        yield int.from_bytes(profile[place : place + 4], signed=True) / 65536


def _close(one: Primaries, other: Primaries) -> bool:
    return all(abs(first - second) < _NEAR for first, second in zip(one, other, strict=True))
