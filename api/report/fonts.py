"""A font of this machine for labels on pictures; not every machine has one for Chinese."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/Library/Fonts",
            "/System/Library/Fonts", "C:/Windows/Fonts")  # fmt: skip
_CHINESE = (
    "NotoSansCJK-Bold.ttc", "NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "NotoSansSC-Regular.otf",
    "NotoSansSC*.ttf", "SourceHanSansSC-Regular.otf", "SourceHanSansCN-Regular.otf", "wqy-microhei.ttc",
    "wqy-zenhei.ttc", "PingFang.ttc", "Hiragino Sans GB.ttc", "msyh.ttc", "simhei.ttf", "DroidSansFallbackFull.ttf",
)  # fmt: skip
_LATIN = ("DejaVuSans-Bold.ttf", "LiberationSans-Bold.ttf", "NotoSans-Bold.ttf", "DejaVuSans.ttf", "Arial.ttf")
_SAMPLES = {"zh": "左前车门", "en": "Dor"}


@cache
def find(language: str) -> Path | None:
    """The font file for a language, None when this machine has none."""
    return search(language, [folder for name in _FOLDERS if (folder := Path(name).expanduser()).is_dir()])


def search(language: str, folders: Sequence[Path]) -> Path | None:
    """The first font of our list in ``folders`` that has the language's letters."""
    wanted = _CHINESE if language == "zh" else (*_LATIN, *_CHINESE)
    sample = _SAMPLES[language]
    found = (path for pattern in wanted for folder in folders for path in sorted(folder.rglob(pattern)))
    return next((path for path in found if _draws(path, sample)), None)


def _draws(path: Path, sample: str) -> bool:
    """A font without a letter draws the same box for each: then all its letters look alike."""
    try:
        font = ImageFont.truetype(path, 24)
    except OSError:
        return False
    return len({bytes(font.getmask(letter)) for letter in sample}) == len(sample)


def font(language: str, size: int) -> Font:
    """The font at a size in px; Pillow's own, which has no Chinese, where the machine has none."""
    path = find(language)
    return ImageFont.truetype(path, size) if path else ImageFont.load_default(size)
